/**
 * What every RocksDB of ours has in common: how its native parts are opened and closed, and how
 * much it may write beside its data. Knows nothing of what is kept in one.
 *
 * <p>The library may be missing: whoever opens one meets a {@link java.lang.LinkageError} then.
 *
 * <p>Thread: handles are guarded by who owns them.
 */
@NullMarked
package io.varve.rocks;

import org.jspecify.annotations.NullMarked;
