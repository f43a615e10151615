package io.varve.state;

/**
 * What a page's records are. The two are kept apart, so that memory which holds nodes holds many of
 * them: they are few bytes, and looked into again and again.
 */
enum PageKind {
  /** Nodes of trees and heads of lists: what is passed on the way to other records. */
  NODES,

  /** All else: values, entries of maps that are records of their own, chunks of lists. */
  CONTENT
}
