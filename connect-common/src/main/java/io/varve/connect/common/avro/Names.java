package io.varve.connect.common.avro;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The Avro names of one schema text: Connect's own where Avro allows them, made-up ones elsewhere.
 *
 * <p>Thread: confined.
 */
final class Names {
  private static final Pattern PART = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern FULL = Pattern.compile(PART + "(\\." + PART + ")*");

  /**
   * Avro's type names, which may not name a record; nor does any library expect them behind a dot.
   */
  private static final Set<String> TYPES =
      Set.of(
          "null", "boolean", "int", "long", "float", "double", "bytes", "string", "record", "enum",
          "array", "map", "union", "fixed", "error");

  private final Set<String> taken = new HashSet<>();
  private int madeUp;

  /** The full name for a record of the Connect schema name {@code wanted}; never given twice. */
  String record(@Nullable String wanted) {
    if (wanted != null && legal(wanted) && taken.add(wanted)) {
      return wanted;
    }
    return madeUp("Struct");
  }

  /** A new name in our namespace. */
  String madeUp(String kind) {
    madeUp++;
    return Layout.RESERVED_NAMESPACE + kind + madeUp;
  }

  /**
   * Whether the name is a made-up one, so that the Connect name stands elsewhere if there is one.
   */
  static boolean isMadeUp(String fullName) {
    return fullName.startsWith(Layout.RESERVED_NAMESPACE);
  }

  /**
   * A field's name within its record: the Connect name if legal, else one close to it.
   *
   * @param takenInRecord the names of this record so far, and the legal ones to come; the one
   *     returned is added
   */
  static String field(String connectName, Set<String> takenInRecord) {
    if (legalField(connectName)) {
      return connectName;
    }
    String base = connectName.replaceAll("[^A-Za-z0-9_]", "_");
    if (base.isEmpty() || Character.isDigit(base.charAt(0))) {
      base = "_" + base;
    }
    String name = base;
    for (int i = 2; !takenInRecord.add(name); i++) {
      name = base + "_" + i;
    }
    return name;
  }

  static boolean legalField(String name) {
    return PART.matcher(name).matches();
  }

  private static boolean legal(String fullName) {
    return FULL.matcher(fullName).matches()
        && !fullName.startsWith(Layout.RESERVED_NAMESPACE)
        && !TYPES.contains(fullName.substring(fullName.lastIndexOf('.') + 1));
  }
}
