package io.varve.flink.state.differential;

import java.util.Objects;

/** A key that Flink serializes as a POJO. */
public final class Place {
  public String street;
  public int number;

  public Place() {}

  Place(String street, int number) {
    this.street = street;
    this.number = number;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Place place
        && number == place.number
        && Objects.equals(street, place.street);
  }

  @Override
  public int hashCode() {
    return Objects.hash(street, number);
  }

  @Override
  public String toString() {
    return street + " " + number;
  }
}
