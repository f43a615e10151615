package io.varve.testkit;

import io.varve.io.Directory;
import io.varve.io.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Takes note of what is read through a directory. Thread: confined to one. */
public final class ReadLog {

  private final List<String> files = new ArrayList<>();
  private long segmentBytes;

  /** The names of the files that were read since {@link #clear}, one for each read. */
  public List<String> files() {
    return files;
  }

  /** How many bytes of segments were read. */
  public long segmentBytes() {
    return segmentBytes;
  }

  public void clear() {
    files.clear();
    segmentBytes = 0;
  }

  /** The same directory, of which notes are taken. */
  public Directory of(Directory directory) {
    return new Noted(directory);
  }

  private final class Noted extends DirectoryFilter {

    Noted(Directory in) {
      super(in);
    }

    @Override
    protected Directory filter(Directory inner) {
      return new Noted(inner);
    }

    @Override
    public ReadFile open(String name) throws IOException {
      ReadFile file = in.open(name);
      return new ReadFile() {
        @Override
        public int read(ByteBuffer target, long position) throws IOException {
          int count = file.read(target, position);
          files.add(name);
          segmentBytes += name.endsWith(".log") ? count : 0;
          return count;
        }

        @Override
        public long length() throws IOException {
          return file.length();
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }
  }
}
