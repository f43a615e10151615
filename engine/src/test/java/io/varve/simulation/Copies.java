package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.backup.Progress;
import io.varve.backup.Repository;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Point;
import io.varve.format.Point.LogCopy;
import io.varve.simulation.KeptModel.Kept;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What the snapshots and points of a {@link World} hold, as processes find it that meet no trouble.
 */
final class Copies {

  static final String REPOSITORY = "repository";

  private static final UUID RESTORED = new UUID(1, 2);

  private final World world;

  Copies(World world) {
    this.world = world;
  }

  /** A named snapshot; checked against the model of its logs. */
  Kept snapshot(String name) {
    Repository elsewhere = elsewhere();
    return restore(elsewhere, backUp(elsewhere, name));
  }

  /** A point in the world's repository; checked against the model of its logs. */
  Kept point(long number) {
    Repository repository = repository();
    return restore(repository, repository.point(number));
  }

  /** Compares all that must be there, and what else there is, with the model. */
  void check() {
    world.kept.snapshots.forEach(
        (name, kept) ->
            assertThat(files(backUp(elsewhere(), name)))
                .as("snapshot %s", name)
                .isEqualTo(kept.files()));
    if (world.disk.process().root().folder(REPOSITORY).contains("REPOSITORY")) {
      checkPoints(repository());
    } else {
      assertThat(world.kept.points).isEmpty();
    }
    world.kept.restored.forEach(this::checkRestored);
  }

  private void checkPoints(Repository repository) {
    Map<Long, Point> found = new LinkedHashMap<>();
    for (Point point : repository.points()) {
      assertThat(repository.verify(point, Progress.NONE)).as("point %d", point.number()).isEmpty();
      found.put(point.number(), point);
    }
    world.kept.points.forEach(
        (number, kept) -> {
          assertThat(found).containsKey(number);
          assertThat(files(found.get(number))).as("point %d", number).isEqualTo(kept.files());
        });
  }

  /** What stands in a folder that a point was restored to is a whole store, or none. */
  void checkRestored(String folder, Kept kept) {
    CrashProcess process = world.disk.process();
    if (process.root().folder(folder).folder("store").contains("STORE")) {
      Host host = new Host(world, process, process.root().folder(folder), 0);
      assertThat(events(host)).as("what was restored to %s", folder).isEqualTo(kept.events());
    }
  }

  private Repository repository() {
    return Repository.open(world.host().root.folder(REPOSITORY), world.clock);
  }

  private Repository elsewhere() {
    return Repository.create(new CrashDisk().process().root().folder(REPOSITORY), world.clock);
  }

  private Point backUp(Repository to, String snapshot) {
    Host onlooker = world.host();
    onlooker.openReadOnly();
    Point point = to.backup(onlooker.store().backupSource(), snapshot, Progress.NONE).point();
    onlooker.closeAll();
    return point;
  }

  private Kept restore(Repository from, Point point) {
    CrashProcess process = new CrashDisk().process();
    from.restore(point, process.root().folder("store"), RESTORED, Progress.NONE);
    return new Kept(files(point), events(new Host(world, process, process.root(), 0)));
  }

  /** Those of logs that were ever written: one may be seen to begin, and be gone with the power. */
  private static List<LogCopy> files(Point point) {
    return point.logs().stream().filter(log -> log.manifest().nextOffset() > 0).toList();
  }

  private static Map<StreamPartition, List<Event>> events(Host restored) {
    restored.openReadOnly();
    Map<StreamPartition, List<Event>> events = new LinkedHashMap<>();
    for (StreamPartition log : restored.store().logs()) {
      List<Event> found = restored.reading(log).checkAll(false);
      if (restored.store().stats(log).nextOffset() > 0) {
        events.put(log, found);
      }
    }
    restored.closeAll();
    return events;
  }
}
