package io.varve.replay.group;

import io.varve.base.Clock;
import io.varve.base.StoreFailedException;
import io.varve.io.Directory;
import io.varve.manifest.Instances;
import java.io.IOException;

/** Which members live. Thread: safe; holds no state. */
final class Members {

  private Members() {}

  /**
   * Whether a member lives: its process has the store open, and its last heartbeat is younger than
   * its session may be. One that lingers only needs the heartbeat.
   */
  static boolean lives(GroupMember member, Directory heartbeats, Instances instances, Clock clock) {
    try {
      if (!member.lingers() && !instances.alive(member.owner().instance())) {
        return false;
      }
      return clock.wallMs() - Heartbeats.lastMs(heartbeats, member.id())
          <= member.sessionTimeoutMs();
    } catch (IOException e) {
      throw new StoreFailedException("Asking whether " + member.id() + " lives failed", e);
    }
  }
}
