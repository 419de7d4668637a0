#include "bench/placement/trace_study.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bench/placement/scoring.h"
#include "core/base/timestamp.h"
#include "replay/forecasts/zone_forecaster.h"

namespace carbon {
namespace {

constexpr absl::Duration kShortJob = absl::Hours(2);
const std::vector<absl::Duration> kSlacks = {absl::Hours(6), absl::Hours(24)};

}  // namespace

absl::StatusOr<TraceResult> RunTrace(const std::vector<GaiaJob>& jobs, absl::Time begin,
                                     const ZoneRecord& zone, const std::vector<Rule>& rules,
                                     const std::string& cache) {
  ZoneForecaster forecaster(zone, cache);
  std::shared_ptr<const DrawnForecasts> drawn;
  absl::Time drawn_at = absl::InfinitePast();
  double at_once = 0;
  TraceResult result;
  result.rules.resize(rules.size());
  for (const GaiaJob& job : jobs) {
    const absl::Time now = begin + job.arrival;
    if (const absl::Time hour = FloorToHour(now); hour != drawn_at) {
      absl::StatusOr<ZoneForecast> forecast = forecaster.At(hour);
      if (!forecast.ok()) return forecast.status();
      drawn = std::make_shared<const DrawnForecasts>(std::vector{*std::move(forecast)});
      drawn_at = hour;
    }
    const absl::StatusOr<Federation> federation = Federation::Create(drawn, rules, kSlacks, now);
    if (!federation.ok()) return federation.status();
    const size_t slack = job.length <= kShortJob ? 0 : 1;
    const std::optional<ZonePlan> oracle = OraclePlan({&zone}, now, job.length, kSlacks[slack]);
    if (!oracle.has_value()) {
      return absl::FailedPreconditionError(
          absl::StrCat(zone.zone(), ": not known after ", FormatTimestamp(now)));
    }
    const double weight = job.cpus * absl::ToDoubleHours(job.length);
    const auto emitted = [&](const ZonePlan& plan) {
      return weight * Realised({&zone}, plan, job.length)->value();
    };
    at_once += emitted({0, now});
    result.oracle += emitted(*oracle);
    for (size_t rule = 0; rule < rules.size(); ++rule) {
      const absl::StatusOr<ZonePlan> plan = federation->Decide(rule, slack, 0, job.length);
      if (!plan.ok()) return plan.status();
      result.rules[rule] += emitted(*plan);
    }
  }
  result.oracle /= at_once;
  for (double& emitted : result.rules) emitted /= at_once;
  return result;
}

}  // namespace carbon
