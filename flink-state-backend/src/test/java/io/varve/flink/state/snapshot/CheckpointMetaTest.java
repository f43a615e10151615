package io.varve.flink.state.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.VarveException;
import io.varve.flink.state.keyed.RegisteredStates;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damage in what a checkpoint knows of its states: the wrong table would be the wrong state. */
final class CheckpointMetaTest {

  private byte[] sound;
  private List<Integer> tables;

  @BeforeEach
  void write() throws IOException {
    RegisteredStates states = new RegisteredStates();
    for (String name : List.of("one", "another")) {
      states.add(
          new RegisteredKeyValueStateBackendMetaInfo<>(
              StateDescriptor.Type.VALUE,
              name,
              VoidNamespaceSerializer.INSTANCE,
              LongSerializer.INSTANCE));
    }
    CheckpointMeta meta = CheckpointMeta.of(states.all());
    tables = meta.tables();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    meta.writeStates(IntSerializer.INSTANCE, out);
    sound = out.toByteArray();
  }

  private static CheckpointMeta read(byte[] bytes) throws Exception {
    return CheckpointMeta.read(
        new ByteArrayInputStream(bytes),
        "metadata",
        CheckpointMetaTest.class.getClassLoader(),
        prior -> {});
  }

  @Test
  void isReadAsItWasWritten() throws Exception {
    CheckpointMeta meta = read(sound);
    assertThat(meta.tables()).isEqualTo(tables).doesNotHaveDuplicates();
    assertThat(meta.states())
        .extracting(state -> state.getName())
        .containsExactly("one", "another");
  }

  @Test
  void noFlippedBitIsBelieved() {
    for (int bit = 0; bit < 8 * sound.length; bit++) {
      byte[] damaged = sound.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> read(damaged))
          .as("bit %d", bit)
          .isInstanceOf(VarveException.class)
          .hasMessageContaining("metadata");
    }
  }

  @Test
  void thatOfAnotherBackendIsToldFromDamage() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new KeyedBackendSerializationProxy<>(
            IntSerializer.INSTANCE, CheckpointMeta.of(new RegisteredStates().all()).states(), true)
        .write(new DataOutputViewStreamWrapper(out));
    assertThatThrownBy(() -> read(out.toByteArray()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another state backend")
        .hasMessageContaining("canonical");
  }

  @Test
  void noneThatEndsEarlyIsBelieved() {
    for (int length = 0; length < sound.length; length++) {
      byte[] cut = Arrays.copyOf(sound, length);
      assertThatThrownBy(() -> read(cut)).isInstanceOf(VarveException.class);
    }
  }
}
