package io.varve.cluster;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The REST interface of a Connect worker.
 *
 * <p>Methods throw {@link RestException} when the worker answers with an error, and {@link
 * ClusterException} when it does not answer. "Rebalance in progress" is not an error: the request
 * is made again until the rebalance is over. The methods that wait also wait for a worker that is
 * down to come back.
 *
 * <p>Thread: safe, immutable.
 */
public final class ConnectRest {
  private static final Duration DELETE_LIMIT = Duration.ofMinutes(1);

  private final RestCalls calls;

  /** Talks to any worker, such as one that another program started. */
  public ConnectRest(URI url) {
    this(url, () -> "the worker was not started here");
  }

  /** {@code worker} says in error messages what has become of the worker. */
  ConnectRest(URI url, Supplier<String> worker) {
    this.calls = new RestCalls(url, worker);
  }

  /**
   * A plugin that the worker has found; {@code type} is source, sink, converter, header_converter,
   * transformation or predicate.
   */
  public record Plugin(
      @JsonProperty("class") String className, String type, @Nullable String version) {}

  public URI url() {
    return calls.base();
  }

  /** Whether the worker has joined its group and serves requests. */
  public boolean isHealthy() {
    try {
      calls.get("/health");
      return true;
    } catch (ClusterException notYet) {
      return false;
    }
  }

  /** All plugins, converters and transforms included. */
  public List<Plugin> plugins() {
    return calls.read(
        calls.get("/connector-plugins?connectorsOnly=false"), new TypeReference<>() {});
  }

  public SortedSet<String> connectors() {
    return calls.read(calls.get("/connectors"), new TypeReference<>() {});
  }

  /** Creates the connector, or changes its settings if there is one of this name. */
  public void put(String connector, Map<String, String> settings) {
    calls.put(path(connector, "/config"), settings);
  }

  public SortedMap<String, String> settings(String connector) {
    return calls.read(calls.get(path(connector, "/config")), new TypeReference<>() {});
  }

  /**
   * As {@link #put} would check them: the errors by the setting that has them; empty if all is
   * well.
   */
  public SortedMap<String, List<String>> validate(Map<String, String> settings) {
    String className = settings.get("connector.class");
    if (className == null) {
      throw new ClusterException(
          "Cannot validate without connector.class; found only " + settings.keySet());
    }
    Map<String, String> named = new TreeMap<>(settings);
    named.putIfAbsent("name", "validated");
    JsonNode found =
        calls.put(
            "/connector-plugins/%s/config/validate".formatted(RestCalls.encode(className)), named);
    SortedMap<String, List<String>> errors = new TreeMap<>();
    for (JsonNode config : found.path("configs")) {
      List<String> messages = new ArrayList<>();
      config.path("value").path("errors").forEach(message -> messages.add(message.asText()));
      if (!messages.isEmpty()) {
        errors.put(config.path("value").path("name").asText(), messages);
      }
    }
    return errors;
  }

  public ConnectorStatus status(String connector) {
    return calls.read(calls.get(path(connector, "/status")), new TypeReference<>() {});
  }

  /**
   * Waits until the connector and its tasks run.
   *
   * <p>The worker remembers states: just after a restart it may still report those of its last
   * life.
   *
   * @throws ClusterException if one of them fails, with its stack trace, or {@code limit} is over
   */
  public ConnectorStatus awaitRunning(String connector, Duration limit) {
    return await(connector, "RUNNING", limit, ConnectorStatus::isRunning, true);
  }

  /** As {@link #awaitRunning(String, Duration)}, with this many tasks. */
  public ConnectorStatus awaitRunning(String connector, int tasks, Duration limit) {
    return await(
        connector,
        "RUNNING with %d tasks".formatted(tasks),
        limit,
        status -> status.isRunning() && status.tasks().size() == tasks,
        true);
  }

  /**
   * Waits until the connector and its tasks are in a state such as {@code PAUSED} or {@code
   * STOPPED}.
   */
  public ConnectorStatus awaitState(String connector, String state, Duration limit) {
    return await(connector, state, limit, status -> status.isIn(state), true);
  }

  /** Waits until the connector or one of its tasks has failed. */
  public ConnectorStatus awaitFailed(String connector, Duration limit) {
    return await(connector, "FAILED", limit, status -> status.failure() != null, false);
  }

  public void pause(String connector) {
    calls.put(path(connector, "/pause"), null);
  }

  public void resume(String connector) {
    calls.put(path(connector, "/resume"), null);
  }

  /** Ends the connector's tasks; it keeps its settings and offsets, which now may be altered. */
  public void stop(String connector) {
    calls.put(path(connector, "/stop"), null);
  }

  /** Starts the connector and all of its tasks anew. */
  public void restart(String connector) {
    calls.post(path(connector, "/restart?includeTasks=true&onlyFailed=false"));
  }

  public void restartTask(String connector, int task) {
    calls.post(path(connector, "/tasks/%d/restart".formatted(task)));
  }

  /** Deletes the connector and returns when it is gone. Its offsets stay until they are reset. */
  public void delete(String connector) {
    calls.delete(path(connector, ""));
    Waiting.until(
        "connector %s to be gone".formatted(connector), DELETE_LIMIT, () -> !exists(connector));
  }

  /** Where the connector is, as of its last commit. */
  public List<ConnectorOffset> offsets(String connector) {
    return calls.read(
        calls.get(path(connector, "/offsets")).path("offsets"), new TypeReference<>() {});
  }

  /** Moves a stopped connector; partitions that are not named stay where they are. */
  public void alterOffsets(String connector, List<ConnectorOffset> offsets) {
    calls.patch(path(connector, "/offsets"), Map.of("offsets", offsets));
  }

  /** Lets a stopped connector begin anew. */
  public void resetOffsets(String connector) {
    calls.delete(path(connector, "/offsets"));
  }

  private boolean exists(String connector) {
    try {
      status(connector);
      return true;
    } catch (RestException e) {
      if (e.status() == 404) {
        return false;
      }
      throw e;
    }
  }

  private ConnectorStatus await(
      String connector,
      String wanted,
      Duration limit,
      Predicate<ConnectorStatus> condition,
      boolean noFailure) {
    long startNanos = System.nanoTime();
    while (true) {
      String found;
      try {
        ConnectorStatus status = status(connector);
        if (condition.test(status)) {
          return status;
        }
        String failure = status.failure();
        if (noFailure && failure != null) {
          throw new ConnectorFailedException(
              "Connector %s failed while it was expected to be %s: %s\n%s"
                  .formatted(connector, wanted, failure, calls.worker()));
        }
        found = status.toString();
      } catch (ConnectorFailedException failed) {
        throw failed;
      } catch (ClusterException notYet) {
        found = String.valueOf(notYet.getMessage());
      }
      if (System.nanoTime() - startNanos > limit.toNanos()) {
        throw new ClusterException(
            "Connector %s is not %s after %.1f s; last found: %s; %s"
                .formatted(connector, wanted, limit.toMillis() / 1e3, found, calls.worker()));
      }
      Waiting.pause("connector " + connector);
    }
  }

  private static String path(String connector, String rest) {
    return "/connectors/" + RestCalls.encode(connector) + rest;
  }
}
