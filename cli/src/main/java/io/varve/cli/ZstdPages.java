package io.varve.cli;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Compresses a Parquet file's pages with Zstandard. The library's own codecs are Hadoop's, and
 * would bring that along.
 *
 * <p>Thread: safe; holds no state.
 */
final class ZstdPages implements CompressionCodecFactory {

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    return new BytesInputCompressor() {
      @Override
      public BytesInput compress(BytesInput page) throws IOException {
        return codec == CompressionCodecName.UNCOMPRESSED
            ? page
            : BytesInput.from(Zstd.compress(page.toByteArray()));
      }

      @Override
      public CompressionCodecName getCodecName() {
        return codec;
      }

      @Override
      public void release() {}
    };
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return new BytesInputDecompressor() {
      @Override
      public BytesInput decompress(BytesInput page, int bytes) throws IOException {
        return BytesInput.from(Zstd.decompress(page.toByteArray(), bytes));
      }

      @Override
      public void decompress(ByteBuffer page, int pageBytes, ByteBuffer target, int bytes) {
        byte[] compressed = new byte[pageBytes];
        page.get(compressed);
        target.put(Zstd.decompress(compressed, bytes));
      }

      @Override
      public void release() {}
    };
  }

  @Override
  public void release() {}
}
