package io.varve.manifest;

import io.varve.format.Loss;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/** A log's damaged files, kept aside, and what was lost with them. Thread: confined to one. */
public final class DamagedFolder {

  private static final String LOSS_SUFFIX = ".lost";
  private static final String TEMPORARY = "new-copy";
  private static final int CHUNK_BYTES = 1 << 18;

  private final Directory log;
  private final Directory folder;

  /**
   * @param log the log's folder
   */
  public DamagedFolder(Directory log) {
    this.log = log;
    this.folder = log.folder("damaged");
  }

  /** Keeps a copy of a file of the log, unless there is one or the file is gone; durable then. */
  public void keep(String name) throws IOException {
    folder.create();
    if (folder.contains(name)) {
      return;
    }
    folder.delete(TEMPORARY);
    try (ReadFile from = log.open(name);
        WriteFile to = folder.create(TEMPORARY)) {
      ByteBuffer piece = ByteBuffer.allocate(CHUNK_BYTES);
      for (long at = 0; from.read(piece.clear(), at) > 0; at += piece.limit()) {
        to.append(piece.flip());
      }
      to.force();
    } catch (NoSuchFileException e) {
      return;
    }
    folder.publish(TEMPORARY, name);
  }

  /** Records a loss; durable on return. What a repair that died has recorded is replaced. */
  public void record(Loss loss) throws IOException {
    folder.create();
    folder.delete(TEMPORARY);
    folder.writeAll(TEMPORARY, loss.encode());
    folder.delete(loss.segment() + LOSS_SUFFIX);
    folder.publish(TEMPORARY, loss.segment() + LOSS_SUFFIX);
  }

  /**
   * What was lost, a record for each segment.
   *
   * @throws io.varve.base.CorruptionException if a record is damaged
   */
  public List<Loss> losses() throws IOException {
    List<Loss> losses = new ArrayList<>();
    for (String file : records()) {
      losses.add(loss(file));
    }
    return losses;
  }

  /** The names of the files that say what was lost. */
  public List<String> records() throws IOException {
    return folder.list().stream().filter(file -> file.endsWith(LOSS_SUFFIX)).sorted().toList();
  }

  /** What the file of that name says. */
  public Loss loss(String file) throws IOException {
    return Loss.decode(
        folder.readAll(file, Loss.BYTES_MAX),
        file.substring(0, file.length() - LOSS_SUFFIX.length()),
        folder.path() + "/" + file);
  }
}
