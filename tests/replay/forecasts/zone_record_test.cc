#include "replay/forecasts/zone_record.h"

#include "gtest/gtest.h"
#include "replay/forecasts/known_forecasts.h"
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

TEST(ZoneRecord, CountsStepsShorterThanAnHourAsTheyWereMeasured) {
  // Quarters of an hour, one of which is missing; then two seconds of an hour that is not known.
  const auto record = ZoneRecord::Create("DE",
                                         "t,v\n2020-01-01T00:00:00Z,100\n2020-01-01T00:15:00Z,400\n"
                                         "2020-01-01T00:30:00Z,\n2020-01-01T00:45:00Z,100\n"
                                         "2020-01-01T01:00:00Z,7\n2020-01-01T01:00:02Z,\n");
  ASSERT_TRUE(record.ok()) << record.status();
  ASSERT_EQ(record->history().intervals().size(), 1u);
  const auto mean = [&](int from, int to) {
    return record->Mean(GridDay(0) + absl::Seconds(from), GridDay(0) + absl::Seconds(to));
  };
  EXPECT_EQ(mean(0, 900)->value(), 100);
  EXPECT_EQ(mean(900, 1800)->value(), 400);
  EXPECT_EQ(mean(1800, 2700)->value(), 200) << "the mean of the hour's known part";
  EXPECT_NEAR(mean(0, 3600)->value(), 200, 1e-9);
  EXPECT_NEAR(mean(3600, 3602)->value(), 7, 1e-9);
  EXPECT_FALSE(mean(3600, 3603).has_value());
}

TEST(OracleForecasts, KnowEachStepAlsoOfARecordThatBeginsWithinTheHour) {
  const auto record = ZoneRecord::Create("DE",
                                         "t,v\n2020-01-01T00:10:00Z,100\n2020-01-01T00:10:02Z,400\n"
                                         "2020-01-01T00:10:04Z,100\n2020-01-01T00:10:06Z,\n");
  ASSERT_TRUE(record.ok()) << record.status();
  const ZoneConfig zone = {.name = "DE"};
  OracleForecasts oracle({{&zone, &*record}});
  const auto known = oracle.At(GridDay(0));
  ASSERT_TRUE(known.ok()) << known.status();
  ASSERT_EQ(known->size(), 1u);
  const absl::Time begin = GridDay(0) + absl::Minutes(10);
  EXPECT_EQ(known->front().series.Mean(begin, begin + absl::Seconds(4))->value(), 250);
  EXPECT_TRUE(oracle.At(GridDay(0, 1))->empty());
  EXPECT_TRUE(oracle.At(GridDay(-1, 23))->empty());
}

TEST(ZoneRecord, ItsDigestChangesWithAnyValue) {
  EXPECT_EQ(RecordOf("DE", {1, 2, 3}).digest(), RecordOf("DE", {1, 2, 3}).digest());
  EXPECT_NE(RecordOf("DE", {1, 2, 3}).digest(), RecordOf("DE", {1, 2, 4}).digest());
}

TEST(ZoneRecord, RefusesATextThatIsWrong) {
  EXPECT_EQ(ZoneRecord::Create("DE", "t,v\n").status().message(), "no value is known");
  EXPECT_EQ(ZoneRecord::Create("DE", "t,v\nx,1\n").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadZoneRecord("/nonexistent", "DE").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace carbon
