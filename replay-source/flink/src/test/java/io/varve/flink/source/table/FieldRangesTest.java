package io.varve.flink.source.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.field.KeyRange;
import io.varve.flink.source.table.FieldConditions.Comparison;
import io.varve.flink.source.table.FieldConditions.Field;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.FloatType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FieldRangesTest {

  /** What begins with a range's upper end is in it. */
  private static boolean hold(List<KeyRange> ranges, KeyRange point) {
    byte[] key = point.from();
    return ranges.stream()
        .anyMatch(
            range ->
                Arrays.compareUnsigned(key, range.from()) >= 0
                    && Arrays.compareUnsigned(
                            key, 0, range.to().length, range.to(), 0, range.to().length)
                        <= 0);
  }

  private static List<KeyRange> of(LogicalType type, Comparison comparison) {
    return FieldRanges.of(new Field("value.d", type, type), comparison, 3.0);
  }

  @ParameterizedTest
  @EnumSource(
      value = Comparison.class,
      names = {"EQUAL"},
      mode = EnumSource.Mode.EXCLUDE)
  void aNaNIsLetThroughByWhateverIsNotEquality(Comparison comparison) {
    KeyRange nan = KeyRange.equalTo(Double.NaN);

    assertThat(hold(of(new DoubleType(), comparison), nan)).isTrue();
    assertThat(hold(of(new FloatType(), comparison), nan)).isTrue();
  }

  @Test
  void nothingElseAboveABoundIsLetThroughBelowIt() {
    assertThat(hold(of(new DoubleType(), Comparison.AT_MOST), KeyRange.equalTo(3.0))).isTrue();
    assertThat(hold(of(new DoubleType(), Comparison.AT_MOST), KeyRange.equalTo(3.1))).isFalse();
    assertThat(hold(of(new DoubleType(), Comparison.EQUAL), KeyRange.equalTo(Double.NaN)))
        .isFalse();
    assertThat(hold(of(new IntType(), Comparison.LESS), KeyRange.equalTo(Double.NaN))).isFalse();
  }
}
