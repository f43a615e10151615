package io.varve.replay.group;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.format.Checksum;
import io.varve.format.Owner;
import io.varve.replay.group.GroupMember.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A group's state as bytes: the page on the replay consumer has the table. Big-endian.
 *
 * <p>Thread: safe; holds no state.
 */
final class StateFile {

  /** Larger ones are refused before they are read. */
  static final int BYTES_MAX = 64 << 20;

  private static final long MAGIC = 0x5641525645475250L; // VARVEGRP
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 16;

  private StateFile() {}

  static ByteBuffer encode(GroupState state) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeLong(MAGIC);
      out.writeInt(0);
      out.writeInt(VERSION);
      out.writeLong(state.number());
      text(out, state.group());
      out.writeInt(state.generation());
      out.writeByte(state.rebalancing() ? 1 : 0);
      out.writeLong(state.joinUntilMs());
      text(out, state.assignor());
      out.writeInt(state.partitionCounts().size());
      for (Map.Entry<String, Integer> count : new TreeMap<>(state.partitionCounts()).entrySet()) {
        text(out, count.getKey());
        out.writeInt(count.getValue());
      }
      out.writeInt(state.members().size());
      for (GroupMember member : state.members()) {
        member(out, member);
      }
      offsets(out, state.offsets());
      ByteBuffer whole = ByteBuffer.wrap(bytes.toByteArray());
      whole.putInt(8, Checksum.of(whole, 12, whole.limit() - 12));
      return whole;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void member(DataOutputStream out, GroupMember member) throws IOException {
    text(out, member.id());
    bytes(out, member.instanceId() == null ? null : utf8(member.instanceId()));
    text(out, member.owner().name());
    text(out, member.owner().host());
    out.writeLong(member.owner().pid());
    text(out, member.owner().instance().process());
    text(out, member.owner().instance().nonce());
    out.writeLong(member.sessionTimeoutMs());
    out.writeByte((member.lingers() ? 1 : 0) | (member.joined() ? 2 : 0));
    out.writeInt(member.protocols().size());
    for (Protocol protocol : member.protocols()) {
      text(out, protocol.assignor());
      bytes(out, protocol.userData());
    }
    out.writeInt(member.topics().size());
    for (String topic : member.topics()) {
      text(out, topic);
    }
    out.writeInt(member.assigned().size());
    for (TopicPartition partition : member.assigned()) {
      text(out, partition.topic());
      out.writeInt(partition.partition());
    }
    bytes(out, member.assignedData());
  }

  private static void offsets(DataOutputStream out, Map<TopicPartition, CommittedOffset> offsets)
      throws IOException {
    out.writeInt(offsets.size());
    List<Map.Entry<TopicPartition, CommittedOffset>> order = new ArrayList<>(offsets.entrySet());
    order.sort(
        Map.Entry.comparingByKey(
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition)));
    for (Map.Entry<TopicPartition, CommittedOffset> entry : order) {
      TopicPartition partition = entry.getKey();
      CommittedOffset offset = entry.getValue();
      text(out, partition.topic());
      out.writeInt(partition.partition());
      out.writeInt(offset.streamGeneration());
      out.writeLong(offset.offset());
      out.writeInt(offset.leaderEpoch());
      text(out, offset.metadata());
      out.writeLong(offset.committedMs());
    }
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    bytes(out, utf8(text));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void bytes(DataOutputStream out, byte @Nullable [] bytes) throws IOException {
    out.writeInt(bytes == null ? -1 : bytes.length);
    if (bytes != null) {
      out.write(bytes);
    }
  }

