package io.varve.benchmarks.state.nexmark;

import java.util.concurrent.TimeUnit;

/**
 * Makes events from their numbers. Half of the bids go to, and half of them come from, a few hot
 * auctions and persons; the others are spread over those in flight. Thread: confined to one.
 */
public final class Generator {

  private static final long SEED = 0x6e65_786d_6172_6bL;
  private static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;

  /** One in so many auctions, or persons, is hot while it is the newest hot one. */
  private static final int HOT_EVERY = 100;

  private static final long AUCTIONS_A_CYCLE = 3;
  private static final long FIRST_CATEGORY = 10;
  private static final int CATEGORIES = 5;
  private static final int DESCRIPTION_BYTES = 100;
  private static final int URL_BYTES = 40;

  /** Letters for all texts, which are cut out of them. */
  private static final String LETTERS = letters(1 << 18);

  private static final String[] CHANNELS = {"Google", "Facebook", "Baidu", "Apple"};
  private static final String[] CITIES = {"Phoenix", "Los Angeles", "Boise", "Portland", "Bend"};
  private static final String[] STATES = {"AZ", "CA", "ID", "OR", "WA", "WY"};

  private final Workload workload;
  private long random;

  public Generator(Workload workload) {
    this.workload = workload;
  }

  /** The event of that number. */
  public Event at(long number) {
    random = mix(number * GOLDEN + SEED);
    long cycle = number / Kind.CYCLE;
    int place = (int) (number % Kind.CYCLE);
    return switch (Kind.of(number)) {
      case PERSON -> person(number, cycle);
      case AUCTION -> auction(number, cycle, place - 1);
      case BID -> bid(number, cycle);
    };
  }

  private Person person(long number, long cycle) {
    Person person = new Person();
    event(person, number, cycle);
    person.name = text(12);
    person.email = text(20);
    person.creditCard = text(19);
    person.city = CITIES[below(CITIES.length)];
    person.state = STATES[below(STATES.length)];
    return person;
  }

  private Auction auction(long number, long cycle, int place) {
    Auction auction = new Auction();
    event(auction, number, cycle * AUCTIONS_A_CYCLE + place);
    auction.itemName = text(20);
    auction.description = text(DESCRIPTION_BYTES);
    auction.initialBid = price();
    auction.reserve = auction.initialBid + price();
    auction.expires = auction.dateTime + 1L + below(workload.auctionMsMax());
    auction.seller = recent(cycle, workload.personsActive());
    auction.category = FIRST_CATEGORY + below(CATEGORIES);
    return auction;
  }

  private Bid bid(long number, long cycle) {
    Bid bid = new Bid();
    event(bid, number, number);
    bid.auction = recent((cycle + 1) * AUCTIONS_A_CYCLE - 1, workload.auctionsInFlight());
    bid.bidder = recent(cycle, workload.personsActive());
    bid.price = price();
    bid.channel = CHANNELS[below(CHANNELS.length)];
    bid.url = text(URL_BYTES);
    return bid;
  }

  private void event(Event event, long number, long id) {
    event.id = id;
    event.dateTime =
        TimeUnit.SECONDS.toMillis(number) / workload.eventsPerSecond()
            + workload.outOfOrderMs()
            - below(workload.outOfOrderMs() + 1);
    int extra = workload.extraBytes();
    event.extra = text(extra - extra / 4 + below(extra / 2 + 1));
  }

  /** One of the ids until {@code last}: half of the time the hot one, or else one in flight. */
  private long recent(long last, int inFlight) {
    if (below(2) == 0) {
      return last / HOT_EVERY * HOT_EVERY;
    }
    return last - below((int) Math.min(last + 1, inFlight));
  }

  /** Many are low and few are high. */
  private long price() {
    return 100L + below(1 << (7 + below(17)));
  }

  private String text(int bytes) {
    int from = below(LETTERS.length() - bytes);
    return LETTERS.substring(from, from + bytes);
  }

  private int below(int bound) {
    random += GOLDEN;
    return (int) (((mix(random) >>> 32) * bound) >>> 32);
  }

  /** The finalizer of SplitMix64. */
  static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
    return mixed ^ (mixed >>> 31);
  }

  private static String letters(int count) {
    StringBuilder text = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      text.append((char) ('a' + ((mix(i + SEED) >>> 32) % 26)));
    }
    return text.toString();
  }
}
