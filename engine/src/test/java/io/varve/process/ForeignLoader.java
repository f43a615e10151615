package io.varve.process;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The engine and its libraries once more, in classes that this class loader's know nothing of. */
final class ForeignLoader implements AutoCloseable {

  private final URLClassLoader loader;

  ForeignLoader() throws IOException {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(new File(entry).toURI().toURL());
    }
    loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  /** A {@link ForeignLog} on the store in {@code folder}. */
  @SuppressWarnings("unchecked")
  Function<String, String> open(String folder) throws ReflectiveOperationException {
    Class<?> type = loader.loadClass(ForeignLog.class.getName());
    return (Function<String, String>) type.getDeclaredConstructor(String.class).newInstance(folder);
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
