package io.varve.benchmarks.state.nexmark;

/** Somebody bids for an auction. */
public final class Bid extends Event {
  public long auction;
  public long bidder;
  public long price;
  public String channel = "";
  public String url = "";
}
