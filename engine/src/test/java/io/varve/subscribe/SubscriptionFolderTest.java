package io.varve.subscribe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.FencedException;
import io.varve.base.OwnedException;
import io.varve.format.Owner;
import io.varve.io.Directory;
import io.varve.io.PosixDirectory;
import io.varve.manifest.Instances;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose a subscription is, when several think that it is theirs. */
final class SubscriptionFolderTest {

  @TempDir Path temporary;

  private Directory root;
  private Instances instances;

  private Owner owner(String process, String nonce) {
    return new Owner("subscription s", "host", 1, new Owner.Instance(process, nonce));
  }

  private SubscriptionFolder folder(String name) throws IOException {
    root = new PosixDirectory(temporary);
    root.create();
    if (instances == null) {
      instances = new Instances(root, new Owner.Instance("this", "a"));
      instances.register();
    }
    return new SubscriptionFolder(root, name, instances);
  }

  private interface Step {
    void run() throws IOException;
  }

  /**
   * One that was taken over writes something and looks whether it may believe that, at any time
   * before, between and after the steps of those who take over: if it believes it, they have read
   * it.
   */
  @Test
  void whoBelievesThatSomethingIsDurableIsRead() throws IOException {
    int believed = 0;
    int fenced = 0;
    for (int failing = 0; failing < 4; failing++) {
      int steps = run(failing, 99, 99, failing + "-count");
      for (int write = 0; write <= steps; write++) {
        for (int look = write; look <= steps; look++) {
          int result = run(failing, write, look, failing + "-" + write + "-" + look);
          believed += result == BELIEVED ? 1 : 0;
          fenced += result == FENCED ? 1 : 0;
        }
      }
    }
    assertThat(believed).isGreaterThan(10);
    assertThat(fenced).isGreaterThan(50);
  }

  private static final int BELIEVED = -1;
  private static final int FENCED = -2;

  /**
   * The second opening fails after so many of its steps; the third one reads what is there and lets
   * go.
   */
  private int run(int failing, int writeAt, int lookAt, String name) throws IOException {
    SubscriptionFolder folder = folder(name);
    Map<String, Boolean> states = new HashMap<>();
    Owner first = owner("this", "first");
    long epoch = folder.claim(first);
    String mine = folder.createState(epoch);
    states.put(mine, false);
    folder.complete(epoch);

    List<Step> steps = new ArrayList<>();
    long[] epochs = new long[2];
    boolean[] read = new boolean[1];
    boolean[] copy = new boolean[1];
    steps.add(() -> epochs[0] = folder.claim(owner("this", "second")));
    if (failing > 0) {
      steps.add(() -> copy[0] = states.get(folder.newestState()));
    }
    if (failing > 1) {
      steps.add(() -> states.put(folder.createState(epochs[0]), copy[0]));
    }
    if (failing > 2) {
      steps.add(() -> folder.complete(epochs[0]));
    }
    steps.add(() -> folder.release(epochs[0]));
    steps.add(() -> epochs[1] = folder.claim(owner("this", "third")));
    steps.add(() -> read[0] = states.get(folder.newestState()));
    steps.add(() -> states.put(folder.createState(epochs[1]), read[0]));
    steps.add(() -> folder.complete(epochs[1]));
    steps.add(() -> folder.release(epochs[1]));
    int result = 0;
    for (int at = 0; at <= steps.size(); at++) {
      if (at == writeAt) {
        states.put(mine, true);
      }
      if (at == lookAt) {
        try {
          folder.checkOwned(epoch, first);
          result = BELIEVED;
        } catch (FencedException e) {
          result = FENCED;
        }
      }
      if (at < steps.size()) {
        steps.get(at).run();
      }
    }
    assertThat(result != BELIEVED || read[0]).as(name).isTrue();
    assertThat(folder.holder()).isNull();
    return result == 0 ? steps.size() : result;
  }

  @Test
  void anotherProcessMayHaveItWhenNobodyAliveHas() throws IOException {
    SubscriptionFolder folder = folder("s");
    Owner self = owner("this", "a");
    long epoch = folder.claim(self);
    assertThat(folder.livingHolder()).isEqualTo(self);
    Instances others = new Instances(root, new Owner.Instance("other", "b"));
    SubscriptionFolder seen = new SubscriptionFolder(root, "s", others);
    Owner other = owner("other", "b");
    assertThatThrownBy(() -> seen.claim(other))
        .isInstanceOf(OwnedException.class)
        .hasMessageContaining("'subscription s' (process 1 on host)");
    folder.release(epoch);
    assertThat(seen.claim(other)).isEqualTo(epoch);
    // That one isn't alive: it never registered.
    assertThat(folder.livingHolder()).isNull();
    assertThat(folder.claim(self)).isEqualTo(epoch + 1);
    folder.deleteAll(epoch + 1);
    assertThat(folder.newestState()).isNull();
    assertThat(folder.claim(other)).isEqualTo(1);
  }
}
