package io.varve.examples.flink.job;

import static java.nio.charset.StandardCharsets.UTF_8;

/** An order is paid. As text: {@code order,cents,timeMs}. A POJO by Flink's rules. */
public final class Payment {
  private static final int FIELDS = 3;

  public long order;
  public long cents;
  public long timeMs;

  /** For Flink. */
  public Payment() {}

  public Payment(long order, long cents, long timeMs) {
    this.order = order;
    this.cents = cents;
    this.timeMs = timeMs;
  }

  static Payment parse(byte[] text) {
    String[] fields = new String(text, UTF_8).split(",", FIELDS);
    return new Payment(
        Long.parseLong(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]));
  }

  public byte[] text() {
    return (order + "," + cents + "," + timeMs).getBytes(UTF_8);
  }
}
