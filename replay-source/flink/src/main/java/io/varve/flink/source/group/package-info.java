/**
 * Groups of consumers that a store keeps: where they are, and telling it where a job is. The
 * group's files are those of the replay consumer, which is not needed for that.
 */
@NullMarked
package io.varve.flink.source.group;

import org.jspecify.annotations.NullMarked;
