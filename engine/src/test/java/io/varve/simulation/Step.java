package io.varve.simulation;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Everything that can happen in a {@link World}: what a store learns to do joins here, with a
 * letter for scripts and with how often random scripts have it.
 */
enum Step {
  APPEND('a', 18, write(writing -> writing.append(0))),
  APPEND_BEHIND_A_GAP('g', 3, write(LogWriting::appendBehindGap)),
  SKIP_OFFSETS('s', 2, write(LogWriting::skip)),
  APPEND_LARGE('b', 2, write(LogWriting::appendLarge)),
  APPEND_MANY('A', 2, write(LogWriting::appendMany)),
  COMMIT('c', 8, write(LogWriting::commit)),
  /** Done by a later step. */
  ASK_FOR_COMMIT('q', 5, write(LogWriting::askForCommit)),
  WORK_ONCE('w', 6, stay(Host::workOnce)),
  MAINTAIN('m', 4, stay(Host::maintain)),
  /** What is due is done by later steps. */
  TICK('t', 4, stay(Host::tick)),
  CLOSE_WRITER('x', 1, write(LogWriting::close)),
  ABANDON_WRITER('v', 1, write(LogWriting::abandon)),
  OPEN_WRITER('o', 4, write(LogWriting::openIfClosed)),
  REOPEN_WRITER('R', 3, write(LogWriting::reopen)),
  FOLLOW('r', 6, read(LogReading::follow)),
  READ_SOME('f', 3, read(LogReading::readSome)),
  SEEK('k', 2, read(LogReading::seek)),
  CLOSE_READER('e', 1, read(LogReading::close)),
  MAKE_SNAPSHOT('S', 2, keep(Keeping::makeSnapshot)),
  DROP_SNAPSHOT('D', 1, keep(Keeping::dropSnapshot)),
  BACK_UP('B', 2, keep(Keeping::backUp)),
  BACK_UP_SNAPSHOT('N', 1, keep(Keeping::backUpSnapshot)),
  RESTORE('U', 1, keep(Keeping::restore)),
  EXPIRE('E', 1, keep(Keeping::expire)),
  NEXT_LOG('L', 4, (world, host) -> world.nextLog()),
  TAKE_OVER('T', 2, (world, host) -> world.takeOverBy(world.newHost())),
  KILL('K', 2, (world, host) -> world.kill(host)),
  ZOMBIE_COMMITS('z', 3, stayIn(world -> world.zombie(LogWriting::appendAndCommit))),
  ZOMBIE_CLOSES('Z', 1, stayIn(world -> world.zombie(LogWriting::close))),
  ZOMBIE_MAINTAINS('M', 1, stayIn(world -> world.zombie(writing -> writing.host().maintain())));

  /** What a step does; gives the process that does the next one. */
  interface Action {
    Host by(World world, Host host);
  }

  private static final Map<Character, Step> BY_LETTER =
      Arrays.stream(values()).collect(Collectors.toMap(step -> step.letter, Function.identity()));
  private static final String LOTS =
      Arrays.stream(values())
          .map(step -> String.valueOf(step.letter).repeat(step.weight))
          .collect(Collectors.joining());

  private final char letter;
  private final int weight;
  private final Action action;

  Step(char letter, int weight, Action action) {
    this.letter = letter;
    this.weight = weight;
    this.action = action;
  }

  static Step of(char letter) {
    Step step = BY_LETTER.get(letter);
    if (step == null) {
      throw new IllegalArgumentException("No step " + letter);
    }
    return step;
  }

  /** A script of that many steps. */
  static String script(Random random, int steps) {
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < steps; i++) {
      script.append(LOTS.charAt(random.nextInt(LOTS.length())));
    }
    return script.toString();
  }

  /** Has {@code host} do it, and returns who goes on. */
  Host by(World world, Host host) {
    return action.by(world, host);
  }

  private static Action stay(Consumer<Host> some) {
    return (world, host) -> {
      some.accept(host);
      return host;
    };
  }

  private static Action stayIn(Consumer<World> some) {
    return (world, host) -> {
      some.accept(world);
      return host;
    };
  }

  private static Action write(Consumer<LogWriting> some) {
    return stay(host -> some.accept(host.writing()));
  }

  private static Action keep(Consumer<Keeping> some) {
    return stay(host -> host.keeping().attempt(some));
  }

  private static Action read(Consumer<LogReading> some) {
    return stay(host -> host.reading().attempt(some));
  }
}
