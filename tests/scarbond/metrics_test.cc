#include "scarbond/metrics.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());

SourceState Asked(std::string zone, std::string provider, int64_t requests,
                  std::map<std::string, int64_t> errors = {}) {
  return {.zone = std::move(zone),
          .source = provider + ":X",
          .provider = provider,
          .requests = requests,
          .errors = std::move(errors)};
}

TEST(FormatMetrics, WritesWhatNodeExporterReads) {
  const DaemonState state = {
      .publishes = 3600,
      .published_at = kNow - absl::Seconds(5),
      .sources = {Asked("GB", "neso", 20, {{"429", 3}, {"timeout", 1}}),
                  {.zone = "GB", .source = "csv:gb.csv", .requests = 7, .errors = {{"file", 7}}},
                  Asked("DE", "energy-charts", 4)}};
  const std::vector<ZoneInUse> zones = {{.zone = "GB",
                                         .source = "neso:GB",
                                         .kind = SignalKind::kAverageDirect,
                                         .made_at = kNow - absl::Minutes(10),
                                         .horizon = kNow + absl::Hours(48)}};
  const std::vector<SourceErrorRatio> errors = {
      {.zone = "GB", .source = "neso:GB", .lead = absl::Hours(24), .ratio = 0.125}};
  EXPECT_EQ(
      FormatMetrics(state, zones, errors, kNow),
      R"(# HELP slurm_carbon_forecast_age_seconds Since the zone's forecast was issued, or fetched where its issue is unknown.
# TYPE slurm_carbon_forecast_age_seconds gauge
slurm_carbon_forecast_age_seconds{zone="GB",source="neso:GB",kind="average-direct"} 600
# HELP slurm_carbon_forecast_horizon_seconds How far ahead the zone's forecast reaches.
# TYPE slurm_carbon_forecast_horizon_seconds gauge
slurm_carbon_forecast_horizon_seconds{zone="GB",source="neso:GB",kind="average-direct"} 172800
# HELP slurm_carbon_forecast_error_ratio Mean of what past forecasts erred by over what came, at that lead time.
# TYPE slurm_carbon_forecast_error_ratio gauge
slurm_carbon_forecast_error_ratio{zone="GB",source="neso:GB",lead="24h"} 0.125
# HELP slurm_carbon_provider_requests_total Requests to the provider.
# TYPE slurm_carbon_provider_requests_total counter
slurm_carbon_provider_requests_total{provider="energy-charts",zone="DE"} 4
slurm_carbon_provider_requests_total{provider="neso",zone="GB"} 20
# HELP slurm_carbon_provider_errors_total Requests that gave no forecast, by HTTP status or what else went wrong.
# TYPE slurm_carbon_provider_errors_total counter
slurm_carbon_provider_errors_total{provider="neso",zone="GB",code="429"} 3
slurm_carbon_provider_errors_total{provider="neso",zone="GB",code="timeout"} 1
# HELP slurm_carbon_publishes_total Snapshots published.
# TYPE slurm_carbon_publishes_total counter
slurm_carbon_publishes_total 3600
# HELP slurm_carbon_last_publish_timestamp_seconds When the last snapshot was published.
# TYPE slurm_carbon_last_publish_timestamp_seconds gauge
slurm_carbon_last_publish_timestamp_seconds 1795514395
)");
}

