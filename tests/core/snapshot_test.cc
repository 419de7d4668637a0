#include "core/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <random>

#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1795500000);  // 2026-11-24T06:00:00Z
const std::string kHash = std::string(64, 'a');

IntensitySeries Series(const std::vector<IntensitySeries::Step>& steps, absl::Time end) {
  return IntensitySeries::Create(steps, end).value();
}

// Hourly for a day, six-hourly for three, then one odd step.
ZoneForecast Forecast(const std::string& zone) {
  std::vector<IntensitySeries::Step> steps;
  absl::Time t = kNow;
  for (int i = 0; i < 24; ++i, t += absl::Hours(1)) {
    steps.push_back({t, GramsPerKilowattHour(100.125 + i)});
  }
  for (int i = 0; i < 12; ++i, t += absl::Hours(6)) {
    steps.push_back({t, GramsPerKilowattHour(300.5 + i)});
  }
  steps.push_back({t + absl::Minutes(7), GramsPerKilowattHour(0)});
  return ZoneForecast{.zone = zone,
                      .kind = SignalKind::kMarginal,
                      .source = "csv:x.csv",
                      .issued_at = kNow - absl::Hours(2),
                      .fetched_at = kNow - absl::Hours(1),
                      .valid_until = kNow + absl::Hours(23),
                      .series = Series(steps, t + absl::Hours(9)),
                      .horizon = kNow + absl::Hours(48),
                      .long_run_mean = GramsPerKilowattHour(123.456789),
                      .spread = {.near = 0.03, .far = 0.3, .growth = absl::Hours(12)}};
}

ErrorFactors Errors(std::vector<uint16_t> ends, size_t factor_count) {
  ErrorFactors errors;
  errors.origin = kNow - absl::Hours(3);
  errors.bucket_end_hours = std::move(ends);
  errors.factor_count = factor_count;
  const auto fill = [](std::vector<float>* values, size_t count, float step) {
    for (size_t i = 0; i < count; ++i) values->push_back(step * static_cast<float>(i % 37));
  };
  fill(&errors.loadings, errors.buckets() * factor_count, 0.011f);
  fill(&errors.remainder, errors.buckets(), 0.003f);
  fill(&errors.scores, ErrorFactors::kPairs * factor_count, -0.07f);
  errors.remainder_correlation = 0.625f;
  return errors;
}

// The first as a provider's alone, the second with all that may be absent there.
std::vector<ZoneForecast> TwoForecasts() {
  std::vector<ZoneForecast> forecasts = {Forecast("NO-1"), Forecast("DE")};
  forecasts[1].own_from = kNow + absl::Hours(30);
  forecasts[1].errors = Errors({1, 2, 3, 6}, 2);
  forecasts[1].issued_at.reset();
  forecasts[1].kind = SignalKind::kAverageLifecycle;
  return forecasts;
}

CapacityState Capacity() {
  CapacityState capacity;
  capacity.taken_at = kNow;
  capacity.cluster = "demo";
  capacity.default_partition = "frankfurt";
  capacity.groups = {
      {"oslo-nodes", {4, 32, Resources::kUnlimited, Resources::kUnlimited}, {1, 8, 64, 512000}}};
  capacity.pools = {{.pool = "oslo",
                     .group = "oslo-nodes",
                     .up = true,
                     .is_default = true,
                     .max_time = absl::Hours(48),
                     .default_time = std::nullopt,
                     .max_nodes = 4,
                     .defaults = {1, 2, 3, 4, 5, true}}};
  capacity.uses = {
      {17, "0123456789abcdef-4", "oslo-nodes", {kNow, kNow + absl::Hours(3)}, {1, 8, 0, 0}}};
  return capacity;
}

Config OslosConfig() {
  Config config;
  config.zones.push_back({.name = "NO-1"});
  config.sites.push_back({.name = "oslo", .zone = "NO-1"});
  config.hardware["h100"] = {.name = "h100"};
  config.pools.push_back({.name = "oslo", .site = "oslo", .partition = "oslo", .hardware = "h100"});
  return config;
}

Manifest AManifest() {
  return {kNow, kHash, std::string(64, 'b'), std::string(64, 'c'), std::string(64, 'd')};
}

