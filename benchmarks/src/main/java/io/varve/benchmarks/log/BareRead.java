package io.varve.benchmarks.log;

import io.varve.benchmarks.measure.Contestant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;

/** Reads the bytes of files from beginning to end without looking at what they are. */
final class BareRead implements Contestant {

  private final String name;
  private final Work work;
  private final List<Path> files;
  private final boolean checksum;
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(BareAppend.CHUNK_BYTES);

  /**
   * @param checksum whether to compute the checksum of each chunk as well
   */
  BareRead(String name, Work work, List<Path> files, boolean checksum) {
    this.name = name;
    this.work = work;
    this.files = files;
    this.checksum = checksum;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long run() throws IOException {
    CRC32C crc = new CRC32C();
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        while (channel.read(chunk.clear()) > 0) {
          if (checksum) {
            crc.update(chunk.flip());
          }
        }
      }
    }
    Work.sink = crc.getValue();
    return work.events();
  }
}
