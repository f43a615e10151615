package io.varve.connect.source.offset;

import io.varve.event.StreamPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceTaskContext;

/** What Connect has of the positions of logs. */
public final class StoredPositions {

  private StoredPositions() {}

  /**
   * The position of each log that has one.
   *
   * @throws ConnectException if one can't be read
   */
  public static Map<StreamPartition, SourceOffset> read(
      SourceTaskContext context, List<StreamPartition> logs) {
    Map<StreamPartition, SourceOffset> found = new HashMap<>();
    if (logs.isEmpty()) {
      return found;
    }
    List<Map<String, Object>> keys = new ArrayList<>();
    logs.forEach(log -> keys.add(new SourcePartition(log)));
    context
        .offsetStorageReader()
        .offsets(keys)
        .forEach(
            (key, offset) -> {
              if (key instanceof SourcePartition partition && offset != null) {
                found.put(partition.log(), parse(partition.log(), offset));
              }
            });
    return found;
  }

  private static SourceOffset parse(StreamPartition log, Map<String, Object> stored) {
    try {
      return SourceOffset.parse(stored);
    } catch (IllegalArgumentException e) {
      throw new ConnectException(
          "The offset that Connect stored for "
              + log
              + " is not this connector's: "
              + e.getMessage()
              + ". Reset the connector's offsets, or give it another name",
          e);
    }
  }
}
