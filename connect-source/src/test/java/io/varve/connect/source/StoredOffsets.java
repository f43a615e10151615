package io.varve.connect.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.OffsetStorageReader;
import org.jspecify.annotations.Nullable;

/** Keeps source offsets as a worker does: as JSON, found again byte by byte. */
final class StoredOffsets implements OffsetStorageReader {

  private final Map<ByteBuffer, ByteBuffer> stored = new LinkedHashMap<>();
  private final JsonConverter converter = new JsonConverter();

  StoredOffsets() {
    converter.configure(Map.of("schemas.enable", "false"), false);
  }

  void commit(List<SourceRecord> records) {
    records.forEach(record -> put(record.sourcePartition(), record.sourceOffset()));
  }

  void put(Map<String, ?> partition, @Nullable Map<String, ?> offset) {
    stored.put(json(List.of("connector", partition)), json(offset));
  }

  /** What a worker does with offsets that come by REST before it stores them. */
  void alter(Map<String, ?> partition, Map<String, ?> offset) {
    put(map(json(partition)), map(json(offset)));
  }

  List<String> partitionsAsText() {
    return stored.keySet().stream()
        .map(bytes -> UTF_8.decode(bytes.duplicate()).toString())
        .toList();
  }

  @Override
  public <T> Map<String, Object> offset(Map<String, T> partition) {
    return offsets(List.of(partition)).get(partition);
  }

  @Override
  public <T> Map<Map<String, T>, Map<String, Object>> offsets(
      Collection<Map<String, T>> partitions) {
    Map<Map<String, T>, Map<String, Object>> found = new HashMap<>();
    for (Map<String, T> partition : partitions) {
      ByteBuffer offset = stored.get(json(List.of("connector", partition)));
      if (offset != null) {
        found.put(partition, map(offset));
      }
    }
    return found;
  }

  private ByteBuffer json(@Nullable Object value) {
    return ByteBuffer.wrap(converter.fromConnectData("offsets", null, value));
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> map(ByteBuffer json) {
    return (Map<String, Object>) converter.toConnectData("offsets", json.array()).value();
  }
}
