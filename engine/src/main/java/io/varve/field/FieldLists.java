package io.varve.field;

import io.varve.format.FieldList;
import io.varve.io.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Which fields of a stream are indexed: numbered lists in the stream's folder {@code fields/}, of
 * which the highest counts.
 *
 * <p>Thread: safe, also beside others in other processes.
 */
public final class FieldLists {

  private static final Pattern NAME = Pattern.compile("\\d{20}\\.list");

  /** How often a list may vanish while it is looked for. */
  private static final int ATTEMPTS = 100;

  private final Directory folder;
  private final String temporary;

  /**
   * @param stream the stream's folder
   * @param unique no other instance has this name
   */
  public FieldLists(Directory stream, String unique) {
    this.folder = stream.folder("fields");
    this.temporary = "new-" + unique;
  }

  /** The newest list; an empty one, with the number 0, if there is none. */
  public FieldList newest() throws IOException {
    for (int attempt = 0; ; attempt++) {
      String name = folder.list().stream().filter(this::isList).max(String::compareTo).orElse("");
      if (name.isEmpty()) {
        return new FieldList(0, List.of());
      }
      try {
        return FieldList.decode(
            folder.readAll(name, FieldList.BYTES_MAX), number(name), folder.path() + "/" + name);
      } catch (NoSuchFileException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        // A newer one took its place.
      }
    }
  }

  /**
   * Puts a list in the newest one's place; durable on return.
   *
   * @return false if somebody else did so meanwhile
   */
  public boolean replace(FieldList newest, List<String> fields) throws IOException {
    FieldList next = new FieldList(newest.number() + 1, fields);
    folder.create();
    folder.delete(temporary);
    folder.writeAll(temporary, next.encode());
    if (!folder.publish(temporary, name(next.number()))) {
      return false;
    }
    boolean last = true;
    for (String name : folder.list()) {
      if (isList(name) && number(name) < next.number()) {
        folder.delete(name);
      }
      last &= !isList(name) || number(name) <= next.number();
    }
    return last;
  }

  private boolean isList(String name) {
    return NAME.matcher(name).matches();
  }

  private static String name(long number) {
    return String.format(Locale.ROOT, "%020d.list", number);
  }

  private static long number(String name) {
    return Long.parseLong(name.substring(0, 20));
  }
}
