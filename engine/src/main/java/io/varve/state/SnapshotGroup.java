package io.varve.state;

/**
 * The records of one key group and table in one file of a snapshot.
 *
 * @param table its number today
 * @param number of the group in the file's footer
 */
record SnapshotGroup(int keyGroup, int table, SnapshotPart part, int number) {

  boolean goesWith(SnapshotGroup other) {
    return keyGroup == other.keyGroup && table == other.table;
  }
}
