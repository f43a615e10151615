package io.varve.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * A Kafka cluster, and the settings of the connection to it: options that several commands have,
 * named as those of Kafka's own tools.
 *
 * <p>Thread: confined to one.
 */
final class Cluster {

  private static final Pattern SECRET =
      Pattern.compile("password|secret|token|jaas|credential|keystore\\.key|private");

  /** A value inside another, such as a password in the settings of a login module. */
  private static final Pattern SECRET_WITHIN =
      Pattern.compile("(?:password|secret|token)\\w*\\s*=\\s*\"?([^\"\\s;]+)");

  private static final Map<String, String> NOT_ALLOWED =
      Map.of(
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, "keys are sent as the bytes that they are",
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
              "values are sent as the bytes that they are",
          ProducerConfig.TRANSACTIONAL_ID_CONFIG, "a replay makes no transactions");

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      required = true,
      description = "The cluster: brokers, with commas between.")
  private String servers = "";

  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description = "Properties of the Kafka clients, such as security settings.")
  private @Nullable Path config;

  @Option(
      names = "--command-property",
      paramLabel = "NAME=VALUE",
      description = "Such a property, which overrides that of the file. May be given repeatedly.")
  private List<String> properties = new ArrayList<>();

  @Option(names = "--producer.config", hidden = true)
  private @Nullable Path producerConfig;

  @Option(names = "--producer-property", hidden = true)
  private List<String> producerProperties = new ArrayList<>();

  private @Nullable Map<String, String> settings;

  /** What was given, checked. */
  private Map<String, String> settings(PrintWriter err) throws IOException {
    Map<String, String> known = settings;
    if (known != null) {
      return known;
    }
    Map<String, String> given = new TreeMap<>();
    settings = given;
    for (Path file : new Path[] {producerConfig, config}) {
      if (file != null) {
        readFile(file, given, err);
      }
    }
    for (List<String> each : List.of(producerProperties, properties)) {
      for (String property : each) {
        int equals = property.indexOf('=');
        String name = equals < 0 ? "" : property.substring(0, equals).trim();
        // What stands behind may be a secret, and is not repeated.
        if (name.isEmpty()) {
          throw new BadInputException(
              "--command-property: expected NAME=VALUE, such as linger.ms=20");
        }
        given.put(name, property.substring(equals + 1));
        if (!isKnown(name)) {
          throw new BadInputException(
              "--command-property " + name + ": there is no such property of a Kafka client");
        }
      }
    }
    NOT_ALLOWED.forEach(
        (name, why) -> {
          if (given.containsKey(name)) {
            throw new BadInputException("The property " + name + " can't be set: " + why);
          }
        });
    if ("0".equals(given.getOrDefault(ProducerConfig.ACKS_CONFIG, "all").trim())) {
      throw new BadInputException(
          "The property acks can't be 0: nobody would know what has arrived; expected all or 1");
    }
    given.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    return given;
  }

  private static void readFile(Path file, Map<String, String> given, PrintWriter err)
      throws IOException {
    Properties read = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      read.load(in);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(file + " is no file of properties: " + e.getMessage());
    }
    for (String name : read.stringPropertyNames()) {
      given.put(name, read.getProperty(name).trim());
      if (!isKnown(name)) {
        err.println(file + ": no Kafka client has a property " + name + "; it is passed on unread");
        err.flush();
      }
    }
  }

  private static boolean isKnown(String name) {
    return ProducerConfig.configNames().contains(name)
        || ConsumerConfig.configNames().contains(name)
        || AdminClientConfig.configNames().contains(name);
  }

  /** A client for topics and groups. */
  Admin admin(PrintWriter err) throws IOException {
    return open(
        err, AdminClientConfig.configNames(), Map.of(), all -> Admin.create(new HashMap<>(all)));
  }

  /** A producer of bytes: idempotent, and with batches that suit a replay, unless set otherwise. */
  Producer<byte[], byte[]> producer(PrintWriter err) throws IOException {
    Map<String, Object> defaults =
        Map.of(
            ProducerConfig.BATCH_SIZE_CONFIG,
            256 << 10,
            ProducerConfig.LINGER_MS_CONFIG,
            10,
            ProducerConfig.BUFFER_MEMORY_CONFIG,
            64L << 20,
            // What is too large is for the broker to say, which knows the topic.
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            32 << 20);
    return open(
        err,
        ProducerConfig.configNames(),
        defaults,
        all -> new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer()));
  }

  /** A consumer of bytes, without a group, that reads what is committed. */
  Consumer<byte[], byte[]> consumer(PrintWriter err) throws IOException {
    return open(
        err,
        ConsumerConfig.configNames(),
        Map.of(),
        all -> {
          all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
          all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
          all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
          all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
          all.remove(ConsumerConfig.GROUP_ID_CONFIG);
          all.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
          return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        });
  }

  /** Gives a client what of the settings it has, and what nobody knows. */
  private <T> T open(
      PrintWriter err,
      Set<String> names,
      Map<String, Object> defaults,
      Function<Map<String, Object>, T> maker)
      throws IOException {
    Map<String, Object> all = new HashMap<>(defaults);
    settings(err)
        .forEach(
            (name, value) -> {
              if (names.contains(name) || !isKnown(name)) {
                all.put(name, value);
              }
            });
    try {
      return maker.apply(all);
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      throw new BadInputException(
          "No connection can be made with these settings: " + redacted(why(e)));
    }
  }

  /** The messages of an exception and its causes, the last of which mostly says what is wrong. */
  private static String why(KafkaException e) {
    if (e instanceof ConfigException) {
      return String.valueOf(e.getMessage());
    }
    StringBuilder why = new StringBuilder(String.valueOf(e.getMessage()));
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null && why.indexOf(message) < 0) {
        why.append(": ").append(message);
      }
    }
    return why.toString();
  }

  /** A text in which no secret of the settings is left. */
  String redacted(String text) {
    String shown = text;
    Map<String, String> given = settings == null ? Map.of() : settings;
    for (Map.Entry<String, String> each : given.entrySet()) {
      if (SECRET.matcher(each.getKey().toLowerCase(Locale.ROOT)).find()) {
        shown = without(shown, each.getValue());
        Matcher within = SECRET_WITHIN.matcher(each.getValue());
        while (within.find()) {
          shown = without(shown, within.group(1));
        }
      }
    }
    return shown;
  }

  private static String without(String text, @Nullable String secret) {
    return secret == null || secret.isEmpty() ? text : text.replace(secret, "[hidden]");
  }
}
