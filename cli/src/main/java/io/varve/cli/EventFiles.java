package io.varve.cli;

import io.varve.event.EventView;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BiFunction;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.avro.AvroWriteSupport;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;

/** The formats of exported files. */
final class EventFiles {

  private EventFiles() {}

  /** A line of JSON for each event. */
  static EventFile.Format jsonLines(EventJson json) {
    return file -> {
      BufferedWriter writer =
          Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
      return new EventFile() {
        @Override
        public void write(int partition, EventView event) throws IOException {
          writer.write(json.write(partition, event));
          writer.write('\n');
        }

        @Override
        public void close() throws IOException {
          writer.close();
        }
      };
    };
  }

  /** An Avro object container file of what {@code records} makes of events. */
  static EventFile.Format avro(
      Schema schema, BiFunction<Integer, EventView, GenericRecord> records) {
    return file -> {
      DataFileWriter<GenericRecord> writer = new DataFileWriter<>(new GenericDatumWriter<>(schema));
      writer.setCodec(CodecFactory.deflateCodec(CodecFactory.DEFAULT_DEFLATE_LEVEL));
      writer.create(schema, Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
      return new EventFile() {
        @Override
        public void write(int partition, EventView event) throws IOException {
          writer.append(records.apply(partition, event));
        }

        @Override
        public void close() throws IOException {
          writer.close();
        }
      };
    };
  }

  /**
   * A Parquet file of what {@code records} makes of events.
   *
   * @param rowGroupBytes how much is held in memory, about, before it is written
   */
  static EventFile.Format parquet(
      Schema schema, BiFunction<Integer, EventView, GenericRecord> records, long rowGroupBytes) {
    return file -> {
      ParquetWriter<GenericRecord> writer = parquetWriter(file, schema, rowGroupBytes);
      return new EventFile() {
        @Override
        public void write(int partition, EventView event) throws IOException {
          writer.write(records.apply(partition, event));
        }

        @Override
        public void close() throws IOException {
          writer.close();
        }
      };
    };
  }

  private static ParquetWriter<GenericRecord> parquetWriter(
      Path file, Schema schema, long rowGroupBytes) throws IOException {
    PlainParquetConfiguration settings = new PlainParquetConfiguration();
    // Lists as the format's own rules have them, in which elements may be null.
    settings.setBoolean(AvroWriteSupport.WRITE_OLD_LIST_STRUCTURE, false);
    return AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
        .withSchema(schema)
        .withDataModel(GenericData.get())
        .withConf(settings)
        .withCodecFactory(new ZstdPages())
        .withCompressionCodec(CompressionCodecName.ZSTD)
        .withRowGroupSize(rowGroupBytes)
        .build();
  }
}
