package io.varve.integration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

/** Imports point from adapters to the engine, never back, and no adapter imports another. */
@AnalyzeClasses(packages = "io.varve", importOptions = ImportOption.DoNotIncludeTests.class)
final class AdaptersTest {
  private static final String[] HOSTS = {"org.apache.kafka..", "org.apache.flink.."};
  private static final String[] ADAPTERS = {
    "io.varve.connect..", "io.varve.flink..", "io.varve.replay.."
  };
  private static final String[] AROUND = {
    "io.varve.cli..",
    "io.varve.cluster..",
    "io.varve.integration..",
    "io.varve.benchmarks..",
    "io.varve.examples.."
  };

  @ArchTest
  static final ArchRule engineImportsNoHostAndNoAdapter =
      noClasses()
          .that()
          .resideOutsideOfPackages(concat(ADAPTERS, AROUND))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(concat(HOSTS, ADAPTERS, AROUND))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule whatConnectorsShareImportsNoConnector =
      noClasses()
          .that()
          .resideInAPackage("io.varve.connect.common..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.varve.connect.sink..", "io.varve.connect.source..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule sinkImportsNoOtherAdapter =
      noClasses()
          .that()
          .resideInAPackage("io.varve.connect.sink..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.varve.connect.source..", "io.varve.flink..", "io.varve.replay..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule sourceImportsNoOtherAdapter =
      noClasses()
          .that()
          .resideInAPackage("io.varve.connect.source..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.varve.connect.sink..", "io.varve.flink..", "io.varve.replay..")
          .allowEmptyShould(true);

  /** But for what reads Connect's data back, which is no connector. */
  @ArchTest
  static final ArchRule replayImportsNoOtherAdapter =
      noClasses()
          .that()
          .resideInAPackage("io.varve.replay..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.varve.connect.sink..", "io.varve.connect.source..", "io.varve.flink..")
          .allowEmptyShould(true);

  /** But for the files of groups, which the jar has without the consumer. */
  @ArchTest
  static final ArchRule flinkImportsNoOtherAdapter =
      noClasses()
          .that()
          .resideInAPackage("io.varve.flink..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.varve.connect..", "io.varve.replay", "io.varve.replay.offsets..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule adaptersImportNothingThatRunsThem =
      noClasses()
          .that()
          .resideInAnyPackage(ADAPTERS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(AROUND)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule noCyclesBetweenConnectPackages =
      slices().matching("io.varve.connect.(**)").should().beFreeOfCycles().allowEmptyShould(true);

  private static String[] concat(String[]... groups) {
    return Arrays.stream(groups).flatMap(Arrays::stream).toArray(String[]::new);
  }
}
