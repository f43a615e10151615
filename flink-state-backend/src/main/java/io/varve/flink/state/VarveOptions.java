package io.varve.flink.state;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/** The settings of the state backend; none of them needs to be set. */
public final class VarveOptions {

  /** What the names of all settings begin with. */
  static final String PREFIX = "state.backend.varve.";

  /** Where files are kept that don't fit into memory. */
  public static final ConfigOption<String> LOCAL_DIRECTORIES =
      ConfigOptions.key(PREFIX + "localdir")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Folders on local disks for state that does not fit into memory, separated by commas"
                  + " or the platform's path separator. Each backend takes one of them. By default"
                  + " the task manager's working directory.");

  /** Memory of each slot in place of managed memory. */
  public static final ConfigOption<MemorySize> MEMORY_PER_SLOT =
      ConfigOptions.key(PREFIX + "memory.fixed-per-slot")
          .memoryType()
          .noDefaultValue()
          .withDescription(
              "Memory that the backends of one slot share, in place of the slot's managed memory."
                  + " It is not part of what Flink accounts for.");

  private VarveOptions() {}
}