std::shared_ptr<const DrawnForecasts> Drawn(std::vector<ZoneForecast> forecasts) {
  return std::make_shared<const DrawnForecasts>(std::move(forecasts));
}

std::shared_ptr<const AdmissionRules> NoRules() { return std::make_shared<const AdmissionRules>(); }

TEST(Sha256Hex, MatchesFips180) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Manifest, ReadsBackWhatItWrites) {
  Manifest manifest = AManifest();
  manifest.published_at += absl::Milliseconds(250);
  const auto parsed = ParseManifest(SerializeManifest(manifest));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->published_at, manifest.published_at);
  EXPECT_EQ(parsed->config_hash, manifest.config_hash);
  EXPECT_EQ(parsed->forecast_hash, manifest.forecast_hash);
  EXPECT_EQ(parsed->capacity_hash, manifest.capacity_hash);
  EXPECT_EQ(parsed->admission_hash, manifest.admission_hash);
}

TEST(Manifest, LooksAsDocumented) {
  EXPECT_EQ(
      SerializeManifest(AManifest()),
      absl::StrCat(R"({"version":2,"published_at":"2026-11-24T06:00:00Z","parts":{"config":")",
                   std::string(64, 'a'), R"(","forecast":")", std::string(64, 'b'),
                   R"(","capacity":")", std::string(64, 'c'), R"(","admission":")",
                   std::string(64, 'd'), "\"}}\n"));
}

TEST(Manifest, RefusesAnotherVersionBeforeAllElse) {
  const auto parsed = ParseManifest(R"({"version":3,"surprise":[]})");
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(parsed.status().message(), "manifest: version 3, this program reads version 2");
}

TEST(Manifest, RefusesWhatIsBrokenSayingWhereAndWhy) {
  const auto with = [](const std::string& published_at, const std::string& parts) {
    return absl::StrCat(R"({"version":2,"published_at":)", published_at, R"(,"parts":)", parts,
                        "}");
  };
  const std::string when = R"("2026-11-24T06:00:00Z")";
  const std::string hashes =
      absl::StrCat(R"({"config":")", kHash, R"(","forecast":")", kHash, R"(","capacity":")");
  const struct {
    std::string bytes;
    std::string message;
  } kCases[] = {
      {"", "manifest: is not a JSON object"},
      {"[]", "manifest: is not a JSON object"},
      {R"({"version":2,)", "manifest: is not a JSON object"},
      {"{}", "manifest: /version: is not a whole number"},
      {R"({"version":"1"})", "manifest: /version: is not a whole number"},
      {R"({"version":2})", "manifest: /published_at: is missing"},
      {with("7", "{}"), "manifest: /published_at: is not a string"},
      {with(R"("yesterday")", "{}"), "\"yesterday\" is not a time in UTC"},
      {with(R"("infinite-future")", "{}"), "\"infinite-future\" is not a time in UTC"},
      {absl::StrCat(R"({"version":2,"published_at":)", when, "}"), "manifest: /parts: is missing"},
      {with(when, "[]"), "manifest: /parts: is not an object"},
      {with(when, "{}"), "manifest: /parts/config: is missing"},
      {with(when, hashes + "../../etc/passwd\"}"), "manifest: /parts/capacity: is not a SHA-256"},
      {with(when, hashes + std::string(64, 'A') + "\"}"),
       "manifest: /parts/capacity: is not a SHA-256"},
      {with(when, hashes + kHash + R"(","tariff":""})"), "manifest: /parts/tariff: is not known"},
  };
  for (const auto& c : kCases) {
    const auto parsed = ParseManifest(c.bytes);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kDataLoss) << c.bytes;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(c.message)) << c.bytes;
  }
}

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

// What is missing counts as zero, as it does where errors are drawn.
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

