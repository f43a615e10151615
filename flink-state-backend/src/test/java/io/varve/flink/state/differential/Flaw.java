package io.varve.flink.state.differential;

import java.util.List;
import org.apache.flink.runtime.state.KeyedStateHandle;

/** What is wrong with a subject: to see that it is found. */
enum Flaw {
  NONE,
  /** State of the subject expires late. */
  LATE_CLOCK {
    @Override
    Clock clock(Clock clock) {
      return clock.behind(20);
    }
  },
  /** The subject does without what one of the subtasks had. */
  LOSES_A_SUBTASK {
    @Override
    List<KeyedStateHandle> restored(List<KeyedStateHandle> handles) {
      return handles.size() < 2 ? handles : handles.subList(1, handles.size());
    }
  },
  /** What the subject wrote to checkpoints stays. */
  LEAVES_STREAMS {
    @Override
    boolean deletes() {
      return false;
    }
  };

  Clock clock(Clock clock) {
    return clock;
  }

  List<KeyedStateHandle> restored(List<KeyedStateHandle> handles) {
    return handles;
  }

  boolean deletes() {
    return true;
  }
}
