package io.varve.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one Connect worker: JSON in and out, errors as exceptions, patience with rebalances.
 *
 * <p>Thread: safe, immutable.
 */
final class RestCalls {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** The worker itself gives up on a request after 90 s. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(100);

  private static final Duration REBALANCE_TIMEOUT = Duration.ofSeconds(60);

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .defaultPropertyInclusion(JsonInclude.Value.ALL_ALWAYS)
          .build();

  /** One for the whole JVM, because it has a thread of its own. */
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();

  private final URI base;
  private final Supplier<String> worker;

  RestCalls(URI base, Supplier<String> worker) {
    this.base = base;
    this.worker = worker;
  }

  URI base() {
    return base;
  }

  /** What has become of the worker, for an error message. */
  String worker() {
    return worker.get();
  }

  JsonNode get(String path) {
    return call("GET", path, null);
  }

  JsonNode put(String path, @Nullable Object body) {
    return call("PUT", path, body);
  }

  JsonNode post(String path) {
    return call("POST", path, null);
  }

  JsonNode patch(String path, Object body) {
    return call("PATCH", path, body);
  }

  JsonNode delete(String path) {
    return call("DELETE", path, null);
  }

  <T> T read(JsonNode json, TypeReference<T> type) {
    try {
      return JSON.readValue(JSON.treeAsTokens(json), type);
    } catch (IOException e) {
      throw new ClusterException("Expected %s, found %s".formatted(type.getType(), json), e);
    }
  }

  static String encode(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private JsonNode call(String method, String path, @Nullable Object body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(ANSWER_TIMEOUT)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(write(body)))
            .build();
    long startNanos = System.nanoTime();
    while (true) {
      HttpResponse<String> response = send(request);
      if (response.statusCode() < 300) {
        return parse(response.body());
      }
      String message = parse(response.body()).path("message").asText(response.body());
      // "Cannot complete request momentarily due to a rebalance", or "due to stale configuration".
      boolean momentarily =
          response.statusCode() == 409
              && (message.contains("rebalance") || message.contains("momentarily"));
      if (!momentarily || System.nanoTime() - startNanos > REBALANCE_TIMEOUT.toNanos()) {
        throw new RestException(
            response.statusCode(),
            "%s %s answered %d: %s (%s)"
                .formatted(method, request.uri(), response.statusCode(), message, worker()));
      }
      Waiting.pause("a rebalance to end");
    }
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return CLIENT.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new ClusterException(
          "No answer to %s %s: %s (%s)".formatted(request.method(), request.uri(), e, worker()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException(
          "Interrupted: %s %s".formatted(request.method(), request.uri()), e);
    }
  }

  private static String write(Object body) {
    try {
      return JSON.writeValueAsString(body);
    } catch (JsonProcessingException e) {
      throw new ClusterException("Cannot be sent as JSON: " + body, e);
    }
  }

  /** The body as JSON; missing if there is none or it is something else, such as a proxy's page. */
  private static JsonNode parse(String body) {
    try {
      return body.isEmpty() ? MissingNode.getInstance() : JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
