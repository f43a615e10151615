package io.varve.flink.state.differential;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;

/** What is done to maps. Their entries have no order, so all are read sorted. */
final class Maps {
  private static final Comparator<String> NULLS_FIRST =
      Comparator.nullsFirst(Comparator.naturalOrder());

  private Maps() {}

  static void get(Job<?> job, Both<MapState<String, String>> map) throws Exception {
    String key = key(job.dice());
    map.same("get " + key, state -> state.get(key));
  }

  static void contains(Job<?> job, Both<MapState<String, String>> map) throws Exception {
    String key = key(job.dice());
    map.same("contains " + key, state -> state.contains(key));
  }

  static void put(Job<?> job, Both<MapState<String, String>> map) throws Exception {
    String key = key(job.dice());
    String value = value(job.dice());
    map.act("put " + key + " = " + value, state -> state.put(key, value));
  }

  static void putAll(Job<?> job, Both<MapState<String, String>> map) throws Exception {
    Map<String, String> entries = new HashMap<>();
    int count = job.dice().oneIn(20) ? job.dice().below(300) : job.dice().below(6);
    for (int i = 0; i < count; i++) {
      entries.put(key(job.dice()), count > 6 ? "small " + i : value(job.dice()));
    }
    map.act("putAll " + entries.keySet(), state -> state.putAll(entries));
  }

  static void remove(Job<?> job, Both<MapState<String, String>> map) throws Exception {
    String key = key(job.dice());
    map.act("remove " + key, state -> state.remove(key));
  }

  static void entries(Job<?> job, Both<MapState<String, String>> map) throws Exception {
    map.same("entries()", Kind.MAP::contents);
  }

  static void keys(Job<?> job, Both<MapState<String, String>> map) throws Exception {
    map.same("keys()", state -> sorted(state.keys()));
  }

  static void values(Job<?> job, Both<MapState<String, String>> map) throws Exception {
    map.same("values()", state -> sorted(state.values()));
  }

  /** All is read first, so that what has expired is cleaned up: until then it may be there. */
  static void isEmpty(Job<?> job, Both<MapState<String, String>> map) throws Exception {
    entries(job, map);
    map.same("isEmpty()", MapState::isEmpty);
  }

  /** Removes some entries and replaces others, as it comes by them. */
  static void changeOnTheWay(Job<?> job, Both<MapState<String, String>> map) throws Exception {
    int salt = job.dice().below(1000);
    map.same(
        "iterator() with changes by " + salt,
        state -> {
          List<Map.Entry<String, String>> seen = new ArrayList<>();
          Iterator<Map.Entry<String, String>> entries = state.iterator();
          while (entries.hasNext()) {
            Map.Entry<String, String> entry = entries.next();
            seen.add(Kind.copyOf(entry.getKey(), entry.getValue()));
            switch (Math.floorMod(entry.getKey().hashCode() + salt, 5)) {
              case 0 ->
                  seen.add(Kind.copyOf(entry.getKey(), removed(entries) ? "removed" : "gone"));
              case 1 -> {
                String old = entry.setValue(entry.getKey() + salt);
                seen.add(Kind.copyOf(entry.getKey(), "before: " + old));
              }
              case 2 -> entry.setValue(null);
              default -> {}
            }
          }
          seen.sort(
              Map.Entry.<String, String>comparingByKey()
                  .thenComparing(Map.Entry.comparingByValue(NULLS_FIRST)));
          return seen;
        });
    entries(job, map);
  }

  static void removeByKeys(Job<?> job, Both<MapState<String, String>> map) throws Exception {
    int salt = job.dice().below(1000);
    map.same(
        "keys() with removals by " + salt,
        state -> {
          Iterator<String> keys = state.keys().iterator();
          int removed = 0;
          while (keys.hasNext()) {
            if (Math.floorMod(keys.next().hashCode() + salt, 3) == 0) {
              removed += removed(keys) ? 1 : 0;
            }
          }
          return removed;
        });
    entries(job, map);
  }

  /** What had expired is gone by being read. */
  private static boolean removed(Iterator<?> iterator) {
    try {
      iterator.remove();
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  static void clear(Job<?> job, Both<MapState<String, String>> map) throws Exception {
    map.act("clear", MapState::clear);
  }

  private static String key(Dice dice) {
    int number = dice.skewed(600);
    return number == 1 ? "" : number % 50 == 7 ? "long".repeat(50) + number : "u" + number;
  }

  private static String value(Dice dice) {
    return dice.oneIn(12) ? null : dice.text();
  }

  private static List<String> sorted(Iterable<String> any) {
    List<String> all = new ArrayList<>();
    any.forEach(all::add);
    all.sort(NULLS_FIRST);
    return all;
  }
}
