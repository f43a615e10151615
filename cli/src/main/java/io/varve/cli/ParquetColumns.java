package io.varve.cli;

import io.varve.Store;
import io.varve.cli.StructuredValues.Decoded;
import io.varve.event.Encoding;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * The keys, or the values, of a Parquet file: a column for each kind of them, which is null where
 * the event has another. Kinds are the types of structured ones by their names, text, bytes, and
 * JSON for structured ones that have no columns. All are looked at first, then written.
 *
 * <p>Thread: confined to one.
 */
final class ParquetColumns {

  private static final Schema NULL = Schema.create(Schema.Type.NULL);
  private static final String TEXT = "string";
  private static final String BYTES = "bytes";

  /** With a dot, as no type has it in front. */
  private static final String JSON = ".json";

  private final String name;
  private final Store store;
  private final StructuredValues written;
  private final StructuredValues readable;
  private final Map<String, Kind> kinds = new LinkedHashMap<>();
  private boolean bytesAreText = true;

  /**
   * @param name key or value: the column's name if there is one kind only
   * @param store where the schemas are
   */
  ParquetColumns(String name, Store store) {
    this.name = name;
    this.store = store;
    this.written = StructuredValues.asStored(store, null);
    this.readable = StructuredValues.readable(store);
  }

  /** What goes to one column. */
  private static final class Kind {
    private final Set<Schema> schemas = new LinkedHashSet<>();
    private String column = "";

    /** Reads what several schemas wrote as the one of the column; null if there is one only. */
    private @Nullable StructuredValues reader;
  }

  /** Looks at what is to be written. */
  void expect(Encoding encoding, byte @Nullable [] bytes) {
    if (bytes == null) {
      return;
    }
    Decoded decoded = written.read(encoding, bytes);
    if (decoded != null) {
      Schema schema = ParquetTypes.withoutNull(decoded.schema());
      boolean columns = ParquetTypes.hasColumns(schema);
      bytesAreText = bytesAreText && schema.getType() != Schema.Type.BYTES;
      kind(columns ? schema.getFullName() : JSON)
          .schemas
          .add(columns ? schema : Schema.create(Schema.Type.STRING));
    } else if (encoding == Encoding.STRING && ByteText.utf8(bytes) != null) {
      kind(TEXT).schemas.add(Schema.create(Schema.Type.STRING));
    } else {
      bytesAreText = bytesAreText && encoding == Encoding.BYTES && ByteText.utf8(bytes) != null;
      kind(BYTES).schemas.add(Schema.create(Schema.Type.BYTES));
    }
  }

  private Kind kind(String key) {
    return kinds.computeIfAbsent(key, each -> new Kind());
  }

  /**
   * The columns for all that was looked at.
   *
   * @throws BadInputException if a type's schemas can't be read as one
   */
  List<Schema.Field> fields() {
    if (bytesAreText && kinds.remove(BYTES) != null) {
      kind(TEXT).schemas.add(Schema.create(Schema.Type.STRING));
    }
    if (kinds.isEmpty()) {
      kind(TEXT).schemas.add(Schema.create(Schema.Type.STRING));
    }
    List<Schema.Field> fields = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    kinds.forEach(
        (key, kind) -> {
          String wanted = kinds.size() == 1 ? name : name + "_" + suffix(key, taken);
          String column = wanted;
          for (int i = 2; !taken.add(column); i++) {
            column = wanted + "_" + i;
          }
          kind.column = column;
          fields.add(
              new Schema.Field(
                  column, Schema.createUnion(NULL, schema(kind)), null, (Object) null));
        });
    return fields;
  }

  /** The simple name of a type, or all of it where another has the same. */
  private String suffix(String key, Set<String> taken) {
    String simple = key.substring(key.lastIndexOf('.') + 1);
    String shown = simple.equals(TEXT) ? "text" : simple;
    return taken.contains(name + "_" + shown) ? key.replace('.', '_') : shown;
  }

  private Schema schema(Kind kind) {
    if (kind.schemas.size() == 1) {
      return kind.schemas.iterator().next();
    }
    Schema reader = AvroColumn.readerOf(kind.schemas);
    if (reader == null) {
      throw new BadInputException(
          "The "
              + name
              + "s of the type "
              + kind.schemas.iterator().next().getFullName()
              + " were written by "
              + kind.schemas.size()
              + " schemas of which none reads all that the others wrote, and one Parquet file can't"
              + " hold them; use --format jsonl, or a range of offsets within which the schema"
              + " stays");
    }
    kind.reader = StructuredValues.asStored(store, reader);
    return reader;
  }

  /** Puts a key or a value into the column of its kind. */
  void write(GenericRecord to, Encoding encoding, byte @Nullable [] bytes) {
    if (bytes == null) {
      return;
    }
    Decoded decoded = written.read(encoding, bytes);
    if (decoded != null) {
      if (decoded.datum() == null) {
        return;
      }
      Schema schema = ParquetTypes.withoutNull(decoded.schema());
      Kind kind = kinds.get(schema.getFullName());
      if (kind == null) {
        put(to, JSON, String.valueOf(readable.json(encoding, bytes)));
      } else if (kind.reader == null) {
        to.put(kind.column, decoded.datum());
      } else {
        Decoded asOne = kind.reader.read(encoding, bytes);
        if (asOne == null) {
          throw new BadInputException(
              "A "
                  + name
                  + " of the type "
                  + schema.getFullName()
                  + " can't be read by the type's newer schema; use --format jsonl");
        }
        to.put(kind.column, asOne.datum());
      }
      return;
    }
    boolean asText = encoding == Encoding.STRING || bytesAreText;
    String text = asText ? ByteText.utf8(bytes) : null;
    if (text != null) {
      put(to, TEXT, text);
    } else {
      put(to, BYTES, ByteBuffer.wrap(bytes));
    }
  }

  private void put(GenericRecord to, String kind, Object value) {
    Kind there = kinds.get(kind);
    if (there == null) {
      throw new IllegalStateException("A " + name + " that was not looked at, of the kind " + kind);
    }
    to.put(there.column, value);
  }
}
