/**
 * Field indexes: which blocks of a sealed segment may hold an event with certain values in certain
 * fields. What a field is, and how its value is found in an event, is the business of a {@link
 * io.varve.field.FieldExtractor}.
 *
 * <p>On disk it owns, in a log's folder, {@code fields/}: for each sealed segment files of trees of
 * keys, see {@link io.varve.format.FieldIndexFooter}; and, in a stream's folder, {@code fields/}:
 * the list of the fields that are indexed. The former can be made anew from the log; whoever builds
 * them takes away those whose segment or fields are no more.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>an index may lead to a block without need, but never fails to lead to one that holds such
 *       an event: whoever reads compares the events themselves;
 *   <li>what has no index, or none that can be read, is read whole;
 *   <li>a file belongs to one segment, of which it says name, store and end; it never changes.
 * </ol>
 */
@NullMarked
package io.varve.field;

import org.jspecify.annotations.NullMarked;
