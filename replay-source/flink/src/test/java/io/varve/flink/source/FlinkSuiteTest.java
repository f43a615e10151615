package io.varve.flink.source;

import io.varve.LogWriter;
import io.varve.event.Event;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.testframe.environment.MiniClusterTestEnvironment;
import org.apache.flink.connector.testframe.external.ExternalContextFactory;
import org.apache.flink.connector.testframe.external.ExternalSystemSplitDataWriter;
import org.apache.flink.connector.testframe.external.source.DataStreamSourceExternalContext;
import org.apache.flink.connector.testframe.external.source.TestingSourceSettings;
import org.apache.flink.connector.testframe.junit.annotations.TestContext;
import org.apache.flink.connector.testframe.junit.annotations.TestEnv;
import org.apache.flink.connector.testframe.junit.annotations.TestSemantics;
import org.apache.flink.connector.testframe.testsuites.SourceTestSuiteBase;
import org.apache.flink.core.execution.CheckpointingMode;

/**
 * Flink's own suite for sources: splits, savepoints, more and fewer subtasks, metrics, readers
 * without splits, and a task manager that fails.
 */
class FlinkSuiteTest extends SourceTestSuiteBase<String> {

  @TestEnv MiniClusterTestEnvironment flink = new MiniClusterTestEnvironment();

  @TestSemantics
  CheckpointingMode[] semantics = new CheckpointingMode[] {CheckpointingMode.EXACTLY_ONCE};

  @TestContext ExternalContextFactory<Stores> stores = name -> new Stores();

  /** A store for each test, with a partition for each writer. */
  static final class Stores implements DataStreamSourceExternalContext<String> {

    private final Path folder;
    private final Archive archive;
    private int partitions;

    Stores() {
      try {
        folder = Files.createTempDirectory("varve-flink-suite");
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      archive = new Archive(folder);
    }

    @Override
    public Source<String, ?, ?> createSource(TestingSourceSettings settings) {
      VarveSourceBuilder<String> source =
          VarveSource.<String>builder()
              .setStore(archive.path())
              .setStreams("suite")
              .setValueOnlyDeserializer(new SimpleStringSchema());
      if (settings.getBoundedness() == Boundedness.BOUNDED) {
        source.setBounded(LogPlace.latest());
      }
      return source.build();
    }

    @Override
    public ExternalSystemSplitDataWriter<String> createSourceSplitDataWriter(
        TestingSourceSettings settings) {
      LogWriter writer = archive.writer("suite", partitions++);
      return new ExternalSystemSplitDataWriter<>() {
        @Override
        public void writeRecords(List<String> records) {
          for (String record : records) {
            writer.append(
                Event.of(writer.nextOffset(), Archive.FIRST_MS, null, Archive.text(record)));
          }
          writer.sync();
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public List<String> generateTestData(TestingSourceSettings settings, int split, long seed) {
      Random random = new Random(seed);
      List<String> records = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        records.add(split + "-" + i + "-" + random.nextInt());
      }
      return records;
    }

    @Override
    public TypeInformation<String> getProducedType() {
      return Types.STRING;
    }

    @Override
    public List<URL> getConnectorJarPaths() {
      return List.of();
    }

    @Override
    public void close() throws Exception {
      archive.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
