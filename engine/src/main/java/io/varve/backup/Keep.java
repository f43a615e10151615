package io.varve.backup;

import io.varve.base.BadSettingException;
import io.varve.format.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Which points of a repository stay: of each store the newest, and those others that both limits
 * allow.
 *
 * @param count how many of a store's points stay; from 1, {@link Integer#MAX_VALUE} for all
 * @param ageMs how old a point may become, milliseconds; from 0, {@link Long#MAX_VALUE} for any age
 */
public record Keep(int count, long ageMs) {

  public Keep {
    if (count < 1) {
      throw new BadSettingException("keep.count", count, "a number from 1");
    }
    if (ageMs < 0) {
      throw new BadSettingException("keep.age.ms", ageMs, "a number from 0");
    }
  }

  /** The newest {@code count} points of each store, however old. */
  public static Keep newest(int count) {
    return new Keep(count, Long.MAX_VALUE);
  }

  /** The points that do not stay. */
  List<Point> expired(List<Point> points, long nowMs) {
    Map<UUID, Integer> newer = new HashMap<>();
    List<Point> expired = new ArrayList<>();
    List<Point> newestFirst =
        points.stream().sorted(Comparator.comparingLong(Point::number).reversed()).toList();
    for (Point point : newestFirst) {
      int rank = newer.merge(point.storeId(), 1, Integer::sum);
      if (rank > 1 && (rank > count || nowMs - point.takenMs() > ageMs)) {
        expired.add(point);
      }
    }
    return expired;
  }
}
