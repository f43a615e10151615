package io.varve.log;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.io.BufferPool;
import io.varve.io.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What stands in memory of a segment that is read from front to end: one piece, which begins with a
 * batch and holds it as a whole. The next ones can be read by another thread meanwhile; if it has
 * not begun with a piece by the time that is needed, it is read here, so nobody waits for a thread
 * that has other work.
 *
 * <p>Thread: confined to one.
 */
final class ReadWindow implements Closeable {

  private final ReadFile file;
  private final String path;
  private final BufferPool pool;
  private final @Nullable ReadAhead ahead;

  private Piece piece = Piece.NONE;
  private boolean asked;

  /**
   * @param executor who reads ahead, or null for nobody
   */
  ReadWindow(ReadFile file, String path, BufferPool pool, @Nullable Executor executor) {
    this.file = file;
    this.path = path;
    this.pool = pool;
    this.ahead = executor == null ? null : new ReadAhead(file, pool, executor);
  }

  /** The bytes in memory; other ones after the next {@link #fetch}. */
  ByteBuffer bytes() {
    return piece.bytes();
  }

  /**
   * Makes {@code count} bytes from {@code position} on stand in {@link #bytes} and returns where.
   *
   * @param likely how many to read at once if they are not there; fewer only where the limit comes
   *     before
   * @param limit the file's committed end; not a byte behind it is read
   * @throws CorruptionException if the file ends before
   */
  int fetch(long position, int count, int likely, long limit) {
    if (!piece.holds(position, count)) {
      Piece next = ahead == null ? null : ahead.take(position, count);
      if (next == null) {
        next = read(position, count, likely, limit);
      }
      pool.give(piece.bytes());
      piece = next;
      asked = false;
    }
    return piece.indexOf(position);
  }

  /** Has the pieces behind this one read, for those who are going to need all of them. */
  void readAhead(long limit) {
    if (!asked && ahead != null) {
      asked = true;
      ahead.behind(piece, limit);
    }
  }

  private Piece read(long position, int count, int likely, long limit) {
    long room = limit - position;
    if (room < count) {
      throw new CorruptionException(
          path, position, count + " bytes before byte " + limit, room + " bytes");
    }
    int wanted = (int) Math.min(Math.max(count, likely), room);
    int known = piece.bytesFrom(position);
    ByteBuffer bytes = pool.take(wanted);
    boolean done = false;
    try {
      piece.copyFrom(position, bytes);
      int length =
          known + file.read(bytes.duplicate().limit(wanted).position(known), position + known);
      if (length < count) {
        throw new CorruptionException(
            path,
            position,
            "bytes up to " + limit + ", which were durable",
            "the end of the file at byte " + (position + length));
      }
      done = true;
      return new Piece(bytes, position, length);
    } catch (IOException e) {
      throw new StoreFailedException("Reading " + path + " at byte " + position + " failed", e);
    } finally {
      if (!done) {
        pool.give(bytes);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (ahead != null) {
      ahead.close();
    }
    pool.give(piece.bytes());
    piece = Piece.NONE;
    file.close();
  }
}
