package io.varve.log;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.io.BufferPool;
import io.varve.io.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What stands in memory of a file that is read from front to end.
 *
 * <p>Large pieces are read exactly, small ones many at a time. While one piece is being worked on,
 * the next can be read by another thread; if none has begun it by the time it is needed, the reader
 * does so itself, so it never waits for a thread that has other work.
 *
 * <p>Thread: confined to one; the read ahead touches nothing but its own buffer.
 */
final class ReadWindow implements Closeable {

  private static final int READ_BYTES_MIN = 128 << 10;
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private final ReadFile file;
  private final String path;
  private final BufferPool pool;
  private final @Nullable Executor ahead;

  private ByteBuffer buffer = NONE;
  private long start;
  private int filled;

  private @Nullable FutureTask<Integer> reading;
  private ByteBuffer next = NONE;
  private long nextStart;
  private int nextFilled;

  /**
   * @param ahead who reads ahead, or null for nobody
   */
  ReadWindow(ReadFile file, String path, BufferPool pool, @Nullable Executor ahead) {
    this.file = file;
    this.path = path;
    this.pool = pool;
    this.ahead = ahead;
  }

  /** The bytes in memory; other ones after the next {@link #fetch}. */
  ByteBuffer bytes() {
    return buffer;
  }

  /**
   * Makes {@code count} bytes from {@code position} on stand in {@link #bytes} and returns where.
   *
   * @param limit the file's committed end; not a byte behind it is read
   * @throws CorruptionException if the file ends before
   */
  int fetch(long position, int count, long limit) {
    if (holds(position, count)) {
      return (int) (position - start);
    }
    if (reading != null) {
      finishReading();
      if (nextStart == position) {
        ByteBuffer used = buffer;
        buffer = next;
        next = used;
        start = nextStart;
        filled = nextFilled;
        if (holds(position, count)) {
          return 0;
        }
      }
    }
    long room = limit - position;
    if (room < count) {
      throw new CorruptionException(
          path, position, count + " bytes before byte " + limit, room + " bytes");
    }
    // A piece is read with a little behind it: the header of the batch that follows.
    int wanted = (int) Math.min(Math.max(count + SegmentReader.PEEK_BYTES, READ_BYTES_MIN), room);
    int kept = kept(position);
    if (buffer.capacity() >= wanted) {
      copyKept(position, kept, buffer);
    } else {
      ByteBuffer larger = pool.take(wanted);
      copyKept(position, kept, larger);
      pool.give(buffer);
      buffer = larger;
    }
    start = position;
    filled = kept + read(buffer, kept, wanted, position + kept);
    if (filled < count) {
      throw new CorruptionException(
          path,
          position,
          "bytes up to " + limit + ", which were durable",
          "the end of the file at byte " + (position + filled));
    }
    return 0;
  }

  /**
   * Begins to read {@code count} bytes from {@code position} on, of which the first are in memory,
   * for the {@link #fetch} that comes next. Leaves the bytes in memory as they are.
   */
  void readAhead(long position, int count, long limit) {
    Executor executor = ahead;
    if (executor == null || reading != null || limit - position < count) {
      return;
    }
    int wanted = (int) Math.min(count + SegmentReader.PEEK_BYTES, limit - position);
    int kept = kept(position);
    if (next.capacity() < wanted) {
      pool.give(next);
      next = pool.take(wanted);
    }
    ByteBuffer target = next;
    copyKept(position, kept, target);
    nextStart = position;
    nextFilled = kept;
    FutureTask<Integer> task = new FutureTask<>(() -> read(target, kept, wanted, position + kept));
    reading = task;
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      // The store is being closed; whoever fetches runs the task.
    }
  }

  /** Whether that many bytes from {@code position} on are in memory. */
  boolean holds(long position, int count) {
    return position >= start && position + count <= start + filled;
  }

  private int kept(long position) {
    return position >= start && position < start + filled ? (int) (start + filled - position) : 0;
  }

  private void copyKept(long position, int kept, ByteBuffer to) {
    if (kept > 0) {
      to.put(0, buffer, (int) (position - start), kept);
    }
  }

  private int read(ByteBuffer target, int from, int to, long position) {
    try {
      return file.read(target.duplicate().limit(to).position(from), position);
    } catch (IOException e) {
      throw new StoreFailedException("Reading " + path + " at byte " + position + " failed", e);
    }
  }

  /** Lets the read ahead come to its end, which it has when this thread is the first to run it. */
  private void finishReading() {
    FutureTask<Integer> task = reading;
    if (task == null) {
      return;
    }
    reading = null;
    task.run();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          nextFilled += task.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      nextStart = -1;
      if (e.getCause() instanceof StoreFailedException failure) {
        throw failure;
      }
      throw new StoreFailedException("Reading " + path + " failed", e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      finishReading();
    } catch (StoreFailedException e) {
      // Nobody asked for those bytes.
    }
    pool.give(buffer);
    pool.give(next);
    buffer = NONE;
    next = NONE;
    filled = 0;
    file.close();
  }
}
