package io.varve.connect.source;

import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.TransactionContext;

/** Counts the transactions that a task ends. */
final class EndsOfTransactions implements TransactionContext {

  int commits;

  @Override
  public void commitTransaction() {
    commits++;
  }

  @Override
  public void commitTransaction(SourceRecord record) {
    commits++;
  }

  @Override
  public void abortTransaction() {
    throw new UnsupportedOperationException("the source never gives up a transaction");
  }

  @Override
  public void abortTransaction(SourceRecord record) {
    throw new UnsupportedOperationException("the source never gives up a transaction");
  }
}
