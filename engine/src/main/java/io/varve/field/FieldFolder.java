package io.varve.field;

import io.varve.base.FormatTooNewException;
import io.varve.base.VarveException;
import io.varve.format.Checksum;
import io.varve.format.FieldIndexFooter;
import io.varve.format.Fixed64;
import io.varve.format.Owner;
import io.varve.format.SegmentEntry;
import io.varve.io.Directory;
import io.varve.manifest.LogFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a log's field indexes, in its folder {@code fields/}. A segment may have several,
 * with different fields.
 *
 * <p>Thread: confined to one.
 */
public final class FieldFolder {

  private static final Logger LOG = LoggerFactory.getLogger(FieldFolder.class);
  private static final String FOLDER = "fields";
  private static final String SUFFIX = ".fields";
  private static final String TEMPORARY = "new-";

  private final LogFolder log;
  private final Directory folder;
  private final UUID storeId;

  /** What was in the folder when it was last looked at, by name. */
  private List<String> names = List.of();

  private boolean listed;

  public FieldFolder(LogFolder log, UUID storeId) {
    this.log = log;
    this.folder = log.directory().folder(FOLDER);
    this.storeId = storeId;
  }

  Directory directory() {
    return folder;
  }

  UUID storeId() {
    return storeId;
  }

  /** Looks anew which files there are. */
  public void refresh() throws IOException {
    names = folder.list().stream().sorted().toList();
    listed = true;
  }

  /** The name of the file of a segment's indexes of these fields, found in this way. */
  static String name(SegmentEntry segment, List<String> fields, String extractor) {
    String all = extractor + "\n" + String.join("\n", fields);
    ByteBuffer bytes = ByteBuffer.wrap(all.getBytes(StandardCharsets.UTF_8));
    return stem(segment)
        + "-"
        + Fixed64.hex(Checksum.of(bytes, 0, bytes.limit())).substring(2)
        + SUFFIX;
  }

  private static String stem(SegmentEntry segment) {
    String name = segment.fileName();
    return name.substring(0, name.length() - ".log".length());
  }

