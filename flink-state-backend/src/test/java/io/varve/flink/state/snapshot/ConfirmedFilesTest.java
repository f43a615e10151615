package io.varve.flink.state.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.junit.jupiter.api.Test;

/** A checkpoint refers to files of a confirmed one, and to no other. */
class ConfirmedFilesTest {

  private static final StreamStateHandle A1 = handle("a of 1");
  private static final StreamStateHandle B1 = handle("b of 1");
  private static final StreamStateHandle A2 = handle("a of 2");
  private static final StreamStateHandle C2 = handle("c of 2");

  private final ConfirmedFiles files = new ConfirmedFiles();

  private static StreamStateHandle handle(String name) {
    return new ByteStreamStateHandle(name, new byte[1]);
  }

  private void first() {
    files.sent(1, Map.of("a", A1, "b", B1), Set.of("a", "b"));
  }

  @Test
  void aCheckpointThatIsNotConfirmedIsNotReferredTo() {
    first();
    assertThat(files.current()).isEmpty();
    files.confirm(1);
    files.sent(2, Map.of("a", A1, "c", C2), Set.of("c"));
    assertThat(files.current()).containsOnly(Map.entry("a", A1), Map.entry("b", B1));
    files.confirm(2);
    assertThat(files.current()).containsOnly(Map.entry("a", A1), Map.entry("c", C2));
  }

  @Test
  void anAbortedCheckpointIsNeverReferredTo() {
    first();
    files.abort(1);
    files.confirm(1);
    assertThat(files.current()).isEmpty();
  }

  @Test
  void whatALaterOneHasSentAnewIsNotReferredToUntilItIsKnownWhichCopyStays() {
    first();
    files.confirm(1);
    files.sent(2, Map.of("a", A2, "b", B1), Set.of("a"));
    assertThat(files.current()).containsOnly(Map.entry("b", B1));
    files.abort(2);
    assertThat(files.current()).containsOnly(Map.entry("a", A1), Map.entry("b", B1));
    files.sent(3, Map.of("a", A2, "b", B1), Set.of("a"));
    files.confirm(3);
    assertThat(files.current()).containsOnly(Map.entry("a", A2), Map.entry("b", B1));
  }

  @Test
  void aConfirmationThatComesLateChangesNothing() {
    first();
    files.sent(2, Map.of("a", A2), Set.of("a"));
    files.confirm(2);
    files.confirm(1);
    files.abort(1);
    files.abort(2);
    assertThat(files.current()).containsOnly(Map.entry("a", A2));
  }

  @Test
  void theCheckpointThatWasRestoredIsConfirmed() {
    files.restored(7, Map.of("a", A1));
    assertThat(files.current()).containsOnly(Map.entry("a", A1));
    files.confirm(5);
    assertThat(files.current()).containsOnly(Map.entry("a", A1));
  }
}
