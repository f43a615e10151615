package io.varve.connect.source.replay;

import io.varve.connect.source.config.BatchLimits;
import java.util.List;

/**
 * A chunk of one partition, then one of the next: a producer sends fastest what goes to one
 * partition together.
 */
final class RoundRobinOrder implements ReplayOrder {

  private final List<PartitionLine> lines;
  private final BatchLimits chunk;
  private final Patience patience;
  private int turn;

  RoundRobinOrder(List<PartitionLine> lines, BatchLimits chunk, Patience patience) {
    this.lines = List.copyOf(lines);
    this.chunk = chunk;
    this.patience = patience;
  }

  @Override
  public void fill(Batch batch, long nowNanos) {
    patience.beginFill();
    int idle = 0;
    while (idle < lines.size() && !batch.isFull() && !patience.isFillOver()) {
      PartitionLine line = lines.get(turn);
      int before = batch.events();
      takeChunk(line, batch);
      idle = batch.events() == before ? idle + 1 : 0;
      turn = (turn + 1) % lines.size();
    }
  }

  private void takeChunk(PartitionLine line, Batch batch) {
    int eventsEnd = batch.events() + chunk.eventsMax();
    long bytesEnd = batch.bytes() + chunk.bytesMax();
    while (!batch.isFull()
        && batch.events() < eventsEnd
        && batch.bytes() < bytesEnd
        && line.isReady()) {
      line.take(batch);
    }
  }

  @Override
  public boolean isFinished() {
    return lines.stream().allMatch(PartitionLine::isFinished);
  }

  @Override
  public long untilDueNanos(long nowNanos) {
    return Long.MAX_VALUE;
  }

  @Override
  public boolean await(long nanos) throws InterruptedException {
    return Lines.await(lines, nanos);
  }

  @Override
  public void held(long nanos) {}
}
