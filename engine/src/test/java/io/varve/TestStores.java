package io.varve;

import io.varve.base.Clock;
import io.varve.format.Owner;
import io.varve.io.Directory;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;

/** Opens stores on other files, another clock and other threads than the machine's. */
public final class TestStores {

  private TestStores() {}

  /** As {@link Store#open(java.nio.file.Path, StoreSettings)}, with default settings. */
  public static Store open(Directory root, Clock clock, Work work, Owner.Instance self) {
    return Store.open(root, StoreSettings.defaults(), clock, work, self);
  }

  /** As {@link Store#open(java.nio.file.Path, StoreSettings)}, on other files. */
  public static Store open(Directory root, StoreSettings settings) {
    return Store.open(
        root,
        settings,
        Clock.SYSTEM,
        new ThreadedWork(settings.threads(), "test"),
        ProcessId.instance());
  }

  /** As {@link Store#open(java.nio.file.Path, StoreSettings)}. */
  public static Store open(
      Directory root, StoreSettings settings, Clock clock, Work work, Owner.Instance self) {
    return Store.open(root, settings, clock, work, self);
  }

  /** As {@link Store#openReadOnly(java.nio.file.Path)}. */
  public static Store openReadOnly(Directory root, Clock clock, Work work, Owner.Instance self) {
    return Store.openReadOnly(root, clock, work, self);
  }
}
