package io.varve.query;

import io.varve.FieldIndexes;
import io.varve.FieldSearchReport;
import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.field.Condition;
import io.varve.field.KeyRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * How a filter is answered from a log: which offsets, times and blocks are read. Whatever is read
 * is compared with the filter itself.
 *
 * <p>Thread: immutable.
 */
public final class Plan {

  private final EventFilter filter;
  private final StreamPartition log;
  private final Need need;
  private final Predicate<EventView> exempt;

  Plan(EventFilter filter, StreamPartition log, Need need) {
    this(filter, log, need, event -> false);
  }

  private Plan(EventFilter filter, StreamPartition log, Need need, Predicate<EventView> exempt) {
    this.filter = filter;
    this.log = log;
    this.need = need;
    this.exempt = exempt;
  }

  /**
   * The same for events that meet a condition, too, as far as their fields tell.
   *
   * @param exempt events that needn't meet it if they are read: whoever reads them is to find out
   *     that they are not what was expected
   */
  public Plan and(Condition more, Predicate<EventView> exempt) {
    return new Plan(filter, log, need.and(Need.of(more)), exempt);
  }

  /** What an event's fields have to meet. */
  public Condition condition() {
    return need.isNever() ? Condition.none() : need.fields();
  }

  /** What of a range has to be read. */
  public ReadRange within(ReadRange range) {
    return need.within(range);
  }

  /**
   * Opens the log for reading the events that are wanted.
   *
   * @throws io.varve.base.NoSuchStreamException if the store does not hold it
   */
  public FilteredReader open(Store store, ReadRange range) {
    return filtered(
        store,
        range,
        store.fieldIndexes().openReader(log, within(range), condition(), ValueFields.ID));
  }

  /** The same without asking any index: everything in the plan's ranges is read and compared. */
  public FilteredReader openWithoutIndex(Store store, ReadRange range) {
    return filtered(store, range, store.openReader(log, within(range)));
  }

  private FilteredReader filtered(Store store, ReadRange range, LogReader reader) {
    return new FilteredReader(
        reader,
        range.fromOffset(),
        within(ReadRange.all()).fromOffset(),
        filter,
        condition(),
        exempt,
        store.schemas());
  }

  /** The plan in words, with what the indexes of the log say of it; reads no event. */
  public String explain(Store store, ReadRange range) {
    FieldIndexes indexes = store.fieldIndexes();
    ReadRange reads = within(range);
    FieldSearchReport report = indexes.estimate(log, reads, condition(), ValueFields.ID);
    FieldIndexes.Status status = indexes.status(log, ValueFields.ID);
    List<String> lines = new ArrayList<>();
    lines.add(log.toString());
    if (need.isNever()) {
      lines.add("  reads:    nothing: the filter is true of no event of this log");
      return String.join("\n", lines);
    }
    lines.add("  offsets:  " + from(reads.fromOffset(), 0) + to(reads.toOffset()));
    if (reads.boundsTimes()) {
      lines.add("  times:    " + time(reads.fromTimeMs()) + " to " + time(reads.toTimeMs()));
    }
    lines.add(
        "  fields:   " + (need.fields() instanceof Condition.All ? "any" : show(condition())));
    if (report.segmentsIndexed() > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  indexes:  of %,d segments; %,d of their %,d blocks may match",
              report.segmentsIndexed(),
              report.blocksWanted(),
              report.blocksTotal()));
    }
    if (report.segmentsWhole() > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  whole:    %,d segments without an index that tells",
              report.segmentsWhole()));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "  reads:    %,d of %,d bytes of sealed segments, and the open one",
            report.bytesWanted(),
            status.segmentBytes()));
    lines.add("  compares: each event that is read, with the whole filter");
    for (String field : condition().fields()) {
      note(field, indexes, status, lines);
    }
    return String.join("\n", lines);
  }

  private void note(
      String field, FieldIndexes indexes, FieldIndexes.Status status, List<String> lines) {
    Integer indexed = status.indexedSegments().get(field);
    if (indexed == null) {
      lines.add("  note:     " + field + " is not indexed");
    } else if (indexed < status.segments()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  note:     %s is indexed in %,d of %,d segments so far",
              field,
              indexed,
              status.segments()));
    } else if (status.segments() > 0
        && indexes
                .estimate(
                    log, ReadRange.all(), Condition.in(field, KeyRange.present()), ValueFields.ID)
                .blocksWanted()
            == 0) {
      lines.add("  note:     no event in a sealed segment has " + field);
    }
  }

  private static String from(long offset, long none) {
    return offset == none ? "from the first" : "from " + offset;
  }

  private static String to(long offset) {
    return offset == Long.MAX_VALUE ? " on" : " to below " + offset;
  }

  private static String time(long ms) {
    return ms == Long.MIN_VALUE || ms == Long.MAX_VALUE
        ? "any"
        : Instant.ofEpochMilli(ms).toString();
  }

  private static String show(Condition condition) {
    if (condition instanceof Condition.And and) {
      return String.join(" and ", and.conditions().stream().map(Plan::inBrackets).toList());
    }
    if (condition instanceof Condition.Or or) {
      return String.join(" or ", or.conditions().stream().map(Plan::inBrackets).toList());
    }
    return condition.toString();
  }

  private static String inBrackets(Condition condition) {
    boolean simple = condition instanceof Condition.In;
    return simple ? show(condition) : "(" + show(condition) + ")";
  }
}
