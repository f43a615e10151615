/**
 * Settings that both connectors have, and how they are checked and described.
 *
 * <p>Owns nothing on disk and changes nothing there: a check looks, and that is all, since a worker
 * may check a configuration that it never runs. Each failed check says what was found and what is
 * allowed.
 *
 * <p>Threads: everything here is immutable.
 */
@NullMarked
package io.varve.connect.common.config;

import org.jspecify.annotations.NullMarked;
