package io.varve.connect.source.plan;

import io.varve.Store;
import io.varve.connect.source.config.GenerationChoice;
import io.varve.connect.source.config.StreamSelection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The selected streams of a store at one moment: their generations, and the partitions of each.
 *
 * @param streams stream to generation to partitions
 */
public record Catalogue(SortedMap<String, SortedMap<Integer, SortedSet<Integer>>> streams) {

  public Catalogue {
    streams = Collections.unmodifiableSortedMap(streams);
  }

  /** The first generation of a stream's partition to replay in a tail. */
  @FunctionalInterface
  public interface TailStart {
    /**
     * Chooses it.
     *
     * @param latest the newest generation there is
     * @return {@code latest} or an earlier one
     */
    int generation(String stream, int partition, int latest);
  }

  /** What {@code store} holds now of the selected streams. */
  public static Catalogue of(Store store, StreamSelection selection) {
    SortedMap<String, SortedMap<Integer, SortedSet<Integer>>> streams = new TreeMap<>();
    for (String stream : selection.select(store.streams())) {
      SortedMap<Integer, SortedSet<Integer>> generations = new TreeMap<>();
      for (int generation : store.generations(stream)) {
        SortedSet<Integer> partitions = new TreeSet<>(store.partitions(stream, generation));
        if (!partitions.isEmpty()) {
          generations.put(generation, partitions);
        }
      }
      if (!generations.isEmpty()) {
        streams.put(stream, generations);
      }
    }
    return new Catalogue(streams);
  }

  /** Whether nothing is selected. */
  public boolean isEmpty() {
    return streams.isEmpty();
  }

  /** The streams without the generation of this number. */
  public List<String> without(int generation) {
    return streams.keySet().stream()
        .filter(stream -> !generations(stream).containsKey(generation))
        .toList();
  }

  /** The partitions to replay, each with its generations, oldest first. */
  public List<PartitionGenerations> select(GenerationChoice choice, TailStart tailStart) {
    List<PartitionGenerations> selected = new ArrayList<>();
    for (String stream : streams.keySet()) {
      SortedMap<Integer, SortedSet<Integer>> generations = generations(stream);
      int latest = generations.lastKey();
      SortedMap<Integer, List<Integer>> byPartition = new TreeMap<>();
      generations.forEach(
          (generation, partitions) -> {
            for (int partition : partitions) {
              boolean chosen =
                  switch (choice.kind()) {
                    case ALL -> true;
                    case NUMBER -> generation == choice.number();
                    case LATEST -> generation >= tailStart.generation(stream, partition, latest);
                  };
              if (chosen) {
                byPartition.computeIfAbsent(partition, p -> new ArrayList<>()).add(generation);
              }
            }
          });
      byPartition.forEach(
          (partition, chosen) -> selected.add(new PartitionGenerations(stream, partition, chosen)));
    }
    return selected;
  }

  /** The highest partition of each stream, in its newest generation. */
  public List<PartitionGenerations> newest() {
    List<PartitionGenerations> newest = new ArrayList<>();
    streams.forEach(
        (stream, generations) -> {
          int latest = generations.lastKey();
          int highest = generations(stream).getOrDefault(latest, new TreeSet<>()).last();
          newest.add(new PartitionGenerations(stream, highest, List.of(latest)));
        });
    return newest;
  }

  private SortedMap<Integer, SortedSet<Integer>> generations(String stream) {
    SortedMap<Integer, SortedSet<Integer>> generations = streams.get(stream);
    return generations == null ? new TreeMap<>() : generations;
  }
}
