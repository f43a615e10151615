package io.varve;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The engine is a stack of rooms: a room may import its own classes and those of rooms in lower
 * rows, never a neighbour of its row and never a room above.
 */
@AnalyzeClasses(packages = "io.varve", importOptions = ImportOption.DoNotIncludeTests.class)
final class LayersTest {
  private static final String PUBLIC_API = "io.varve";

  /** Room (package) to row; rooms that have no code yet are named already. */
  private static final Map<String, Integer> ROW_OF_ROOM = new LinkedHashMap<>();

  static {
    row(0, "base");
    row(1, "event", "io", "metrics", "rocks", "work");
    row(2, "format");
    row(3, "log", "state");
    row(4, "manifest");
    row(5, "compact", "view", "field", "delay", "dedup", "subscribe");
    row(6, "commit", "verify", "backup", "repair");
    ROW_OF_ROOM.put(PUBLIC_API, 7);
  }

  @ArchTest
  static final ArchRule everyClassIsInARoom =
      classes()
          .should()
          .resideInAnyPackage(
              ROW_OF_ROOM.keySet().stream().map(LayersTest::pattern).toArray(String[]::new))
          .because("a new package needs a row in this test")
          .allowEmptyShould(true);

  @ArchTest static final ArchRule importsPointDown = importsPointDown();

  @ArchTest
  static final ArchRule noCyclesBetweenPackages =
      slices().matching("io.varve.(**)").should().beFreeOfCycles().allowEmptyShould(true);

  @ArchTest
  static final ArchRule knowsNoHost =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka..",
              "org.apache.flink..",
              "io.varve.cluster..",
              "io.varve.connect..",
              "io.varve.flink..")
          .because("the engine is a library that knows neither Kafka nor Flink")
          .allowEmptyShould(true);

  private static void row(int row, String... rooms) {
    for (String room : rooms) {
      ROW_OF_ROOM.put(PUBLIC_API + "." + room, row);
    }
  }

  /** The public API is the root package alone; every other room includes its subpackages. */
  private static String pattern(String room) {
    return room.equals(PUBLIC_API) ? room : room + "..";
  }

  private static ArchRule importsPointDown() {
    CompositeArchRule all = null;
    for (String room : ROW_OF_ROOM.keySet()) {
      ArchRule rule =
          noClasses()
              .that()
              .resideInAPackage(pattern(room))
              .should()
              .dependOnClassesThat(notBelow(room))
              .allowEmptyShould(true);
      all = all == null ? CompositeArchRule.of(rule) : all.and(rule);
    }
    return all;
  }

  private static DescribedPredicate<JavaClass> notBelow(String room) {
    int row = ROW_OF_ROOM.get(room);
    return describe(
        "are in another room of row " + row + " or above",
        target -> {
          String other = roomOf(target);
          return other != null && !other.equals(room) && ROW_OF_ROOM.get(other) >= row;
        });
  }

  /** The room of a class, or null for a class that is not the engine's. */
  private static String roomOf(JavaClass type) {
    String name = type.getPackageName();
    return ROW_OF_ROOM.keySet().stream()
        .filter(
            room -> name.equals(room) || (!room.equals(PUBLIC_API) && name.startsWith(room + ".")))
        .findFirst()
        .orElse(null);
  }
}