TEST(Capacity, ReadsBackWhatItWrites) {
  const std::string bytes = SerializeCapacity(Capacity());
  const auto parsed = ParseCapacity(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const CapacityState expected = Capacity();
  EXPECT_EQ(parsed->taken_at, expected.taken_at);
  EXPECT_EQ(parsed->cluster, "demo");
  EXPECT_EQ(parsed->default_partition, "frankfurt");
  ASSERT_EQ(parsed->groups.size(), 1u);
  EXPECT_EQ(parsed->groups[0].total, expected.groups[0].total);
  EXPECT_EQ(parsed->groups[0].per_node, expected.groups[0].per_node);
  ASSERT_EQ(parsed->pools.size(), 1u);
  EXPECT_EQ(parsed->pools[0].max_time, absl::Hours(48));
  EXPECT_EQ(parsed->pools[0].default_time, std::nullopt);
  EXPECT_EQ(parsed->pools[0].max_nodes, 4);
  EXPECT_EQ(parsed->pools[0].defaults, (JobDefaults{1, 2, 3, 4, 5, true}));
  EXPECT_TRUE(parsed->pools[0].up);
  EXPECT_TRUE(parsed->pools[0].is_default);
  ASSERT_EQ(parsed->uses.size(), 1u);
  EXPECT_EQ(parsed->uses[0].job_id, 17u);
  EXPECT_EQ(parsed->uses[0].decision_id, "0123456789abcdef-4");
  EXPECT_EQ(parsed->uses[0].when, expected.uses[0].when);
  EXPECT_EQ(parsed->uses[0].amount, expected.uses[0].amount);
  EXPECT_EQ(SerializeCapacity(*parsed), bytes);
}

TEST(Capacity, RefusesAnotherVersion) {
  const auto parsed = ParseCapacity(R"({"version":7})");
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(parsed.status().message(), "capacity part: version 7, this program reads version 2");
}

TEST(Capacity, RefusesWhatIsBrokenSayingWhereAndWhy) {
  using Json = nlohmann::ordered_json;
  const struct {
    const char* pointer;
    Json value;
    std::string message;
  } kCases[] = {
      {"/taken_at", "now", "/taken_at: is not a whole number in [-253402300799, 253402300799]"},
      {"/taken_at", 1e300, "/taken_at: is not a whole number"},
      {"/cluster", 3, "/cluster: is not a string"},
      {"/groups", 3, "/groups: is not an array"},
      {"/groups/0", 3, "/groups/0: is not an object"},
      {"/groups/0/total/nodes", -1, "/groups/0/total/nodes: is not a whole number in [0, "},
      {"/groups/0/total/nodes", UINT64_MAX, "/groups/0/total/nodes: is not a whole number"},
      {"/groups/0/total/nodes", 1.5, "/groups/0/total/nodes: is not a whole number"},
      {"/groups/0/per_node", Json::object(), "/groups/0/per_node/nodes: is missing"},
      {"/pools/0/up", 1, "/pools/0/up: is not true or false"},
      {"/pools/0/max_time_s", -5, "/pools/0/max_time_s: is not a whole number"},
      {"/pools/0/colour", "green", "/pools/0/colour: is not known"},
      {"/uses/0/job_id", int64_t{1} << 32, "/uses/0/job_id: is not a whole number"},
      {"/uses/0/end", 0, "/uses/0/end: is before the start"},
  };
  for (const auto& c : kCases) {
    Json json = Json::parse(SerializeCapacity(Capacity()));
    json[Json::json_pointer(c.pointer)] = c.value;
    const auto parsed = ParseCapacity(json.dump());
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kDataLoss) << c.pointer;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("capacity part: " + c.message));
  }
}

TEST(Capacity, RefusesDepthWithoutPayingForIt) {
  const auto parsed = ParseCapacity(R"({"version":2,"x":)" + std::string(1 << 20, '['));
  EXPECT_EQ(parsed.status().message(), "capacity part: is not a JSON object");
}

TEST(Assemble, LooksUpWhatBelongsToAPool) {
  const auto snapshot =
      Snapshot::Assemble(AManifest(), OslosConfig(), Drawn(TwoForecasts()), Capacity(), NoRules());
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  ASSERT_EQ((*snapshot)->pools().size(), 1u);
  const Snapshot::Pool& pool = (*snapshot)->pools()[0];
  EXPECT_EQ(pool.config, &(*snapshot)->config().pools[0]);
  EXPECT_EQ(pool.site, &(*snapshot)->config().sites[0]);
  EXPECT_EQ(pool.hardware->name, "h100");
  EXPECT_EQ(pool.forecast, &(*snapshot)->forecasts()[0]);
  EXPECT_EQ(pool.zone_index, 0);
  EXPECT_EQ(pool.state, &(*snapshot)->capacity().pools[0]);
  EXPECT_EQ(pool.group, &(*snapshot)->capacity().groups[0]);
}

