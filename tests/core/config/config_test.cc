#include "core/config/config.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/config_text.h"
#include "tests/core/older_config_part.h"

namespace carbon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

void ExpectMaximal(const DaemonConfig& config) {
  EXPECT_EQ(config.paths.snapshot, "/s");
  EXPECT_EQ(config.paths.log, "/l/placements.jsonl");
  EXPECT_EQ(config.refresh.capacity, absl::Seconds(7));
  EXPECT_EQ(config.refresh.forecast, absl::Seconds(90));

  EXPECT_EQ(config.paths.archive, "/a/archive.sqlite");
  EXPECT_EQ(config.refresh.history, absl::Hours(2));
  EXPECT_EQ(config.watch.down_after, absl::Seconds(45));
  EXPECT_EQ(config.archive.retention, absl::Hours(24 * 90));

  ASSERT_THAT(config.zones, SizeIs(2));  // in order of their names
  EXPECT_EQ(config.zones[0].name, "DE");
  EXPECT_EQ(config.zones[0].kind, SignalKind::kMarginal);
  EXPECT_THAT(config.zones[0].forecasts, IsEmpty());
  EXPECT_EQ(config.zones[0].climatology, std::nullopt);
  EXPECT_EQ(config.zones[0].history, std::nullopt);
  const ZoneConfig& zone = config.zones[1];
  EXPECT_EQ(zone.name, "NO-1");
  EXPECT_EQ(zone.kind, SignalKind::kAverageDirect);
  ASSERT_THAT(zone.forecasts, SizeIs(2));
  EXPECT_EQ(std::get<ForecastFile>(zone.forecasts[0]).path, "no.csv");
  EXPECT_EQ(std::get<ForecastFile>(zone.forecasts[0]).format, ForecastFormat::kCsv);
  EXPECT_EQ(std::get<ForecastFile>(zone.forecasts[0]).location, "");
  EXPECT_EQ(std::get<ForecastFile>(zone.forecasts[0]).csv,
            (CsvFormat{"t", "v", IntensityUnit::kKilogramsPerMegawattHour, "Europe/Oslo"}));
  EXPECT_EQ(std::get<ForecastFile>(zone.forecasts[1]).path, "/x.json");
  EXPECT_EQ(std::get<ForecastFile>(zone.forecasts[1]).format, ForecastFormat::kCarbonAwareSdk);
  EXPECT_EQ(std::get<ForecastFile>(zone.forecasts[1]).location, "no");
  EXPECT_EQ(zone.max_age, absl::Hours(6));
  EXPECT_EQ(zone.climatology, GramsPerKilowattHour(30.5));
  EXPECT_EQ(zone.spread.near, 0.01);
  EXPECT_EQ(zone.spread.far, 0.3);
  EXPECT_EQ(zone.spread.growth, absl::Hours(12));
  ASSERT_TRUE(zone.history.has_value());
  ASSERT_THAT(*zone.history, SizeIs(2));
  EXPECT_EQ(std::get<HistoryFile>((*zone.history)[0]).path, "past.csv");
  EXPECT_EQ(std::get<ForecastProvider>((*zone.history)[1]).zone, "GB");
  EXPECT_EQ(std::get<ForecastProvider>((*zone.history)[1]).url, "http://x");
}

