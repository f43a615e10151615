package io.varve.connect.sink;

import java.util.Locale;

/** What a record may say of its delivery, and the setting that tells where. */
enum DelayPart {
  DELIVER_AT(
      "When an event is to be delivered: milliseconds since 1970, a time as 2026-11-20T18:00:00Z or"
          + " with another offset, or a Timestamp of Connect."),
  DELIVER_AFTER(
      "How long after its timestamp an event is to be delivered: milliseconds, or a duration as"
          + " PT1H30M or P2D. Not together with the time of delay.deliver.at."),
  SCHEDULE_ID(
      "By which id an event can be replaced or cancelled while it waits, up to 1024 bytes: a later"
          + " one with the same id in the same partition takes its place, a tombstone with that id"
          + " and no time cancels it. A tombstone has no value, so value: finds no id in it."),
  SCHEDULE_CRON(
      "When an event is delivered again and again: a cron expression of five fields (Unix), six or"
          + " seven (Quartz), after TZ=Europe/Berlin and a blank if its times are not UTC's. The"
          + " first time is that of delay.deliver.at or delay.deliver.after, or, without these, the"
          + " expression's first after the event's timestamp. Only an event with an id can be"
          + " stopped."),
  DELIVER_TOPIC("The topic that an event is delivered to, if it isn't the source's usual one."),
  DELIVER_KEY("The key that an event is delivered with, if it isn't its own.");

  private final String documentation;

  DelayPart(String documentation) {
    this.documentation = documentation;
  }

  /** Its name in headers: {@code deliver.at}. */
  String headerName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '.');
  }

  String setting() {
    return "delay." + headerName();
  }

  /** Where it stands if nobody says otherwise. */
  String defaultPlace() {
    return "header:" + headerName();
  }

  String documentation() {
    return documentation;
  }
}
