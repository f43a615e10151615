package io.varve.subscribe;

import io.varve.base.BadSettingException;
import io.varve.base.CorruptionException;
import io.varve.base.FencedException;
import io.varve.base.OwnedException;
import io.varve.event.StreamPartition;
import io.varve.format.Owner;
import io.varve.format.OwnerFile;
import io.varve.io.Directory;
import io.varve.manifest.Instances;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription's folder, which says whose it is.
 *
 * <pre>
 * &lt;epoch&gt;.owner   who took the subscription over by that epoch
 * &lt;epoch&gt;/        the state that it writes, and nobody else
 * &lt;epoch&gt;.state   says that this state is complete, and those of lower epochs count no more
 * </pre>
 *
 * <p>Who takes over publishes its owner file, then reads the state of the latest epoch that is
 * complete, which may still be in use, writes it to its own, says so, and takes the older files
 * away. Who writes looks, before it believes that something is durable, whether there is no owner
 * file of a higher epoch and its own is there. An opening that was let go of has no owner file.
 *
 * <p>Thread: safe; holds no state but the folder.
 */
public final class SubscriptionFolder {

  private static final Logger LOG = LoggerFactory.getLogger(SubscriptionFolder.class);

  private static final String FOLDER = "subscriptions";
  private static final String OWNER = ".owner";
  private static final String STATE = ".state";
  private static final Pattern NAME = Pattern.compile("(\\d{1,18})(\\.owner|\\.state)?");
  private static final String TEMPORARY = "new-";
  private static final int ATTEMPTS = 1000;

  private final String name;
  private final Directory folder;
  private final Instances instances;

  /**
   * @param store the store's folder
   * @throws BadSettingException if that is no name for a subscription
   */
  public SubscriptionFolder(Directory store, String name, Instances instances) {
    if (!StreamPartition.isStreamName(name)) {
      throw new BadSettingException(
          "subscription",
          "'" + name + "'",
          "1 to 249 letters, digits, dots, underscores or hyphens, other than '.' and '..'");
    }
    this.name = name;
    this.folder = store.folder(FOLDER).folder(name);
    this.instances = instances;
  }

  /** The names of a store's subscriptions. */
  public static SortedSet<String> names(Directory store) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    for (String name : store.folder(FOLDER).list()) {
      if (StreamPartition.isStreamName(name)) {
        names.add(name);
      }
    }
    return names;
  }

  public String path() {
    return folder.path();
  }

  /**
   * Takes the subscription over. Who had it before in this process is fenced.
   *
   * @return the epoch, which is higher than all before
   * @throws OwnedException if another living process has it
   */
  public long claim(Owner self) throws IOException {
    folder.create();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long highest = highest("");
      Owner holder = holder();
      if (holder != null
          && !holder.instance().process().equals(self.instance().process())
          && instances.alive(holder.instance())) {
        throw OwnedException.ofSubscription(name, folder.path(), holder.toString());
      }
      long epoch = highest + 1;
      String temporary = TEMPORARY + self.instance().nonce() + "-" + epoch;
      folder.delete(temporary);
      folder.writeAll(temporary, new OwnerFile(epoch, self).encode());
      if (folder.publish(temporary, epoch + OWNER)) {
        return epoch;
      }
    }
    throw new IOException("Others keep taking over " + folder.path());
  }

  /** Who has it open, alive or not; null if nobody has. */
  public @Nullable Owner holder() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long epoch = highest(OWNER);
      if (epoch == 0) {
        return null;
      }
      String file = epoch + OWNER;
      try {
        return OwnerFile.decode(
                folder.readAll(file, OwnerFile.BYTES_MAX), folder.path() + "/" + file)
            .owner();
      } catch (NoSuchFileException e) {
        // It was let go of in between.
      }
    }
    throw new IOException("The owner of " + folder.path() + " changes faster than it can be read");
  }

  /** As {@link #holder}, if that one is alive. */
  public @Nullable Owner livingHolder() throws IOException {
    Owner holder = holder();
    return holder != null && instances.alive(holder.instance()) ? holder : null;
  }

  /** The folder of the newest state that is complete; null if there is none. */
  public @Nullable String newestState() throws IOException {
    long epoch = highest(STATE);
    return epoch == 0 ? null : state(epoch).path();
  }

  /** Makes the folder for an epoch's own state, in which there is nothing. */
  public String createState(long epoch) throws IOException {
    Directory state = state(epoch);
    empty(state);
    state.create();
    return state.path();
  }

  /** Says that an epoch's state is complete and durable, and takes all before away. */
  public void complete(long epoch) throws IOException {
    folder.create(epoch + STATE).close();
    folder.sync();
    SortedSet<Long> lower = epochs("").headSet(epoch);
    for (long each : lower) {
      folder.delete(each + OWNER);
    }
    lower.forEach(this::delete);
    for (String file : folder.list()) {
      if (file.startsWith(TEMPORARY)) {
        folder.delete(file);
      }
    }
  }

  private void delete(long epoch) {
    try {
      folder.delete(epoch + STATE);
      Directory state = state(epoch);
      if (state.exists()) {
        empty(state);
        folder.delete("" + epoch);
      }
    } catch (IOException e) {
      // Who is fenced may be making a file just now. The next opening takes it away.
      LOG.warn("What is left of {} in {} can't be deleted: {}", epoch, folder.path(), e.toString());
    }
  }

  private static void empty(Directory state) throws IOException {
    for (String file : state.list()) {
      state.delete(file);
    }
  }

  /**
   * Checks that no newer epoch has been taken.
   *
   * @param self who claimed the epoch
   * @throws FencedException if one has
   */
  public void checkOwned(long epoch, Owner self) throws IOException {
    // In this order: who has a higher one takes this one away before it lets go of its own.
    if (highest(OWNER) <= epoch && self.instance().equals(claimant(epoch))) {
      return;
    }
    Owner holder = holder();
    throw FencedException.ofSubscription(
        name, folder.path(), epoch, holder == null ? "one that is gone by now" : holder.toString());
  }

  private Owner.@Nullable Instance claimant(long epoch) throws IOException {
    String file = epoch + OWNER;
    try {
      return OwnerFile.decode(folder.readAll(file, OwnerFile.BYTES_MAX), folder.path() + "/" + file)
          .owner()
          .instance();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Says that nobody has it open, if the epoch was the last. */
  public void release(long epoch) throws IOException {
    folder.delete(epoch + OWNER);
    folder.sync();
  }

  /** Takes all of it away, under an epoch that was claimed for that. */
  public void deleteAll(long epoch) throws IOException {
    for (long each : epochs("").headSet(epoch)) {
      folder.delete(each + OWNER);
      delete(each);
    }
    folder.delete(epoch + OWNER);
    folder.sync();
  }

  private Directory state(long epoch) {
    return folder.folder("" + epoch);
  }

  private long highest(String kind) throws IOException {
    SortedSet<Long> epochs = epochs(kind);
    return epochs.isEmpty() ? 0 : epochs.last();
  }

  /**
   * @param kind the end of the files' names; all files if it is empty
   */
  private SortedSet<Long> epochs(String kind) throws IOException {
    TreeSet<Long> epochs = new TreeSet<>();
    for (String file : folder.list()) {
      Matcher matcher = NAME.matcher(file);
      if (matcher.matches() && file.endsWith(kind)) {
        long epoch = Long.parseLong(matcher.group(1));
        if (epoch < 1) {
          throw new CorruptionException(
              folder.path() + "/" + file, 0, "a file with an epoch from 1", "" + epoch);
        }
        epochs.add(epoch);
      }
    }
    return epochs;
  }
}