void ExpectMaximal(const PlacementConfig& config) {
  ASSERT_THAT(config.zones, SizeIs(2));  // in order of their names
  EXPECT_EQ(config.zones[0].name, "DE");
  EXPECT_EQ(config.zones[0].kind, SignalKind::kMarginal);
  EXPECT_EQ(config.zones[0].climatology, std::nullopt);
  EXPECT_EQ(config.zones[1].name, "NO-1");
  EXPECT_EQ(config.zones[1].kind, SignalKind::kAverageDirect);
  EXPECT_EQ(config.zones[1].max_age, absl::Hours(6));
  EXPECT_EQ(config.zones[1].climatology, GramsPerKilowattHour(30.5));
  EXPECT_EQ(config.zones[1].spread.near, 0.01);
  EXPECT_EQ(config.zones[1].spread.far, 0.3);
  EXPECT_EQ(config.zones[1].spread.growth, absl::Hours(12));

  ASSERT_THAT(config.sites, SizeIs(2));
  EXPECT_EQ(config.sites[0].name, "berlin");
  EXPECT_EQ(config.sites[0].zone, "DE");
  EXPECT_EQ(config.sites[0].pue.value, 1.4);
  EXPECT_EQ(config.sites[0].pue.quality, Quality::kEstimated);
  EXPECT_EQ(config.sites[0].pue.source, "carbon.json");
  EXPECT_EQ(config.sites[0].net_intensity, std::nullopt);
  EXPECT_EQ(config.sites[1].name, "oslo");
  EXPECT_EQ(config.sites[1].pue.value, 1.1);
  EXPECT_EQ(config.sites[1].pue.quality, Quality::kMeasured);
  EXPECT_EQ(config.sites[1].pue.source, "meter");
  EXPECT_EQ(config.sites[1].net_intensity, GramsPerKilowattHour(5));

  const ProfileLibrary& shipped = ShippedProfiles();
  EXPECT_THAT(config.hardware, SizeIs(shipped.size() + 2));
  EXPECT_EQ(config.hardware.at("ours").name, "ours");
  EXPECT_EQ(config.hardware.at("ours").busy.value, Watts(980));
  EXPECT_EQ(config.hardware.at("ours").busy.source, "PDU");
  EXPECT_EQ(config.hardware.at("ours").throughput->value, shipped.at("h100-sxm").throughput->value);
  EXPECT_EQ(config.hardware.at("a-theirs").busy.value, Watts(980));
  EXPECT_EQ(config.hardware.at("a-theirs").throughput->value, FlopsPerSecond(500e12));
  EXPECT_EQ(config.hardware.at("v100-sxm2").busy.value, shipped.at("v100-sxm2").busy.value);

  ASSERT_THAT(config.pools, SizeIs(2));
  EXPECT_EQ(config.pools[0].name, "berlin");
  EXPECT_EQ(config.pools[0].gres_type, "");
  EXPECT_EQ(config.pools[1].name, "oslo-h100");
  EXPECT_EQ(config.pools[1].site, "oslo");
  EXPECT_EQ(config.pools[1].partition, "oslo");
  EXPECT_EQ(config.pools[1].hardware, "ours");
  EXPECT_EQ(config.pools[1].gres_type, "h100");
  EXPECT_THAT(config.pools[1].features, ElementsAre("nvlink", "ib"));
  EXPECT_EQ(config.pools[1].nodelist, "gpu[01-16],big");
  EXPECT_EQ(config.pools[0].powers_down, std::nullopt);
  EXPECT_EQ(config.pools[1].powers_down, true);
  EXPECT_EQ(config.pools[0].size, std::nullopt);
  EXPECT_EQ(config.pools[1].size, 16);

  ASSERT_THAT(config.policies, SizeIs(2));  // as written: the first match wins
  const Policy& policy = config.policies[0];
  EXPECT_EQ(policy.name, "ml");
  EXPECT_EQ(policy.match, (PolicyMatch{.partitions = {"oslo"},
                                       .job_names = {"ondemand/*", "sys-?"},
                                       .accounts = {"ml"},
                                       .qos = {"long"},
                                       .users = {"ada"},
                                       .uids = {1000, 4294967294}}));
  EXPECT_EQ(policy.mode, Mode::kEnforce);
  EXPECT_EQ(policy.message, Notice::kPlaced);
  EXPECT_EQ(policy.max_delay, absl::Hours(36));
  EXPECT_EQ(policy.margin, absl::Minutes(5));
  EXPECT_EQ(policy.fallback, Fallback::kHome);
  EXPECT_EQ(policy.minimise, Figure::kAttributional);
  EXPECT_EQ(policy.saving_floor, 0.02);
  EXPECT_EQ(policy.confidence, 0.9);
  EXPECT_FALSE(policy.may_change_time);
  EXPECT_TRUE(policy.may_change_site);
  EXPECT_TRUE(policy.may_change_hardware);
  EXPECT_TRUE(policy.may_change_time_limit);
  EXPECT_TRUE(policy.may_change_named_partition);
  EXPECT_TRUE(policy.learnt_runtime);
  EXPECT_EQ(policy.exempt, 0.1);
  EXPECT_EQ(config.policies[1].name, "rest");
}

TEST(ParseConfig, ReadsEverything) {
  const Config config = Parse(kMaximal);
  ExpectMaximal(config.placement);
  ExpectMaximal(config.daemon);
}

