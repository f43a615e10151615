package io.varve.connect.source;

import io.varve.base.CorruptionException;
import io.varve.base.FencedException;
import io.varve.base.NoSuchStreamException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.connect.common.TakeBack;
import org.apache.kafka.connect.errors.ConnectException;

/** The engine's errors as Connect knows them, with what to do about them. */
final class Failures {

  private Failures() {}

  static ConnectException of(String what, VarveException cause) {
    String advice = "";
    if (cause instanceof CorruptionException) {
      advice =
          ". Nothing was skipped: the events before it were replayed. With the file restored, restart"
              + " the task";
    } else if (cause instanceof NoSuchStreamException) {
      advice = ". Was it deleted? Restart the connector to plan its tasks anew";
    } else if (cause instanceof FencedException) {
      advice = TakeBack.advice();
    } else if (cause instanceof StoreFailedException failed && failed.diskFull()) {
      advice = ". Nothing is lost: make room on that disk, then restart the task";
    }
    return new ConnectException(what + ": " + cause.getMessage() + advice, cause);
  }
}
