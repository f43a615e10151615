package io.varve.replay.group;

import io.varve.base.Clock;
import io.varve.io.Directory;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the others that a member lives: writes the time into its file now and then, and gives the
 * member up when its consumer has not polled for too long.
 *
 * <p>Thread: runs one of its own; its methods are the consumer's, but for {@link #lastMs}.
 */
final class Heartbeats implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

  private final Directory folder;
  private final String member;
  private final Clock clock;
  private final long intervalMs;
  private final long pollIntervalNanosMax;
  private final Runnable givesUp;
  private final WriteFile file;
  private final Thread thread;
  private volatile long polledNanos;
  private volatile boolean closed;

  private Heartbeats(
      Directory folder,
      String member,
      Clock clock,
      long intervalMs,
      long pollIntervalMsMax,
      Runnable givesUp,
      WriteFile file) {
    this.folder = folder;
    this.member = member;
    this.clock = clock;
    this.intervalMs = intervalMs;
    this.pollIntervalNanosMax = TimeUnit.MILLISECONDS.toNanos(pollIntervalMsMax);
    this.givesUp = givesUp;
    this.file = file;
    this.polledNanos = clock.nanos();
    this.thread = new Thread(this::run, "varve-heartbeat-" + member);
    thread.setDaemon(true);
  }

  /**
   * Writes a first heartbeat, and more from then on.
   *
   * @param givesUp is run, once, when the consumer hasn't polled for too long
   */
  static Heartbeats start(
      Directory folder,
      String member,
      Clock clock,
      long intervalMs,
      long pollIntervalMsMax,
      Runnable givesUp)
      throws IOException {
    folder.create();
    Heartbeats heartbeats =
        new Heartbeats(
            folder, member, clock, intervalMs, pollIntervalMsMax, givesUp, folder.create(member));
    heartbeats.write();
    heartbeats.thread.start();
    return heartbeats;
  }

  /** The consumer polls. */
  void polled() {
    polledNanos = clock.nanos();
  }

  /** When a member last showed that it lives, milliseconds since the epoch; 0 if it never did. */
  static long lastMs(Directory folder, String member) throws IOException {
    try {
      ByteBuffer bytes = folder.readAll(member, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      return bytes.remaining() == Long.BYTES ? bytes.getLong() : 0;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private void write() throws IOException {
    ByteBuffer now = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.writeAt(now.putLong(clock.wallMs()).flip(), 0);
  }

  private void run() {
    while (!closed) {
      try {
        if (clock.nanos() - polledNanos > pollIntervalNanosMax) {
          LOG.warn(
              "The time between polls was longer than max.poll.interval.ms: member {} gives up its"
                  + " partitions; process records faster, or fewer at a time",
              member);
          givesUp.run();
          return;
        }
        write();
        TimeUnit.MILLISECONDS.sleep(intervalMs);
      } catch (InterruptedException e) {
        return;
      } catch (IOException | RuntimeException e) {
        // Without heartbeats the others take over; the consumer learns of it at its next poll.
        LOG.error("The heartbeats of member {} have ended", member, e);
        return;
      }
    }
  }

  /** Ends them. The file stays if the member lingers. */
  void close(boolean lingers) {
    closed = true;
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    try {
      if (lingers) {
        write();
      }
      file.close();
      if (!lingers) {
        folder.delete(member);
      }
    } catch (IOException e) {
      LOG.warn("The heartbeat file of member {} stays", member, e);
    }
  }

  @Override
  public void close() {
    close(false);
  }
}
