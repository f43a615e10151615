package io.varve.field;

import io.varve.event.EventView;
import java.util.List;

/**
 * Finds the values of certain fields in events.
 *
 * <p>Thread: confined to one.
 */
public interface FieldExtractor {

  /** Puts each field's value into {@code into}, by the fields' numbers. Never fails. */
  void extract(EventView event, FieldValues into);

  /** Makes extractors. Thread: safe. */
  interface Kind {

    /**
     * The name of the way in which values are found. It stands in every index, and changes when the
     * way does: an index that was built in another way is of no use.
     */
    String id();

    /**
     * An extractor for these fields.
     *
     * @throws io.varve.base.BadSettingException if one of them can't be
     */
    FieldExtractor of(List<String> fields);
  }
}
