package io.varve.verify;

/**
 * Something that stands in a file, in words.
 *
 * @param position where in the file it begins
 * @param name what it is, such as {@code batch}; the same for all of its kind
 * @param text what it says
 * @param problem whether that is not as it was written
 */
public record Part(long position, String name, String text, boolean problem) {}
