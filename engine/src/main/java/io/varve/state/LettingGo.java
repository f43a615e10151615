package io.varve.state;

/**
 * Lets records go that cleaning has found to have expired, if they are still there, and if they are
 * still to go.
 *
 * <p>Thread: the store's owner.
 */
final class LettingGo {

  private final HybridLog log;
  private final RecordStore records;
  private final Expiries expiries;
  private final ByteSpan key = new ByteSpan();
  private final ByteSpan userKey = new ByteSpan();
  private final StateStrand strand;
  private long count;

  LettingGo(HybridLog log, RecordStore records, Expiries expiries, StateStrand strand) {
    this.log = log;
    this.records = records;
    this.expiries = expiries;
    this.strand = strand;
  }

  /** How many records have been let go. */
  long records() {
    return count;
  }

  /**
   * Whether what a pass takes to have expired, in that table, is still to go: nobody has set since
   * how the table expires.
   *
   * @param expired by which the pass goes
   */
  boolean holds(Expired expired, int table) {
    return expired.of(table) == expiries.of(table);
  }

  /**
   * Lets go of a record that had expired when a pass came by it. It is the same that the pass has
   * seen if it is still alive where it was, for no record of a sealed page changes.
   */
  void take(Expired expired, ExpiredRecords gone, int i) {
    Page page = gone.page(i);
    int at = gone.at(i);
    int table = gone.table(i);
    if (!holds(expired, table) || Page.isDead(page.dead, at)) {
      return;
    }
    if (gone.isEntry(i)) {
      takeEntries(expired, gone, i);
      return;
    }
    long address = Address.of(page, at);
    if (!records.index(table).remove(gone.hash(i), address)) {
      throw strand.fail(CleaningRun.noSlot(page, at));
    }
    log.kill(address, gone.bytes(i));
    count++;
  }

  /** The tree tells what there is by now, and what of it had expired. */
  private void takeEntries(Expired expired, ExpiredRecords gone, int i) {
    int table = gone.table(i);
    Expiries.OfTable of = expiries.of(table);
    if (of != null && of.table instanceof MapTable map) {
      gone.keys(i, key, userKey);
      int entries = map.expire(gone.keyGroup(i), key, userKey, of.expiry, expired.timeMs(table));
      count += entries > 0 ? 1 : 0;
    }
  }
}