TEST(ParseConfig, FillsInTheDefaultsOfTheHeaders) {
  const Config config = Parse(R"({
    "zones": {"z": {"kind": "average-lifecycle"}}, "policies": [{"name": "p"}]})");
  EXPECT_EQ(config.daemon.paths.log, "/var/log/slurm-carbon/placements.jsonl");
  EXPECT_EQ(config.daemon.paths.snapshot.substr(0, 1), "/");
  EXPECT_EQ(config.daemon.refresh.capacity, RefreshConfig().capacity);
  EXPECT_EQ(config.daemon.refresh.forecast, RefreshConfig().forecast);
  EXPECT_EQ(config.daemon.refresh.history, RefreshConfig().history);
  EXPECT_EQ(config.daemon.watch.down_after, WatchConfig().down_after);
  EXPECT_EQ(config.daemon.archive.retention, ArchiveConfig().retention);
  EXPECT_EQ(config.daemon.paths.archive, "");
  EXPECT_EQ(config.daemon.zones[0].history, std::nullopt);
  EXPECT_EQ(config.daemon.zones[0].max_age, ZoneConfig().max_age);
  EXPECT_EQ(config.daemon.zones[0].spread.near, LeadTimeSpread().near);
  EXPECT_EQ(config.daemon.zones[0].spread.far, LeadTimeSpread().far);
  EXPECT_THAT(config.placement.hardware, SizeIs(ShippedProfiles().size()));
  const Policy& policy = config.placement.policies[0];
  EXPECT_EQ(policy.match, PolicyMatch());
  EXPECT_EQ(policy.mode, Mode::kShadow);
  EXPECT_EQ(policy.message, Notice::kAll);
  EXPECT_EQ(policy.max_delay, Policy().max_delay);
  EXPECT_EQ(policy.margin, Policy().margin);
  EXPECT_EQ(policy.fallback, std::nullopt);
  EXPECT_EQ(policy.minimise, std::nullopt);
  EXPECT_EQ(policy.saving_floor, Policy().saving_floor);
  EXPECT_EQ(policy.confidence, Policy().confidence);
  EXPECT_TRUE(policy.may_change_time);
  EXPECT_TRUE(policy.may_change_site);
  EXPECT_FALSE(policy.may_change_hardware);
  EXPECT_FALSE(policy.may_change_time_limit);
  EXPECT_FALSE(policy.may_change_named_partition);
  EXPECT_FALSE(policy.learnt_runtime);
  EXPECT_EQ(policy.exempt, 0);
}

TEST(ParseConfig, TakesAnEmptyObjectForAConfigThatLeavesEveryJobAlone) {
  const Config config = Parse("{} // nothing yet");
  EXPECT_THAT(config.placement.policies, IsEmpty());
  EXPECT_THAT(config.placement.pools, IsEmpty());
}

TEST(ParseConfig, TakesAnEmptyListOfChangesForNone) {
  const Policy policy =
      Parse(R"({"policies": [{"name": "p", "may_change": []}]})").placement.policies[0];
  EXPECT_FALSE(policy.may_change_time);
  EXPECT_FALSE(policy.may_change_site);
  EXPECT_FALSE(policy.may_change_hardware);
}

TEST(ParseConfig, LetsAnEntryOverrideAShippedProfileAndOthersExtendTheOverride) {
  const Config config = Parse(R"({"hardware": {
    "a": {"extends": "h100-sxm"},
    "h100-sxm": {"busy_watts": {"value": 900, "quality": "measured", "source": "PDU"}},
    "z": {"extends": "a"}}})");
  EXPECT_EQ(config.placement.hardware.at("h100-sxm").busy.value, Watts(900));
  EXPECT_EQ(config.placement.hardware.at("a").busy.value, Watts(900));
  EXPECT_EQ(config.placement.hardware.at("z").busy.value, Watts(900));
}

TEST(SerializeConfig, IsReadBackToTheSame) {
  ExpectMaximal(Parse(SerializeConfig(Parse(kMaximal).placement)).placement);
  for (const char* json : {kMaximal, "{}"}) {
    const std::string once = SerializeConfig(Parse(json).placement);
    EXPECT_EQ(SerializeConfig(Parse(once).placement), once);
  }
}

