package io.varve.base;

import org.jspecify.annotations.Nullable;

/**
 * Everything that Varve throws on purpose. The family is closed: a caller can tell its own fault
 * ({@link BadSettingException}, {@link BadEventException}, {@link NoSuchStreamException}, {@link
 * StoreClosedException}), another writer's doing ({@link FencedException}, {@link OwnedException}),
 * damaged or foreign files ({@link CorruptionException}, {@link FormatTooNewException}) and a
 * failing disk ({@link StoreFailedException}) apart, and each message says what to do next.
 */
public abstract sealed class VarveException extends RuntimeException
    permits BadEventException,
        BadSettingException,
        CorruptionException,
        FencedException,
        FormatTooNewException,
        NoSuchStreamException,
        OwnedException,
        StoreClosedException,
        StoreFailedException {

  VarveException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
