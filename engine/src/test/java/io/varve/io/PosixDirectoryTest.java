package io.varve.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PosixDirectoryTest {

  private static final int LARGE_BYTES = (16 << 20) + 13;

  @TempDir Path folder;

  @Test
  void anInterruptOfOneThreadThatReadsAFileDisturbsNoOther() throws Exception {
    byte[] written = new byte[1 << 16];
    new Random(2).nextBytes(written);
    PosixDirectory directory = new PosixDirectory(folder);
    try (WriteFile file = directory.create("shared")) {
      file.append(ByteBuffer.wrap(written));
    }
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger kept = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (ReadFile file = directory.open("shared")) {
      AtomicReference<Thread> interrupted = new AtomicReference<>();
      Future<?> one =
          threads.submit(
              () -> {
                interrupted.set(Thread.currentThread());
                while (!done.get()) {
                  readAll(file, written);
                  kept.addAndGet(Thread.interrupted() ? 1 : 0);
                }
                return null;
              });
      Future<?> other =
          threads.submit(
              () -> {
                while (!done.get()) {
                  readAll(file, written);
                }
                return null;
              });
      while (kept.get() < 2_000 && !one.isDone() && !other.isDone()) {
        Thread thread = interrupted.get();
        if (thread != null) {
          thread.interrupt();
        }
        Thread.onSpinWait();
      }
      done.set(true);
      one.get();
      other.get();
    } finally {
      done.set(true);
      threads.shutdown();
    }
  }

  private static void readAll(ReadFile file, byte[] expected) throws IOException {
    byte[] read = new byte[expected.length];
    assertThat(file.read(ByteBuffer.wrap(read), 0)).isEqualTo(expected.length);
    assertThat(Arrays.equals(read, expected)).isTrue();
  }

  @Test
  void aFileThatWasClosedIsNotOpenedAnew() throws IOException {
    PosixDirectory directory = new PosixDirectory(folder);
    directory.create("closed").close();
    ReadFile file = directory.open("closed");
    file.close();
    assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void whatIsOnTheHeapIsWrittenAndReadWholeAndKeepsLittleDirectMemory() throws Exception {
    byte[] written = new byte[LARGE_BYTES];
    new Random(1).nextBytes(written);
    // The memory is kept for each thread.
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      long before = directBytes();
      byte[] read = CompletableFuture.supplyAsync(() -> writeAndRead(written), thread).get();
      assertThat(read).isEqualTo(written);
      assertThat(directBytes() - before).isLessThan(1 << 20);
    } finally {
      thread.shutdown();
    }
  }

  /** From position 3 of a larger buffer, to byte 5 of the file, and back. */
  private byte[] writeAndRead(byte[] bytes) {
    PosixDirectory directory = new PosixDirectory(folder);
    try (WriteFile file = directory.create("large")) {
      ByteBuffer from = ByteBuffer.allocate(LARGE_BYTES + 7).position(3).put(bytes);
      from.limit(LARGE_BYTES + 3).position(3);
      file.append(ByteBuffer.allocate(5));
      file.append(from);
      assertThat(from.remaining()).isZero();
      assertThat(from.limit()).isEqualTo(LARGE_BYTES + 3);
      assertThat(file.length()).isEqualTo(LARGE_BYTES + 5);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    try (ReadFile file = directory.open("large")) {
      ByteBuffer to = ByteBuffer.allocate(LARGE_BYTES + 9).position(4);
      assertThat(file.read(to, 5)).isEqualTo(LARGE_BYTES);
      assertThat(to.position()).isEqualTo(LARGE_BYTES + 4);
      byte[] read = new byte[LARGE_BYTES];
      to.get(4, read);
      return read;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
