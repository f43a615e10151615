/** What the sink and the source share: Connect data as stored events, and back. */
@NullMarked
package io.varve.connect.common;

import org.jspecify.annotations.NullMarked;
