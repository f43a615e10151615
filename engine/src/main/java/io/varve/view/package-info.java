/**
 * What leads from a key to its latest event: {@link io.varve.view.KeyTable} from the key to the
 * offset, {@link io.varve.view.LogBlocks} from the offset to the event.
 *
 * <p>On disk it owns, in a log's folder, {@code views/}: tables that were saved. They can be made
 * anew from the log; whoever keeps a view saves them, and takes away older ones.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>a table tells where to look, the log what is there: an event is shown only if it has the
 *       key that was asked for;
 *   <li>a saved table says which offsets it covers; what was appended after that is read again.
 * </ol>
 */
@NullMarked
package io.varve.view;

import org.jspecify.annotations.NullMarked;
