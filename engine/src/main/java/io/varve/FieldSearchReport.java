package io.varve;

/**
 * How a log's field indexes narrow down what is looked for.
 *
 * @param segmentsIndexed sealed segments whose indexes told where to look
 * @param segmentsWhole sealed segments without an index that tells: they are read whole
 * @param blocksTotal blocks of the segments with an index
 * @param blocksWanted how many of these are worth a look
 * @param bytesWanted bytes of these, and of the segments that are read whole
 */
public record FieldSearchReport(
    long segmentsIndexed,
    long segmentsWhole,
    long blocksTotal,
    long blocksWanted,
    long bytesWanted) {}
