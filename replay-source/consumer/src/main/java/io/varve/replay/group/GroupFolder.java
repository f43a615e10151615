package io.varve.replay.group;

import io.varve.base.BadSettingException;
import io.varve.base.Clock;
import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.format.Owner;
import io.varve.io.Directory;
import io.varve.manifest.Instances;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A group's states: the newest is the group's. Changes of any number of processes come one behind
 * the other, without a lock that somebody dead could hold.
 *
 * <p>Thread: safe; holds no state but the folder.
 */
public final class GroupFolder {

  /** A change of a state, which may be tried several times, on newer ones. */
  @FunctionalInterface
  public interface Change {

    /** The state that follows {@code now}; one that equals it if nothing is to change. */
    GroupState of(GroupState now);
  }

  private static final String FOLDER = "groups";
  private static final String HEARTBEATS = "heartbeats";
  private static final String TEMPORARY = "new-";
  private static final Pattern NAME = Pattern.compile("(\\d{20})\\.group");

  /** So many are kept, so that who lists the folder while one is made meets one that is there. */
  private static final int KEPT = 4;

  private static final int ATTEMPTS = 10_000;
  private static final int NAME_CHARS_MAX = 200;
  private static final AtomicLong TEMPORARIES = new AtomicLong();

  private final Directory store;
  private final Directory folder;
  private final String group;
  private final Instances instances;
  private volatile boolean made;

  /**
   * @param store the store's folder
   * @param instances who is alive in the store, this opening among them
   */
  public GroupFolder(Directory store, String group, Instances instances) {
    this(store, folderName(group), group, instances);
  }

  /**
   * The names of the groups that a store has, by their states.
   *
   * @param damaged is told of each group whose newest state is damaged: its name can't be known
   */
  public static SortedSet<String> groups(
      Directory store, Instances instances, Consumer<CorruptionException> damaged) {
    SortedSet<String> names = new TreeSet<>();
    Directory all = store.folder(FOLDER);
    try {
      for (String name : all.list()) {
        try {
          GroupState newest = new GroupFolder(store, name, "", instances).newest();
          if (newest != null) {
            names.add(newest.group());
          }
        } catch (CorruptionException e) {
          damaged.accept(e);
        }
      }
      return names;
    } catch (IOException e) {
      throw new StoreFailedException("Listing the groups in " + all + " failed", e);
    }
  }

  private GroupFolder(Directory store, String folderName, String group, Instances instances) {
    this.store = store;
    this.folder = store.folder(FOLDER).folder(folderName);
    this.group = group;
    this.instances = instances;
  }

  /**
   * A group's folder: its name, where letters and digits stand for themselves, and all else for its
   * bytes. A name that would be too long is cut, and a checksum makes up for it.
   */
  static String folderName(String group) {
    StringBuilder name = new StringBuilder();
    for (byte each : group.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (each & 0xff);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '_'
              || (c == '.' && name.length() > 0);
      if (plain) {
        name.append(c);
      } else {
        name.append('%').append("%02X".formatted((int) c));
      }
    }
    return name.length() <= NAME_CHARS_MAX
        ? name.toString()
        : name.substring(0, NAME_CHARS_MAX)
            + "~"
            + UUID.nameUUIDFromBytes(group.getBytes(StandardCharsets.UTF_8));
  }

  /** Where members leave their heartbeats. */
  Directory heartbeats() {
    return folder.folder(HEARTBEATS);
  }

  /**
   * The group now.
   *
   * @throws CorruptionException if its newest state is damaged
   * @throws StoreFailedException if it can't be read, or the store isn't there any more
   */
  public GroupState load() {
    try {
      GroupState state = newest();
      if (state == null) {
        // Of a store that is gone no group is empty, and none is made where it was.
        StorePresence.check(store);
        return GroupState.empty(group);
      }
      if (!state.group().equals(group)) {
        throw new CorruptionException(
            path(state.number()), 16, "group " + group, "group " + state.group());
      }
      return state;
    } catch (IOException e) {
      throw new StoreFailedException("Reading the group in " + folder + " failed", e);
    }
  }

