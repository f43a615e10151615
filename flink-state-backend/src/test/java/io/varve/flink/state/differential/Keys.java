package io.varve.flink.state.differential;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.java.tuple.Tuple2;

/** A type of keys, and the keys of it that a history has, by number. */
record Keys<K>(String name, Supplier<TypeSerializer<K>> serializer, IntFunction<K> numbered) {
  static final int COUNT = 400;

  /** One type for all histories of the same remainder. */
  static Keys<?> of(long seed) {
    return ALL.get((int) Math.floorMod(seed, (long) ALL.size()));
  }

  private static final List<Keys<?>> ALL =
      List.of(
          new Keys<>("Long", () -> LongSerializer.INSTANCE, number -> (number % 3 - 1L) * number),
          new Keys<>("String", () -> StringSerializer.INSTANCE, Keys::text),
          new Keys<>(
              "Tuple2",
              serializerOf(TypeInformation.of(new TypeHint<Tuple2<String, Long>>() {})),
              number -> Tuple2.of("k" + number % 5, (long) number)),
          new Keys<>(
              "POJO",
              serializerOf(TypeInformation.of(Place.class)),
              number -> new Place("street".repeat(number % 4), number)));

  K key(Dice dice) {
    return numbered.apply(dice.skewed(COUNT));
  }

  private static String text(int number) {
    return number == 0 ? "" : number % 9 == 0 ? "long".repeat(number) + number : "key" + number;
  }

  private static <T> Supplier<TypeSerializer<T>> serializerOf(TypeInformation<T> type) {
    return () -> type.createSerializer(new SerializerConfigImpl());
  }
}
