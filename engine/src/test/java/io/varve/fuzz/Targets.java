package io.varve.fuzz;

import io.varve.StoreFuzz;
import io.varve.dedup.DedupFuzz;
import io.varve.delay.TimerFuzz;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.CommitMark;
import io.varve.format.FieldIndexFooter;
import io.varve.format.FieldIndexTrailer;
import io.varve.format.FieldList;
import io.varve.format.FieldNode;
import io.varve.format.FileCopy;
import io.varve.format.FileNames;
import io.varve.format.KeyTableChunk;
import io.varve.format.KeyTableHeader;
import io.varve.format.Loss;
import io.varve.format.Manifest;
import io.varve.format.OwnerFile;
import io.varve.format.Point;
import io.varve.format.ReaderLease;
import io.varve.format.RepositoryMarker;
import io.varve.format.SchemaFile;
import io.varve.format.SegmentFooter;
import io.varve.format.SegmentHeader;
import io.varve.format.Snapshot;
import io.varve.format.SparseIndex;
import io.varve.format.StoreMarker;
import io.varve.state.StateFuzz;
import io.varve.state.StateStoreFuzz;
import io.varve.subscribe.SubscriptionState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

/**
 * The decoders of single structures. The lowest bit of an input's first byte says whether the rest
 * is sealed.
 */
public final class Targets {

  /** Names of the classes, as the fuzzer wants them. */
  static final List<Class<?>> ALL =
      List.of(
          Header.class,
          Footer.class,
          Marker.class,
          Commit.class,
          Lease.class,
          ManifestFile.class,
          Index.class,
          Schema.class,
          Batch.class,
          SnapshotFile.class,
          PointFile.class,
          LossRecord.class,
          KeyTableFile.class,
          RepositoryMark.class,
          FieldListFile.class,
          FieldFooter.class,
          FieldNodes.class,
          OwnerRecord.class,
          SubscriptionRecords.class,
          StoreFuzz.class,
          StateFuzz.StateFooterFile.class,
          StateFuzz.StateMeta.class,
          StateFuzz.StatePage.class,
          StateFuzz.StateRecords.class,
          StateStoreFuzz.class,
          TimerFuzz.TimerBlock.class,
          TimerFuzz.RunFile.class,
          TimerFuzz.RunEnd.class,
          TimerFuzz.PendingFile.class,
          TimerFuzz.ReleaseHeader.class,
          DedupFuzz.BucketRecord.class,
          DedupFuzz.PageRecord.class);

  private static final String FILE = "file";

  /** Bytes that may be allocated for each byte of a file from whose numbers names are made. */
  private static final int NAMES = 256;

  private Targets() {}

  private interface Decoder {
    void decode(ByteBuffer bytes);
  }

  private static void decode(
      byte[] input, int warranted, UnaryOperator<ByteBuffer> seal, Decoder decoder)
      throws Exception {
    decode(input, bytes -> warranted, seal, decoder);
  }

  private static void decode(
      byte[] input,
      ToIntFunction<ByteBuffer> warranted,
      UnaryOperator<ByteBuffer> seal,
      Decoder decoder)
      throws Exception {
    if (input.length == 0) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
    ByteBuffer plain = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer given = (input[0] & 1) == 0 ? seal.apply(plain) : plain;
    Trial.run(bytes.length, warranted.applyAsInt(given), () -> decoder.decode(given));
  }

