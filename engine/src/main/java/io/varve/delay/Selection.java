package io.varve.delay;

/**
 * The first entries of a stretch, in their order, out of many that are in no order. Of those with
 * the same key and offset the one that was taken last counts.
 *
 * <p>Thread: confined to one.
 */
final class Selection implements EntryTaker {

  private final Place from;
  private final int max;
  private Place until;
  private EntryBuffer entries = new EntryBuffer();

  /**
   * @param from no entry before it
   * @param until no entry from there on
   * @param max about how many are wanted at most
   */
  Selection(Place from, Place until, int max) {
    this.from = from;
    this.until = until;
    this.max = max;
  }

  @Override
  public void take(long key, long offset, long extra, boolean gone) {
    if (!from.isBehind(key, offset) && until.isBehind(key, offset)) {
      entries.add(key, offset, extra, gone);
      if (entries.count() >= 2L * max + 1024) {
        cut();
      }
    }
  }

  private void cut() {
    EntryBuffer first = new EntryBuffer();
    EntryBuffer.Cursor sorted = entries.sorted();
    boolean more = sorted.next();
    for (int i = 0; more && i < max; i++) {
      first.add(sorted.key(), sorted.offset(), sorted.extra(), sorted.isGone());
      more = sorted.next();
    }
    if (more) {
      until = new Place(sorted.key(), sorted.offset());
    }
    entries = first;
  }

  /** All entries that were taken are there from the beginning up to this place. */
  Place until() {
    return until;
  }

  EntryBuffer.Cursor sorted() {
    return entries.sorted();
  }
}