TEST(Assemble, LeavesOpenWhatIsNotKnown) {
  const auto snapshot = Snapshot::Assemble(AManifest(), OslosConfig(), Drawn({}), {}, NoRules());
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const Snapshot::Pool& pool = (*snapshot)->pools()[0];
  EXPECT_EQ(pool.forecast, nullptr);
  EXPECT_EQ(pool.zone_index, -1);
  EXPECT_EQ(pool.state, nullptr);
  EXPECT_EQ(pool.group, nullptr);
}

TEST(Assemble, RefusesPartsThatDoNotBelongTogether) {
  const auto refused = [](auto change) {
    Config config = OslosConfig();
    std::vector<ZoneForecast> forecasts = TwoForecasts();
    CapacityState capacity = Capacity();
    change(config, forecasts, capacity);
    const auto snapshot =
        Snapshot::Assemble(AManifest(), config, Drawn(forecasts), capacity, NoRules());
    EXPECT_EQ(snapshot.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(snapshot.status().message());
  };
  EXPECT_EQ(refused([](auto&, auto& f, auto&) { f[1].zone = f[0].zone; }),
            "snapshot: forecast of zone \"NO-1\" is there twice");
  EXPECT_EQ(refused([](auto& c, auto&, auto&) { c.pools.push_back(c.pools[0]); }),
            "snapshot: pool \"oslo\" is there twice");
  EXPECT_EQ(refused([](auto& c, auto&, auto&) { c.pools[0].site = "osol"; }),
            "snapshot: pool \"oslo\": site \"osol\" is not known");
  EXPECT_EQ(refused([](auto& c, auto&, auto&) { c.pools[0].hardware = "h200"; }),
            "snapshot: pool \"oslo\": hardware \"h200\" is not known");
  EXPECT_EQ(refused([](auto&, auto&, auto& s) { s.groups.push_back(s.groups[0]); }),
            "snapshot: node group \"oslo-nodes\" is there twice");
  EXPECT_EQ(refused([](auto&, auto&, auto& s) { s.pools[0].group = "nodes"; }),
            "snapshot: state of pool \"oslo\": node group \"nodes\" is not known");
  EXPECT_EQ(refused([](auto&, auto&, auto& s) { s.pools[0].pool = "lyon"; }),
            "snapshot: state of pool \"lyon\": pool \"lyon\" is not known");
  EXPECT_EQ(refused([](auto&, auto&, auto& s) { s.uses[0].group = "nodes"; }),
            "snapshot: use by job 17: node group \"nodes\" is not known");
}

TEST(Assemble, DrawsTheSameErrorsUntilTheForecastsChange) {
  Manifest later = AManifest();
  later.published_at += absl::Hours(9);
  const auto a =
      Snapshot::Assemble(AManifest(), OslosConfig(), Drawn(TwoForecasts()), Capacity(), NoRules());
  const auto b =
      Snapshot::Assemble(later, OslosConfig(), Drawn(TwoForecasts()), Capacity(), NoRules());
  ASSERT_TRUE(a.ok() && b.ok());
  const IntensitySeries& series = (*a)->forecasts()[0].series;
  EXPECT_EQ((*a)->scenarios().Integrate(0, series, kNow + absl::Hours(9), absl::Hours(20)),
            (*b)->scenarios().Integrate(0, series, kNow + absl::Hours(9), absl::Hours(20)));
}

// A forecast dated 1970 must not cost a bucket of errors for every six hours since.
TEST(Assemble, BoundsWhatAnAbsurdDateCosts) {
  std::vector<ZoneForecast> forecasts = {Forecast("NO-1")};
  forecasts[0].issued_at = absl::FromUnixSeconds(-200000000000);
  EXPECT_TRUE(
      Snapshot::Assemble(AManifest(), OslosConfig(), Drawn(forecasts), Capacity(), NoRules()).ok());
}

}  // namespace
}  // namespace carbon