  private static String stemOf(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('-')));
  }

  private List<String> namesOf(SegmentEntry segment) throws IOException {
    if (!listed) {
      refresh();
    }
    String beginning = stem(segment) + "-";
    int from = Collections.binarySearch(names, beginning);
    List<String> found = new ArrayList<>();
    for (int i = from < 0 ? -from - 1 : from; i < names.size(); i++) {
      if (!names.get(i).startsWith(beginning)) {
        break;
      }
      if (names.get(i).endsWith(SUFFIX)) {
        found.add(names.get(i));
      }
    }
    return found;
  }

  /** Whether there was a file of the segment when the folder was last looked at. */
  public boolean holds(SegmentEntry segment) throws IOException {
    return !namesOf(segment).isEmpty();
  }

  /**
   * The sound indexes of a segment, to be closed by the caller. One that is damaged is told of in a
   * warning and taken away, so that it is built anew.
   */
  private List<FieldIndexFile> open(SegmentEntry segment, String extractor) throws IOException {
    List<FieldIndexFile> files = new ArrayList<>();
    for (String name : namesOf(segment)) {
      try {
        FieldIndexFile file = FieldIndexFile.open(folder, name, segment, storeId);
        if (file.footer().extractor().equals(extractor)) {
          files.add(file);
        } else {
          file.close();
        }
      } catch (NoSuchFileException e) {
        // Taken away meanwhile: its segment has been replaced, or its fields are no longer wanted.
      } catch (VarveException e) {
        damaged(name, e);
      }
    }
    return files;
  }

  private void damaged(String name, VarveException why) throws IOException {
    boolean newer = why instanceof FormatTooNewException;
    LOG.warn(
        "Field index {}/{} is of no use, the segment is read whole{}: {}",
        folder,
        name,
        newer ? "" : " until it is built anew",
        why.getMessage());
    if (!newer) {
      folder.delete(name);
    }
  }

  /** What there is of a segment. */
  public record Indexed(Set<String> fields, long bytes) {}

  /** Which fields of a segment are indexed in this way; looks at all files of it. */
  public Indexed indexed(SegmentEntry segment, String extractor) throws IOException {
    Set<String> fields = new LinkedHashSet<>();
    long bytes = 0;
    for (FieldIndexFile file : open(segment, extractor)) {
      try (file) {
        fields.addAll(file.footer().fields());
        bytes += file.bytes();
      }
    }
    return new Indexed(fields, bytes);
  }

  /**
   * The blocks of a segment that may hold an event that meets a condition.
   *
   * @return null if no index tells
   */
  public @Nullable Candidates find(SegmentEntry segment, Condition condition, String extractor)
      throws IOException {
    if (condition instanceof Condition.All) {
      return null;
    }
    List<FieldIndexFile> files = open(segment, extractor);
    try {
      if (files.isEmpty()) {
        return null;
      }
      FieldIndexFooter footer = files.get(0).footer();
      // Blocks are numbered in each file; those of another version of Varve may be others.
      List<FieldIndexFile> alike =
          files.stream()
              .filter(file -> Arrays.equals(file.footer().positions(), footer.positions()))
              .toList();
      BitSet found = new Search(alike).blocks(condition);
      return found == null
          ? null
          : new Candidates(footer.positions(), footer.baseOffsets(), footer.endPosition(), found);
    } finally {
      for (FieldIndexFile file : files) {
        file.close();
      }
    }
  }

  /** A condition looked up in the files of a segment. */
  private final class Search {

    private final List<FieldIndexFile> files;

    Search(List<FieldIndexFile> files) {
      this.files = files;
    }

    /** Null for all blocks. */
    @Nullable BitSet blocks(Condition condition) throws IOException {
      if (condition instanceof Condition.None) {
        return new BitSet();
      }
      if (condition instanceof Condition.In in) {
        return blocks(in);
      }
      if (condition instanceof Condition.And and) {
        BitSet all = null;
        for (Condition each : and.conditions()) {
          BitSet some = all != null && all.isEmpty() ? null : blocks(each);
          if (all == null) {
            all = some;
          } else if (some != null) {
            all.and(some);
          }
        }
        return all;
      }
      if (condition instanceof Condition.Or or) {
        BitSet any = new BitSet();
        for (Condition each : or.conditions()) {
          BitSet some = blocks(each);
          if (some == null) {
            return null;
          }
          any.or(some);
        }
        return any;
      }
      return null;
    }

    private @Nullable BitSet blocks(Condition.In in) throws IOException {
      for (FieldIndexFile file : files) {
        if (file.footer().fields().contains(in.field())) {
          try {
            return file.blocks(in.field(), in.ranges());
          } catch (VarveException e) {
            damaged(file.name(), e);
          }
        }
      }
      return null;
    }
  }

  /** The name under which a file is written. */
  private String temporary(String name, long number) {
    Owner.Instance self = log.instances().self();
    return TEMPORARY + name + "_" + self.process() + "_" + self.nonce() + "_" + number;
  }

  /**
   * Claims the building of a file: who comes later sees that somebody is at it. Two who come at the
   * same moment may both build it, which only takes time.
   *
   * @param number tells builders of this opening of the store apart
   * @return the name under which to write it; null if somebody living is at it
   */
  @Nullable String claim(String name, long number) throws IOException {
    log.instances().register();
    folder.create();
    for (String other : folder.list()) {
      if (other.startsWith(TEMPORARY + name + "_") && isAlive(other)) {
        return null;
      }
    }
    return temporary(name, number);
  }

  private boolean isAlive(String temporary) throws IOException {
    String[] parts = temporary.split("_", -1);
    return parts.length == 4 && log.instances().alive(new Owner.Instance(parts[1], parts[2]));
  }

  /**
   * Deletes the files of segments that are no more, of fields that nobody wants, and of the dead;
   * none that came after the last {@link #refresh}.
   *
   * @param segments all that the log had after it
   */
  void sweep(Collection<SegmentEntry> segments, List<String> wanted, String extractor)
      throws IOException {
    Set<String> stems = new HashSet<>();
    segments.forEach(segment -> stems.add(stem(segment)));
    for (String name : names) {
      if (name.startsWith(TEMPORARY)) {
        if (!isAlive(name)) {
          folder.delete(name);
        }
      } else if (!stems.contains(stemOf(name)) || wanted.isEmpty()) {
        folder.delete(name);
      }
    }
    for (SegmentEntry segment : segments) {
      sweepUnwanted(segment, wanted, extractor);
    }
  }

  private void sweepUnwanted(SegmentEntry segment, List<String> wanted, String extractor)
      throws IOException {
    for (String name : namesOf(segment)) {
      boolean useful;
      try (FieldIndexFile file = FieldIndexFile.open(folder, name, segment, storeId)) {
        useful =
            file.footer().extractor().equals(extractor)
                && file.footer().fields().stream().anyMatch(wanted::contains);
      } catch (NoSuchFileException e) {
        continue;
      } catch (VarveException e) {
        useful = e instanceof FormatTooNewException;
      }
      if (!useful) {
        folder.delete(name);
      }
    }
  }

  /** Deletes all indexes of a log. */
  public void deleteAll() throws IOException {
    for (String name : folder.list()) {
      if (!name.startsWith(TEMPORARY) || !isAlive(name)) {
        folder.delete(name);
      }
    }
    refresh();
  }
}
