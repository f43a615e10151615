package io.varve.verify;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.format.CommitMark;
import io.varve.format.FileNames;
import io.varve.format.Loss;
import io.varve.format.Manifest;
import io.varve.format.Point;
import io.varve.format.ReaderLease;
import io.varve.format.RepositoryMarker;
import io.varve.format.SchemaFile;
import io.varve.format.Snapshot;
import io.varve.format.SparseIndex;
import io.varve.format.StoreMarker;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Tells in words what stands in a file of a store. A file is known by its first eight bytes. Where
 * a checksum does not match, that is told, and then what the bytes would say if it did.
 *
 * <p>Thread: confined to one.
 */
public final class FileInspector {

  /** Magic number and checksum, which all files begin with. */
  private static final int PREFIX_BYTES = 12;

  private static final int CRC_AT = 8;

  private final Directory folder;
  private final String name;
  private final String path;
  private final Consumer<Part> parts;

  /**
   * @param folder where the file is
   * @param parts takes what is found, in the order of the positions
   */
  public FileInspector(Directory folder, String name, Consumer<Part> parts) {
    this.folder = folder;
    this.name = name;
    this.path = folder.path() + "/" + name;
    this.parts = parts;
  }

  /**
   * Goes through the file.
   *
   * @throws java.nio.file.NoSuchFileException if it isn't there
   */
  public void inspect() throws IOException {
    try (ReadFile file = folder.open(name)) {
      ByteBuffer first = ByteBuffer.allocate(8);
      file.read(first, 0);
      String magic = new String(first.array(), 0, first.position(), StandardCharsets.ISO_8859_1);
      tell(0, "file", file.length() + " bytes");
      switch (magic) {
        case "VARVESTO" -> decode("store marker", 64, this::storeMarker);
        case "VARVERDR" -> decode("lease", 64, this::lease);
        case "VARVEMAN" -> decode("manifest", Manifest.BYTES_MAX, this::manifest);
        case "VARVEIDX" -> decode("index", SparseIndex.BYTES_MAX, this::index);
        case "VARVESCH" -> decode("schema", SchemaFile.BYTES_MAX, this::schema);
        case "VARVESNP" -> decode("snapshot", Snapshot.BYTES_MAX, this::snapshot);
        case "VARVELOS" -> decode("loss", Loss.BYTES_MAX, this::loss);
        case "VARVEREP" -> decode("repository", 64, this::repositoryMarker);
        case "VARVEPNT" -> decode("point", Point.BYTES_MAX, this::point);
        case "VARVEHWM" -> commitFile();
        case "VARVESEG" -> new SegmentInspector(file, path, parts).inspect();
        default ->
            problem(
                0,
                "magic number",
                "expected one of a store's files (VARVE...), found " + printable(magic));
      }
    }
  }

  private static String printable(String magic) {
    return magic.isEmpty() ? "an empty file" : "'" + magic.replaceAll("[^\\x20-\\x7e]", "?") + "'";
  }

  private interface Decoding {
    void run(ByteBuffer bytes);
  }

