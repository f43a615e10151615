package io.varve.connect.sink;

/**
 * One call of {@code put}.
 *
 * @param number counts batches; a batch that the worker brings again, after it was asked to, keeps
 *     its number
 * @param again whether the batch was brought before
 * @param nowNanos when it came
 * @param deadlineNanos when the call must come to its end
 */
record Delivery(long number, boolean again, long nowNanos, long deadlineNanos) {}
