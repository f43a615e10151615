package io.varve.base;

import org.jspecify.annotations.Nullable;

/** A setting whose value is not allowed. Names the setting, its value and what would be allowed. */
public final class BadSettingException extends VarveException {

  private final String setting;

  public BadSettingException(String setting, @Nullable Object value, String allowed) {
    super("Invalid value " + value + " for setting " + setting + ": expected " + allowed, null);
    this.setting = setting;
  }

  /** The setting's name. */
  public String setting() {
    return setting;
  }
}
