package io.varve.manifest;

import io.varve.format.Owner;
import io.varve.format.ReaderLease;
import io.varve.io.Directory;
import io.varve.io.WriteFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a log's readers need, in whatever process they run: each has a file in {@code readers/} that
 * says so, and counts as long as the store that it was opened through is alive.
 *
 * <p>Thread: safe; a {@link Lease} is confined to its reader.
 */
public final class ReaderLeases {

  private static final String FOLDER = "readers";
  private static final String SUFFIX = ".lease";

  /** Of those whose segments must stay part of the log. */
  private static final String PENDING_SUFFIX = ".pending" + SUFFIX;

  private final Directory folder;
  private final Instances instances;

  /**
   * @param log the log's folder
   */
  public ReaderLeases(Directory log, Instances instances) {
    this.folder = log.folder(FOLDER);
    this.instances = instances;
  }

  /**
   * States that every segment with {@code fromOffset} or a higher offset is needed, until the lease
   * moves on or is closed. On a full disk, where that can't be written down, the empty file states
   * that everything is needed: whatever room there is, the log can be read.
   *
   * @param number tells the readers of this instance apart; never used twice
   */
  public Lease take(long fromOffset, long number) throws IOException {
    return take(fromOffset, number, SUFFIX);
  }

  /**
   * States as {@link #take} does what is needed, and that retention must not take it either: events
   * that are still to be released.
   */
  public Lease takePending(long fromOffset, long number) throws IOException {
    return take(fromOffset, number, PENDING_SUFFIX);
  }

  private Lease take(long fromOffset, long number, String suffix) throws IOException {
    instances.register();
    if (!folder.exists()) {
      folder.create();
    }
    Owner.Instance self = instances.self();
    String name = self.process() + "_" + self.nonce() + "_" + number + suffix;
    Lease lease = new Lease(name, folder.create(name));
    lease.move(fromOffset);
    return lease;
  }

  /**
   * The lowest offset that a living reader needs, {@link Long#MAX_VALUE} if there is none. Takes
   * away what dead readers left.
   */
  public long lowestNeeded() throws IOException {
    long lowest = Long.MAX_VALUE;
    for (String file : folder.list()) {
      String[] parts = file.split("_", -1);
      if (!file.endsWith(SUFFIX) || parts.length != 3) {
        continue;
      }
      if (instances.alive(new Owner.Instance(parts[0], parts[1]))) {
        lowest = Math.min(lowest, read(file));
      } else {
        folder.delete(file);
      }
    }
    return lowest;
  }

  /**
   * The lowest offset of which a living reader has stated that retention must not take it, {@link
   * Long#MAX_VALUE} if none has. Takes nothing away.
   */
  public long lowestPending() throws IOException {
    long lowest = Long.MAX_VALUE;
    for (Reader reader : readers(PENDING_SUFFIX)) {
      lowest = Math.min(lowest, reader.fromOffset());
    }
    return lowest;
  }

  /**
   * A living reader.
   *
   * @param instance the open store that it reads through
   * @param fromOffset it needs every segment with this or a higher offset
   */
  public record Reader(Owner.Instance instance, long fromOffset) {}

  /** The living readers, in no order. Takes nothing away. */
  public List<Reader> readers() throws IOException {
    return readers(SUFFIX);
  }

  private List<Reader> readers(String suffix) throws IOException {
    List<Reader> readers = new ArrayList<>();
    for (String file : folder.list()) {
      String[] parts = file.split("_", -1);
      if (!file.endsWith(suffix) || parts.length != 3) {
        continue;
      }
      Owner.Instance instance = new Owner.Instance(parts[0], parts[1]);
      long fromOffset = instances.alive(instance) ? read(file) : Long.MAX_VALUE;
      if (fromOffset != Long.MAX_VALUE) {
        readers.add(new Reader(instance, fromOffset));
      }
    }
    return readers;
  }

  private long read(String file) throws IOException {
    try {
      ReaderLease lease =
          ReaderLease.decode(folder.readAll(file, 4096), folder.path() + "/" + file);
      return lease == null ? 0 : lease.fromOffset();
    } catch (NoSuchFileException e) {
      return Long.MAX_VALUE;
    }
  }

  /** One reader's statement of what it needs. */
  public final class Lease implements Closeable {

    private static final long NOTHING = -1;

    private final String name;
    private final WriteFile file;
    private long stated = NOTHING;

    private Lease(String name, WriteFile file) {
      this.name = name;
      this.file = file;
    }

    /** States that segments which end below {@code offset} are no longer needed. */
    public void move(long offset) throws IOException {
      if (stated == offset) {
        return;
      }
      try {
        file.writeAt(new ReaderLease(offset).encode(), 0);
        stated = offset;
      } catch (IOException e) {
        if (offset < stated) {
          throw e;
        }
        // What the file says now, an older offset or nothing legible, has more kept than is needed.
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
      folder.delete(name);
    }
  }
}
