package io.varve.simulation;

import io.varve.format.CommitMark;
import io.varve.format.Manifest;
import io.varve.format.SegmentEntry;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import io.varve.io.WriteFile;
import io.varve.testkit.DirectoryFilter;
import io.varve.testkit.WriteFilter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What could be wrong with the engine, put between it and its disk: each makes it behave as if a
 * line of its code were missing or in the wrong place.
 */
enum Flaw implements UnaryOperator<Directory> {
  /** Entries of a folder are not made durable. */
  SKIPS_FOLDER_SYNCS {
    @Override
    public Directory apply(Directory in) {
      return new Flawed(this, in) {
        @Override
        public void sync() {}
      };
    }
  },

  /** Readers are shown what no durable mark covers yet. */
  PUBLISHES_BEFORE_THE_SYNC {
    @Override
    public Directory apply(Directory in) {
      return new Flawed(this, in) {
        @Override
        public WriteFile create(String name) throws IOException {
          return name.startsWith("commit-") ? published(in.create(name)) : in.create(name);
        }
      };
    }

    private WriteFile published(WriteFile in) {
      return new WriteFilter(in) {
        @Override
        public void writeAt(ByteBuffer bytes, long position) throws IOException {
          in.writeAt(bytes.duplicate(), CommitMark.PUBLISHED_AT);
          in.writeAt(bytes, position);
        }
      };
    }
  },

  /** Segments are deleted whoever reads them. */
  DELETES_WHAT_READERS_HOLD {
    @Override
    public Directory apply(Directory in) {
      return new Flawed(this, in) {
        @Override
        public List<String> list() throws IOException {
          return path().endsWith("/readers") ? List.of() : in.list();
        }
      };
    }
  },

  /** Every epoch's commit file has the same name. */
  USES_NAMES_AGAIN {
    @Override
    public Directory apply(Directory in) {
      return new Flawed(this, in) {
        @Override
        public WriteFile create(String name) throws IOException {
          in.delete(plain(name));
          return in.create(plain(name));
        }

        @Override
        public boolean contains(String name) {
          return in.contains(plain(name));
        }

        @Override
        public List<String> list() throws IOException {
          return in.list().stream().filter(name -> !name.equals("commit-0")).toList();
        }

        @Override
        public ReadFile open(String name) throws IOException {
          return in.open(plain(name));
        }

        private String plain(String name) {
          return name.startsWith("commit-") ? "commit-0" : name;
        }
      };
    }
  },

  /** A writer does not look for a newer epoch between its mark and its answer. */
  DOES_NOT_CHECK_ITS_EPOCH {
    @Override
    public Directory apply(Directory in) {
      return new EpochUnchecked(in, new boolean[1]);
    }
  },

  /** A sync that failed is taken for one that succeeded. */
  IGNORES_FAILED_SYNCS {
    @Override
    public Directory apply(Directory in) {
      return new Flawed(this, in) {
        @Override
        public WriteFile create(String name) throws IOException {
          return new WriteFilter(in.create(name)) {
            @Override
            public void force() {
              try {
                in.force();
              } catch (IOException e) {
                // That is the flaw.
              }
            }
          };
        }
      };
    }
  },

  /** What compaction writes counts before it is durable. */
  DOES_NOT_FORCE_REWRITES {
    @Override
    public Directory apply(Directory in) {
      return new Flawed(this, in) {
        @Override
        public WriteFile create(String name) throws IOException {
          return name.matches("\\d+-\\d+r\\d+\\.log") ? unforced(in.create(name)) : in.create(name);
        }
      };
    }
  },

  /** The manifest that takes away what compaction replaced does not name all that replaces it. */
  LOSES_A_REWRITE {
    @Override
    public Directory apply(Directory in) {
      return new Flawed(this, in) {
        @Override
        public WriteFile create(String name) throws IOException {
          return path().endsWith("/manifest") ? new RewriteLost(in.create(name)) : in.create(name);
        }
      };
    }
  },

  /** Retired segments are deleted whatever snapshots name them. */
  DELETES_WHAT_SNAPSHOTS_NAME {
    @Override
    public Directory apply(Directory in) {
      return new SnapshotsUnseen(in, new boolean[1]);
    }
  },

