/** JMH benchmarks of single steps. */
@NullMarked
package io.varve.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