  /** Reads the whole file, which one checksum covers, and tells what it says. */
  private void decode(String what, int bytesMax, Decoding decoding) throws IOException {
    ByteBuffer bytes =
        folder.readAll(name, Math.max(bytesMax, 4096)).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.limit() < PREFIX_BYTES) {
      problem(0, what, "it ends after " + bytes.limit() + " bytes");
      return;
    }
    decodeOrTell(0, what, mended(bytes, 0, bytes.limit(), what), decoding);
  }

  private void decodeOrTell(long position, String what, ByteBuffer bytes, Decoding decoding) {
    try {
      decoding.run(bytes);
    } catch (CorruptionException e) {
      problem(
          position + e.position(),
          what,
          "expected " + e.expected() + ", found " + e.found() + "; nothing more can be told");
    } catch (FormatTooNewException e) {
      problem(position, what, String.valueOf(e.getMessage()));
    } catch (IndexOutOfBoundsException e) {
      problem(position, what, "it ends after " + bytes.limit() + " bytes");
    }
  }

  /** A copy whose checksum is right; if it wasn't, that is told. */
  private ByteBuffer mended(ByteBuffer bytes, int at, int length, String what) {
    ByteBuffer copy = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    copy.put(0, bytes, at, length);
    CRC32C crc = new CRC32C();
    crc.update(copy.slice(PREFIX_BYTES, length - PREFIX_BYTES));
    int stands = copy.getInt(CRC_AT);
    if (stands != (int) crc.getValue()) {
      problem(
          at + CRC_AT,
          what,
          "the checksum does not match: %08x stands here, the bytes have %08x; what follows is not"
                  .formatted(stands, (int) crc.getValue())
              + " to be trusted");
      copy.putInt(CRC_AT, (int) crc.getValue());
    }
    return copy;
  }

  private void storeMarker(ByteBuffer bytes) {
    StoreMarker marker = StoreMarker.decode(bytes, path);
    tell(0, "store marker", "format version " + bytes.getInt(12));
    tell(16, "id", marker.id().toString());
    tell(32, "created", Words.time(marker.createdMs()));
  }

  private void lease(ByteBuffer bytes) {
    ReaderLease lease = ReaderLease.decode(bytes, path);
    if (lease == null) {
      problem(0, "lease", "not whole; taken to need everything");
    } else {
      tell(
          16, "lease", "a reader needs the segment of offset " + lease.fromOffset() + " and later");
    }
  }

  private void manifest(ByteBuffer bytes) {
    ManifestWords.tell(Manifest.decode(bytes, path), 0, parts);
  }

  private void snapshot(ByteBuffer bytes) {
    Snapshot snapshot = Snapshot.decode(bytes, path);
    tell(0, "snapshot", "taken " + Words.time(snapshot.takenMs()));
    tell(0, "mark", ManifestWords.mark(snapshot.mark()));
    ManifestWords.tell(snapshot.manifest(), 0, parts);
  }

  private void loss(ByteBuffer bytes) {
    Loss loss = Loss.decode(bytes, name, path);
    tell(16, "loss", loss.events() + " events could not be read when the log was repaired");
    for (Loss.Range range : loss.ranges()) {
      tell(28, "range", "from offset " + range.from() + ", below " + range.to());
    }
  }

  private void repositoryMarker(ByteBuffer bytes) {
    RepositoryMarker marker = RepositoryMarker.decode(bytes, path);
    tell(16, "repository", "of backups, created " + Words.time(marker.createdMs()));
  }

  private void point(ByteBuffer bytes) {
    Point point = Point.decode(bytes, path);
    tell(0, "point", "number " + point.number() + " of store " + point.storeId());
    tell(0, "taken", Words.time(point.takenMs()));
    point.schemas().forEach(file -> tell(0, "schema", file.storedName()));
    for (Point.LogCopy log : point.logs()) {
      tell(0, "log", log.name() + ", " + log.events() + " events");
      log.files().forEach(file -> tell(0, "segment", file.storedName()));
    }
  }

  private void index(ByteBuffer bytes) {
    String segment = FileNames.segment(bytes.getLong(16), bytes.getLong(24), bytes.getInt(32));
    tell(16, "index", "of " + segment);
    SparseIndex index = SparseIndex.decode(bytes, segment, path);
    for (int block = 0; block < index.count(); block++) {
      tell(
          40 + 32L * block,
          "block",
          "from offset "
              + index.baseOffset(block)
              + " at byte "
              + index.position(block)
              + ", "
              + Words.times(index.minTimestampMs(block), index.maxTimestampMs(block)));
    }
  }

  private void schema(ByteBuffer bytes) {
    long fingerprint = bytes.getLong(16);
    byte[] text = SchemaFile.decode(bytes, fingerprint, path);
    tell(16, "fingerprint", "%016x".formatted(fingerprint));
    tell(24, "schema", new String(text, StandardCharsets.UTF_8));
  }

  private void commitFile() throws IOException {
    ByteBuffer bytes = folder.readAll(name, CommitMark.FILE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    String[] pages = {"published mark", "durable mark", "durable mark"};
    for (int page = 0; page < pages.length; page++) {
      int at = page * CommitMark.PAGE_BYTES;
      if (bytes.limit() < at + 64) {
        problem(bytes.limit(), pages[page], "the file ends before it");
        return;
      }
      String what = pages[page];
      ByteBuffer mark = mended(bytes, at, 64, what);
      decodeOrTell(at, what, mark, fixed -> commitMark(at, what, fixed));
    }
  }

  private void commitMark(int at, String what, ByteBuffer bytes) {
    CommitMark mark = CommitMark.decodePublished(bytes, path);
    if (mark == null) {
      problem(at, what, "no mark: the magic number is another");
    } else {
      tell(at, what, ManifestWords.mark(mark));
    }
  }

  private void tell(long position, String what, String text) {
    parts.accept(new Part(position, what, text, false));
  }

  private void problem(long position, String what, String text) {
    parts.accept(new Part(position, what, text, true));
  }
}
