package io.varve.flink.source.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.event.StreamPartition;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Splits and the enumerator's state come back from a checkpoint as they were, or not at all. */
class SerializersTest {

  private static final StreamPartition LOG = new StreamPartition("orders.v1", 3, 12);
  private static final LogSplit SPLIT =
      new LogSplit(LOG, LogSplit.EARLIEST, 77, 1L << 40, Long.MIN_VALUE, 5);
  private static final LogSplit CUT = new LogSplit(LOG, 9, 9, Long.MAX_VALUE, -7, Long.MAX_VALUE);
  private static final SourceState STATE =
      new SourceState(
          true,
          Map.of(LOG, Long.MAX_VALUE, new StreamPartition("b", 1, 0), 0L),
          List.of(SPLIT, CUT));

  private final LogSplitSerializer splits = new LogSplitSerializer();
  private final SourceStateSerializer states = new SourceStateSerializer();

  @Test
  void whatIsWrittenComesBack() throws IOException {
    for (LogSplit split : List.of(SPLIT, CUT)) {
      assertThat(splits.deserialize(splits.getVersion(), splits.serialize(split))).isEqualTo(split);
    }
    for (SourceState state : List.of(STATE, SourceState.NEW)) {
      assertThat(states.deserialize(states.getVersion(), states.serialize(state))).isEqualTo(state);
    }
  }

  @Test
  void theBytesAreThoseOfVersionOne() throws IOException {
    assertThat(splits.serialize(CUT))
        .asHexString()
        .isEqualTo(
            "00096F72646572732E7631000000030000000C"
                + "00000000000000090000000000000009"
                + "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF97FFFFFFFFFFFFFFF");
  }

  @Test
  void anotherVersionIsRefusedByName() throws IOException {
    byte[] bytes = splits.serialize(SPLIT);
    assertThatThrownBy(() -> splits.deserialize(2, bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("format version 2")
        .hasMessageContaining("reads version 1");
  }

  @Test
  void whatIsCutShortOrTooLongIsRefused() throws IOException {
    byte[] split = splits.serialize(SPLIT);
    byte[] state = states.serialize(STATE);
    for (int length = 0; length < split.length; length++) {
      byte[] cut = Arrays.copyOf(split, length);
      assertThatThrownBy(() -> splits.deserialize(1, cut)).isInstanceOf(IOException.class);
    }
    for (int length = 0; length < state.length; length++) {
      byte[] cut = Arrays.copyOf(state, length);
      assertThatThrownBy(() -> states.deserialize(1, cut)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> splits.deserialize(1, Arrays.copyOf(split, split.length + 1)))
        .hasMessageContaining("1 bytes behind the end");
  }

  @Test
  void damagedBytesAreRefusedOrReadAsSomethingLegal() throws IOException {
    Random random = new Random(7);
    int refused = 0;
    byte[] whole = states.serialize(STATE);
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        states.deserialize(1, damaged);
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void aCountThatCannotBeIsRefusedBeforeAnythingIsMade() throws IOException {
    byte[] state = states.serialize(SourceState.NEW);
    state[1] = 0x7f;
    assertThatThrownBy(() -> states.deserialize(1, state)).hasMessageContaining("logs in 4 bytes");
  }

  @Test
  void splitsOfOneLogHaveDifferentIds() {
    assertThat(SPLIT.splitId()).isEqualTo("orders.v1-12~3");
    assertThat(CUT.splitId()).isEqualTo("orders.v1-12~3@9");
    assertThat(CUT.at(100).splitId()).isEqualTo(CUT.splitId());
  }
}
