package io.varve.flink.state.keyed;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.StateSnapshotTransformer;
import org.apache.flink.runtime.state.StateSnapshotTransformer.CollectionStateSnapshotTransformer;
import org.apache.flink.runtime.state.StateSnapshotTransformer.CollectionStateSnapshotTransformer.TransformStrategy;
import org.apache.flink.runtime.state.StateSnapshotTransformer.StateSnapshotTransformFactory;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Applies what a state's owner wants done to values that go into a canonical savepoint, such as to
 * leave out what has expired, to their serialized form there.
 *
 * <p>Thread: a transformer that it makes is confined to one savepoint.
 */
final class SavepointTransform {

  private SavepointTransform() {}

  /**
   * @param elements what transforms a value, an element of a list or a map's value
   */
  static <V, E> StateSnapshotTransformFactory<V> of(
      StateDescriptor.Type type,
      StateSnapshotTransformFactory<E> elements,
      TypeSerializer<V> serializer) {
    return switch (type) {
      case LIST -> {
        @SuppressWarnings("unchecked")
        TypeSerializer<E> elementSerializer =
            ((ListSerializer<E>) serializer).getElementSerializer();
        yield new Serialized<>() {
          @Override
          public Optional<StateSnapshotTransformer<byte[]>> createForSerializedState() {
            return elements
                .createForDeserializedState()
                .map(element -> new OfList<>(element, elementSerializer.duplicate()));
          }
        };
      }
      case MAP ->
          new Serialized<>() {
            @Override
            public Optional<StateSnapshotTransformer<byte[]>> createForSerializedState() {
              return elements.createForSerializedState().map(OfMapValue::new);
            }
          };
      default ->
          new Serialized<>() {
            @Override
            public Optional<StateSnapshotTransformer<byte[]>> createForSerializedState() {
              return elements.createForSerializedState();
            }
          };
    };
  }

  private abstract static class Serialized<V> implements StateSnapshotTransformFactory<V> {
    @Override
    public Optional<StateSnapshotTransformer<V>> createForDeserializedState() {
      throw new UnsupportedOperationException("State is kept serialized");
    }
  }

  /** Transforms the elements of a list that has delimiters between its elements. */
  private static final class OfList<E> implements StateSnapshotTransformer<byte[]> {

    private final StateSnapshotTransformer<E> elements;
    private final TypeSerializer<E> serializer;
    private final boolean untilFirst;
    private final DataInputDeserializer in = new DataInputDeserializer();
    private final DataOutputSerializer out = new DataOutputSerializer(128);

    OfList(StateSnapshotTransformer<E> elements, TypeSerializer<E> serializer) {
      this.elements = elements;
      this.serializer = serializer;
      this.untilFirst =
          elements instanceof CollectionStateSnapshotTransformer<E> collection
              && collection.getFilterStrategy() == TransformStrategy.STOP_ON_FIRST_INCLUDED;
    }

    @Override
    public byte @Nullable [] filterOrTransform(byte @Nullable [] list) {
      if (list == null) {
        return null;
      }
      try {
        in.setBuffer(list);
        out.clear();
        while (in.available() > 0) {
          int from = in.getPosition();
          E element = elements.filterOrTransform(serializer.deserialize(in));
          if (element != null) {
            if (untilFirst) {
              return Arrays.copyOfRange(list, from, list.length);
            }
            if (out.length() > 0) {
              out.writeByte(StoredList.DELIMITER);
            }
            serializer.serialize(element, out);
          }
          if (in.available() > 0) {
            in.skipBytesToRead(1);
          }
        }
        return out.length() == 0 ? null : out.getCopyOfBuffer();
      } catch (IOException e) {
        throw new FlinkRuntimeException("Cannot transform a list for a savepoint", e);
      }
    }
  }

  /** Transforms what stands behind the byte that tells null. */
  private static final class OfMapValue implements StateSnapshotTransformer<byte[]> {

    private final StateSnapshotTransformer<byte[]> values;

    OfMapValue(StateSnapshotTransformer<byte[]> values) {
      this.values = values;
    }

    @Override
    public byte @Nullable [] filterOrTransform(byte @Nullable [] flagged) {
      if (flagged == null || flagged[0] != 0) {
        return flagged;
      }
      byte[] value = Arrays.copyOfRange(flagged, 1, flagged.length);
      byte[] transformed = values.filterOrTransform(value);
      if (transformed == null || transformed == value) {
        return transformed == null ? null : flagged;
      }
      byte[] result = new byte[transformed.length + 1];
      System.arraycopy(transformed, 0, result, 1, transformed.length);
      return result;
    }
  }
}
