/**
 * The page that shows a run of the demo: one HTML file that needs nothing from outside.
 *
 * <ol>
 *   <li>Every number on it was counted in the run; nothing is smoothed without saying so.
 *   <li>No script, no link to a font or style elsewhere; all text is escaped.
 *   <li>Colours follow the reader's light or dark setting.
 * </ol>
 *
 * <p>Thread: safe, all immutable but {@code Svg}, which its chart keeps to itself.
 */
@NullMarked
package io.varve.examples.report;

import org.jspecify.annotations.NullMarked;
