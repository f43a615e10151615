package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class OwnerOrderTest {

  private record Place(int owner, int page, int at) {}

  @Test
  void whatOneOwnsLiesTogetherInTheOrderInWhichItWas() {
    Random random = new Random(1);
    OwnerOrder order = new OwnerOrder(OwnerOrder.BYTES_MIN);
    for (int round = 0; round < 3; round++) {
      List<Place> places = new ArrayList<>();
      int[] owners = random.ints(50).toArray();
      int page = 0;
      for (; order.hasRoom(page); page++) {
        int at = 0;
        while (at < Page.BYTES) {
          Place place = new Place(owners[random.nextInt(owners.length)], page, at);
          order.add(place.owner(), place.page(), place.at());
          places.add(place);
          at += RecordLayout.BYTES_MIN + 8 * random.nextInt(100);
        }
      }
      assertThat(page).isGreaterThan(1);
      // Sorting keeps the order of those with the same owner.
      places.sort((a, b) -> Integer.compare(a.owner(), b.owner()));
      order.sort();
      for (Place place : places) {
        assertThat(order.hasNext()).isTrue();
        assertThat(order.nextPage()).isEqualTo(place.page());
        assertThat(order.takeNext()).isEqualTo(place.at());
      }
      assertThat(order.hasNext()).isFalse();
      order.clear();
    }
  }

  @Test
  void pagesOfHighNumbersAreTold() {
    OwnerOrder order = new OwnerOrder(OwnerOrder.BYTES_MIN);
    int last = OwnerOrder.PAGES_MAX - 1;
    assertThat(order.hasRoom(last)).isTrue();
    assertThat(order.hasRoom(last + 1)).isFalse();
    order.add(-1, last, Page.BYTES - 8);
    order.sort();
    assertThat(order.nextPage()).isEqualTo(last);
    assertThat(order.takeNext()).isEqualTo(Page.BYTES - 8);
  }
}
