package io.varve.connect.source.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.connect.source.config.SourceSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.TransactionContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a poll does with time: {@link #clock} moves only when the poller waits. */
final class PollerTest {

  private static final long MS = 1_000_000;

  @TempDir Path store;

  private final Clock clock = new Clock();
  private final Arrivals arrivals = new Arrivals();
  private final Transactions transactions = new Transactions();

  private Poller poller(boolean transactional, String... more) throws Exception {
    Files.write(store.resolve("STORE"), new byte[0]);
    Map<String, String> props = new HashMap<>();
    props.put("store.path", store.toString());
    props.put("streams", "s");
    for (int i = 0; i < more.length; i += 2) {
      props.put(more[i], more[i + 1]);
    }
    return new Poller(
        arrivals, clock, SourceSettings.parse(props), transactional ? transactions : null);
  }

  @Test
  void withoutTransactionsAPollGivesWhatThereIsAtOnce() throws Exception {
    Poller poller = poller(false);
    arrivals.at(0).at(0).at(1);
    assertThat(poller.poll()).hasSize(2);
    assertThat(clock.ms()).isZero();
    assertThat(poller.poll()).hasSize(1);
    assertThat(transactions.commits).isZero();
  }

  @Test
  void aPollWithoutEventsReturnsAfterHalfASecond() throws Exception {
    Poller poller = poller(false);
    arrivals.at(10_000);
    assertThat(poller.poll()).isNull();
    assertThat(clock.ms()).isEqualTo(500);
    assertThat(poller.poll()).isNull();
    assertThat(clock.ms()).isEqualTo(1000);
  }

  @Test
  void aPollGivesAnEventThatComesWhileItWaits() throws Exception {
    Poller poller = poller(false);
    arrivals.at(30);
    assertThat(poller.poll()).hasSize(1);
    assertThat(clock.ms()).isEqualTo(30);
  }

  @Test
  void eachPollIsATransactionThatGathersSlowEvents() throws Exception {
    Poller poller = poller(true, "transaction.interval.ms", "200");
    arrivals.at(0).at(50).at(190).at(230);
    assertThat(poller.poll()).hasSize(3);
    assertThat(clock.ms()).isEqualTo(200);
    assertThat(transactions.commits).isEqualTo(1);
    assertThat(poller.poll()).hasSize(1);
    assertThat(transactions.commits).isEqualTo(2);
  }

  @Test
  void nothingIsCommittedWhenThereIsNothing() throws Exception {
    Poller poller = poller(true);
    assertThat(poller.poll()).isNull();
    assertThat(transactions.commits).isZero();
  }

  @Test
  void aFullTransactionDoesNotWait() throws Exception {
    Poller poller = poller(true, "transaction.events.max", "2");
    arrivals.at(0).at(0).at(0);
    assertThat(poller.poll()).hasSize(2);
    assertThat(clock.ms()).isZero();
    assertThat(transactions.commits).isEqualTo(1);
  }

  @Test
  void theLastTransactionOfAReplayDoesNotWait() throws Exception {
    Poller poller = poller(true);
    arrivals.at(0).ends();
    assertThat(poller.poll()).hasSize(1);
    assertThat(clock.ms()).isZero();
    assertThat(transactions.commits).isEqualTo(1);
    assertThat(poller.isFinished()).isTrue();
    assertThat(poller.poll()).isNull();
    assertThat(transactions.commits).isEqualTo(1);
  }

  @Test
  void whatCameBeforeAnErrorIsGivenBeforeIt() throws Exception {
    Poller poller = poller(true);
    arrivals.at(0).fails(0);
    assertThat(poller.poll()).hasSize(1);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(poller::poll).isInstanceOf(ConnectException.class).hasMessage("damaged");
    }
    assertThat(poller.isFinished()).isFalse();
  }

  @Test
  void anInterruptedPollLosesNothing() throws Exception {
    Poller poller = poller(true, "transaction.interval.ms", "200");
    arrivals.at(0).interrupts(100).at(100);
    assertThat(poller.poll()).hasSize(1);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(poller.poll()).hasSize(1);
    arrivals.interrupts(clock.ms());
    assertThatThrownBy(poller::poll).isInstanceOf(InterruptedException.class);
  }

  @Test
  void aTaskThatWasHeldIsToldApartFromASlowOne() throws Exception {
    Poller poller = poller(false);
    arrivals.at(0).at(0).at(0);
    poller.poll();
    clock.sleep(4000 * MS);
    poller.poll();
    assertThat(arrivals.heldNanos).isZero();
    clock.sleep(60_000 * MS);
    poller.poll();
    assertThat(arrivals.heldNanos).isEqualTo(60_000 * MS);
  }

  private static final class Clock implements ReplayClock {
    private long nanos;

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public void sleep(long more) {
      nanos += more;
    }

    long ms() {
      return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
  }

  private static final class Transactions implements TransactionContext {
    int commits;

    @Override
    public void commitTransaction() {
      commits++;
    }

    @Override
    public void commitTransaction(SourceRecord record) {
      throw new AssertionError("whole batches are committed");
    }

    @Override
    public void abortTransaction() {
      throw new AssertionError("nothing is ever aborted");
    }

    @Override
    public void abortTransaction(SourceRecord record) {
      throw new AssertionError("nothing is ever aborted");
    }
  }

  /** Events, errors and interrupts that come at set times. */
  private final class Arrivals implements ReplayOrder {
    private record Arrival(long nanos, char kind) {}

    private final Deque<Arrival> coming = new ArrayDeque<>();
    private final List<Long> taken = new ArrayList<>();
    private boolean bounded;
    long heldNanos;

    Arrivals at(long ms) {
      coming.add(new Arrival(ms * MS, 'e'));
      return this;
    }

    Arrivals fails(long ms) {
      coming.add(new Arrival(ms * MS, 'f'));
      return this;
    }

    Arrivals interrupts(long ms) {
      coming.add(new Arrival(ms * MS, 'i'));
      return this;
    }

    void ends() {
      bounded = true;
    }

    @Override
    public void fill(Batch batch, long nowNanos) {
      while (!batch.isFull() && !coming.isEmpty() && coming.element().nanos <= nowNanos) {
        Arrival next = coming.element();
        if (next.kind == 'f') {
          throw new ConnectException("damaged");
        }
        if (next.kind == 'i') {
          return;
        }
        coming.remove();
        taken.add(next.nanos);
        batch.add(new SourceRecord(Map.of(), Map.of(), "t", null, null), 1);
      }
    }

    @Override
    public boolean isFinished() {
      return bounded && coming.isEmpty();
    }

    @Override
    public long untilDueNanos(long nowNanos) {
      return coming.isEmpty() ? Long.MAX_VALUE : Math.max(0, coming.element().nanos - nowNanos);
    }

    @Override
    public boolean await(long nanos) throws InterruptedException {
      if (!coming.isEmpty() && coming.element().kind == 'i') {
        long until = coming.element().nanos - clock.nanos();
        if (until <= nanos) {
          coming.remove();
          clock.sleep(Math.max(0, until));
          throw new InterruptedException();
        }
      }
      return false;
    }

    @Override
    public void held(long nanos) {
      heldNanos = nanos;
    }
  }
}
