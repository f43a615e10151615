package io.varve.connect.source.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.connect.source.config.ProgressTopic;
import io.varve.connect.source.offset.SourceOffset;
import io.varve.connect.source.offset.SourcePartition;
import io.varve.event.StreamPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Another order, with a mark now and then of how far each log is: Connect keeps a position only
 * with a record, so that where all is passed by there must be one. Marks go to a topic of their
 * own.
 *
 * <p>A mark is put behind all records of its log that were given, and its offset is the first that
 * was neither given nor passed by. None is made while records tell the same.
 */
final class MarkedOrder implements ReplayOrder {

  private static final long LOOK_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

  private final ReplayOrder events;
  private final String topic;
  private final long intervalNanos;
  private final List<Mark> marks = new ArrayList<>();
  private long lookedNanos;
  private boolean endsMarked;

  /** What Connect has been told of one log. */
  private static final class Mark {
    final PartitionLine line;
    final int index;
    long told;
    long toldNanos;

    Mark(PartitionLine line, int index, long nowNanos) {
      this.line = line;
      this.index = index;
      this.told = line.sent(index);
      this.toldNanos = nowNanos;
    }
  }

  MarkedOrder(
      ReplayOrder events, List<PartitionLine> lines, ProgressTopic progress, long nowNanos) {
    this.events = events;
    this.topic = progress.name();
    this.intervalNanos = TimeUnit.MILLISECONDS.toNanos(progress.intervalMs());
    this.lookedNanos = nowNanos;
    for (PartitionLine line : lines) {
      for (int i = 0; i < line.ranges().size(); i++) {
        marks.add(new Mark(line, i, nowNanos));
      }
    }
  }

  @Override
  public void fill(Batch batch, long nowNanos) {
    events.fill(batch, nowNanos);
    boolean ends = !endsMarked && events.isFinished();
    if (ends || nowNanos - lookedNanos >= Math.min(intervalNanos, LOOK_NANOS_MAX)) {
      lookedNanos = nowNanos;
      endsMarked |= ends;
      for (Mark mark : marks) {
        tell(mark, batch, nowNanos);
      }
    }
  }

  private void tell(Mark mark, Batch batch, long nowNanos) {
    long sent = mark.line.sent(mark.index);
    if (sent > mark.told) {
      mark.told = sent;
      mark.toldNanos = nowNanos;
    }
    long position = mark.line.position(mark.index);
    if (position <= mark.told) {
      mark.toldNanos = nowNanos;
    } else if (mark.line.isOver(mark.index) || nowNanos - mark.toldNanos >= intervalNanos) {
      mark.told = position;
      mark.toldNanos = nowNanos;
      batch.addMark(record(mark.line.ranges().get(mark.index), position));
    }
  }

  private SourceRecord record(LogRange range, long position) {
    SourceOffset offset = new SourceOffset(position, range.end());
    return new ReplayedRecord(
        new SourcePartition(range.log()),
        offset,
        topic,
        null,
        Schema.BYTES_SCHEMA,
        key(range.log()),
        Schema.BYTES_SCHEMA,
        value(offset),
        null,
        new ConnectHeaders(),
        position);
  }

  /** As Connect shows the partition. A stream's name has nothing that JSON would escape. */
  private static byte[] key(StreamPartition log) {
    String json =
        "{\"stream\":\""
            + log.stream()
            + "\",\"generation\":"
            + log.generation()
            + ",\"partition\":"
            + log.partition()
            + "}";
    return json.getBytes(UTF_8);
  }

  private static byte[] value(SourceOffset offset) {
    String end = offset.end() == SourceOffset.NO_END ? "" : ",\"end\":" + offset.end();
    return ("{\"offset\":" + offset.offset() + end + "}").getBytes(UTF_8);
  }

  @Override
  public boolean isFinished() {
    return events.isFinished();
  }

  @Override
  public long untilDueNanos(long nowNanos) {
    return events.untilDueNanos(nowNanos);
  }

  @Override
  public boolean await(long nanos) throws InterruptedException {
    return events.await(nanos);
  }

  @Override
  public void held(long nanos) {
    events.held(nanos);
  }
}
