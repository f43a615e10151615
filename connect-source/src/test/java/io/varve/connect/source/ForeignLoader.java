package io.varve.connect.source;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Our classes once more, which know nothing of those of this class loader: as another plugin's. */
final class ForeignLoader implements AutoCloseable {

  private final URLClassLoader loader;

  ForeignLoader() throws IOException {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(new File(entry).toURI().toURL());
    }
    loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  /** Makes one of the class of that name, which takes texts. */
  AutoCloseable make(Class<?> named, String... texts) throws ReflectiveOperationException {
    Class<?> type = loader.loadClass(named.getName());
    Class<?>[] parameters = new Class<?>[texts.length];
    Arrays.fill(parameters, String.class);
    return (AutoCloseable) type.getDeclaredConstructor(parameters).newInstance((Object[]) texts);
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
