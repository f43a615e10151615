package io.varve.event;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An event's headers: an ordered list in which a name may come more than once and a value may be
 * null.
 *
 * <p>Thread: immutable.
 */
public final class Headers {

  /** No headers. */
  public static final Headers EMPTY = new Headers(List.of());

  private final List<Header> list;

  private Headers(List<Header> list) {
    this.list = list;
  }

  /** One header. The array is not copied; leave it as it is. */
  public record Header(String name, Encoding encoding, byte @Nullable [] value) {

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Header other
          && name.equals(other.name)
          && encoding == other.encoding
          && Arrays.equals(value, other.value);
    }

    @Override
    public int hashCode() {
      return Objects.hash(name, encoding, Arrays.hashCode(value));
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  public int count() {
    return list.size();
  }

  public boolean isEmpty() {
    return list.isEmpty();
  }

  /** The name of the header at {@code index}, from 0. */
  public String name(int index) {
    return list.get(index).name();
  }

  public Encoding encoding(int index) {
    return list.get(index).encoding();
  }

  /** The value's bytes (not a copy), or null. */
  public byte @Nullable [] value(int index) {
    return list.get(index).value();
  }

  /** The headers in order, as a list that can't be changed. */
  public List<Header> asList() {
    return list;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Headers other && list.equals(other.list);
  }

  @Override
  public int hashCode() {
    return list.hashCode();
  }

  @Override
  public String toString() {
    return "Headers" + list.stream().map(Header::name).toList();
  }

  /** Collects headers in order. Thread: confined to one. */
  public static final class Builder {

    private final List<Header> list = new ArrayList<>();

    private Builder() {}

    public Builder add(String name, Encoding encoding, byte @Nullable [] value) {
      list.add(new Header(name, encoding, value));
      return this;
    }

    /** A header of plain bytes. */
    public Builder add(String name, byte @Nullable [] value) {
      return add(name, Encoding.BYTES, value);
    }

    public Headers build() {
      return list.isEmpty() ? EMPTY : new Headers(List.copyOf(list));
    }
  }
}
