package io.varve.cluster;

import java.io.IOException;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * The MBeans of a worker, among them the metrics of tasks and plugins, such as {@code
 * kafka.connect:type=sink-task-metrics,connector=archive,task=0} with {@code
 * sink-record-send-total}.
 *
 * <p>Thread: safe.
 */
public final class JmxMetrics implements AutoCloseable {
  private final JMXConnector connector;
  private final MBeanServerConnection connection;

  private JmxMetrics(JMXConnector connector, MBeanServerConnection connection) {
    this.connector = connector;
    this.connection = connection;
  }

  /** {@code worker} says in an error message what has become of the worker. */
  @SuppressWarnings("BanJNDI") // The other end is our own child on loopback.
  static JmxMetrics connect(int port, Supplier<String> worker) {
    String url = "service:jmx:rmi:///jndi/rmi://127.0.0.1:%d/jmxrmi".formatted(port);
    try {
      JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(url));
      return new JmxMetrics(connector, connector.getMBeanServerConnection());
    } catch (IOException e) {
      throw new ClusterException("No answer from %s (%s)".formatted(url, worker.get()), e);
    }
  }

  /**
   * The names of the MBeans that match a pattern such as {@code
   * kafka.connect:type=sink-task-metrics,*}.
   */
  public SortedSet<String> names(String pattern) {
    try {
      Set<ObjectName> names = connection.queryNames(new ObjectName(pattern), null);
      SortedSet<String> found = new TreeSet<>();
      names.forEach(name -> found.add(name.toString()));
      return found;
    } catch (IOException | JMException e) {
      throw new ClusterException("Cannot list the MBeans " + pattern, e);
    }
  }

  /**
   * The value of one attribute.
   *
   * @throws ClusterException if there is no such MBean, naming those of its domain, or no such
   *     attribute
   */
  public Object attribute(String name, String attribute) {
    ObjectName wanted;
    try {
      wanted = new ObjectName(name);
      return connection.getAttribute(wanted, attribute);
    } catch (InstanceNotFoundException e) {
      String domain = name.substring(0, name.indexOf(':'));
      throw new ClusterException("No MBean %s; found %s".formatted(name, names(domain + ":*")), e);
    } catch (IOException | JMException e) {
      throw new ClusterException("Cannot read %s of %s".formatted(attribute, name), e);
    }
  }

  /** As {@link #attribute}, for a number. */
  public double number(String name, String attribute) {
    Object value = attribute(name, attribute);
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new ClusterException(
        "Expected a number as %s of %s, found %s".formatted(attribute, name, value));
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException gone) {
      // The worker ended first: nothing is left to close.
    }
  }
}
