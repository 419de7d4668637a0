#include "forecast/archive/series_blob.h"

#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

const absl::Time kStart = absl::FromCivil(absl::CivilHour(2026, 11, 24, 0), absl::UTCTimeZone());

IntensitySeries Hourly(const std::vector<double>& values) {
  std::vector<IntensitySeries::Step> steps;
  for (double value : values) {
    steps.push_back(
        {kStart + absl::Hours(static_cast<int64_t>(steps.size())), GramsPerKilowattHour(value)});
  }
  return *IntensitySeries::Create(steps, kStart + absl::Hours(static_cast<int64_t>(values.size())));
}

void ExpectSame(const IntensitySeries& a, const IntensitySeries& b) {
  EXPECT_EQ(a.step_seconds(), b.step_seconds());
  EXPECT_EQ(a.step_milligrams(), b.step_milligrams());
  EXPECT_EQ(a.end_second(), b.end_second());
}

TEST(SeriesBlob, GivesBackWhatWasWritten) {
  for (const std::vector<double>& values : std::vector<std::vector<double>>{
           {0}, {10000}, {412.345}, {0, 10000, 0}, {1, 1, 1}, {0.001, 0.002, 0}}) {
    const IntensitySeries series = Hourly(values);
    absl::StatusOr<IntensitySeries> read = DecodeSeries(EncodeSeries(series));
    ASSERT_TRUE(read.ok()) << read.status();
    ExpectSame(*read, series);
  }
}

TEST(SeriesBlob, GivesBackAnyStepsAndValues) {
  std::mt19937_64 random(20261124);
  for (int round = 0; round < 200; ++round) {
    std::vector<IntensitySeries::Step> steps;
    absl::Time time = kStart;
    for (int i = static_cast<int>(random() % 300); i >= 0; --i) {
      steps.push_back(
          {time, GramsPerKilowattHour(static_cast<double>(random() % 10000001) / 1000)});
      time += absl::Seconds(1 + (random() % 4 == 0 ? random() % 86400 : 3599));
    }
    const IntensitySeries series = *IntensitySeries::Create(steps, time);
    absl::StatusOr<IntensitySeries> read = DecodeSeries(EncodeSeries(series));
    ASSERT_TRUE(read.ok()) << read.status();
    ExpectSame(*read, series);
  }
}

TEST(SeriesBlob, TakesAboutTwoBytesAStep) {
  std::vector<double> values;
  for (int i = 0; i < 96; ++i) values.push_back(400 + (i % 24) * 3.2);
  EXPECT_LE(EncodeSeries(Hourly(values)).size(), 96u * 2.5);
}

TEST(SeriesBlob, RefusesEveryPartOfOneAndWhatFollowsIt) {
  const std::string blob = EncodeSeries(Hourly({412.345, 398, 0, 7}));
  for (size_t size = 0; size < blob.size(); ++size) {
    EXPECT_EQ(DecodeSeries(blob.substr(0, size)).status().code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(DecodeSeries(blob + std::string(1, '\0')).status().code(), absl::StatusCode::kDataLoss);
}

TEST(SeriesBlob, RefusesWhatCannotBe) {
  const auto blob = [](std::vector<unsigned char> bytes) {
    return std::string(bytes.begin(), bytes.end());
  };
  const std::pair<std::string, const char*> cases[] = {
      {blob({2, 0, 0}), "is of another version"},
      {blob({1, 0, 0}), "has no steps"},
      {blob({1, 200, 0, 0}), "has fewer runs than it says"},
      {blob({1, 1, 60, 0xff, 0xff, 0xff, 0x7f, 0, 0}), "a run is too long"},
      {blob({1, 1, 60, 1, 1, 0}), "begins at no sensible time"},
      {blob({1, 1, 60, 1, 0, 1}), "a value is out of range"},                  // -1
      {blob({1, 1, 60, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f}), "out of range"},  // too much
      {blob({1, 1, 0, 1, 0, 0}), "is not a whole second after the last step"},
      {blob({1, 1, 0, 2, 0, 0, 0}), "after the last step"},
  };
  for (const auto& [bytes, message] : cases) {
    const absl::Status status = DecodeSeries(bytes).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << message;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(message));
  }
}

}  // namespace
}  // namespace carbon
