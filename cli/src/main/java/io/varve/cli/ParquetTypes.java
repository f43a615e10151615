package io.varve.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;

/** Which types of Avro a Parquet file has columns for. */
final class ParquetTypes {

  private ParquetTypes() {}

  /** The type of what isn't null; the union itself where there are several. */
  static Schema withoutNull(Schema schema) {
    if (!schema.isUnion()) {
      return schema;
    }
    List<Schema> others =
        schema.getTypes().stream().filter(each -> each.getType() != Schema.Type.NULL).toList();
    return others.size() == 1 ? others.get(0) : schema;
  }

  /**
   * Whether there are columns for all of it. There are none for what holds itself, nor for what
   * holds nothing.
   */
  static boolean hasColumns(Schema schema) {
    return hasColumns(schema, new HashSet<>());
  }

  private static boolean hasColumns(Schema schema, Set<String> around) {
    return switch (schema.getType()) {
      case NULL -> false;
      case FIXED -> schema.getFixedSize() > 0;
      case ARRAY -> hasColumns(schema.getElementType(), around);
      case MAP -> hasColumns(schema.getValueType(), around);
      case UNION -> {
        List<Schema> others =
            schema.getTypes().stream().filter(each -> each.getType() != Schema.Type.NULL).toList();
        yield !others.isEmpty() && others.stream().allMatch(each -> hasColumns(each, around));
      }
      case RECORD -> {
        if (schema.getFields().isEmpty() || !around.add(schema.getFullName())) {
          yield false;
        }
        boolean all =
            schema.getFields().stream().allMatch(field -> hasColumns(field.schema(), around));
        around.remove(schema.getFullName());
        yield all;
      }
      default -> true;
    };
  }
}
