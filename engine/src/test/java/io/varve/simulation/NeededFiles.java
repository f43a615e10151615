package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.event.StreamPartition;
import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.format.Snapshot;
import io.varve.io.Directory;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * No file is gone that a manifest or a snapshot names, or that a living reader may come to.
 *
 * <p>Of a store at one moment.
 */
final class NeededFiles {

  private static final String SNAPSHOT = ".snapshot";

  private final World world;
  private final Directory store;

  /**
   * @param store its folder
   */
  NeededFiles(World world, Directory store) {
    this.world = world;
    this.store = store;
  }

  void check(List<Host> living) {
    for (StreamPartition name : world.model.logs()) {
      Manifest newest = world.manifest(name);
      Directory folder = folder(name);
      for (SegmentEntry segment : newest.segments()) {
        checkFile(folder, segment.fileName(), "the manifest");
        checkFile(folder, segment.indexName(), "the manifest");
      }
      OpenSegment open = newest.open();
      if (open != null) {
        checkFile(folder, open.fileName(), "the manifest");
        checkFile(folder, FileNames.commit(open.epoch()), "the manifest");
      }
      living.forEach(host -> host.reading(name).checkFiles(newest.segments(), folder));
      checkSnapshots(name, folder);
    }
  }

  private void checkSnapshots(StreamPartition name, Directory folder) {
    for (String file : world.filesOf(name)) {
      if (file.endsWith(SNAPSHOT)) {
        Snapshot.decode(ByteBuffer.wrap(world.bytesOf(name, file)), file)
            .segmentNames()
            .forEach(segment -> checkFile(folder, segment, file));
      }
    }
  }

  private static void checkFile(Directory folder, String file, String who) {
    assertThat(folder.contains(file)).as("%s/%s is there, as %s says", folder, file, who).isTrue();
  }

  private Directory folder(StreamPartition name) {
    return store
        .folder("streams")
        .folder(name.stream())
        .folder("g" + name.generation())
        .folder("p" + name.partition());
  }
}
