/**
 * Every decoder as a coverage-guided fuzzer sees it, and the test that lets one loose on each.
 *
 * <p>Checksums would stop a fuzzer at the door, so most inputs are sealed first: given the
 * checksums that make them pass for what a hostile writer could have stored.
 */
package io.varve.fuzz;
