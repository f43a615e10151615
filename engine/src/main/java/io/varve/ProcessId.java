package io.varve;

import io.varve.format.Owner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.UUID;

/** Who this process is, in words and as an id. */
final class ProcessId {

  /** Where all of a process's class loaders, which share no classes of ours, agree on its id. */
  private static final String PROPERTY = "io.varve.process";

  private ProcessId() {}

  /** A new opening of a store by this process. */
  static Owner.Instance instance() {
    Properties shared = System.getProperties();
    String fresh = UUID.randomUUID().toString();
    Object present = shared.putIfAbsent(PROPERTY, fresh);
    String process = present == null ? fresh : present.toString();
    return new Owner.Instance(process, UUID.randomUUID().toString());
  }

  /** This process as the owner {@code name}. */
  static Owner owner(String name, Owner.Instance instance) {
    return new Owner(name, host(), ProcessHandle.current().pid(), instance);
  }

  private static String host() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname"), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      String name = System.getenv("HOSTNAME");
      return name == null ? "this machine" : name;
    }
  }
}
