package io.varve.compact;

import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.format.BatchBuilder;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.log.Indexes;
import io.varve.log.SegmentReader;
import io.varve.log.SegmentWriter;
import io.varve.manifest.LogFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes some neighbouring segments anew, without the events that are superseded and the tombstones
 * whose time is over: none, one or more new segments, sealed and forced, that no manifest names
 * yet.
 *
 * <p>Thread: confined to one at a time.
 */
final class Rewrite {

  /** What was written is forced so often, so that no force has much to do. */
  private static final long FORCE_BYTES = 8L << 20;

  private static final int FIRST_BYTES = 16 << 10;
  private static final Logger LOG = LoggerFactory.getLogger(Rewrite.class);

  private final LogFolder log;
  private final RewriteSettings settings;
  private final List<SegmentEntry> inputs;
  private final KeepRule rule;
  private final BatchCursor cursor = new BatchCursor();
  private final BatchBuilder batch = new BatchBuilder(FIRST_BYTES);
  private final List<SegmentEntry> outputs = new ArrayList<>();
  private final List<SegmentHeader> made = new ArrayList<>();

  private int nextInput;
  private @Nullable SegmentReader reader;
  private @Nullable SegmentWriter writer;
  private long forcedBytes;
  private boolean batchHasTombstones;
  private boolean segmentHasTombstones;
  private boolean beyondClean;
  private long bytes;

  /**
   * @param inputs by rising offsets, without one left out between them
   * @param rule what stays; events that it doesn't cover get dirty segments of their own
   */
  Rewrite(LogFolder log, RewriteSettings settings, List<SegmentEntry> inputs, KeepRule rule) {
    this.log = log;
    this.settings = settings;
    this.inputs = inputs;
    this.rule = rule;
  }

  List<SegmentEntry> inputs() {
    return inputs;
  }

  /** What was written; complete once {@link #step} has returned 0. */
  List<SegmentEntry> outputs() {
    return outputs;
  }

  /**
   * Goes on by a batch.
   *
   * @return how many bytes that read and wrote; 0 if all is done
   */
  long step() throws IOException {
    bytes = 0;
    SegmentReader from = reader;
    if (from == null) {
      if (nextInput == inputs.size()) {
        flush();
        seal();
        return bytes;
      }
      from = open(inputs.get(nextInput++));
    }
    BatchHeader header = from.peek();
    if (header == null) {
      closeReader();
      return Math.max(1, bytes);
    }
    bytes += header.totalBytes();
    from.load(cursor);
    while (cursor.next()) {
      if (rule.keeps(cursor, inputs.get(nextInput - 1))) {
        keep(cursor);
      }
    }
    return bytes;
  }

  /** The segment that it has come to, or null before the first. */
  @Nullable SegmentEntry reading() {
    return nextInput == 0 ? null : inputs.get(nextInput - 1);
  }

  private SegmentReader open(SegmentEntry input) throws IOException {
    SegmentReader opened =
        SegmentReader.open(log.directory(), input.fileName(), log.buffers(), null);
    opened.limit(input.endPosition());
    reader = opened;
    return opened;
  }

  private void keep(EventView event) throws IOException {
    if (event.offset() >= rule.cleanBelow() && !beyondClean) {
      flush();
      seal();
      beyondClean = true;
    }
    byte[] key = event.key();
    byte[] value = event.value();
    Headers headers = event.headers();
    byte[] id = event.messageId();
    long need = BatchBuilder.bytesMax(key, value, headers, id);
    if (batch.payloadBytes() + need > settings.batchBytes()) {
      flush();
    }
    batch.add(
        event.offset(),
        event.timestampMs(),
        event.timestampType(),
        event.keyEncoding(),
        key,
        event.valueEncoding(),
        value,
        headers,
        id,
        event.dueTimeMs(),
        need);
    // One that stays though its time is over will go as soon as it is not the last event any more.
    batchHasTombstones |=
        key != null
            && value == null
            && !Compaction.mayDropTombstones(inputs.get(nextInput - 1), rule.nowMs());
  }

  private void flush() throws IOException {
    if (batch.isEmpty()) {
      return;
    }
    ByteBuffer room = log.buffers().take(batch.encodedBytesMax(settings.codec()));
    try {
      write(batch.encode(settings.codec(), settings.epoch(), room));
    } finally {
      log.buffers().give(room);
    }
    segmentHasTombstones |= batchHasTombstones;
    batchHasTombstones = false;
    batch.clear();
  }

  private void write(ByteBuffer encoded) throws IOException {
    int length = encoded.limit();
    SegmentWriter to = writer;
    if (to != null && to.endPosition() + length > settings.segmentBytes()) {
      seal();
      to = null;
    }
    if (to == null) {
      to = create();
    }
    to.append(batch, encoded);
    bytes += length;
    if (to.endPosition() - forcedBytes >= FORCE_BYTES) {
      to.force();
      forcedBytes = to.endPosition();
    }
  }

  private SegmentWriter create() throws IOException {
    SegmentHeader header =
        new SegmentHeader(
            outputs.isEmpty() ? inputs.get(0).firstOffset() : batch.baseOffset(),
            inputs.stream().mapToLong(SegmentEntry::createdMs).max().orElseThrow(),
            settings.epoch(),
            log.name().generation(),
            log.name().partition(),
            settings.numbers().incrementAndGet());
    made.add(header);
    SegmentWriter created = SegmentWriter.create(log.directory(), header, Indexes.INTERVAL_BYTES);
    writer = created;
    forcedBytes = 0;
    segmentHasTombstones = false;
    return created;
  }

  private void seal() throws IOException {
    SegmentWriter full = writer;
    if (full == null) {
      return;
    }
    SegmentEntry sealed = full.seal();
    writer = null;
    outputs.add(
        beyondClean
            ? sealed
            : sealed.compacted(
                segmentHasTombstones
                    ? settings.compaction().tombstonesUntilMs(inputs, settings.clock().wallMs())
                    : 0));
  }

  private void closeReader() throws IOException {
    SegmentReader open = reader;
    reader = null;
    if (open != null) {
      open.close();
    }
  }

  /**
   * Closes what is open and deletes what was written. What can't be deleted now, the owner of the
   * next epoch deletes.
   */
  void discard() {
    try (SegmentReader reading = reader;
        SegmentWriter writing = writer) {
      reader = null;
      writer = null;
    } catch (IOException e) {
      LOG.warn("Closing files of {} failed: {}", log.name(), e.toString());
    }
    for (SegmentHeader header : made) {
      try {
        log.directory().delete(header.fileName());
        log.directory().delete(header.indexName());
      } catch (IOException e) {
        LOG.warn("Deleting {} of {} failed: {}", header.fileName(), log.name(), e.toString());
      }
    }
  }
}
