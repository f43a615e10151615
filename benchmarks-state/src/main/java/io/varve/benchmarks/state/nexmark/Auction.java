package io.varve.benchmarks.state.nexmark;

/** Somebody puts something up for auction. */
public final class Auction extends Event {
  public String itemName = "";
  public String description = "";
  public long initialBid;
  public long reserve;

  /** Bids until then count, that millisecond included. */
  public long expires;

  public long seller;
  public long category;
}
