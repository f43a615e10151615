package io.varve.examples.flink;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Results of a job in files, exactly once: what comes between two checkpoints is a file, which gets
 * its name when the second one is complete. Names sort as the files were made.
 */
final class CommittedFiles implements Sink<String>, SupportsCommitter<String> {

  private static final long serialVersionUID = 1L;
  private static final String PENDING = "pending-";
  private static final String COMMITTED = "committed-";

  private final String folder;

  CommittedFiles(Path folder) {
    this.folder = folder.toString();
  }

  /** The names of committed files, in the order in which they were made. */
  static List<Path> committed(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(COMMITTED))
          .sorted()
          .toList();
    }
  }

  @Override
  public Writer createWriter(WriterInitContext context) {
    return new Writer(Path.of(folder));
  }

  @Override
  public Committer<String> createCommitter(CommitterInitContext context) {
    return new Renaming(Path.of(folder));
  }

  @Override
  public SimpleVersionedSerializer<String> getCommittableSerializer() {
    return new Names();
  }

  private static final class Writer implements CommittingSinkWriter<String, String> {

    private final Path folder;
    private final List<String> lines = new ArrayList<>();

    Writer(Path folder) {
      this.folder = folder;
    }

    @Override
    public void write(String element, Context context) {
      lines.add(element);
    }

    @Override
    public void flush(boolean endOfInput) {}

    @Override
    public Collection<String> prepareCommit() throws IOException {
      if (lines.isEmpty()) {
        return List.of();
      }
      String name = "%020d-%s".formatted(System.currentTimeMillis(), UUID.randomUUID());
      Files.write(folder.resolve(PENDING + name), lines);
      lines.clear();
      return List.of(name);
    }

    @Override
    public void close() {}
  }

  private record Renaming(Path folder) implements Committer<String> {

    @Override
    public void commit(Collection<CommitRequest<String>> requests) throws IOException {
      for (CommitRequest<String> request : requests) {
        Path pending = folder.resolve(PENDING + request.getCommittable());
        // It may be committed again after a restart.
        if (Files.exists(pending)) {
          Files.move(
              pending,
              folder.resolve(COMMITTED + request.getCommittable()),
              StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }

    @Override
    public void close() {}
  }

  private static final class Names implements SimpleVersionedSerializer<String> {

    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(String name) {
      return name.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String deserialize(int version, byte[] name) {
      return new String(name, StandardCharsets.UTF_8);
    }
  }
}
