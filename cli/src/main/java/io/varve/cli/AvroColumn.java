package io.varve.cli;

import io.varve.Store;
import io.varve.cli.StructuredValues.Decoded;
import io.varve.event.Encoding;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.jspecify.annotations.Nullable;

/**
 * The keys, or the values, of a file of decoded events. All are looked at first, since an Avro file
 * has one schema and begins with it; then they are written.
 *
 * <p>Thread: confined to one.
 */
final class AvroColumn {

  private static final Schema NULL = Schema.create(Schema.Type.NULL);
  private static final Schema BYTES = Schema.create(Schema.Type.BYTES);
  private static final Schema STRING = Schema.create(Schema.Type.STRING);

  private final String name;
  private final Store store;
  private final Set<Schema> structured = new LinkedHashSet<>();
  private StructuredValues values;
  private boolean hasText;
  private boolean hasBytes;

  /**
   * @param name key or value, for messages
   * @param store where the schemas are
   */
  AvroColumn(String name, Store store) {
    this.name = name;
    this.store = store;
    this.values = StructuredValues.asStored(store, null);
  }

  /** Looks at what is to be written. */
  void expect(Encoding encoding, byte @Nullable [] bytes) {
    if (bytes == null) {
      return;
    }
    Decoded decoded = values.read(encoding, bytes);
    if (decoded != null) {
      structured.add(decoded.schema());
    } else if (text(encoding, bytes) != null) {
      hasText = true;
    } else {
      hasBytes = true;
    }
  }

  /**
   * The schema of all that was looked at: a union of null, what the structured ones have, string
   * and bytes, as far as there are such.
   *
   * @throws BadInputException if Avro has no such schema
   */
  Schema schema() {
    Schema all = union(structured);
    if (all != null) {
      return all;
    }
    Schema reader = readerOf(structured);
    Schema readersOwn = reader == null ? null : union(Set.of(reader));
    if (readersOwn != null) {
      values = StructuredValues.asStored(store, reader);
      return readersOwn;
    }
    throw new BadInputException(
        "The "
            + name
            + "s were written by "
            + structured.size()
            + " schemas of which none reads all that the others wrote, and one Avro file can't hold"
            + " them; use --format jsonl, or a range of offsets within which the schema stays");
  }

  /** The one that reads all that the others wrote, or null. */
  static @Nullable Schema readerOf(Set<Schema> schemas) {
    return schemas.stream()
        .filter(reader -> schemas.stream().allMatch(each -> reads(reader, each)))
        .findFirst()
        .orElse(null);
  }

  /** Whether {@code reader} reads what {@code writer} wrote, and all of it. */
  private static boolean reads(Schema reader, Schema writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType()
            == SchemaCompatibilityType.COMPATIBLE
        && hasFieldsOf(reader, writer, new HashSet<>());
  }

  /** Whether no field is left out; else Avro would do that without a word. */
  private static boolean hasFieldsOf(Schema reader, Schema writer, Set<String> seen) {
    return switch (writer.getType()) {
      case UNION ->
          writer.getTypes().stream().allMatch(branch -> hasFieldsOf(reader, branch, seen));
      case RECORD -> {
        Schema same = branch(reader, writer);
        yield !seen.add(writer.getFullName())
            || same == null
            || writer.getFields().stream()
                .allMatch(
                    field -> {
                      Schema.Field there = same.getField(field.name());
                      return there != null && hasFieldsOf(there.schema(), field.schema(), seen);
                    });
      }
      case ARRAY -> {
        Schema same = branch(reader, writer);
        yield same == null || hasFieldsOf(same.getElementType(), writer.getElementType(), seen);
      }
      case MAP -> {
        Schema same = branch(reader, writer);
        yield same == null || hasFieldsOf(same.getValueType(), writer.getValueType(), seen);
      }
      default -> true;
    };
  }

  /** What of {@code reader} reads {@code writer}, or null. */
  private static @Nullable Schema branch(Schema reader, Schema writer) {
    return (reader.isUnion() ? reader.getTypes() : List.of(reader))
        .stream()
            .filter(each -> each.getFullName().equals(writer.getFullName()))
            .findFirst()
            .orElse(null);
  }

  /** The union, or null if Avro allows no such. */
  private @Nullable Schema union(Set<Schema> schemas) {
    Set<Schema> branches = new LinkedHashSet<>();
    branches.add(NULL);
    for (Schema schema : schemas) {
      branches.addAll(schema.isUnion() ? schema.getTypes() : List.of(schema));
    }
    if (hasText) {
      branches.add(STRING);
    }
    if (hasBytes) {
      branches.add(BYTES);
    }
    try {
      Schema union = Schema.createUnion(new ArrayList<>(branches));
      return AvroEvents.isWritable(union) ? union : null;
    } catch (AvroRuntimeException e) {
      return null;
    }
  }

  /** A key or a value, for a field of the {@link #schema}. */
  @Nullable Object write(Encoding encoding, byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    Decoded decoded = values.read(encoding, bytes);
    if (decoded != null) {
      return decoded.datum();
    }
    String text = text(encoding, bytes);
    return text == null ? ByteBuffer.wrap(bytes) : text;
  }

  private static @Nullable String text(Encoding encoding, byte[] bytes) {
    return encoding == Encoding.STRING ? ByteText.utf8(bytes) : null;
  }
}
