package io.varve.state;

import io.varve.base.BadSettingException;

/**
 * What a store is told when it is opened.
 *
 * @param keyGroupFirst the first key group it is responsible for
 * @param keyGroupLast the last one
 * @param nonce what its files' names begin with: unique among all stores that ever write files into
 *     the same snapshots, on any machine
 */
public record StateStoreSettings(int keyGroupFirst, int keyGroupLast, String nonce) {

  static final int KEY_GROUPS_MAX = 1 << 16;

  public StateStoreSettings {
    if (keyGroupFirst < 0 || keyGroupLast >= KEY_GROUPS_MAX || keyGroupFirst > keyGroupLast) {
      throw new BadSettingException(
          "key groups",
          keyGroupFirst + " to " + keyGroupLast,
          "a range within 0 to " + (KEY_GROUPS_MAX - 1));
    }
    if (!nonce.matches("[A-Za-z0-9][A-Za-z0-9-]{0,100}")) {
      throw new BadSettingException("nonce", nonce, "up to 100 letters, digits and hyphens");
    }
  }

  boolean has(int keyGroup) {
    return keyGroup >= keyGroupFirst && keyGroup <= keyGroupLast;
  }
}
