#include "replay/forecasts/zone_record.h"

#include "gtest/gtest.h"
#include "tests/replay/forecasts/synthetic_grid.h"

namespace carbon {
namespace {

TEST(ZoneRecord, MeansAreThoseOfEverySecond) {
  const std::vector<double> hours = {100, 300, 0, 50, 80};
  const ZoneRecord record = RecordOf("DE", hours);
  for (const int from : {0, 1, 1800, 3599, 3600, 9000}) {
    for (const int to : {3601, 5400, 7200, 12345, 18000}) {
      if (to <= from) continue;
      double sum = 0;
      for (int second = from; second < to; ++second)
        sum += hours[static_cast<size_t>(second / 3600)];
      const auto mean =
          record.Mean(kGridBegin + absl::Seconds(from), kGridBegin + absl::Seconds(to));
      ASSERT_TRUE(mean.has_value());
      EXPECT_NEAR(mean->value(), sum / (to - from), 1e-9) << from << " " << to;
    }
  }
}

TEST(ZoneRecord, SaysNothingOfWhatIsNotKnown) {
  const auto record = ZoneRecord::Create("DE",
                                         "t,v\n2020-01-01T00:00:00Z,100\n2020-01-01T01:00:00Z,200\n"
                                         "2020-01-01T02:00:00Z,\n2020-01-01T03:00:00Z,400\n");
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->Mean(GridDay(0, 0), GridDay(0, 2))->value(), 150);
  EXPECT_FALSE(record->Mean(GridDay(0, 0), GridDay(0, 2) + absl::Seconds(1)).has_value());
  EXPECT_FALSE(record->Mean(GridDay(0, 2), GridDay(0, 4)).has_value());
  EXPECT_FALSE(record->Mean(GridDay(0, 3), GridDay(0, 5)).has_value());    // beyond the end
  EXPECT_FALSE(record->Mean(GridDay(-1, 23), GridDay(0, 1)).has_value());  // before the begin
  EXPECT_FALSE(record->Mean(GridDay(0, 1), GridDay(0, 1)).has_value());
  EXPECT_NEAR(record->MeanOfKnown(GridDay(-9), GridDay(9), 3)->value(), 700.0 / 3, 1e-9);
  EXPECT_FALSE(record->MeanOfKnown(GridDay(-9), GridDay(9), 4).has_value());
}

TEST(ZoneRecord, ItsDigestChangesWithAnyValue) {
  EXPECT_EQ(RecordOf("DE", {1, 2, 3}).digest(), RecordOf("DE", {1, 2, 3}).digest());
  EXPECT_NE(RecordOf("DE", {1, 2, 3}).digest(), RecordOf("DE", {1, 2, 4}).digest());
}

TEST(ZoneRecord, NamesTheZoneOfATextThatIsWrong) {
  EXPECT_EQ(ZoneRecord::Create("DE", "t,v\n").status().message(), "DE: no hour is known");
  EXPECT_EQ(ZoneRecord::Create("DE", "t,v\nx,1\n").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadZoneRecord("/nonexistent", "DE").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace carbon
