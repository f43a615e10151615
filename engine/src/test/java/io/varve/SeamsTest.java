package io.varve;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import io.varve.backup.Repository;
import io.varve.base.Clock;
import io.varve.commit.Committer;
import io.varve.io.Directory;
import io.varve.io.PosixDirectory;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Time, randomness, threads and files reach the engine only through {@link Clock}, {@link Work} and
 * {@link Directory}, so that one seed replays a whole run. The classes that are named here are
 * those seams' real sides, and the few that stand outside of any run.
 */
@AnalyzeClasses(packages = "io.varve", importOptions = ImportOption.DoNotIncludeTests.class)
final class SeamsTest {

  @ArchTest
  static final ArchRule timeComesFromTheClock =
      only(Clock.class)
          .should()
          .accessTargetWhere(
              calls(
                  "java\\.lang\\.System\\.(currentTimeMillis|nanoTime)"
                      + "|java\\.time\\.[A-Za-z]+\\.(now|system[A-Za-z]*|tick[A-Za-z]*)"
                      + "|java\\.util\\.Date\\.<init>"
                      + "|java\\.util\\.Calendar\\.getInstance"))
          .because("time comes from a Clock, which tests hold");

  /** Ids that nobody else may have: of a process, of a restored store. Tests give theirs. */
  @ArchTest
  static final ArchRule nothingIsRandom =
      only(ProcessId.class, Repository.class)
          .should()
          .accessTargetWhere(
              calls(
                  "java\\.lang\\.Math\\.random"
                      + "|java\\.util\\.UUID\\.randomUUID"
                      + "|java\\.util\\.concurrent\\.ThreadLocalRandom\\.current"
                      + "|java\\.(util|security)\\.[A-Za-z]*Random\\.<init>"))
          .because("a run must go the same way each time");

  @ArchTest
  static final ArchRule workIsDoneByWork =
      only(ThreadedWork.class)
          .should()
          .accessTargetWhere(
              calls(
                  "java\\.lang\\.Thread\\.(<init>|start|sleep)"
                      + "|java\\.util\\.Timer\\.<init>"
                      + "|java\\.util\\.concurrent\\.Executors\\..*"
                      + "|java\\.util\\.concurrent\\.[A-Za-z]*(Executor|ForkJoinPool)\\.<init>"
                      + "|java\\.util\\.concurrent\\.ForkJoinPool\\.commonPool"
                      + "|java\\.util\\.concurrent\\.CompletableFuture\\.[A-Za-z]+Async"
                      + "|java\\.util\\.[A-Za-z]+\\.parallelStream"))
          .because("background work is done by a Work, which tests drive");

  /** Those wait in a caller's thread, by whom no simulated run is ever made to wait. */
  @ArchTest
  static final ArchRule onlyCallersWait =
      only(Committer.class, LogReader.class)
          .should()
          .accessTargetWhere(calls("java\\.util\\.concurrent\\.locks\\.LockSupport\\.park.*"))
          .because("who waits in the background can't be simulated");

  /** A store is looked for, and a machine asked for its name, before there is a Directory. */
  @ArchTest
  static final ArchRule filesAreInADirectory =
      only(PosixDirectory.class, Store.class, ProcessId.class)
          .should()
          .dependOnClassesThat(
              named(
                  "java\\.nio\\.file\\.(Files|FileSystems|spi\\..*)"
                      + "|java\\.nio\\.channels\\.[A-Za-z]*FileChannel"
                      + "|java\\.io\\.(File|RandomAccessFile|File[A-Za-z]+(Stream|Reader|Writer))"))
          .because("files are reached through a Directory, which tests break");

  private SeamsTest() {}

  /** All classes but these and what is inside of them. */
  private static GivenClassesConjunction only(Class<?>... named) {
    Set<String> names = Arrays.stream(named).map(Class::getName).collect(Collectors.toSet());
    return noClasses()
        .that(
            describe(
                "are none of " + names,
                type -> !names.contains(type.getName().replaceFirst("\\$.*", ""))));
  }

  private static DescribedPredicate<JavaAccess<?>> calls(String targets) {
    Pattern pattern = Pattern.compile(targets);
    return describe(
        "is one of " + targets,
        access ->
            pattern
                .matcher(access.getTargetOwner().getName() + "." + access.getTarget().getName())
                .matches());
  }

  private static DescribedPredicate<JavaClass> named(String names) {
    Pattern pattern = Pattern.compile(names);
    return describe("are one of " + names, type -> pattern.matcher(type.getName()).matches());
  }
}