  /** A segment's header. */
  public static final class Header {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          1,
          bytes -> Seal.each64("VARVESEG", bytes.array(), 0),
          bytes -> SegmentHeader.decode(bytes, FILE));
    }
  }

  /** A segment's footer. */
  public static final class Footer {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          1,
          bytes -> Seal.each64("VARVEEND", bytes.array(), 0),
          bytes -> SegmentFooter.decode(bytes, FILE, 0));
    }
  }

  /** A store's marker. */
  public static final class Marker {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          1,
          bytes -> Seal.each64("VARVESTO", bytes.array(), 0),
          bytes -> StoreMarker.decode(bytes, FILE));
    }
  }

  /** A commit file; the input is spread over the beginnings of its three pages. */
  public static final class Commit {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          1,
          Commit::seal,
          bytes -> {
            CommitMark.decodePublished(bytes, FILE);
            CommitMark.decodeDurable(bytes, FILE);
          });
    }

    private static ByteBuffer seal(ByteBuffer bytes) {
      byte[] file = new byte[CommitMark.FILE_BYTES];
      for (int i = 0; i < Math.min(bytes.limit(), 3 * 64); i++) {
        file[i / 64 * CommitMark.PAGE_BYTES + i % 64] = bytes.get(i);
      }
      return Seal.each64("VARVEHWM", file, 0, CommitMark.PAGE_BYTES, 2 * CommitMark.PAGE_BYTES);
    }
  }

  /** What a reader says it needs. */
  public static final class Lease {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          1,
          bytes -> Seal.each64("VARVERDR", bytes.array(), 0),
          bytes -> ReaderLease.decode(bytes, FILE));
    }
  }

  /** A manifest. */
  public static final class ManifestFile {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          8,
          bytes -> Seal.whole("VARVEMAN", bytes.array()),
          bytes -> Manifest.decode(bytes, FILE).encode());
    }
  }

  /** Who took a subscription over. */
  public static final class OwnerRecord {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          8,
          bytes -> Seal.whole("VARVEOWN", bytes.array()),
          bytes -> OwnerFile.decode(bytes, FILE));
    }
  }

  /** The state of a subscription: records, each with the lengths of its key and its value. */
  public static final class SubscriptionRecords {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          NAMES,
          bytes -> bytes,
          bytes -> {
            SubscriptionState state = new SubscriptionState(FILE);
            while (bytes.remaining() > 2) {
              byte[] key = new byte[Math.min(bytes.get() & 0xff, bytes.remaining() - 1)];
              bytes.get(key);
              byte[] value = new byte[Math.min(bytes.get() & 0xff, bytes.remaining())];
              bytes.get(value);
              state.add(key, value);
            }
            state.cursors().forEach((log, cursor) -> cursor.unacknowledgedBelow(1000));
          });
    }
  }

  /** A named snapshot. */
  public static final class SnapshotFile {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          NAMES,
          bytes -> Seal.snapshot(bytes.array()),
          bytes -> {
            Snapshot snapshot = Snapshot.decode(bytes, FILE);
            snapshot.segmentNames();
            snapshot.encode();
          });
    }
  }

  /** A point of a backup. */
  public static final class PointFile {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          NAMES,
          bytes -> Seal.point(bytes.array()),
          bytes -> {
            Point point = Point.decode(bytes, FILE);
            point.logs().forEach(log -> log.files().forEach(FileCopy::storedName));
            point.encode();
          });
    }
  }

  /** What a view has saved: a header and chunks. */
  public static final class KeyTableFile {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          8,
          bytes -> Seal.keyTable(bytes.array()),
          bytes -> {
            KeyTableHeader.decode(bytes, FILE);
            int at = KeyTableHeader.BYTES;
            while (at < bytes.limit()) {
              ByteBuffer rest = bytes.slice(at, bytes.limit() - at).order(ByteOrder.LITTLE_ENDIAN);
              KeyTableChunk chunk = KeyTableChunk.decode(rest, FILE, at);
              chunk.forEach((high, low) -> {});
              at += chunk.bytes();
            }
          });
    }
  }

  /** What a repair could not keep. */
  public static final class LossRecord {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          8,
          bytes -> Seal.whole("VARVELOS", bytes.array()),
          bytes -> Loss.decode(bytes, "segment", FILE).encode());
    }
  }

  /** A backup repository's marker. */
  public static final class RepositoryMark {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          1,
          bytes -> Seal.each64("VARVEREP", bytes.array(), 0),
          bytes -> RepositoryMarker.decode(bytes, FILE));
    }
  }

  /** Which fields of a stream are indexed. */
  public static final class FieldListFile {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          NAMES,
          bytes -> Seal.whole("VARVEFLS", bytes.array()),
          bytes -> FieldList.decode(bytes, bytes.limit() >= 24 ? bytes.getLong(16) : 0, FILE));
    }
  }

  /** The end of a file of field indexes: footer and trailer. */
  public static final class FieldFooter {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          NAMES,
          bytes -> bytes,
          bytes -> {
            FieldIndexFooter footer = FieldIndexFooter.decode(bytes, 1 << 20, FILE);
            footer.encode();
            ByteBuffer end = FieldIndexTrailer.of(bytes, 0).encode();
            FieldIndexTrailer.decode(end, FILE, bytes.limit()).check(bytes, FILE);
          });
    }
  }

  /** A node of a field's index, and all blocks that it leads to; the first byte gives its level. */
  public static final class FieldNodes {

    private static final int BLOCKS = 100;

    /** How much larger than itself a frame may become. */
    private static final int EXPANSION = 1 << 16;

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(input, EXPANSION, FieldNodes::seal, FieldNodes::walk);
    }

    private static ByteBuffer seal(ByteBuffer bytes) {
      if (bytes.limit() >= FieldNode.HEADER_BYTES) {
        bytes.putInt(4, bytes.limit()).putInt(12, bytes.getInt(12) & 1);
        bytes.putInt(0, Seal.crc(bytes.array(), 4, bytes.limit() - 4));
      }
      return bytes;
    }

    private static void walk(ByteBuffer bytes) {
      int level = bytes.limit() < FieldNode.HEADER_BYTES ? 0 : bytes.getInt(12) & 1;
      FieldNode node = FieldNode.decode(bytes, level, BLOCKS, FILE, 0);
      while (node.next()) {
        if (node.keyLength() > FieldNode.KEY_BYTES_MAX) {
          throw new AssertionError("A key of " + node.keyLength() + " bytes");
        }
        if (level == 0) {
          node.forEachBlock(
              block -> {
                if (block < 0 || block >= BLOCKS) {
                  throw new AssertionError("Block " + block);
                }
              });
        }
      }
    }
  }

  /** A segment's index, and lookups in it. */
  public static final class Index {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(input, 4, bytes -> Seal.whole("VARVEIDX", bytes.array()), Index::look);
    }

    private static void look(ByteBuffer bytes) {
      if (bytes.limit() < 40) {
        return;
      }
      long first = bytes.getLong(16);
      String segment = FileNames.segment(first, bytes.getLong(24), bytes.getInt(32));
      SparseIndex index = SparseIndex.decode(bytes, segment, FILE);
      if (index.count() > 0) {
        int block = index.blockOf(first);
        if (index.position(block) < SegmentHeader.BYTES) {
          throw new AssertionError("A block at byte " + index.position(block));
        }
        index.nextWithTimes(block, 0, Long.MAX_VALUE);
        index.blockAt(index.position(block));
      }
    }
  }

  /** A stored schema. */
  public static final class Schema {
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(
          input,
          4,
          bytes -> Seal.whole("VARVESCH", bytes.array()),
          bytes -> SchemaFile.decode(bytes, bytes.limit() >= 24 ? bytes.getLong(16) : 0, FILE));
    }
  }

  /** A batch of any codec, and every part of every event in it. */
  public static final class Batch {

    private static final int EPOCH = 1;

    /** By codec: how much larger than itself a payload may become, and that three times. */
    private static final int[] WARRANTED = {4, 3 * 256, 3 << 16, 3 * 64};

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      decode(input, Batch::warranted, Batch::seal, Batch::walk);
    }

    private static int warranted(ByteBuffer bytes) {
      return bytes.limit() < BatchHeader.BYTES ? 1 : WARRANTED[bytes.getInt(60) & 3];
    }

    private static ByteBuffer seal(ByteBuffer bytes) {
      if (bytes.limit() > BatchHeader.BYTES) {
        bytes.putInt(56, EPOCH);
        bytes.putInt(60, bytes.getInt(60) & 3);
      }
      return Seal.batches(bytes.array(), 0);
    }

    private static void walk(ByteBuffer bytes) {
      if (bytes.limit() < BatchHeader.BYTES) {
        return;
      }
      BatchHeader header = new BatchHeader();
      header.decode(bytes, 0, EPOCH, FILE, 0);
      if (header.totalBytes() > bytes.limit()) {
        return;
      }
      ByteBuffer direct = ByteBuffer.allocateDirect(bytes.limit()).order(ByteOrder.LITTLE_ENDIAN);
      direct.put(0, bytes, 0, bytes.limit());
      BatchCursor cursor = new BatchCursor();
      cursor.load(header, direct, BatchHeader.BYTES, FILE, 0);
      while (cursor.next()) {
        cursor.key();
        cursor.value();
        cursor.headers();
        cursor.messageId();
      }
    }
  }
}
