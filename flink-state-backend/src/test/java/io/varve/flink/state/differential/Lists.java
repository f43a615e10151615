package io.varve.flink.state.differential;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;

/** What is done to lists. */
final class Lists {

  private Lists() {}

  static void read(Job<?> job, Both<ListState<String>> list) throws Exception {
    list.same("get()", Kind.LIST::contents);
  }

  static void add(Job<?> job, Both<ListState<String>> list) throws Exception {
    String text = job.dice().text();
    list.act("add " + text, state -> state.add(text));
  }

  static void addAll(Job<?> job, Both<ListState<String>> list) throws Exception {
    List<String> texts = job.dice().texts(6);
    list.act("addAll " + texts.size(), state -> state.addAll(texts));
  }

  static void update(Job<?> job, Both<ListState<String>> list) throws Exception {
    List<String> texts = job.dice().texts(job.dice().oneIn(3) ? 1 : 8);
    list.act("update " + texts.size(), state -> state.update(new ArrayList<>(texts)));
  }

  static void clear(Job<?> job, Both<ListState<String>> list) throws Exception {
    list.act("clear", ListState::clear);
  }
}