  /** A point names copies whose bytes are not durable. */
  DOES_NOT_FORCE_COPIES {
    @Override
    public Directory apply(Directory in) {
      return new Flawed(this, in) {
        @Override
        public WriteFile create(String name) throws IOException {
          return name.equals("new-copy") ? unforced(in.create(name)) : in.create(name);
        }
      };
    }
  },

  /** The durable mark covers what was written while, or after, the segment was forced. */
  MARKS_WHAT_WAS_NOT_FORCED {
    @Override
    public Directory apply(Directory in) {
      return new Flawed(this, in) {
        @Override
        public WriteFile create(String name) throws IOException {
          return name.endsWith(".log") ? new WrittenLate(in.create(name)) : in.create(name);
        }
      };
    }
  };

  /** A folder whose inner folders have the same flaw. */
  private abstract static class Flawed extends DirectoryFilter {

    private final Flaw flaw;

    Flawed(Flaw flaw, Directory in) {
      super(in);
      this.flaw = flaw;
    }

    @Override
    protected Directory filter(Directory inner) {
      return flaw.apply(inner);
    }
  }

  private static WriteFile unforced(WriteFile in) {
    return new WriteFilter(in) {
      @Override
      public void force() {}
    };
  }

  /** Shows no snapshot to who has looked for readers right before, as the one that deletes does. */
  private static final class SnapshotsUnseen extends DirectoryFilter {

    private final boolean[] sweeps;

    SnapshotsUnseen(Directory in, boolean[] sweeps) {
      super(in);
      this.sweeps = sweeps;
    }

    @Override
    protected Directory filter(Directory inner) {
      return new SnapshotsUnseen(inner, sweeps);
    }

    @Override
    public List<String> list() throws IOException {
      boolean unseen = sweeps[0] && path().endsWith("/snapshots");
      sweeps[0] = path().endsWith("/readers");
      return unseen ? List.of() : in.list();
    }
  }

  /** Takes the last segment that compaction wrote out of each manifest. */
  private static final class RewriteLost extends WriteFilter {

    RewriteLost(WriteFile in) {
      super(in);
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      Manifest whole = Manifest.decode(bytes, "manifest");
      List<SegmentEntry> left = new ArrayList<>(whole.segments());
      for (int i = left.size() - 1; i >= 0; i--) {
        if (left.get(i).rewrite() > 0) {
          left.remove(i);
          break;
        }
      }
      in.append(
          new Manifest(
                  whole.number(),
                  whole.epoch(),
                  whole.owner(),
                  whole.released(),
                  whole.writtenMs(),
                  whole.startOffset(),
                  whole.nextOffset(),
                  left,
                  whole.open(),
                  whole.retired())
              .encode());
    }
  }

  /** Shows no manifest to who looks for one right after it has forced a mark. */
  private static final class EpochUnchecked extends DirectoryFilter {

    private final boolean[] marked;

    EpochUnchecked(Directory in, boolean[] marked) {
      super(in);
      this.marked = marked;
    }

    @Override
    protected Directory filter(Directory inner) {
      return new EpochUnchecked(inner, marked);
    }

    @Override
    public WriteFile create(String name) throws IOException {
      marked[0] = false;
      return name.startsWith("commit-") ? marks(in.create(name)) : in.create(name);
    }

    private WriteFile marks(WriteFile in) {
      return new WriteFilter(in) {
        @Override
        public void writeAt(ByteBuffer bytes, long position) throws IOException {
          in.writeAt(bytes, position);
          marked[0] = position != CommitMark.PUBLISHED_AT;
        }
      };
    }

    @Override
    public List<String> list() throws IOException {
      boolean checksEpoch = marked[0] && path().endsWith("/manifest");
      marked[0] = false;
      return checksEpoch ? List.of() : in.list();
    }
  }

  /** Writes to the file only after the next force what was appended before it. */
  private static final class WrittenLate extends WriteFilter {

    private ByteBuffer late = ByteBuffer.allocate(0);

    WrittenLate(WriteFile in) {
      super(in);
    }

    @Override
    public void append(ByteBuffer bytes) {
      late = ByteBuffer.allocate(late.limit() + bytes.remaining()).put(late).put(bytes).flip();
    }

    @Override
    public void force() throws IOException {
      in.force();
      in.append(late);
      late = ByteBuffer.allocate(0);
    }

    @Override
    public long length() {
      return in.length() + late.limit();
    }
  }
}
