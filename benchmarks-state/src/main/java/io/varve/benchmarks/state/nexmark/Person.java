package io.varve.benchmarks.state.nexmark;

/** Somebody registers, to sell and to bid. */
public final class Person extends Event {
  public String name = "";
  public String email = "";
  public String creditCard = "";
  public String city = "";
  public String state = "";
}
