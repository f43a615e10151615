package io.varve.view;

import io.varve.format.CheckedBatch;
import java.util.List;

/**
 * Some batches of a segment, one after another.
 *
 * <p>Thread: immutable.
 *
 * @param batches by rising offsets
 * @param bytes of memory that their events take
 */
record Block(List<CheckedBatch> batches, int bytes) {}