  /** The newest state, whatever group it is of; null if there is none. */
  private @Nullable GroupState newest() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      OptionalLong newest = numbers().max();
      if (newest.isEmpty()) {
        return null;
      }
      try {
        return read(newest.getAsLong());
      } catch (NoSuchFileException e) {
        // Superseded between listing and reading: look again.
      }
    }
    throw new StoreFailedException(
        "The states in " + folder + " change faster than they can be read", null);
  }

  private GroupState read(long number) throws IOException {
    GroupState state =
        StateFile.decode(folder.readAll(name(number), StateFile.BYTES_MAX), path(number));
    if (state.number() != number) {
      throw new CorruptionException(
          path(number), 16, "the state of its name", "number " + state.number());
    }
    return state;
  }

  private String path(long number) {
    return folder.path() + "/" + name(number);
  }

  /** Whether the group has changed since {@code state}. */
  public boolean changedSince(GroupState state) {
    try {
      return numbers().anyMatch(number -> number > state.number());
    } catch (IOException e) {
      throw new StoreFailedException("Reading the group in " + folder + " failed", e);
    }
  }

  /**
   * Changes the group; the change is durable on return. What {@code change} throws is passed on,
   * and nothing has changed then.
   *
   * @return the state that the change has led to
   */
  public GroupState update(Change change) {
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        GroupState before = load();
        GroupState changed = change.of(before);
        if (changed.equals(before)) {
          return before;
        }
        GroupState next = changed.withNumber(before.number() + 1);
        if (publish(next)) {
          return next;
        }
      }
      throw new StoreFailedException(
          "The group in " + folder + " changes faster than this consumer can change it", null);
    } catch (IOException e) {
      throw new StoreFailedException("Changing the group in " + folder + " failed", e);
    }
  }

  /**
   * Commits offsets from outside the group, which must have no members.
   *
   * @throws BadSettingException if it has
   */
  public void putOffsets(Map<TopicPartition, CommittedOffset> offsets) {
    update(
        now -> {
          for (GroupMember member : now.members()) {
            if (Members.lives(member, heartbeats(), instances, Clock.SYSTEM)) {
              throw new BadSettingException(
                  "group", group, "a group without members; " + member.id() + " is one");
            }
          }
          return now.withOffsets(offsets);
        });
  }

  private boolean publish(GroupState next) throws IOException {
    if (!made) {
      folder.create();
      made = true;
    }
    Owner.Instance self = instances.self();
    String temporary =
        TEMPORARY + self.process() + "_" + self.nonce() + "_" + TEMPORARIES.incrementAndGet();
    boolean written = false;
    try {
      folder.writeAll(temporary, StateFile.encode(next));
      written = true;
    } finally {
      if (!written) {
        folder.delete(temporary);
      }
    }
    if (!folder.publish(temporary, name(next.number()))) {
      return false;
    }
    // A name that others have taken and deleted can be taken again; then there is a newer state.
    if (changedSince(next)) {
      return false;
    }
    for (long older : numbers().filter(number -> number <= next.number() - KEPT).toArray()) {
      folder.delete(name(older));
    }
    return true;
  }

  /** Takes away what dead processes left half done. */
  void sweep() throws IOException {
    for (String name : folder.list()) {
      String[] parts = name.split("_", -1);
      if (name.startsWith(TEMPORARY)
          && parts.length == 3
          && !instances.alive(
              new Owner.Instance(parts[0].substring(TEMPORARY.length()), parts[1]))) {
        folder.delete(name);
      }
    }
  }

  private LongStream numbers() throws IOException {
    return folder.list().stream()
        .map(NAME::matcher)
        .filter(Matcher::matches)
        .mapToLong(matcher -> Long.parseLong(matcher.group(1)));
  }

  private static String name(long number) {
    return "%020d.group".formatted(number);
  }
}
