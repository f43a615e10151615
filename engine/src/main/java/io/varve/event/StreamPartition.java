package io.varve.event;

import io.varve.base.BadSettingException;
import java.util.regex.Pattern;

/**
 * Names one event log.
 *
 * @param stream the stream's name: 1 to 249 of {@code a-z A-Z 0-9 . _ -}, neither {@code .} nor
 *     {@code ..}, so that it can't leave the store's folder
 * @param generation from 1; the next one begins when a topic was deleted and made again, so that
 *     its offsets start anew
 * @param partition from 0
 */
public record StreamPartition(String stream, int generation, int partition) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,249}");

  public StreamPartition {
    checkStream(stream);
    if (generation < 1) {
      throw new BadSettingException("generation", generation, "a number from 1");
    }
    if (partition < 0) {
      throw new BadSettingException("partition", partition, "a number from 0");
    }
  }

  /** Throws {@link BadSettingException} unless {@code stream} is a legal name. */
  public static void checkStream(String stream) {
    if (!isStreamName(stream)) {
      throw new BadSettingException(
          "stream",
          "'" + stream + "'",
          "1 to 249 letters, digits, dots, underscores or hyphens, other than '.' and '..'");
    }
  }

  /** Whether {@code name} is a legal stream name. */
  public static boolean isStreamName(String name) {
    return NAME.matcher(name).matches() && !name.equals(".") && !name.equals("..");
  }

  /** As people write it: {@code orders-0}, with the generation when it isn't the first. */
  @Override
  public String toString() {
    return generation == 1
        ? stream + "-" + partition
        : stream + "-" + partition + " (generation " + generation + ")";
  }
}
