package io.varve.state;

import io.varve.base.CorruptionException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The lists of one key group and table that have chunks: gathers where their records are, and puts
 * them together once all are known. Keeps keys and places, no list's bytes.
 *
 * <p>Thread: confined to its user.
 */
final class SnapshotLists {

  private static final Comparator<Piece> BY_KEY_AND_SUFFIX =
      Comparator.comparing(Piece::key, Arrays::compare)
          .thenComparing(Piece::suffix, Integer::compareUnsigned);

  /**
   * Where a record of a list is.
   *
   * @param chunks the number of chunks; 0 in a chunk
   */
  private record Piece(
      StateFile file, long position, int bytes, byte[] key, int suffix, int chunks) {}

  private final SnapshotReader reader;
  private final List<Piece> pieces = new ArrayList<>();
  private boolean sorted;

  /** The piece with which the next list begins. */
  private int next;

  SnapshotLists(SnapshotReader reader) {
    this.reader = reader;
  }

  /** Notes the record that the reader shows, of that key. */
  void add(StateFile file, ByteSpan key, int chunks) {
    pieces.add(
        new Piece(file, reader.position(), reader.bytes(), key.toArray(), reader.suffix(), chunks));
  }

  /** Copies the next list; forgets all if there is none, and returns false. */
  boolean next(ByteSpan key, ByteSpan value) {
    if (!sorted) {
      pieces.sort(BY_KEY_AND_SUFFIX);
      sorted = true;
    }
    if (next == pieces.size()) {
      pieces.clear();
      next = 0;
      sorted = false;
      return false;
    }
    Piece head = pieces.get(next);
    int chunks = head.chunks();
    value.resize(0);
    for (int suffix = 1; suffix <= chunks; suffix++) {
      int i = next + suffix;
      Piece chunk = i < pieces.size() ? pieces.get(i) : head;
      if (chunk.suffix() != suffix || !Arrays.equals(chunk.key(), head.key())) {
        throw malformed(head, chunks + " chunks, without number " + suffix);
      }
      append(chunk, value);
    }
    next += 1 + chunks;
    boolean more = next < pieces.size() && Arrays.equals(pieces.get(next).key(), head.key());
    if (head.suffix() != 0 || more) {
      throw malformed(more ? pieces.get(next) : head, "a chunk that no list has");
    }
    append(head, value);
    key.wrap(head.key());
    return true;
  }

  private void append(Piece piece, ByteSpan value) {
    reader.read(piece.file(), piece.position(), piece.bytes());
    int header = ListRecords.headerBytes(piece.suffix() == 0);
    value.append(reader.buffer(), reader.valueAt() + header, reader.valueLength() - header);
  }

  private static CorruptionException malformed(Piece piece, String found) {
    return new CorruptionException(piece.file().name(), piece.position(), "a list", found);
  }
}