TEST(FormatMetrics, CountsImplausibleForecastsAndHistoryBySource) {
  const DaemonState state = {
      .sources = {Asked("GB", "neso", 20, {{"implausible", 3}}),
                  {.zone = "GB", .source = "csv:gb.csv", .errors = {{"file", 7}}},
                  {.zone = "DE", .source = "csv:de.csv", .errors = {{"implausible", 1}}}}};
  const std::string text = FormatMetrics(state, {}, {}, kNow, {{"GB", "neso:GB", 12}});
  EXPECT_THAT(text, HasSubstr(R"(# TYPE slurm_carbon_implausible_forecasts_total counter
slurm_carbon_implausible_forecasts_total{zone="DE",source="csv:de.csv"} 1
slurm_carbon_implausible_forecasts_total{zone="GB",source="neso:X"} 3
)"));
  EXPECT_THAT(text, HasSubstr(R"(# TYPE slurm_carbon_implausible_history_hours gauge
slurm_carbon_implausible_history_hours{zone="GB",source="neso:GB"} 12
)"));
}

TEST(FormatMetrics, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(FormatMetrics({}, {}, {}, kNow),
            "# HELP slurm_carbon_publishes_total Snapshots published.\n"
            "# TYPE slurm_carbon_publishes_total counter\n"
            "slurm_carbon_publishes_total 0\n");
}

TEST(FormatMetrics, KnowsNoAgeOfAStaticValue) {
  const std::vector<ZoneInUse> zones = {
      {.zone = "Z", .source = "static", .made_at = std::nullopt, .horizon = kNow}};
  const std::string text = FormatMetrics({}, zones, {}, kNow);
  EXPECT_THAT(text, Not(HasSubstr("age_seconds")));
  EXPECT_THAT(text, HasSubstr("horizon_seconds{zone=\"Z\""));
}

TEST(FormatMetrics, GivesAProviderThatAZoneNamesTwiceOneSeries) {
  const DaemonState state = {
      .sources = {Asked("GB", "neso", 20, {{"500", 1}}), Asked("GB", "neso", 5, {{"500", 2}})}};
  const std::string text = FormatMetrics(state, {}, {}, kNow);
  EXPECT_THAT(
      text,
      HasSubstr("\nslurm_carbon_provider_requests_total{provider=\"neso\",zone=\"GB\"} 25\n"));
  EXPECT_THAT(text, HasSubstr("code=\"500\"} 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("} 20\n")));
}

TEST(FormatMetrics, SumsUpTheJobsOfTheQueueAndShowsTheFirst) {
  const JobMetrics jobs = {.jobs = {{17, "oslo", true, KilowattHours(2), GramsCo2e(100)},
                                    {18, "oslo", true, KilowattHours(1), GramsCo2e(50)},
                                    {19, "oslo", false, KilowattHours(3), GramsCo2e(0.5)}},
                           .most = 2};
  const std::string text = FormatMetrics({}, {}, {}, kNow, {}, jobs);
  EXPECT_THAT(text, HasSubstr(R"(# TYPE slurm_carbon_jobs gauge
slurm_carbon_jobs{pool="oslo",state="pending"} 1
slurm_carbon_jobs{pool="oslo",state="running"} 2
)"));
  EXPECT_THAT(text, HasSubstr(R"(# TYPE slurm_carbon_jobs_predicted_energy_joules gauge
slurm_carbon_jobs_predicted_energy_joules{pool="oslo",state="pending"} 10800000
slurm_carbon_jobs_predicted_energy_joules{pool="oslo",state="running"} 10800000
)"));
  EXPECT_THAT(text, HasSubstr(R"(# TYPE slurm_carbon_jobs_predicted_emissions_grams gauge
slurm_carbon_jobs_predicted_emissions_grams{pool="oslo",state="pending"} 0.5
slurm_carbon_jobs_predicted_emissions_grams{pool="oslo",state="running"} 150
)"));
  EXPECT_THAT(text, HasSubstr(R"(# TYPE slurm_carbon_job_predicted_energy_joules gauge
slurm_carbon_job_predicted_energy_joules{uuid="17",pool="oslo",state="running"} 7200000
slurm_carbon_job_predicted_energy_joules{uuid="18",pool="oslo",state="running"} 3600000
)"));
  EXPECT_THAT(text, HasSubstr(R"(# TYPE slurm_carbon_job_predicted_emissions_grams gauge
slurm_carbon_job_predicted_emissions_grams{uuid="17",pool="oslo",state="running"} 100
slurm_carbon_job_predicted_emissions_grams{uuid="18",pool="oslo",state="running"} 50
)"));
  EXPECT_THAT(text, Not(HasSubstr("uuid=\"19\"")));
}

TEST(FormatMetrics, EscapesWhatALabelCannotHold) {
  const std::vector<ZoneInUse> zones = {
      {.zone = "Z", .source = "csv:a\"b\\c\nd", .made_at = kNow, .horizon = kNow}};
  EXPECT_THAT(FormatMetrics({}, zones, {}, kNow), HasSubstr(R"(source="csv:a\"b\\c\nd")"));
}

TEST(FormatMetrics, CountsFindingsBySeverityAndCode) {
  DaemonState state;
  EXPECT_THAT(FormatMetrics(state, {}, {}, kNow), Not(HasSubstr("slurm_carbon_findings")));
  state.findings = {
      {Severity::kWarning, FindingCode::kPoolNodesHidden, "pool oslo", "hides 1 node"},
      {Severity::kNote, FindingCode::kPoolNodesHidden, "pool lyon", "hides 1 node"},
      {Severity::kWarning, FindingCode::kPoolNodesHidden, "pool austin", "hides 2 nodes"}};
  state.sources = {{.zone = "GB", .source = "neso:GB", .note = "1 record", .error = "status 429"},
                   {.zone = "GB", .source = "static"}};
  EXPECT_THAT(FormatMetrics(state, {}, {}, kNow), HasSubstr(R"(# TYPE slurm_carbon_findings gauge
slurm_carbon_findings{severity="note",code="source-data-left-out"} 1
slurm_carbon_findings{severity="note",code="pool-nodes-hidden"} 1
slurm_carbon_findings{severity="warning",code="source-failing"} 1
slurm_carbon_findings{severity="warning",code="pool-nodes-hidden"} 2
)"));
}

}  // namespace
}  // namespace carbon
