package io.varve.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of records what had expired at one moment. A plain value goes whole. From a map's leaf,
 * entries go whose values are in it, and the leaf with the last of them. If it is all that there is
 * of the map, that is all; any other leaf, and a value in a record of its own, can only be taken
 * out through the tree. From a list's record elements go, and the record with the last of them if
 * it is all that there is of the list; of other lists it stays without any.
 *
 * <p>It looks at nothing but the record itself, so that its verdict holds as long as the record is
 * there. What can't be understood is left as it is.
 *
 * <p>Thread: confined to its user.
 */
final class ExpiryFilter {

  private final Expired expired;
  private final LeafEntries leaf = new LeafEntries();
  private final ExpiringList list = new ExpiringList();

  /** By table, what tells a list's elements apart. */
  private @Nullable ListElements[] elements = new ListElements[0];

  private boolean entry;
  private final ByteSpan userKey = new ByteSpan();
  private ByteBuffer scratch = ByteBuffer.allocate(0);

  ExpiryFilter(Expired expired) {
    this.expired = expired;
  }

  /**
   * Filters a record that has been checked, in its place.
   *
   * @param bytes of the record
   * @return how many bytes it takes now: as before if nothing in it has expired, fewer if some of
   *     it has, 0 if it is to go
   */
  int filter(int table, ByteBuffer page, int at, int bytes) {
    Expiries.OfTable of = expired.of(table);
    if (of == null) {
      return bytes;
    }
    entry = false;
    int valueAt = RecordLayout.valueAt(page, at);
    int length = RecordLayout.valueLength(page, at);
    return switch (of.kind) {
      case VALUES -> isExpiredValue(table, page, at) ? 0 : bytes;
      case LISTS ->
          list.read(page, valueAt, length, elements(of, table))
              ? filterList(of, table, page, at, bytes)
              : bytes;
      case MAPS ->
          leaf.point(page, valueAt, length)
              ? filterLeaf(of, table, page, at, bytes)
              : isExpiredEntry(of, table, page, valueAt, length) ? 0 : bytes;
    };
  }

  /** Whether the record that is to go must be taken out of a map's tree. */
  boolean isEntry() {
    return entry;
  }

  /** The user key of that entry, or of one in that leaf. */
  ByteSpan userKey() {
    return userKey;
  }

  private boolean isExpiredEntry(
      Expiries.OfTable of, int table, ByteBuffer page, int valueAt, int length) {
    if (!isExpired(of, table, TreeEntry.timestamp(page, valueAt, length, of.expiry))) {
      return false;
    }
    entry = true;
    int userKeyBytes = TreeEntry.userKeyLength(page, valueAt, length);
    userKey.copy(page, valueAt + TreeEntry.HEADER_BYTES, userKeyBytes);
    return true;
  }

  /**
   * Whether a record that is larger than a page is to go: a plain value, or a map's value.
   *
   * @param page has the record's beginning
   */
  boolean isLargeGoing(int table, ByteBuffer page, int at) {
    Expiries.OfTable of = expired.of(table);
    entry = false;
    int valueAt = RecordLayout.valueAt(page, at);
    int length = RecordLayout.valueLength(page, at);
    return isExpiredValue(table, page, at)
        || (of != null
            && of.kind == Expiries.TableKind.MAPS
            && valueAt + TreeEntry.HEADER_BYTES <= page.limit()
            && isExpiredEntry(of, table, page, valueAt, length));
  }

  private boolean isExpiredValue(int table, ByteBuffer page, int at) {
    Expiries.OfTable of = expired.of(table);
    return of != null
        && of.kind == Expiries.TableKind.VALUES
        && isExpired(
            of,
            table,
            of.expiry.timestamp(
                page, RecordLayout.valueAt(page, at), RecordLayout.valueLength(page, at)));
  }

  private boolean isExpired(Expiries.OfTable of, int table, long timestamp) {
    return of.expiry.isExpired(timestamp, expired.timeMs(table));
  }

  private int filterLeaf(Expiries.OfTable of, int table, ByteBuffer page, int at, int bytes) {
    int count = leaf.count();
    boolean[] kept = new boolean[count];
    int left = 0;
    for (int i = 0; i < count; i++) {
      kept[i] = !isExpired(of, table, leaf.timestamp(i, of.expiry));
      left += kept[i] ? 1 : 0;
    }
    if (left == 0) {
      entry = RecordLayout.suffix(page, at) != 0;
      leaf.key(0, userKey);
      return 0;
    }
    if (left == count) {
      return bytes;
    }
    int valueLength = RecordLayout.valueLength(page, at);
    if (scratch.capacity() < valueLength) {
      scratch = ByteBuffer.allocate(valueLength).order(ByteOrder.LITTLE_ENDIAN);
    }
    return rewrite(page, at, scratch, leaf.copy(kept, scratch));
  }

  private @Nullable ListElements elements(Expiries.OfTable of, int table) {
    if (table >= elements.length) {
      elements = Arrays.copyOf(elements, table + 1);
    }
    ListElements made = elements[table];
    Supplier<ListElements> make = of.expiry.elements();
    if (made == null && make != null) {
      made = make.get();
      elements[table] = made;
    }
    return made;
  }

  private int filterList(Expiries.OfTable of, int table, ByteBuffer page, int at, int bytes) {
    int kept = list.filter(of.expiry, expired.timeMs(table));
    if (kept == list.count()) {
      return bytes;
    }
    return kept == 0 && list.isWholeList() ? 0 : rewrite(page, at, list.value(), list.length());
  }

  /** Gives the record another value, which is no longer than its own. */
  private static int rewrite(ByteBuffer page, int at, ByteBuffer value, int length) {
    page.put(RecordLayout.valueAt(page, at), value, 0, length);
    RecordLayout.setValueLengths(page, at, length, length);
    return Math.max(RecordLayout.BYTES_MIN, RecordLayout.bytes(page, at));
  }
}
