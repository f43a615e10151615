/** The source connector: replays a store into topics. */
@NullMarked
package io.varve.connect.source;

import org.jspecify.annotations.NullMarked;