  /**
   * The state in {@code bytes}.
   *
   * @param file named in errors
   * @throws CorruptionException if they are damaged
   */
  static GroupState decode(ByteBuffer bytes, String file) {
    if (bytes.limit() < HEADER_BYTES || bytes.getLong(0) != MAGIC) {
      throw new CorruptionException(
          file, 0, "the magic number of a group's state", bytes.limit() + " other bytes");
    }
    int found = Checksum.of(bytes, 12, bytes.limit() - 12);
    if (bytes.getInt(8) != found) {
      throw new CorruptionException(
          file,
          0,
          "a group's state with CRC32C " + Integer.toHexString(bytes.getInt(8)),
          "CRC32C " + Integer.toHexString(found));
    }
    if (bytes.getInt(12) > VERSION) {
      throw new FormatTooNewException(file, bytes.getInt(12), VERSION);
    }
    ByteBuffer in = bytes.duplicate().position(HEADER_BYTES);
    try {
      return state(in, file);
    } catch (BufferUnderflowException e) {
      throw new CorruptionException(file, in.position(), "more bytes", "the file's end");
    }
  }

  private static GroupState state(ByteBuffer in, String file) {
    long number = in.getLong();
    String group = text(in, file);
    int generation = in.getInt();
    boolean rebalancing = in.get() != 0;
    long joinUntilMs = in.getLong();
    String assignor = text(in, file);
    Map<String, Integer> counts = new HashMap<>();
    for (int left = count(in, file); left > 0; left--) {
      counts.put(text(in, file), in.getInt());
    }
    List<GroupMember> members = new ArrayList<>();
    for (int left = count(in, file); left > 0; left--) {
      members.add(member(in, file));
    }
    Map<TopicPartition, CommittedOffset> offsets = new HashMap<>();
    for (int left = count(in, file); left > 0; left--) {
      TopicPartition partition = new TopicPartition(text(in, file), in.getInt());
      offsets.put(
          partition,
          new CommittedOffset(
              in.getInt(), in.getLong(), in.getInt(), text(in, file), in.getLong()));
    }
    return new GroupState(
        number, group, generation, rebalancing, joinUntilMs, assignor, counts, members, offsets);
  }

  private static GroupMember member(ByteBuffer in, String file) {
    String id = text(in, file);
    byte[] instanceId = bytes(in, file);
    Owner owner =
        new Owner(
            text(in, file),
            text(in, file),
            in.getLong(),
            new Owner.Instance(text(in, file), text(in, file)));
    long sessionTimeoutMs = in.getLong();
    int flags = in.get();
    List<Protocol> protocols = new ArrayList<>();
    for (int left = count(in, file); left > 0; left--) {
      protocols.add(new Protocol(text(in, file), bytes(in, file)));
    }
    List<String> topics = new ArrayList<>();
    for (int left = count(in, file); left > 0; left--) {
      topics.add(text(in, file));
    }
    List<TopicPartition> assigned = new ArrayList<>();
    for (int left = count(in, file); left > 0; left--) {
      assigned.add(new TopicPartition(text(in, file), in.getInt()));
    }
    return new GroupMember(
        id,
        instanceId == null ? null : new String(instanceId, StandardCharsets.UTF_8),
        owner,
        sessionTimeoutMs,
        (flags & 1) != 0,
        (flags & 2) != 0,
        protocols,
        topics,
        assigned,
        bytes(in, file));
  }

  private static String text(ByteBuffer in, String file) {
    byte[] bytes = bytes(in, file);
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte @Nullable [] bytes(ByteBuffer in, String file) {
    int at = in.position();
    int length = in.getInt();
    if (length < -1 || length > in.remaining()) {
      throw new CorruptionException(
          file, at, "a length up to " + in.remaining(), String.valueOf(length));
    }
    if (length == -1) {
      return null;
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  /** Nothing is allocated by it: each of what it counts takes at least a byte. */
  private static int count(ByteBuffer in, String file) {
    int at = in.position();
    int count = in.getInt();
    if (count < 0 || count > in.remaining()) {
      throw new CorruptionException(
          file, at, "a count up to " + in.remaining(), String.valueOf(count));
    }
    return count;
  }
}