TEST(SerializeConfig, KeepsEveryBitOfANumber) {
  const Config config = Parse(
      R"({"zones": {"z": {"kind": "marginal", "climatology": 0.1}},
          "sites": {"s": {"zone": "z", "pue": 1.0000000000000002}}})");
  const PlacementConfig again = Parse(SerializeConfig(config.placement)).placement;
  EXPECT_EQ(again.sites[0].pue.value, 1.0000000000000002);
  EXPECT_EQ(again.zones[0].climatology, GramsPerKilowattHour(0.1));
}

// The bytes of kMaximal's placement half with `from`, which is in kMaximal, changed to `to`.
std::string PartWith(const std::string& from, const std::string& to) {
  const std::string json = kMaximal;
  EXPECT_THAT(json, HasSubstr(from));
  return SerializeConfig(Parse(absl::StrReplaceAll(json, {{from, to}})).placement);
}

// A record names the part by its hash: it must not differ for what no decision depends on.
TEST(SerializeConfig, IsTheSameWhateverOnlyScarbondNeeds) {
  const std::string part = SerializeConfig(Parse(kMaximal).placement);
  const struct {
    const char* from;
    const char* to;
  } kChanges[] = {
      {R"("snapshot": "/s")", R"("snapshot": "/elsewhere")"},
      {"/l/placements.jsonl", "/elsewhere/p.jsonl"},
      {R"("/a/archive.sqlite"})", R"("/b.sqlite", "metrics": "/m.prom"})"},
      {R"("capacity": "7s")", R"("capacity": "1m")"},
      {R"("forecast": "90s")", R"("forecast": "5m")"},
      {R"("history": "2h")", R"("history": "3h")"},
      {R"("down_after": "45s")", R"("down_after": "3m")"},
      {R"("retention": "90d")", R"("retention": "91d")"},
      {R"("url": "http://x")", R"("url": "http://y", "user": "me", "secret_file": "/t")"},
      {R"("file": "no.csv")", R"("file": "other.csv")"},
      {R"("file": "past.csv")", R"("file": "other.csv")"},
      {R"("kind": "marginal")", R"("kind": "marginal", "any_kind": true)"},
      {R"("kind": "marginal")", R"("kind": "marginal", "plausibility": {"zero": false})"},
      {R"("kind": "marginal")", R"("kind": "marginal", "forecast": [{"static": 400}])"},
  };
  for (const auto& change : kChanges)
    EXPECT_EQ(PartWith(change.from, change.to), part) << change.to;
}

TEST(SerializeConfig, DiffersWhereADecisionMayDiffer) {
  const std::string part = SerializeConfig(Parse(kMaximal).placement);
  const struct {
    const char* from;
    const char* to;
  } kChanges[] = {
      {R"("max_age": "6h")", R"("max_age": "7h")"},
      {R"("climatology": 30.5)", R"("climatology": 31)"},
      {R"("near": 0.01)", R"("near": 0.02)"},
      {R"("kind": "marginal")", R"("kind": "average-direct")"},
      {R"("pue": 1.4)", R"("pue": 1.41)"},
      {R"("net_intensity": 5)", R"("net_intensity": 6)"},
      {R"("value": 980)", R"("value": 981)"},
      {R"("partition": "berlin")", R"("partition": "bonn")"},
      {R"("size": 16)", R"("size": 17)"},
      {R"("confidence": 0.9)", R"("confidence": 0.8)"},
      {R"("mode": "enforce")", R"("mode": "shadow")"},
      {R"("learnt_runtime": true)", R"("learnt_runtime": false)"},
      {R"("exempt": 0.1)", R"("exempt": 0.2)"},
      {R"({"name": "rest"})", R"({"name": "others"})"},
  };
  for (const auto& change : kChanges)
    EXPECT_NE(PartWith(change.from, change.to), part) << change.to;
}

// A plugin from before the key existed refuses a part that has it.
TEST(SerializeConfig, HasNoExemptShareUnlessSomebodySetOne) {
  EXPECT_THAT(SerializeConfig(Parse(R"({"policies": [{"name": "p", "exempt": 0}]})").placement),
              Not(HasSubstr("exempt")));
}

// Paths, sources and rhythms were in it, but not users and secret files of providers.
TEST(ParseConfig, ReadsThePartOfAnOlderScarbond) {
  const Config config = Parse(kOlderConfigPart);
  EXPECT_EQ(config.daemon.paths.log, "/l/placements.jsonl");
  EXPECT_EQ(config.daemon.refresh.capacity, absl::Seconds(45));
  ASSERT_THAT(config.placement.zones, SizeIs(1));
  EXPECT_EQ(config.placement.zones[0].max_age, absl::Hours(6));
  EXPECT_EQ(config.placement.zones[0].climatology, GramsPerKilowattHour(30.5));
  ASSERT_THAT(config.placement.sites, SizeIs(1));
  EXPECT_EQ(config.placement.sites[0].pue.value, 1.1);
  ASSERT_THAT(config.placement.pools, SizeIs(1));
  EXPECT_EQ(config.placement.pools[0].hardware, "h100-sxm");
  EXPECT_EQ(config.placement.hardware.at("h100-sxm").busy.value, Watts(969));
  ASSERT_THAT(config.placement.policies, SizeIs(1));
  EXPECT_EQ(config.placement.policies[0].mode, Mode::kEnforce);
  EXPECT_EQ(config.placement.policies[0].confidence, 0.55);
}

TEST(SerializeConfig, NeedsNoShippedProfileToBeReadBack) {
  EXPECT_THAT(SerializeConfig(Parse(kMaximal).placement), Not(HasSubstr("\"extends\": \"")));
}

TEST(ParseConfig, TakesProvidersAndStaticValuesAndKeepsThemOutOfTheSnapshot) {
  std::vector<ConfigError> errors;
  const std::optional<Config> config = ParseConfig(R"({"zones": {"DE": {
      "kind": "average-lifecycle",
      "forecast": [{"provider": "p", "zone": "DE-1", "url": "http://127.0.0.1:1", "user": "me",
                    "secret_file": "/etc/token"},
                   {"static": 400}]}}})",
                                                   &errors);
  ASSERT_TRUE(config.has_value()) << ::testing::PrintToString(errors.size());
  const ForecastProvider provider = {"p", "DE-1", "http://127.0.0.1:1", "me", "/etc/token"};
  EXPECT_EQ(std::get<ForecastProvider>(config->daemon.zones[0].forecasts[0]), provider);
  EXPECT_EQ(std::get<GramsPerKilowattHour>(config->daemon.zones[0].forecasts[1]).value(), 400);

  const std::string published = SerializeConfig(config->placement);
  for (const char* text : {"token", "\"me\"", "127.0.0.1", "DE-1", "\"static\""}) {
    EXPECT_THAT(published, Not(HasSubstr(text)));
  }
}

