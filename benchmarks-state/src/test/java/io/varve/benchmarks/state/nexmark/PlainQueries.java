package io.varve.benchmarks.state.nexmark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** The queries' answers from all events at once, by their definitions: no streams, no windows. */
final class PlainQueries {

  private final List<Person> persons = new ArrayList<>();
  private final List<Auction> auctions = new ArrayList<>();
  private final List<Bid> bids = new ArrayList<>();
  private final Map<Long, List<Bid>> bidsByAuction = new HashMap<>();
  private final Map<Long, List<Bid>> bidsByBidder = new TreeMap<>();

  PlainQueries(Workload workload) {
    Generator generator = new Generator(workload);
    for (long number = 0; number < workload.numbers(); number++) {
      Event event = generator.at(number);
      if (event instanceof Person person) {
        persons.add(person);
      } else if (event instanceof Auction auction) {
        auctions.add(auction);
      } else if (event instanceof Bid bid) {
        bids.add(bid);
        bidsByAuction.computeIfAbsent(bid.auction, id -> new ArrayList<>()).add(bid);
        bidsByBidder.computeIfAbsent(bid.bidder, id -> new ArrayList<>()).add(bid);
      }
    }
  }

  Answer answer(Query query) {
    List<Change> rows =
        switch (query) {
          case Q0 -> bids.stream().map(PassThrough::row).toList();
          case Q5 -> hotItems();
          case Q8 -> newUsers();
          case Q9 -> winningBids();
          case Q11 -> sessions();
          case Q18 -> lastBids();
          case Q20 -> expandedBids();
        };
    Answer answer = Answer.NONE;
    for (Change row : rows) {
      answer = answer.plus(row);
    }
    return answer;
  }

  private List<Change> hotItems() {
    long last = bids.stream().mapToLong(bid -> bid.dateTime).max().orElseThrow();
    List<Change> rows = new ArrayList<>();
    for (long end = 2000; end <= last + 10_000; end += 2000) {
      long until = end;
      Map<Long, Long> counts = new HashMap<>();
      for (Bid bid : bids) {
        if (bid.dateTime >= until - 10_000 && bid.dateTime < until) {
          counts.merge(bid.auction, 1L, Long::sum);
        }
      }
      long most = counts.values().stream().mapToLong(Long::longValue).max().orElse(0);
      counts.forEach(
          (auction, count) -> {
            if (count == most) {
              rows.add(Change.of(until, auction, count));
            }
          });
    }
    return rows;
  }

  private List<Change> newUsers() {
    Set<List<Long>> sellers = new HashSet<>();
    auctions.forEach(auction -> sellers.add(List.of(auction.seller, auction.dateTime / 10_000)));
    return persons.stream()
        .filter(person -> sellers.contains(List.of(person.id, person.dateTime / 10_000)))
        .map(NewUsers::row)
        .toList();
  }

  private List<Change> winningBids() {
    Comparator<Bid> byWorth =
        Comparator.<Bid>comparingLong(bid -> -bid.price)
            .thenComparingLong(bid -> bid.dateTime)
            .thenComparingLong(bid -> bid.id);
    return auctions.stream()
        .map(
            auction ->
                bidsByAuction.getOrDefault(auction.id, List.of()).stream()
                    .filter(bid -> bid.dateTime >= auction.dateTime)
                    .filter(bid -> bid.dateTime <= auction.expires)
                    .min(byWorth)
                    .map(bid -> WinningBids.row(auction, bid))
                    .orElse(null))
        .filter(Objects::nonNull)
        .toList();
  }

  private List<Change> sessions() {
    List<Change> rows = new ArrayList<>();
    bidsByBidder.forEach(
        (bidder, own) -> {
          long[] times = own.stream().mapToLong(bid -> bid.dateTime).sorted().toArray();
          int first = 0;
          for (int i = 1; i <= times.length; i++) {
            // Windows that touch are one session.
            if (i == times.length || times[i] - times[i - 1] > 10_000) {
              rows.add(Change.of(bidder, i - first, times[first], times[i - 1] + 10_000));
              first = i;
            }
          }
        });
    return rows;
  }

  private List<Change> lastBids() {
    Map<List<Long>, Bid> last = new HashMap<>();
    bids.stream()
        .sorted(Comparator.<Bid>comparingLong(bid -> bid.dateTime).thenComparingLong(bid -> bid.id))
        .forEach(bid -> last.put(List.of(bid.bidder, bid.auction), bid));
    return last.values().stream().map(LastBids::row).toList();
  }

  private List<Change> expandedBids() {
    List<Change> rows = new ArrayList<>();
    for (Auction auction : auctions) {
      if (auction.category == 10) {
        bidsByAuction
            .getOrDefault(auction.id, List.of())
            .forEach(bid -> rows.add(ExpandedBids.row(auction, bid)));
      }
    }
    return rows;
  }
}
