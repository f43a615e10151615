package io.varve.flink.state.differential;

import org.apache.flink.util.function.FunctionWithException;

/** A thing of the subject's and the same of the reference's, that are asked the same. */
record Both<S>(S subject, S reference, String name, Chronicle chronicle) {

  /** What both answer; fails when they differ. */
  <R> R same(String what, FunctionWithException<S, R, Exception> question) throws Exception {
    String asked = name + " " + what;
    chronicle.note(asked);
    R answer = question.apply(subject);
    chronicle.same(answer, question.apply(reference), asked);
    return answer;
  }

  /** Has both do it. */
  void act(String what, Act<S> act) throws Exception {
    same(
        what,
        it -> {
          act.on(it);
          return null;
        });
  }

  interface Act<S> {
    void on(S state) throws Exception;
  }
}
