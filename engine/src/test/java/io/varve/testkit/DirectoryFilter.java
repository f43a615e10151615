package io.varve.testkit;

import io.varve.io.Directory;
import io.varve.io.Lock;
import io.varve.io.ReadFile;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.util.List;

/** A folder that does what another one does, to be changed in one respect. */
public abstract class DirectoryFilter implements Directory {

  /** The other one. */
  protected final Directory in;

  protected DirectoryFilter(Directory in) {
    this.in = in;
  }

  /** The filter for a folder inside. */
  protected abstract Directory filter(Directory inner);

  @Override
  public Directory folder(String name) {
    return filter(in.folder(name));
  }

  @Override
  public void create() throws IOException {
    in.create();
  }

  @Override
  public boolean exists() {
    return in.exists();
  }

  @Override
  public List<String> list() throws IOException {
    return in.list();
  }

  @Override
  public boolean contains(String name) {
    return in.contains(name);
  }

  @Override
  public WriteFile create(String name) throws IOException {
    return in.create(name);
  }

  @Override
  public ReadFile open(String name) throws IOException {
    return in.open(name);
  }

  @Override
  public boolean publish(String temporary, String name) throws IOException {
    return in.publish(temporary, name);
  }

  @Override
  public void delete(String name) throws IOException {
    in.delete(name);
  }

  @Override
  public void sync() throws IOException {
    in.sync();
  }

  @Override
  public Lock lock(String name) throws IOException {
    return in.lock(name);
  }

  @Override
  public boolean isLocked(String name) throws IOException {
    return in.isLocked(name);
  }

  @Override
  public void deleteUnlocked(String name) throws IOException {
    in.deleteUnlocked(name);
  }

  @Override
  public long usableBytes() throws IOException {
    return in.usableBytes();
  }

  @Override
  public String path() {
    return in.path();
  }

  @Override
  public String realPath() throws IOException {
    return in.realPath();
  }

  @Override
  public String toString() {
    return in.toString();
  }
}