TEST(ParseConfig, LetsAnotherKindStandInOnlyWhereTheZoneSaysSo) {
  const std::string zone = R"({"zones": {"DE": {"kind": "average-lifecycle", $0
      "forecast": [{"provider": "p", "zone": "DE", "refresh": "20m"},
                   {"provider": "q", "zone": "DE", "kind": "average-direct"},
                   {"file": "de.csv", "kind": "marginal"}]}}})";
  EXPECT_THAT(
      Errors(absl::StrReplaceAll(zone, {{"$0", R"("any_kind": false,)"}})),
      ElementsAre("c:3: /zones/DE/forecast/1/kind: \"average-direct\" is not the zone's kind, "
                  "\"average-lifecycle\"; set \"any_kind\" of the zone to allow it",
                  "c:4: /zones/DE/forecast/2/kind: \"marginal\" is not the zone's kind, "
                  "\"average-lifecycle\"; set \"any_kind\" of the zone to allow it"));
  const Config config = Parse(absl::StrReplaceAll(zone, {{"$0", R"("any_kind": true,)"}}));
  const ZoneConfig& read = config.daemon.zones[0];
  EXPECT_TRUE(read.any_kind);
  EXPECT_EQ(KindOf(read.forecasts[0], read), SignalKind::kAverageLifecycle);
  EXPECT_EQ(KindOf(read.forecasts[1], read), SignalKind::kAverageDirect);
  EXPECT_EQ(KindOf(read.forecasts[2], read), SignalKind::kMarginal);
  EXPECT_EQ(std::get<ForecastProvider>(read.forecasts[0]).refresh, absl::Minutes(20));
  EXPECT_EQ(std::get<ForecastProvider>(read.forecasts[1]).refresh, std::nullopt);
}

