package io.varve;

import io.varve.base.FencedException;
import io.varve.delay.PendingTimers;
import io.varve.format.Manifest;
import io.varve.manifest.LogFolder;
import java.io.IOException;

/**
 * Whoever has opened a ready log, and with it the timers beside it, with an epoch.
 *
 * <p>Thread: safe.
 */
record ReadyOwner(LogFolder log, long epoch) implements PendingTimers.Ownership {

  @Override
  public boolean isOurs() throws IOException {
    return log.manifests().load().epoch() == epoch;
  }

  /** Throws if somebody else has opened it since. */
  void check() throws IOException {
    Manifest current = log.manifests().load();
    if (current.epoch() != epoch) {
      throw new FencedException(
          log.name() + " in " + log.directory(),
          epoch,
          current.epoch(),
          current.owner().toString());
    }
  }
}
