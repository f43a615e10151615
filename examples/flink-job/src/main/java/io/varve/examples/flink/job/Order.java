package io.varve.examples.flink.job;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A customer orders a product. A POJO by Flink's rules, so that Flink serializes it field by field.
 *
 * <p>As text: {@code id,customer,product,cents,timeMs,note}.
 */
public final class Order {
  private static final int FIELDS = 6;

  public long id;
  public int customer;
  public int product;
  public long cents;
  public long timeMs;
  public String note = "";

  /** For Flink. */
  public Order() {}

  public Order(long id, int customer, int product, long cents, long timeMs, String note) {
    this.id = id;
    this.customer = customer;
    this.product = product;
    this.cents = cents;
    this.timeMs = timeMs;
    this.note = note;
  }

  static Order parse(byte[] text) {
    String[] fields = new String(text, UTF_8).split(",", FIELDS);
    return new Order(
        Long.parseLong(fields[0]),
        Integer.parseInt(fields[1]),
        Integer.parseInt(fields[2]),
        Long.parseLong(fields[3]),
        Long.parseLong(fields[4]),
        fields[5]);
  }

  public byte[] text() {
    return (id + "," + customer + "," + product + "," + cents + "," + timeMs + "," + note)
        .getBytes(UTF_8);
  }
}
