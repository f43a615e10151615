package io.varve.benchmarks.state;

/** A value state much larger than the managed memory. */
final class LargeValueRows implements Rows {

  @Override
  public void run(Turn turn) throws Exception {
    Sizes sizes = turn.sizes();
    Order order = Order.random(sizes.largeValues);
    LargePasses passes = new LargePasses(turn);
    try (Slot slot = Slot.empty(turn, false)) {
      Blobs blobs = new Blobs(slot, new Payload(sizes.largeValueBytes));
      long[] keys = Order.shuffled(sizes.largeValues).all();
      passes.fill("VALUE_FILL", keys.length, () -> blobs.update(keys, 0, keys.length));
      passes.run(
          "VALUE_FILL",
          pass -> {
            pass.rate("VALUE_GET", n -> blobs.get(order.at(n)));
            pass.rate(
                "VALUE_UPDATE",
                n -> {
                  blobs.update(order.at(n));
                  return n;
                });
            pass.rate("VALUE_RMW", n -> blobs.readAndUpdate(order.at(n)));
          });
    }
  }
}
