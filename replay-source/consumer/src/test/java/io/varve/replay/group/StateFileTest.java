package io.varve.replay.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.format.Checksum;
import io.varve.format.Owner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** A group's state comes back as it was, or as an error. */
final class StateFileTest {

  private static GroupState state() {
    Owner owner = new Owner("consumer", "host", 42, new Owner.Instance("process", "nonce"));
    GroupMember one =
        new GroupMember(
            "one",
            null,
            owner,
            45_000,
            false,
            true,
            List.of(new GroupMember.Protocol("range", null)),
            List.of("orders"),
            List.of(new TopicPartition("orders", 1)),
            null);
    GroupMember two =
        new GroupMember(
            "two", "static", owner, 1, true, false, List.of(), List.of(), List.of(), null);
    return new GroupState(
        7,
        "Gruppe ä",
        3,
        true,
        99,
        "range",
        Map.of("orders", 2),
        List.of(one, two),
        Map.of(
            new TopicPartition("orders", 0), new CommittedOffset(1, 17, -1, "", 1000),
            new TopicPartition("orders", 1), new CommittedOffset(2, 0, 5, "Notiz", 2000)));
  }

  private static byte[] bytes(GroupState state) {
    ByteBuffer encoded = StateFile.encode(state);
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  @Test
  void comesBackAsItWas() {
    assertThat(StateFile.decode(StateFile.encode(state()), "file")).isEqualTo(state());
  }

  @Test
  void theExampleOnThePageIsWhatIsWritten() throws IOException {
    String page = Files.readString(Path.of("..", "..", "docs", "replay-consumer.md"));
    String example = page.substring(page.indexOf("<!-- group-state -->"));
    StringBuilder hex = new StringBuilder();
    for (String line : example.split("```", 3)[1].lines().skip(1).toList()) {
      hex.append(line, 0, line.indexOf("  ")).append(' ');
    }
    GroupState state =
        new GroupState(
            2,
            "g",
            1,
            false,
            0,
            "range",
            Map.of("orders", 1),
            List.of(),
            Map.of(
                new TopicPartition("orders", 0),
                new CommittedOffset(1, 17, -1, "", 1_700_000_000_000L)));
    byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(hex.toString().strip());

    assertThat(bytes(state)).isEqualTo(bytes);
    assertThat(StateFile.decode(ByteBuffer.wrap(bytes), "example")).isEqualTo(state);
  }

  @Test
  void everyBitCountsAndEveryLength() {
    byte[] bytes = bytes(state());
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] changed = bytes.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> StateFile.decode(ByteBuffer.wrap(changed), "file"))
          .isInstanceOf(CorruptionException.class);
    }
    for (int length = 0; length < bytes.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length).slice();
      assertThatThrownBy(() -> StateFile.decode(cut, "file"))
          .isInstanceOf(CorruptionException.class);
    }
  }

  @Test
  void wrongContentUnderARightChecksumIsAnErrorToo() {
    Random random = new Random(1);
    byte[] bytes = bytes(state());
    for (int i = 0; i < 20_000; i++) {
      ByteBuffer changed = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        changed.put(16 + random.nextInt(bytes.length - 16), (byte) random.nextInt());
      }
      changed.putInt(8, Checksum.of(changed, 12, changed.limit() - 12));
      try {
        assertThat(StateFile.decode(changed, "file")).isNotNull();
      } catch (CorruptionException e) {
        assertThat(e.file()).isEqualTo("file");
      }
    }
  }

  @Test
  void aLaterFormatIsRefused() {
    ByteBuffer bytes = StateFile.encode(state());
    bytes.putInt(12, 2);
    bytes.putInt(8, Checksum.of(bytes, 12, bytes.limit() - 12));
    assertThatThrownBy(() -> StateFile.decode(bytes, "file"))
        .isInstanceOf(FormatTooNewException.class);
  }
}
