/** A broker and a Connect worker as child processes on loopback. */
@NullMarked
package io.varve.cluster;

import org.jspecify.annotations.NullMarked;
