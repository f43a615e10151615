package io.varve.flink.state.snapshot;

import java.io.IOException;
import org.apache.flink.runtime.state.KeyValueStateIterator;
import org.apache.flink.util.FlinkRuntimeException;

/**
 * Two sources in one, by key group; within a key group the states of the first come first.
 *
 * <p>Thread: confined to the savepoint's.
 */
final class CanonicalEntries implements KeyValueStateIterator {

  private final EntrySource first;
  private final EntrySource second;
  private boolean firstHas;
  private boolean secondHas;
  private boolean newKeyGroup;
  private boolean newState;

  private CanonicalEntries(EntrySource first, EntrySource second) {
    this.first = first;
    this.second = second;
  }

  /** Goes to the first entry; closes the sources if that fails. */
  static CanonicalEntries begin(EntrySource first, EntrySource second) {
    CanonicalEntries entries = new CanonicalEntries(first, second);
    boolean begun = false;
    try {
      entries.firstHas = first.next();
      entries.secondHas = second.next();
      begun = true;
    } catch (IOException e) {
      throw new FlinkRuntimeException("Cannot read the first entry of a savepoint", e);
    } finally {
      if (!begun) {
        entries.close();
      }
    }
    entries.newKeyGroup = true;
    entries.newState = true;
    return entries;
  }

  private boolean atFirst() {
    return firstHas && !(secondHas && second.keyGroup() < first.keyGroup());
  }

  private EntrySource source() {
    return atFirst() ? first : second;
  }

  @Override
  public void next() throws IOException {
    int keyGroup = keyGroup();
    int state = kvStateId();
    if (atFirst()) {
      firstHas = first.next();
    } else {
      secondHas = second.next();
    }
    if (isValid()) {
      newKeyGroup = keyGroup() != keyGroup;
      newState = kvStateId() != state;
    }
  }

  @Override
  public boolean isValid() {
    return firstHas || secondHas;
  }

  @Override
  public int keyGroup() {
    return source().keyGroup();
  }

  @Override
  public int kvStateId() {
    return source().state();
  }

  @Override
  public byte[] key() {
    return source().key();
  }

  @Override
  public byte[] value() {
    return source().value();
  }

  @Override
  public boolean isNewKeyGroup() {
    return newKeyGroup;
  }

  @Override
  public boolean isNewKeyValueState() {
    return newState;
  }

  @Override
  public void close() {
    first.close();
    second.close();
  }
}
