package io.varve.replay.group;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.format.Checksum;
import io.varve.format.Owner;
import io.varve.replay.group.GroupMember.Protocol;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * A group's state as bytes: the page on the replay consumer has the table.
 *
 * <p>Thread: safe; holds no state.
 */
final class StateFile {

  /** Larger ones are refused before they are read. */
  static final int BYTES_MAX = 64 << 20;

  private static final long MAGIC = 0x5052474556524156L; // VARVEGRP, from its last byte
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 16;
  private static final int LINGERS = 1;
  private static final int JOINED = 2;

  private StateFile() {}

  static ByteBuffer encode(GroupState state) {
    Output out = new Output();
    out.i64(MAGIC).i32(0).i32(VERSION);
    out.i64(state.number()).text(state.group()).i32(state.generation());
    out.i8(state.rebalancing() ? 1 : 0).i64(state.joinUntilMs()).text(state.assignor());
    out.i32(state.partitionCounts().size());
    new TreeMap<>(state.partitionCounts()).forEach((topic, count) -> out.text(topic).i32(count));
    out.i32(state.members().size());
    state.members().forEach(member -> member(out, member));
    offsets(out, state.offsets());
    ByteBuffer whole = out.bytes();
    whole.putInt(8, Checksum.of(whole, 12, whole.limit() - 12));
    return whole;
  }

  private static void member(Output out, GroupMember member) {
    Owner owner = member.owner();
    out.text(member.id()).bytes(member.instanceId() == null ? null : utf8(member.instanceId()));
    out.text(owner.name()).text(owner.host()).i64(owner.pid());
    out.text(owner.instance().process()).text(owner.instance().nonce());
    out.i64(member.sessionTimeoutMs());
    out.i8((member.lingers() ? LINGERS : 0) | (member.joined() ? JOINED : 0));
    out.i32(member.protocols().size());
    for (Protocol protocol : member.protocols()) {
      out.text(protocol.assignor()).bytes(protocol.userData());
    }
    out.i32(member.topics().size());
    member.topics().forEach(out::text);
    out.i32(member.assigned().size());
    for (TopicPartition partition : member.assigned()) {
      out.text(partition.topic()).i32(partition.partition());
    }
    out.bytes(member.assignedData());
  }

  private static void offsets(Output out, Map<TopicPartition, CommittedOffset> offsets) {
    out.i32(offsets.size());
    List<Map.Entry<TopicPartition, CommittedOffset>> order = new ArrayList<>(offsets.entrySet());
    order.sort(
        Map.Entry.comparingByKey(
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition)));
    for (Map.Entry<TopicPartition, CommittedOffset> entry : order) {
      CommittedOffset offset = entry.getValue();
      out.text(entry.getKey().topic()).i32(entry.getKey().partition());
      out.i32(offset.streamGeneration()).i64(offset.offset()).i32(offset.leaderEpoch());
      out.text(offset.metadata()).i64(offset.committedMs());
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Bytes that grow as they are written. */
  private static final class Output {

    private ByteBuffer to = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);

    private ByteBuffer room(int bytes) {
      if (to.remaining() < bytes) {
        int wanted = Math.max(2 * to.capacity(), to.position() + bytes);
        to = ByteBuffer.allocate(wanted).order(ByteOrder.LITTLE_ENDIAN).put(to.flip());
      }
      return to;
    }

    Output i8(int value) {
      room(Byte.BYTES).put((byte) value);
      return this;
    }

    Output i32(int value) {
      room(Integer.BYTES).putInt(value);
      return this;
    }

    Output i64(long value) {
      room(Long.BYTES).putLong(value);
      return this;
    }

    Output text(String text) {
      return bytes(utf8(text));
    }

    Output bytes(byte @Nullable [] bytes) {
      i32(bytes == null ? -1 : bytes.length);
      if (bytes != null) {
        room(bytes.length).put(bytes);
      }
      return this;
    }

    ByteBuffer bytes() {
      return to.flip().slice().order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /**
   * The state in {@code stored}.
   *
   * @param file named in errors
   * @throws CorruptionException if they are damaged
   */
  static GroupState decode(ByteBuffer stored, String file) {
    ByteBuffer bytes = stored.slice().order(ByteOrder.LITTLE_ENDIAN);
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
    ByteBuffer in = bytes.position(HEADER_BYTES);
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
        (flags & LINGERS) != 0,
        (flags & JOINED) != 0,
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
