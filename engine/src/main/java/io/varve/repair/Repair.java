package io.varve.repair;

import io.varve.base.BadSettingException;
import io.varve.base.StoreFailedException;
import io.varve.event.StreamPartition;
import io.varve.format.Loss;
import io.varve.format.Owner;
import io.varve.manifest.DamagedFolder;
import io.varve.manifest.LogFolder;
import io.varve.manifest.StoreFiles;
import io.varve.repair.RepairPlan.LogDamage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Repairs the logs of a store that nobody writes.
 *
 * <p>Thread: confined to one.
 */
public final class Repair {

  private final StoreFiles store;

  public Repair(StoreFiles store) {
    this.store = store;
  }

  /**
   * Reads all of the store and finds every damage. Changes nothing, and heeds no owner: in a log
   * that is being written meanwhile, what its writer does may look like damage.
   */
  public RepairPlan plan() {
    List<LogDamage> damaged = new ArrayList<>();
    try {
      for (StreamPartition name : store.layout().logs()) {
        new Examination(store.log(name)).run().ifPresent(damaged::add);
      }
    } catch (IOException e) {
      throw new StoreFailedException("Examining " + store.layout().root() + " failed", e);
    }
    return new RepairPlan(damaged);
  }

  /**
   * Does what was planned. Logs that are beyond repair are left as they are.
   *
   * @param repairer who does it, for the logs' manifests
   * @throws io.varve.base.OwnedException if somebody living owns a log
   * @throws BadSettingException if a log is not any more as it was planned for; those before it are
   *     repaired
   */
  public void apply(RepairPlan plan, Owner repairer) {
    for (LogDamage damage : plan.logs()) {
      if (damage.beyondRepair() != null) {
        continue;
      }
      LogFolder log = store.log(damage.log());
      try {
        Optional<LogDamage> now = new Examination(log).run();
        if (now.isEmpty() || !now.get().equals(damage)) {
          throw changed(damage.log());
        }
        new LogRepair(log, damage, repairer, store.clock()).run();
      } catch (IOException e) {
        throw new StoreFailedException("Repairing " + damage.log() + " failed", e);
      }
    }
  }

  static BadSettingException changed(StreamPartition log) {
    return new BadSettingException(
        "repair.plan", log, "a plan for the log as it is now; something changed it, so plan again");
  }

  /**
   * What earlier repairs of a log have lost, a record for each segment.
   *
   * @throws io.varve.base.CorruptionException if a record is damaged
   */
  public List<Loss> losses(StreamPartition log) {
    try {
      return new DamagedFolder(store.log(log).directory()).losses();
    } catch (IOException e) {
      throw new StoreFailedException("Reading what repairs of " + log + " lost failed", e);
    }
  }
}
