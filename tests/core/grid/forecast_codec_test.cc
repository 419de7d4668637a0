#include "core/grid/forecast_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/snapshot/snapshot.h"
#include "tests/core/snapshot_parts.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

TEST(Forecasts, ReadBackWhatTheyWrite) {
  const std::vector<ZoneForecast> forecasts = TwoForecasts();
  const auto parsed = ParseForecasts(SerializeForecasts(forecasts));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    const ZoneForecast& a = forecasts[i];
    const ZoneForecast& b = (*parsed)[i];
    EXPECT_EQ(a.zone, b.zone);
    EXPECT_EQ(a.kind, b.kind);
    EXPECT_EQ(a.source, b.source);
    EXPECT_EQ(a.issued_at, b.issued_at);
    EXPECT_EQ(a.fetched_at, b.fetched_at);
    EXPECT_EQ(a.valid_until, b.valid_until);
    EXPECT_EQ(a.own_from, b.own_from);
    EXPECT_EQ(a.horizon, b.horizon);
    EXPECT_EQ(a.long_run_mean, b.long_run_mean);
    EXPECT_EQ(a.spread.near, b.spread.near);
    EXPECT_EQ(a.spread.far, b.spread.far);
    EXPECT_EQ(a.spread.growth, b.spread.growth);
    ASSERT_EQ(a.errors.has_value(), b.errors.has_value());
    if (a.errors.has_value()) {
      EXPECT_EQ(a.errors->origin, b.errors->origin);
      EXPECT_EQ(a.errors->bucket_end_hours, b.errors->bucket_end_hours);
      EXPECT_EQ(a.errors->factor_count, b.errors->factor_count);
      EXPECT_EQ(a.errors->loadings, b.errors->loadings);
      EXPECT_EQ(a.errors->remainder, b.errors->remainder);
      EXPECT_EQ(a.errors->remainder_correlation, b.errors->remainder_correlation);
      EXPECT_EQ(a.errors->scores, b.errors->scores);
    }
    EXPECT_EQ(a.series.end(), b.series.end());
    ASSERT_EQ(a.series.step_seconds(), b.series.step_seconds());
    for (size_t s = 0; s < a.series.steps().size(); ++s) {
      EXPECT_EQ(a.series.steps()[s].value, b.series.steps()[s].value);
    }
  }
  EXPECT_EQ(SerializeForecasts(*parsed), SerializeForecasts(forecasts));
}

// A series keeps whole milligrams, the part float32: neither may lose what the other keeps.
TEST(Forecasts, KeepEveryMilligramThroughFloat32) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int64_t> milligrams(0, 10'000'000);
  std::vector<IntensitySeries::Step> steps;
  const auto add = [&](int64_t mg) {
    steps.push_back({kNow + absl::Seconds(static_cast<int64_t>(steps.size()) * 60),
                     GramsPerKilowattHour(static_cast<double>(mg) / 1000)});
  };
  for (int64_t mg = 9'990'000; mg <= 10'000'000; ++mg) add(mg);
  for (int i = 0; i < 200'000; ++i) add(milligrams(random));
  ZoneForecast forecast = Forecast("Z");
  forecast.series = Series(steps, steps.back().start + absl::Seconds(60));
  forecast.horizon = forecast.series.end();
  const auto parsed = ParseForecasts(SerializeForecasts({forecast}));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(forecast.series.IntegralUpTo(forecast.series.end_second()),
            (*parsed)[0].series.IntegralUpTo(forecast.series.end_second()));
  const auto before = forecast.series.steps();
  const auto after = (*parsed)[0].series.steps();
  for (size_t i = 0; i < before.size(); ++i) {
    ASSERT_EQ(std::llround(before[i].value.value() * 1000),
              std::llround(after[i].value.value() * 1000));
  }
}

TEST(Forecasts, HundredZonesForFourteenDaysStayWithinEightMegabytes) {
  std::vector<IntensitySeries::Step> steps;
  for (int i = 0; i < 14 * 24 * 12; ++i) {
    steps.push_back({kNow + absl::Minutes(5) * i, GramsPerKilowattHour(i % 700)});
  }
  std::vector<ZoneForecast> forecasts;
  for (int z = 0; z < 100; ++z) {
    forecasts.push_back(Forecast(absl::StrCat("Z", z)));
    forecasts.back().series = Series(steps, steps.back().start + absl::Minutes(5));
  }
  EXPECT_LT(SerializeForecasts(forecasts).size(), 2u << 20);
}

