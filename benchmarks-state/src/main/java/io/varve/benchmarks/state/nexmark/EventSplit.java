package io.varve.benchmarks.state.nexmark;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceSplit;

/**
 * Every so manieth cycle of events, of some kinds. All splits go through event time side by side.
 * Immutable.
 *
 * @param index of this split, from 0
 * @param splits how many there are
 * @param next the number of the next event, or one before it
 */
record EventSplit(Workload workload, Set<Kind> kinds, int index, int splits, long next)
    implements IteratorSourceSplit<Event, EventSplit.Events>, Serializable {

  static EventSplit first(Workload workload, Set<Kind> kinds, int index, int splits) {
    return new EventSplit(workload, kinds, index, splits, (long) index * Kind.CYCLE);
  }

  @Override
  public String splitId() {
    return Integer.toString(index);
  }

  @Override
  public Events getIterator() {
    return new Events(this);
  }

  @Override
  public EventSplit getUpdatedSplitForIterator(Events events) {
    return new EventSplit(workload, kinds, index, splits, events.next);
  }

  void writeTo(DataOutputStream output) throws IOException {
    output.writeInt(index);
    output.writeInt(splits);
    output.writeLong(next);
  }

  static EventSplit readFrom(DataInputStream input, Workload workload, Set<Kind> kinds)
      throws IOException {
    return new EventSplit(workload, kinds, input.readInt(), input.readInt(), input.readLong());
  }

  /** The events of a split. Thread: confined to one. */
  static final class Events implements Iterator<Event> {

    private final Generator generator;
    private final Set<Kind> kinds;
    private final long skip;
    private final long end;
    private long next;

    private Events(EventSplit split) {
      generator = new Generator(split.workload());
      kinds = EnumSet.copyOf(split.kinds());
      skip = (split.splits() - 1L) * Kind.CYCLE;
      end = split.workload().numbers();
      next = split.next();
      skipOthers();
    }

    @Override
    public boolean hasNext() {
      return next < end;
    }

    @Override
    public Event next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Event event = generator.at(next);
      step();
      skipOthers();
      return event;
    }

    private void skipOthers() {
      while (next < end && !kinds.contains(Kind.of(next))) {
        step();
      }
    }

    private void step() {
      next++;
      if (next % Kind.CYCLE == 0) {
        next += skip;
      }
    }
  }
}
