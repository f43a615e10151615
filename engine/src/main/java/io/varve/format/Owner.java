package io.varve.format;

/**
 * Who writes a log, or reads it: enough to tell people whom to look for, and a program whether it
 * lives.
 *
 * @param name what it calls itself, such as {@code connector archive}
 * @param host the machine's name
 * @param pid its process number there
 * @param instance the open store that it works through, see {@link Instance}
 */
public record Owner(String name, String host, long pid, Instance instance) {

  /**
   * One opening of a store by one process.
   *
   * @param process an id that no other process ever has, and that all of one process share,
   *     whatever class loaders they came from
   * @param nonce an id that no other opening ever has
   */
  public record Instance(String process, String nonce) {

    /** The name of the file that it keeps locked as long as it is open. */
    public String lockName() {
      return process + "_" + nonce + ".lock";
    }
  }

  @Override
  public String toString() {
    return "'" + name + "' (process " + pid + " on " + host + ")";
  }
}
