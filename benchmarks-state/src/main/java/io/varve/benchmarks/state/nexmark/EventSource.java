package io.varve.benchmarks.state.nexmark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceReader;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** A workload's events of some kinds, in as many splits as there are readers. Immutable. */
final class EventSource implements Source<Event, EventSplit, Collection<EventSplit>> {

  private static final long serialVersionUID = 1;

  private final Workload workload;
  private final Set<Kind> kinds;

  EventSource(Workload workload, Set<Kind> kinds) {
    this.workload = workload;
    this.kinds = kinds;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SourceReader<Event, EventSplit> createReader(SourceReaderContext context) {
    return new IteratorSourceReader<>(context);
  }

  @Override
  public SplitEnumerator<EventSplit, Collection<EventSplit>> createEnumerator(
      SplitEnumeratorContext<EventSplit> context) {
    int splits = context.currentParallelism();
    List<EventSplit> all = new ArrayList<>();
    for (int index = 0; index < splits; index++) {
      all.add(EventSplit.first(workload, kinds, index, splits));
    }
    return new OwnSplits(context, all);
  }

  @Override
  public SplitEnumerator<EventSplit, Collection<EventSplit>> restoreEnumerator(
      SplitEnumeratorContext<EventSplit> context, Collection<EventSplit> checkpoint) {
    return new OwnSplits(context, checkpoint);
  }

  @Override
  public SimpleVersionedSerializer<EventSplit> getSplitSerializer() {
    SplitsSerializer serializer = new SplitsSerializer();
    return new SimpleVersionedSerializer<>() {
      @Override
      public int getVersion() {
        return serializer.getVersion();
      }

      @Override
      public byte[] serialize(EventSplit split) throws IOException {
        return serializer.serialize(List.of(split));
      }

      @Override
      public EventSplit deserialize(int version, byte[] bytes) throws IOException {
        return serializer.deserialize(version, bytes).iterator().next();
      }
    };
  }

  @Override
  public SimpleVersionedSerializer<Collection<EventSplit>> getEnumeratorCheckpointSerializer() {
    return new SplitsSerializer();
  }

  private final class SplitsSerializer
      implements SimpleVersionedSerializer<Collection<EventSplit>> {

    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(Collection<EventSplit> splits) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream output = new DataOutputStream(bytes);
      output.writeInt(splits.size());
      for (EventSplit split : splits) {
        split.writeTo(output);
      }
      return bytes.toByteArray();
    }

    @Override
    public Collection<EventSplit> deserialize(int version, byte[] bytes) throws IOException {
      if (version != getVersion()) {
        throw new IOException("Splits of version " + version + ", expected " + getVersion());
      }
      DataInputStream input = new DataInputStream(new ByteArrayInputStream(bytes));
      List<EventSplit> splits = new ArrayList<>();
      for (int left = input.readInt(); left > 0; left--) {
        splits.add(EventSplit.readFrom(input, workload, kinds));
      }
      return splits;
    }
  }
}
