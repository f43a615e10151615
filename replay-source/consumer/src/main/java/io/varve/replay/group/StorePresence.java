package io.varve.replay.group;

import io.varve.base.StoreFailedException;
import io.varve.io.Directory;
import io.varve.manifest.StoreLayout;

/**
 * Tells a store that holds nothing of what is looked for from one that was removed while it was
 * open: both have no such files.
 */
public final class StorePresence {

  private StorePresence() {}

  /**
   * Does nothing if the store is there.
   *
   * @param store the store's folder
   * @throws StoreFailedException if the store isn't there any more
   */
  public static void check(Directory store) {
    if (!store.contains(StoreLayout.MARKER)) {
      throw new StoreFailedException(
          "There is no store in "
              + store.path()
              + " any more: it was removed while it was open. Open it again once it is back",
          null);
    }
  }
}
