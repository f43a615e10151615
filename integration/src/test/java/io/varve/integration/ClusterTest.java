package io.varve.integration;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests have that run connectors on the shared cluster: a store, and connectors on it. */
abstract class ClusterTest {

  final TestCluster cluster = TestCluster.shared();

  @TempDir Path folder;
  Path store;
  Connectors connectors;

  @BeforeEach
  final void open() {
    store = folder.resolve("store");
    connectors = new Connectors(cluster.rest(), store);
  }

  @AfterEach
  final void close() {
    connectors.close();
  }
}
