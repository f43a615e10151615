package io.varve.verify;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.format.SchemaFile;
import io.varve.io.Directory;
import io.varve.manifest.LogFolder;
import io.varve.manifest.StoreLayout;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * Checks a whole store: its marker, its schemas, its logs.
 *
 * <p>Thread: confined to one.
 */
public final class StoreVerifier {

  private final StoreLayout store;
  private final VerifyReport.Builder report;

  public StoreVerifier(StoreLayout store, VerifyListener listener) {
    this.store = store;
    this.report = new VerifyReport.Builder(listener);
  }

  /**
   * Checks everything.
   *
   * @param logs the logs to check
   * @param leaseNumbers gives numbers that no other lease of the same instance has
   * @throws IOException if a file can't be read, other than for being damaged or not there
   */
  public VerifyReport verify(List<LogFolder> logs, LongSupplier leaseNumbers) throws IOException {
    verifyMarker();
    verifySchemas(store.schemas());
    for (LogFolder log : logs) {
      report.expect(LogVerifier.bytes(log));
    }
    for (LogFolder log : logs) {
      new LogVerifier(log, report).verify(leaseNumbers.getAsLong());
    }
    return report.build();
  }

  private void verifyMarker() throws IOException {
    check(store.root().path() + "/" + StoreLayout.MARKER, store::marker);
  }

  private void verifySchemas(Directory schemas) throws IOException {
    for (String name : new TreeSet<>(schemas.list())) {
      String path = schemas.path() + "/" + name;
      if (!name.matches("[0-9a-f]{16}")) {
        report.unnamed(path);
        continue;
      }
      long fingerprint = Long.parseUnsignedLong(name, 16);
      report.schema();
      check(
          path,
          () -> SchemaFile.decode(schemas.readAll(name, SchemaFile.BYTES_MAX), fingerprint, path));
    }
  }

  private interface Decoding {
    Object run() throws IOException;
  }

  private void check(String path, Decoding decoding) throws IOException {
    try {
      decoding.run();
    } catch (NoSuchFileException e) {
      report.problem(new Problem(path, 0, "a file", "none", null));
    } catch (CorruptionException e) {
      report.problem(Problem.of(e, null));
    } catch (FormatTooNewException e) {
      report.problem(
          new Problem(
              path, 0, "a format that this Varve reads", String.valueOf(e.getMessage()), null));
    }
  }
}
