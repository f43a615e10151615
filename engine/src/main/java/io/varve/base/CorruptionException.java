package io.varve.base;

/**
 * Bytes on disk that are not what was written: a checksum that does not match, a file shorter than
 * what was made durable, a count past its bound. Nothing is dropped or repaired by the code that
 * finds it.
 */
public final class CorruptionException extends VarveException {

  private final String file;
  private final long position;
  private final String expected;
  private final String found;

  /**
   * @param file the file's path or name
   * @param position the byte in it at which the damaged structure begins
   */
  public CorruptionException(String file, long position, String expected, String found) {
    super(
        "Corrupt file "
            + file
            + " at byte "
            + position
            + ": expected "
            + expected
            + ", found "
            + found
            + ". Nothing was changed; keep the file and restore it from a copy",
        null);
    this.file = file;
    this.position = position;
    this.expected = expected;
    this.found = found;
  }

  /** The damaged file. */
  public String file() {
    return file;
  }

  /** The byte at which the damaged structure begins. */
  public long position() {
    return position;
  }

  /** What should have stood there. */
  public String expected() {
    return expected;
  }

  /** What stood there instead. */
  public String found() {
    return found;
  }
}
