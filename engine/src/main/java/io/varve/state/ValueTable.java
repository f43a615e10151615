package io.varve.state;

/**
 * One value a key.
 *
 * <p>A value is one record, with suffix 0. It is changed in place while its page is mutable and it
 * fits, else written anew.
 */
public final class ValueTable implements StateTable {

  /** Above this, a value that has shrunk to a quarter is moved to a smaller record. */
  private static final int LOOSE_BYTES = 1024;

  private final RecordStore records;
  private final int table;
  private final RecordView view = new RecordView();

  ValueTable(RecordStore records, int table) {
    this.records = records;
    this.table = table;
  }

  @Override
  public int table() {
    return table;
  }

  /** Copies the key's value into {@code target}; false if there is none. */
  public boolean get(int keyGroup, ByteSpan key, ByteSpan target) {
    records.select(table, keyGroup, key);
    if (!records.find(0, view)) {
      return false;
    }
    target.copy(view.buffer(), view.valueAt(), view.valueLength());
    return true;
  }

  /** Sets the key's value. */
  public void put(int keyGroup, ByteSpan key, ByteSpan value) {
    records.select(table, keyGroup, key);
    int length = value.length();
    try {
      if (!records.findToReplace(0, view)
          || !view.mutable()
          || length > view.capacity()
          || (view.capacity() > LOOSE_BYTES && length < view.capacity() / 4)) {
        records.put(PageKind.CONTENT, 0, length, length, view);
      } else {
        view.setValueLength(length);
      }
      view.buffer().put(view.valueAt(), value.array(), value.offset(), length);
    } catch (RuntimeException | Error e) {
      records.failed(e);
      throw e;
    }
  }

  @Override
  public boolean clear(int keyGroup, ByteSpan key) {
    records.select(table, keyGroup, key);
    try {
      return records.remove(0);
    } catch (RuntimeException | Error e) {
      records.failed(e);
      throw e;
    }
  }

  @Override
  public boolean contains(int keyGroup, ByteSpan key) {
    records.select(table, keyGroup, key);
    return records.find(0, view);
  }

  @Override
  public KeyCursor keys() {
    return new KeyCursor(records, table);
  }
}
