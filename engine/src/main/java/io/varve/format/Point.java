package io.varve.format;

import io.varve.base.BadSettingException;
import io.varve.base.CorruptionException;
import io.varve.event.StreamPartition;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A point in time to which a backup can bring a store back: all that the store held, and the files
 * that hold it. It is published when all of them are durable.
 *
 * <p>Thread: immutable.
 *
 * @param number rises with each point of a repository, from 1
 * @param storeId the id of the store that it is a copy of
 * @param takenMs when, milliseconds since the Unix epoch
 * @param logs the store's logs
 * @param schemas the store's schemas
 */
public record Point(
    long number, UUID storeId, long takenMs, List<LogCopy> logs, List<FileCopy> schemas) {

  /** A larger file is refused. */
  public static final int BYTES_MAX = 1 << 28;

  private static final int FORMAT_VERSION = 1;
  private static final long MAGIC = Fixed64.magic("VARVEPNT");
  private static final int SCHEMA_BYTES = 8 + 8 + 4;
  private static final int SEGMENT_BYTES = 8 + 4;
  private static final int LOG_BYTES_MIN = 4 * 4;

  public Point {
    logs = List.copyOf(logs);
    schemas = List.copyOf(schemas);
  }

  /**
   * A log in a backup.
   *
   * @param name which one
   * @param manifest the log's state once it is restored: closed, all its segments complete
   * @param files the copies of the manifest's segments, in their order
   */
  public record LogCopy(StreamPartition name, Manifest manifest, List<FileCopy> files) {

    public LogCopy {
      files = List.copyOf(files);
    }

    /** How many events it holds. */
    public long events() {
      return manifest.segments().stream().mapToLong(SegmentEntry::events).sum();
    }
  }

  /** How many events all logs hold. */
  public long events() {
    return logs.stream().mapToLong(LogCopy::events).sum();
  }

  /** Bytes of all the files that it names, whether or not other points name them too. */
  public long bytes() {
    return Stream.concat(schemas.stream(), logs.stream().flatMap(log -> log.files().stream()))
        .mapToLong(FileCopy::bytes)
        .sum();
  }

  public ByteBuffer encode() {
    List<ByteBuffer> manifests = logs.stream().map(log -> log.manifest().encode()).toList();
    long bytes = 16 + 4 * 8 + 2 * 4 + (long) schemas.size() * SCHEMA_BYTES;
    for (int i = 0; i < logs.size(); i++) {
      LogCopy log = logs.get(i);
      bytes +=
          LOG_BYTES_MIN
              + log.name().stream().length()
              + manifests.get(i).remaining()
              + (long) log.files().size() * SEGMENT_BYTES;
    }
    if (bytes > BYTES_MAX) {
      throw new BadSettingException(
          "store", bytes + " bytes of names and manifests", "at most " + BYTES_MAX);
    }
    ByteBuffer to = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(MAGIC).putInt(0).putInt(FORMAT_VERSION).putLong(number);
    to.putLong(storeId.getMostSignificantBits()).putLong(storeId.getLeastSignificantBits());
    to.putLong(takenMs);
    to.putInt(schemas.size());
    for (FileCopy schema : schemas) {
      to.putLong(FileNames.schemaFingerprint(schema.name()).orElseThrow());
      to.putLong(schema.bytes()).putInt(schema.crc());
    }
    to.putInt(logs.size());
    for (int i = 0; i < logs.size(); i++) {
      put(to, logs.get(i), manifests.get(i));
    }
    to.flip();
    return to.putInt(8, Checksum.of(to, 12, to.limit() - 12));
  }

  private static void put(ByteBuffer to, LogCopy log, ByteBuffer manifest) {
    byte[] stream = log.name().stream().getBytes(StandardCharsets.US_ASCII);
    to.putInt(stream.length).put(stream);
    to.putInt(log.name().generation()).putInt(log.name().partition());
    to.putInt(manifest.remaining()).put(manifest);
    for (FileCopy file : log.files()) {
      to.putLong(file.bytes()).putInt(file.crc());
    }
  }

  /** Decodes a whole point file. */
  public static Point decode(ByteBuffer bytes, String file) {
    ByteBuffer from = Checksum.whole(bytes, MAGIC, FORMAT_VERSION, "point", file);
    try {
      long number = from.getLong();
      UUID storeId = new UUID(from.getLong(), from.getLong());
      long takenMs = from.getLong();
      int schemaCount = count(from, SCHEMA_BYTES, file);
      List<FileCopy> schemas = new ArrayList<>(schemaCount);
      for (int i = 0; i < schemaCount; i++) {
        String name = FileNames.schema(from.getLong());
        schemas.add(new FileCopy(name, from.getLong(), from.getInt()));
      }
      int logCount = count(from, LOG_BYTES_MIN, file);
      List<LogCopy> logs = new ArrayList<>(logCount);
      for (int i = 0; i < logCount; i++) {
        logs.add(log(from, file));
      }
      if (from.hasRemaining()) {
        throw new CorruptionException(
            file, from.position(), "the end of the point", from.remaining() + " bytes more");
      }
      return new Point(number, storeId, takenMs, logs, schemas);
    } catch (BufferUnderflowException | BadSettingException e) {
      throw new CorruptionException(
          file, from.position(), "a point that is complete", from.limit() + " bytes");
    }
  }

  private static LogCopy log(ByteBuffer from, String file) {
    byte[] stream = new byte[count(from, 1, file)];
    from.get(stream);
    StreamPartition name =
        new StreamPartition(
            new String(stream, StandardCharsets.US_ASCII), from.getInt(), from.getInt());
    int bytes = count(from, 1, file);
    Manifest manifest = Manifest.decode(from.slice(from.position(), bytes), file);
    from.position(from.position() + bytes);
    List<FileCopy> files = new ArrayList<>(manifest.segments().size());
    for (SegmentEntry segment : manifest.segments()) {
      files.add(new FileCopy(segment.fileName(), from.getLong(), from.getInt()));
    }
    return new LogCopy(name, manifest, files);
  }

  private static int count(ByteBuffer from, int bytesEach, String file) {
    int at = from.position();
    int count = from.getInt();
    if (count < 0 || (long) count * bytesEach > from.remaining()) {
      throw new CorruptionException(
          file, at, "a count that the " + from.remaining() + " bytes left can hold", "" + count);
    }
    return count;
  }
}
