/** The sink connector: archives topics into a store. */
@NullMarked
package io.varve.connect.sink;

import org.jspecify.annotations.NullMarked;
