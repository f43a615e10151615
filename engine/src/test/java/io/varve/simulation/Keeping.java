package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.Snapshots;
import io.varve.backup.Keep;
import io.varve.backup.Progress;
import io.varve.backup.Repository;
import io.varve.base.VarveException;
import io.varve.event.StreamPartition;
import io.varve.format.Point;
import io.varve.format.Point.LogCopy;
import io.varve.io.Directory;
import io.varve.simulation.KeptModel.Kept;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * How one process makes snapshots and backups. What it was told is there is looked for on a disk
 * that has lost all that was not synced, and compared with the model of the logs then.
 */
final class Keeping {

  private static final int SNAPSHOTS_MAX = 3;

  private final Host host;

  Keeping(Host host) {
    this.host = host;
  }

  private World world() {
    return host.world;
  }

  private KeptModel kept() {
    return host.world.kept;
  }

  /** Does something; a failure that is to be expected ends it. */
  void attempt(Consumer<Keeping> some) {
    try {
      some.accept(this);
    } catch (VarveException e) {
      host.checkExpected(e, world().log(), false);
    }
    host.checkAlive();
  }

  void makeSnapshot() {
    if (kept().snapshots.size() == SNAPSHOTS_MAX) {
      dropSnapshot();
    }
    String name = "s" + kept().nextNumber();
    Map<StreamPartition, Long> acknowledged = acknowledged();
    snapshots().create(name);
    Kept made = durable().snapshot(name);
    checkComplete(made, acknowledged);
    if (!made.files().isEmpty()) {
      kept().snapshots.put(name, made);
    }
  }

  void dropSnapshot() {
    if (!kept().snapshots.isEmpty()) {
      String name = any(kept().snapshots);
      kept().snapshots.remove(name);
      snapshots().drop(name);
    }
  }

  void backUp() {
    Map<StreamPartition, Long> acknowledged = acknowledged();
    Point point = repository().backup(host.store().backupSource(), Progress.NONE).point();
    Kept made = durable().point(point.number());
    checkComplete(made, acknowledged);
    kept().points.put(point.number(), made);
  }

  void backUpSnapshot() {
    if (!kept().snapshots.isEmpty()) {
      String name = any(kept().snapshots);
      Point point = repository().backup(host.store().backupSource(), name, Progress.NONE).point();
      Kept made = durable().point(point.number());
      assertThat(made).as("a backup of snapshot %s", name).isEqualTo(kept().snapshots.get(name));
      kept().points.put(point.number(), made);
    }
  }

  void restore() {
    if (!kept().points.isEmpty()) {
      long number = any(kept().points);
      String folder = "restored" + kept().nextNumber();
      kept().restored.put(folder, kept().points.get(number));
      Repository repository = repository();
      UUID id = new UUID(world().random.nextLong(), number);
      Directory target = host.root.folder(folder).folder("store");
      repository.restore(repository.point(number), target, id, Progress.NONE);
      assertThat(target.contains("STORE")).isTrue();
      durable().checkRestored(folder, kept().restored.remove(folder));
      world().disk.remove(folder);
    }
  }

  void expire() {
    Repository repository = repository();
    List<Long> numbers = repository.points().stream().map(Point::number).toList();
    int count = 1 + world().random.nextInt(2);
    numbers.subList(0, Math.max(0, numbers.size() - count)).forEach(kept().points::remove);
    repository.expire(Keep.newest(count));
    assertThat(repository.points()).hasSize(Math.min(count, numbers.size()));
  }

  /** Takes all away again, after a last backup. */
  void checkAndDropAll() {
    if (host.root.folder(Copies.REPOSITORY).exists()) {
      backUp();
      repository().expire(Keep.newest(1));
      new Copies(world()).point(kept().points.lastKey());
      assertThat(world().disk.files())
          .noneMatch(file -> file.matches(Copies.REPOSITORY + "/stores/.*/new-.*"));
    }
    kept().snapshots.clear();
    snapshots().names().forEach(snapshots()::drop);
  }

  private Snapshots snapshots() {
    return host.store().snapshots();
  }

  private Repository repository() {
    return Repository.create(host.root.folder(Copies.REPOSITORY), world().clock);
  }

  /** What is there if the power goes now. */
  private Copies durable() {
    return new Copies(world().on(world().disk.crash(0)));
  }

  private <K> K any(Map<K, ?> of) {
    return new ArrayList<>(of.keySet()).get(world().random.nextInt(of.size()));
  }

  /** What must be found of each log. Behind a power cut that is only sure once it is recovered. */
  private Map<StreamPartition, Long> acknowledged() {
    Map<StreamPartition, Long> next = new LinkedHashMap<>();
    for (StreamPartition log : world().model.logs()) {
      next.put(log, world().isRecovered(log) ? world().model.log(log).acknowledged() : 0);
    }
    return next;
  }

  /** It holds all that had been acknowledged; what else it holds will not be lost any more. */
  private void checkComplete(Kept made, Map<StreamPartition, Long> acknowledged) {
    for (LogCopy log : made.files()) {
      long next = log.manifest().nextOffset();
      assertThat(next)
          .as("the end of %s", log.name())
          .isGreaterThanOrEqualTo(acknowledged.getOrDefault(log.name(), 0L));
      world().model.log(log.name()).acknowledge(next);
      acknowledged.remove(log.name());
    }
    assertThat(acknowledged.values())
        .as("ends of logs that are left out")
        .allMatch(end -> end == 0);
  }
}
