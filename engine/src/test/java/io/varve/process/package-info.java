/** The engine in processes and class loaders of its own, some of which are killed. */
package io.varve.process;