// Hourly for two weeks; errors hourly for four days and by three hours beyond, of ten factors.
TEST(Forecasts, TakeAMegabyteForAHundredZonesWithTheirErrors) {
  std::vector<uint16_t> ends;
  for (uint16_t hour = 1; hour <= 96; ++hour) ends.push_back(hour);
  for (uint16_t hour = 99; hour <= 14 * 24; hour += 3) ends.push_back(hour);
  std::vector<IntensitySeries::Step> steps;
  for (int i = 0; i < 14 * 24; ++i) {
    steps.push_back({kNow + absl::Hours(i), GramsPerKilowattHour(i % 700)});
  }
  std::vector<ZoneForecast> forecasts;
  for (int z = 0; z < 100; ++z) {
    forecasts.push_back(Forecast(absl::StrCat("Z", z)));
    forecasts.back().series = Series(steps, steps.back().start + absl::Hours(1));
    forecasts.back().errors = Errors(ends, 10);
  }
  const std::string bytes = SerializeForecasts(forecasts);
  RecordProperty("bytes", static_cast<int>(bytes.size()));
  EXPECT_LT(bytes.size(), 1'200'000u);
  EXPECT_TRUE(ParseForecasts(bytes).ok());
}

TEST(Forecasts, RefuseEveryTruncation) {
  const std::string bytes = SerializeForecasts(TwoForecasts());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ParseForecasts(bytes.substr(0, size)).status().code(), absl::StatusCode::kDataLoss)
        << size;
  }
}

TEST(Forecasts, SurviveEveryByteChanged) {
  const std::string bytes = SerializeForecasts(TwoForecasts());
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string changed = bytes;
      changed[i] = value;
      const auto parsed = ParseForecasts(changed);
      if (parsed.ok()) {
        EXPECT_TRUE(ParseForecasts(SerializeForecasts(*parsed)).ok());
      }
    }
  }
}

TEST(Forecasts, RefuseAnotherVersion) {
  std::string bytes = SerializeForecasts({});
  bytes[4] = 9;
  const auto parsed = ParseForecasts(bytes);
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(parsed.status().message(), "forecast part: version 9, this program reads version 2");
}

TEST(Forecasts, NeverTrustACount) {
  std::string bytes = SerializeForecasts({Forecast("Z")});
  const size_t runs_at = 12 + 2 + 1 + 2 + 9 + 2 + 5 * 8 + 3 * 8 + 4;
  uint32_t runs;
  std::memcpy(&runs, bytes.data() + runs_at, 4);
  ASSERT_EQ(runs, 3u);  // hourly; six-hourly; the odd one
  const auto with = [&](size_t at, uint32_t value) {
    std::string changed = bytes;
    std::memcpy(changed.data() + at, &value, 4);
    return std::string(ParseForecasts(changed).status().message());
  };
  EXPECT_EQ(with(8, 1001), "forecast part: 1001 zones, limit 1000");
  EXPECT_THAT(with(8, 2), HasSubstr("ends early"));
  EXPECT_THAT(with(8, 0), HasSubstr("bytes after the last zone"));
  EXPECT_THAT(with(runs_at, UINT32_MAX), HasSubstr("zone \"Z\": ends within its step times"));
  const size_t count_at = runs_at + 4 + 12;
  EXPECT_THAT(with(count_at, UINT32_MAX), HasSubstr("zone \"Z\": ends within its values"));
  EXPECT_THAT(with(count_at, 0), HasSubstr("run of 0 steps of 3600 s"));
}

TEST(Forecasts, RefuseWhatCannotBe) {
  const auto refused = [](auto change) {
    ZoneForecast forecast = Forecast("Z");
    change(forecast);
    return std::string(ParseForecasts(SerializeForecasts({forecast})).status().message());
  };
  EXPECT_THAT(refused([](ZoneForecast& f) { f.zone = ""; }), HasSubstr("has no name"));
  EXPECT_THAT(refused([](ZoneForecast& f) { f.horizon = f.series.end() + absl::Seconds(1); }),
              HasSubstr("horizon lies after its end"));
  EXPECT_THAT(refused([](ZoneForecast& f) { f.own_from = f.horizon + absl::Seconds(1); }),
              HasSubstr("our own forecast begins after its horizon"));
  EXPECT_THAT(refused([](ZoneForecast& f) { f.long_run_mean = GramsPerKilowattHour(NAN); }),
              HasSubstr("long-run mean nan"));
  EXPECT_THAT(refused([](ZoneForecast& f) { f.spread.far = -1; }), HasSubstr("spread from"));
  EXPECT_THAT(refused([](ZoneForecast& f) { f.spread.near = INFINITY; }), HasSubstr("spread from"));
}

