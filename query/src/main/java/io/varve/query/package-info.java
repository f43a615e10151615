/**
 * Filters of events: an expression in the language CEL is compiled ({@link
 * io.varve.query.EventFilter}), planned onto a log's field indexes ({@link io.varve.query.Plan}),
 * and decided event by event ({@link io.varve.query.FilteredReader}). How fields are found in
 * values, in Avro single-object encoding and in JSON, is here too ({@link
 * io.varve.query.ValueFields}).
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>CEL decides: an event is taken exactly if the expression, evaluated for it, is true. An
 *       expression that fails for an event, such as by a field that is missing, is not true;
 *   <li>what is planned is never narrower than that;
 *   <li>a value that can't be read ends the reading with an error, unless the filter can do
 *       without.
 * </ol>
 */
@NullMarked
package io.varve.query;

import org.jspecify.annotations.NullMarked;
