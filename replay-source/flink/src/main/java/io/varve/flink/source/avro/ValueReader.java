package io.varve.flink.source.avro;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads one value as Flink's tables hold it. */
@FunctionalInterface
interface ValueReader {

  @Nullable Object read(AvroBytes in) throws IOException;
}
