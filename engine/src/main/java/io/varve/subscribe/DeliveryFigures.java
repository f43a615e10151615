package io.varve.subscribe;

/**
 * What a subscription has done with events since it was opened, and holds now.
 *
 * @param held events that were read and are not acknowledged
 * @param heldBytes their bytes
 * @param out of these, how many are with consumers
 * @param delayed of these, how many wait for another try
 * @param dying of these, how many are on their way to the dead letters
 * @param oldestMs the timestamp of the event at the lowest cursor that has one; -1 if there is none
 * @param delivered deliveries
 * @param redelivered of these, how many were of events that had been delivered before
 * @param acknowledged events acknowledged
 * @param refused deliveries that ended with a negative acknowledgement
 * @param late deliveries that were not acknowledged in time
 * @param deadLetters events that became dead letters
 * @param missing events that had failed before and are not in the log any more
 */
public record DeliveryFigures(
    int held,
    long heldBytes,
    int out,
    int delayed,
    int dying,
    long oldestMs,
    long delivered,
    long redelivered,
    long acknowledged,
    long refused,
    long late,
    long deadLetters,
    long missing) {}
