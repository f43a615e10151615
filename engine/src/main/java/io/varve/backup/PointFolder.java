package io.varve.backup;

import io.varve.base.BadSettingException;
import io.varve.base.CorruptionException;
import io.varve.format.FileNames;
import io.varve.format.Point;
import io.varve.io.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/** The points of a repository. Thread: safe; holds no state but the folder. */
final class PointFolder {

  private static final String TEMPORARY = "new-point";

  private final Directory folder;

  PointFolder(Directory folder) {
    this.folder = folder;
  }

  /** The highest number, 0 if there is no point. */
  long newestNumber() throws IOException {
    return numbers().max().orElse(0);
  }

  List<Point> all() throws IOException {
    List<Point> points = new ArrayList<>();
    for (long number : numbers().sorted().toArray()) {
      points.add(load(number));
    }
    return points;
  }

  Point load(long number) throws IOException {
    String path = folder.path() + "/" + FileNames.point(number);
    try {
      Point point = Point.decode(folder.readAll(FileNames.point(number), Point.BYTES_MAX), path);
      if (point.number() != number) {
        throw new CorruptionException(
            path, 16, "the point of its name", "number " + point.number());
      }
      return point;
    } catch (NoSuchFileException e) {
      throw missing(number);
    }
  }

  /** Publishes a point; the caller holds the repository's lock. */
  void publish(Point point) throws IOException {
    folder.create();
    folder.delete(TEMPORARY);
    folder.writeAll(TEMPORARY, point.encode());
    if (!folder.publish(TEMPORARY, FileNames.point(point.number()))) {
      throw new IOException("Point " + point.number() + " is there already");
    }
  }

  void delete(long number) throws IOException {
    folder.delete(FileNames.point(number));
  }

  /** Makes deletions durable. */
  void sync() throws IOException {
    if (folder.exists()) {
      folder.sync();
    }
  }

  void drop(long number) throws IOException {
    if (!folder.contains(FileNames.point(number))) {
      throw missing(number);
    }
    delete(number);
    sync();
  }

  private BadSettingException missing(long number) {
    return new BadSettingException("point", number, "the number of a point in " + folder);
  }

  private LongStream numbers() throws IOException {
    return folder.list().stream()
        .map(FileNames::pointNumber)
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong);
  }
}
