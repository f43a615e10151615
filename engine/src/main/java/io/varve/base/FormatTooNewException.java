package io.varve.base;

/** A file written by a later Varve than this one. It is left untouched. */
public final class FormatTooNewException extends VarveException {

  public FormatTooNewException(String file, int found, int newestKnown) {
    super(
        "File "
            + file
            + " has format version "
            + found
            + ", but this Varve reads up to version "
            + newestKnown
            + ". Use the Varve that wrote it, or a later one",
        null);
  }
}
