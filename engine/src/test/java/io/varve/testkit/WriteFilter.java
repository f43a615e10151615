package io.varve.testkit;

import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file that does what another one does, to be changed in one respect. */
public abstract class WriteFilter implements WriteFile {

  /** The other one. */
  protected final WriteFile in;

  protected WriteFilter(WriteFile in) {
    this.in = in;
  }

  @Override
  public void append(ByteBuffer bytes) throws IOException {
    in.append(bytes);
  }

  @Override
  public void writeAt(ByteBuffer bytes, long position) throws IOException {
    in.writeAt(bytes, position);
  }

  @Override
  public void force() throws IOException {
    in.force();
  }

  @Override
  public long length() {
    return in.length();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