TEST(ParseConfig, ReadsHowACsvFileIsRead) {
  const Config config = Parse(R"({"zones": {"DE": {"kind": "average-lifecycle",
      "forecast": [{"file": "de.csv", "columns": {"time": "Zeit", "value": "Wert in kg"},
                    "unit": "kgCO2e/MWh", "time_zone": "Europe/Berlin"},
                   {"file": "plain.csv", "unit": "gCO2e/kWh"}],
      "history": [{"file": "past.csv", "columns": {"value": "w"}, "unit": "lbCO2e/MWh"}]}}})");
  const ZoneConfig& zone = config.daemon.zones[0];
  EXPECT_EQ(
      std::get<ForecastFile>(zone.forecasts[0]).csv,
      (CsvFormat{"Zeit", "Wert in kg", IntensityUnit::kKilogramsPerMegawattHour, "Europe/Berlin"}));
  EXPECT_EQ(std::get<ForecastFile>(zone.forecasts[1]).csv, CsvFormat{});
  EXPECT_EQ(std::get<HistoryFile>((*zone.history)[0]),
            (HistoryFile{"past.csv", {"", "w", IntensityUnit::kPoundsPerMegawattHour, ""}}));
}

TEST(ParseConfig, ArchivesPartsBesideTheSnapshotByDefault) {
  const DaemonConfig plain = Parse("{}").daemon;
  EXPECT_EQ(plain.paths.parts, "");
  EXPECT_EQ(plain.archive.parts_gb, 10);
  const DaemonConfig daemon =
      Parse(R"({"paths": {"parts": "/srv/parts"}, "archive": {"parts_gb": 0.5}})").daemon;
  EXPECT_EQ(daemon.paths.parts, "/srv/parts");
  EXPECT_EQ(daemon.archive.parts_gb, 0.5);
  EXPECT_EQ(Parse(R"({"archive": {"parts_gb": 0}})").daemon.archive.parts_gb, 0);
  EXPECT_THAT(Errors(R"({"archive": {"parts_gb": -1}})"), SizeIs(1));
  EXPECT_THAT(Errors(R"({"paths": {"parts": "parts"}})"),
              ElementsAre(HasSubstr("is not an absolute path")));
}

TEST(ParseConfig, LetsScarbondFetchItselfByDefault) {
  EXPECT_EQ(Parse("{}").daemon.paths.forecasts, "");
  EXPECT_EQ(Parse(R"({"paths": {"forecasts": "/srv/forecasts"}})").daemon.paths.forecasts,
            "/srv/forecasts");
  EXPECT_THAT(Errors(R"({"paths": {"forecasts": "forecasts"}})"),
              ElementsAre(HasSubstr("is not an absolute path")));
}

TEST(ParseConfig, TakesMetricsOnlyInAFileThatNodeExporterReads) {
  const Config config = Parse(R"({"paths": {"metrics": "/var/lib/m/carbon.prom"}})");
  EXPECT_EQ(config.daemon.paths.metrics, "/var/lib/m/carbon.prom");
  EXPECT_EQ(Parse("{}").daemon.paths.metrics, "");
  EXPECT_THAT(Errors(R"({"paths": {"metrics": "/var/lib/m/carbon.txt"}})"),
              ElementsAre(HasSubstr("does not end in .prom")));
  EXPECT_THAT(Errors(R"({"paths": {"metrics": "carbon.prom"}})"),
              ElementsAre(HasSubstr("is not an absolute path")));
}

TEST(ParseConfig, ReadsWhichPlausibilityRulesAZoneHas) {
  std::vector<ConfigError> errors;
  const std::optional<Config> config = ParseConfig(R"({"zones": {
    "A": {"kind": "marginal"},
    "B": {"kind": "marginal", "plausibility": {"zero": false, "outlier": false}},
    "C": {"kind": "marginal", "plausibility": {"accept_from": "2026-11-01"}},
    "D": {"kind": "marginal", "plausibility": {"accept_from": "2026-11-01T06:30:00+01:00"}}
  }})",
                                                   &errors);
  ASSERT_TRUE(config.has_value()) << errors[0].message;
  EXPECT_EQ(config->daemon.zones[0].plausibility, PlausibilityConfig());
  EXPECT_EQ(config->daemon.zones[1].plausibility,
            (PlausibilityConfig{.zero = false, .outlier = false}));
  const absl::Time day = absl::FromCivil(absl::CivilDay(2026, 11, 1), absl::UTCTimeZone());
  EXPECT_EQ(config->daemon.zones[2].plausibility.accept_from, day);
  EXPECT_EQ(config->daemon.zones[3].plausibility.accept_from, day + absl::Hours(5.5));
}

}  // namespace
}  // namespace carbon