TEST(Forecasts, RefuseErrorsThatCannotBeSayingWhereAndWhy) {
  const struct {
    void (*change)(ErrorFactors& errors);
    const char* message;
  } kCases[] = {
      {[](ErrorFactors& e) { e.bucket_end_hours = {}; }, "0 buckets by 2 factors, not 1 to 720"},
      {[](ErrorFactors& e) { e = Errors(std::vector<uint16_t>(721, 1), 0); },
       "errors in 721 buckets by 0 factors, limits 720 and 32"},
      {[](ErrorFactors& e) { e.factor_count = SIZE_MAX; }, "errors in 4 buckets by 33 factors"},
      {[](ErrorFactors& e) { e.bucket_end_hours[0] = 0; }, "a bucket ends at hour 0, not after"},
      {[](ErrorFactors& e) { e.bucket_end_hours[2] = 2; },
       "a bucket ends at hour 2, not after hour 2"},
      {[](ErrorFactors& e) { e.bucket_end_hours[3] = 1; },
       "a bucket ends at hour 1, not after hour 3"},
      {[](ErrorFactors& e) { e.loadings[7] = NAN; }, "a loading is not finite"},
      {[](ErrorFactors& e) { e.scores[63] = -INFINITY; }, "a score is not finite"},
      {[](ErrorFactors& e) { e.remainder[1] = -0.1f; }, "remainder -0.1 is negative or not finite"},
      {[](ErrorFactors& e) { e.remainder[1] = INFINITY; }, "remainder inf is negative"},
      {[](ErrorFactors& e) { e.remainder_correlation = 1; }, "correlation 1 is not in [0, 1)"},
      {[](ErrorFactors& e) { e.remainder_correlation = -0.5f; }, "correlation -0.5 is not in"},
      {[](ErrorFactors& e) { e.remainder_correlation = NAN; }, "correlation nan is not in"},
  };
  for (const auto& c : kCases) {
    std::vector<ZoneForecast> forecasts = TwoForecasts();
    c.change(*forecasts[1].errors);
    const auto parsed = ParseForecasts(SerializeForecasts(forecasts));
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kDataLoss) << c.message;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("forecast part: zone \"DE\": "));
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(c.message));
  }
}

// Missing values count as zero, as when errors are drawn.
TEST(Forecasts, WriteErrorsOfSizesThatDoNotFitSoThatTheyDo) {
  ZoneForecast forecast = Forecast("Z");
  forecast.errors = Errors({1, 2, 3}, 2);
  forecast.errors->loadings.resize(5);
  forecast.errors->remainder.clear();
  forecast.errors->scores.resize(100, 1);
  const auto parsed = ParseForecasts(SerializeForecasts({forecast}));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const ErrorFactors& errors = *(*parsed)[0].errors;
  EXPECT_TRUE(CheckErrorFactors(errors).ok());
  EXPECT_EQ(DrawErrors(errors, "Z"), DrawErrors(*forecast.errors, "Z"));
}

// As many buckets as there can be, and not a byte of them.
TEST(Forecasts, NeverTrustACountOfErrors) {
  ZoneForecast forecast = Forecast("Z");
  forecast.errors = Errors({1, 2}, 1);
  std::string bytes = SerializeForecasts({forecast});
  const size_t errors_size = 8 + 2 + 2 + 4 + 2 * 2 + 4 * (2 + 2 + 32);
  const size_t buckets_at = bytes.size() - errors_size + 8;
  ASSERT_EQ(bytes.substr(buckets_at, 4), std::string("\2\0\1\0", 4));
  const auto with = [&](absl::string_view counts) {
    std::string changed = bytes;
    std::copy(counts.begin(), counts.end(),
              changed.begin() + static_cast<std::ptrdiff_t>(buckets_at));
    return std::string(ParseForecasts(changed).status().message());
  };
  EXPECT_EQ(
      with("\xff\xff\xff\xff"),
      "forecast part: zone \"Z\": errors in 65535 buckets by 65535 factors, limits 720 and 32");
  EXPECT_EQ(with(absl::string_view("\xd0\x02\x20\x00", 4)),
            "forecast part: zone \"Z\": ends within its errors");
  EXPECT_THAT(with(absl::string_view("\x01\x00\x01\x00", 4)),
              HasSubstr("bytes after the last zone"));
}

TEST(Forecasts, RefuseANegativeOrNonFiniteIntensity) {
  const std::string bytes = SerializeForecasts({Forecast("Z")});
  for (const float value : {-1.0f, NAN, INFINITY, 10001.0f}) {
    std::string changed = bytes;
    std::memcpy(changed.data() + changed.size() - 4, &value, 4);
    const auto parsed = ParseForecasts(changed);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("is not in [0, 10000]"));
  }
}

}  // namespace
}  // namespace carbon
