package io.varve.flink.state.differential;

import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.AppendingState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.java.tuple.Tuple2;

/** The kinds of keyed state: how each is declared, and what of it can be compared. */
enum Kind {
  TEXT {
    @Override
    StateDescriptor<?, ?> descriptor(String name) {
      return new ValueStateDescriptor<>(name, StringSerializer.INSTANCE);
    }

    @Override
    Object contents(State state) throws Exception {
      return ((ValueState<?>) state).value();
    }
  },
  NUMBER {
    @Override
    StateDescriptor<?, ?> descriptor(String name) {
      return new ValueStateDescriptor<>(name, LongSerializer.INSTANCE);
    }

    @Override
    Object contents(State state) throws Exception {
      return ((ValueState<?>) state).value();
    }
  },
  LIST {
    @Override
    StateDescriptor<?, ?> descriptor(String name) {
      return new ListStateDescriptor<>(name, StringSerializer.INSTANCE);
    }

    /** The elements; null for none. */
    @Override
    Object contents(State state) throws Exception {
      List<Object> elements = new ArrayList<>();
      Iterable<?> found = (Iterable<?>) ((AppendingState<?, ?>) state).get();
      if (found != null) {
        found.forEach(elements::add);
      }
      return elements.isEmpty() ? null : elements;
    }
  },
  MAP {
    @Override
    StateDescriptor<?, ?> descriptor(String name) {
      return new MapStateDescriptor<>(name, StringSerializer.INSTANCE, StringSerializer.INSTANCE);
    }

    @Override
    @SuppressWarnings("unchecked")
    Object contents(State state) throws Exception {
      List<Map.Entry<String, String>> entries = new ArrayList<>();
      ((MapState<String, String>) state)
          .entries()
          .forEach(entry -> entries.add(copyOf(entry.getKey(), entry.getValue())));
      entries.sort(Map.Entry.comparingByKey());
      return entries.isEmpty() ? null : entries;
    }
  },
  REDUCING {
    @Override
    StateDescriptor<?, ?> descriptor(String name) {
      return new ReducingStateDescriptor<>(name, new Longest(), StringSerializer.INSTANCE);
    }

    @Override
    Object contents(State state) throws Exception {
      return ((AppendingState<?, ?>) state).get();
    }
  },
  AGGREGATING {
    @Override
    StateDescriptor<?, ?> descriptor(String name) {
      return new AggregatingStateDescriptor<>(
          name,
          new Mean(),
          TypeInformation.of(new TypeHint<Tuple2<Long, Long>>() {})
              .createSerializer(new SerializerConfigImpl()));
    }

    @Override
    Object contents(State state) throws Exception {
      return ((AppendingState<?, ?>) state).get();
    }
  };

  abstract StateDescriptor<?, ?> descriptor(String name);

  /** Equal for two states of the same contents; null for none. */
  abstract Object contents(State state) throws Exception;

  boolean merges() {
    return this == LIST || this == REDUCING || this == AGGREGATING;
  }

  static Map.Entry<String, String> copyOf(String key, String value) {
    return new SimpleImmutableEntry<>(key, value);
  }

  /** Gives the same in whatever order. */
  private static final class Longest implements ReduceFunction<String> {
    @Override
    public String reduce(String one, String other) {
      return Comparator.comparing(String::length)
                  .thenComparing(Comparator.<String>naturalOrder())
                  .compare(one, other)
              >= 0
          ? one
          : other;
    }
  }

  private static final class Mean implements AggregateFunction<Long, Tuple2<Long, Long>, String> {
    @Override
    public Tuple2<Long, Long> createAccumulator() {
      return Tuple2.of(0L, 0L);
    }

    @Override
    public Tuple2<Long, Long> add(Long number, Tuple2<Long, Long> sofar) {
      return Tuple2.of(sofar.f0 + 1, sofar.f1 + number);
    }

    @Override
    public String getResult(Tuple2<Long, Long> all) {
      return all.f1 + " of " + all.f0;
    }

    @Override
    public Tuple2<Long, Long> merge(Tuple2<Long, Long> one, Tuple2<Long, Long> other) {
      return Tuple2.of(one.f0 + other.f0, one.f1 + other.f1);
    }
  }
}
