package io.varve.flink.source;

import io.varve.flink.source.discover.LogEnumerator;
import io.varve.flink.source.read.LogSourceReader;
import io.varve.flink.source.split.LogSplit;
import io.varve.flink.source.split.LogSplitSerializer;
import io.varve.flink.source.split.SourceState;
import io.varve.flink.source.split.SourceStateSerializer;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Streams of a store as a source of a Flink job: bounded, or following them as they grow; in the
 * order of each partition; exactly once with Flink's checkpoints.
 *
 * <pre>{@code
 * VarveSource<String> orders =
 *     VarveSource.<String>builder()
 *         .setStore("/data/archive")
 *         .setStreams("orders")
 *         .setBounded(LogPlace.latest())
 *         .setValueOnlyDeserializer(new SimpleStringSchema())
 *         .build();
 * env.fromSource(orders, WatermarkStrategy.noWatermarks(), "orders");
 * }</pre>
 *
 * <p>Thread: immutable.
 */
public final class VarveSource<T>
    implements Source<T, LogSplit, SourceState>, ResultTypeQueryable<T> {

  private static final long serialVersionUID = 1L;

  private final SourceSettings settings;
  private final VarveDeserializationSchema<T> schema;

  VarveSource(SourceSettings settings, VarveDeserializationSchema<T> schema) {
    this.settings = settings;
    this.schema = schema;
  }

  public static <T> VarveSourceBuilder<T> builder() {
    return new VarveSourceBuilder<>();
  }

  /** What is read, and how. */
  public SourceSettings settings() {
    return settings;
  }

  @Override
  public Boundedness getBoundedness() {
    return settings.bounded() ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<T, LogSplit> createReader(SourceReaderContext context) {
    return new LogSourceReader<>(context, settings, schema);
  }

  @Override
  public LogEnumerator createEnumerator(SplitEnumeratorContext<LogSplit> context) {
    return restoreEnumerator(context, SourceState.NEW);
  }

  @Override
  public LogEnumerator restoreEnumerator(
      SplitEnumeratorContext<LogSplit> context, SourceState checkpoint) {
    return new LogEnumerator(context, settings, checkpoint);
  }

  @Override
  public SimpleVersionedSerializer<LogSplit> getSplitSerializer() {
    return new LogSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<SourceState> getEnumeratorCheckpointSerializer() {
    return new SourceStateSerializer();
  }

  @Override
  public TypeInformation<T> getProducedType() {
    return schema.getProducedType();
  }
}
