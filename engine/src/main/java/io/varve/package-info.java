/** The public API of the event log: stores, their writers and readers, and their settings. */
@NullMarked
package io.varve;

import org.jspecify.annotations.NullMarked;
