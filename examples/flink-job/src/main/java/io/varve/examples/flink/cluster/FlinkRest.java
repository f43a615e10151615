package io.varve.examples.flink.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.cluster.ClusterException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The REST calls of the job manager that an operator uses.
 *
 * <p>Thread: safe.
 */
public final class FlinkRest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final long SAVEPOINT_LIMIT_MS = 120_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final int port;

  FlinkRest(int port) {
    this.port = port;
  }

  public int port() {
    return port;
  }

  /** A checkpoint that was completed. */
  public record Checkpoint(long id, long tookMs, long newBytes, long stateBytes) {}

  /** Whether all tasks of the job run by now; fails if the job has failed for good. */
  public boolean isRunning(String job) {
    JsonNode found = get("/jobs/" + job);
    String state = found.path("state").asText();
    if (state.equals("FAILED") || state.equals("CANCELED")) {
      throw new ClusterException(
          "The job %s is %s: %s".formatted(job, state, firstLines(failure(job))));
    }
    if (!state.equals("RUNNING")) {
      return false;
    }
    for (JsonNode vertex : found.path("vertices")) {
      if (vertex.path("tasks").path("RUNNING").asInt() != vertex.path("parallelism").asInt()) {
        return false;
      }
    }
    return true;
  }

  /** The longest time that a task of these operators took to restore its state and begin. */
  public long initializingMs(String job, Set<String> operators) {
    long longestMs = 0;
    for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
      String name = vertex.path("name").asText();
      if (operators.stream().noneMatch(name::startsWith)) {
        continue;
      }
      JsonNode tasks =
          get("/jobs/%s/vertices/%s".formatted(job, vertex.path("id").asText())).path("subtasks");
      for (JsonNode task : tasks) {
        longestMs = Math.max(longestMs, task.path("status-duration").path("INITIALIZING").asLong());
      }
    }
    return longestMs;
  }

  /**
   * By source and partition, how many events have been read by the tasks that now run. A task tells
   * once it has read one.
   */
  public Map<String, Long> readPositions(String job) {
    Map<String, Long> positions = new HashMap<>();
    for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
      if (!vertex.path("name").asText().startsWith("Source")) {
        continue;
      }
      String metrics =
          "/jobs/%s/vertices/%s/subtasks/metrics".formatted(job, vertex.path("id").asText());
      List<String> names = new ArrayList<>();
      for (JsonNode metric : get(metrics)) {
        String name = metric.path("id").asText();
        if (name.endsWith(".currentOffset")) {
          names.add(name);
        }
      }
      if (names.isEmpty()) {
        continue;
      }
      for (JsonNode metric : get(metrics + "?agg=max&get=" + String.join(",", names))) {
        positions.put(metric.path("id").asText(), metric.path("max").asLong(-1) + 1);
      }
    }
    return positions;
  }

  /** All checkpoints that were completed, savepoints not among them; oldest first. */
  public List<Checkpoint> checkpoints(String job) {
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (JsonNode one : get("/jobs/%s/checkpoints".formatted(job)).path("history")) {
      if (one.path("status").asText().equals("COMPLETED")
          && !one.path("is_savepoint").asBoolean()) {
        checkpoints.add(
            0,
            new Checkpoint(
                one.path("id").asLong(),
                one.path("end_to_end_duration").asLong(),
                one.path("checkpointed_size").asLong(),
                one.path("state_size").asLong()));
      }
    }
    return checkpoints;
  }

  /**
   * Stops the job with a savepoint and returns where that is.
   *
   * @param format {@code NATIVE} or {@code CANONICAL}
   * @param drain whether all windows and timers that are left fire first
   */
  public String stop(String job, String folder, String format, boolean drain) {
    String trigger =
        call(
                "POST",
                "/jobs/%s/stop".formatted(job),
                Map.of("targetDirectory", folder, "formatType", format, "drain", drain))
            .path("request-id")
            .asText();
    long beganNanos = System.nanoTime();
    while ((System.nanoTime() - beganNanos) / 1_000_000 < SAVEPOINT_LIMIT_MS) {
      JsonNode found = get("/jobs/%s/savepoints/%s".formatted(job, trigger));
      if (found.path("status").path("id").asText().equals("COMPLETED")) {
        JsonNode operation = found.path("operation");
        if (operation.has("location")) {
          return operation.path("location").asText();
        }
        throw new ClusterException(
            "No savepoint of job %s: %s"
                .formatted(
                    job, firstLines(operation.path("failure-cause").path("stack-trace").asText())));
      }
      FlinkCluster.pause();
    }
    throw new ClusterException(
        "The savepoint of job %s took more than %d s".formatted(job, SAVEPOINT_LIMIT_MS / 1000));
  }

  /** Whether the job has come to its regular end. */
  public boolean isFinished(String job) {
    return get("/jobs/" + job).path("state").asText().equals("FINISHED");
  }

  /** Slots of all task managers that have registered; 0 while there is no job manager yet. */
  int freeOrUsedSlots() {
    try {
      return get("/overview").path("slots-total").asInt();
    } catch (ClusterException notYet) {
      return 0;
    }
  }

  private String failure(String job) {
    return get("/jobs/%s/exceptions".formatted(job))
        .path("root-exception")
        .asText(get("/jobs/%s/exceptions".formatted(job)).path("exceptionHistory").toString());
  }

  private JsonNode get(String path) {
    return call("GET", path, Map.of());
  }

  private JsonNode call(String method, String path, Map<String, ?> body) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
              .timeout(TIMEOUT)
              .header("Content-Type", "application/json")
              .method(
                  method,
                  body.isEmpty()
                      ? BodyPublishers.noBody()
                      : BodyPublishers.ofString(JSON.writeValueAsString(body)))
              .build();
      var response = client.send(request, BodyHandlers.ofString());
      if (response.statusCode() >= 300) {
        throw new ClusterException(
            "%s %s answered %d: %s"
                .formatted(method, path, response.statusCode(), firstLines(response.body())));
      }
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new ClusterException(
          "%s %s of the job manager failed: %s".formatted(method, path, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("Interrupted", e);
    }
  }

  private static String firstLines(String text) {
    return text.length() > 1500 ? text.substring(0, 1500) + " ..." : text;
  }
}
