#include "bench/placement/scoring.h"

#include <algorithm>
#include <limits>

namespace carbon {

std::optional<GramsPerKilowattHour> Realised(const std::vector<const ZoneRecord*>& zones,
                                             const ZonePlan& plan, absl::Duration runtime) {
  return zones[plan.zone]->Mean(plan.start, plan.start + runtime);
}

std::optional<ZonePlan> OraclePlan(const std::vector<const ZoneRecord*>& zones, absl::Time now,
                                   absl::Duration runtime, absl::Duration slack) {
  std::optional<ZonePlan> best;
  GramsPerKilowattHour least;
  for (absl::Time start = now; start <= now + slack; start += absl::Hours(1)) {
    for (size_t zone = 0; zone < zones.size(); ++zone) {
      const ZonePlan plan{zone, start};
      const std::optional<GramsPerKilowattHour> realised = Realised(zones, plan, runtime);
      if (!realised.has_value()) return std::nullopt;
      if (best.has_value() && !(*realised < least)) continue;
      best = plan;
      least = *realised;
    }
  }
  return best;
}

void AddJob(GramsPerKilowattHour realised, GramsPerKilowattHour at_home,
            std::optional<double> stated, RuleSums* sums) {
  sums->emitted += realised.value();
  ++sums->jobs;
  if (!stated.has_value()) return;
  ++sums->shifted;
  sums->shifted_at_home += at_home.value();
  const auto bin = static_cast<size_t>(*stated * static_cast<double>(RuleSums::kBins));
  StatedSums& alike = sums->by_stated[std::min(bin, RuleSums::kBins - 1)];
  ++alike.jobs;
  alike.stated += *stated;
  if (realised < at_home) ++alike.saved;
  if (realised <= at_home) return;
  ++sums->worse;
  sums->harm += (realised - at_home).value();
}

RuleSums& RuleSums::operator+=(const RuleSums& other) {
  emitted += other.emitted;
  jobs += other.jobs;
  shifted += other.shifted;
  worse += other.worse;
  harm += other.harm;
  shifted_at_home += other.shifted_at_home;
  for (size_t bin = 0; bin < kBins; ++bin) {
    by_stated[bin].jobs += other.by_stated[bin].jobs;
    by_stated[bin].stated += other.by_stated[bin].stated;
    by_stated[bin].saved += other.by_stated[bin].saved;
  }
  return *this;
}

CellSums& CellSums::operator+=(const CellSums& other) {
  at_home += other.at_home;
  static_best += other.static_best;
  oracle += other.oracle;
  rules.resize(other.rules.size());
  for (size_t i = 0; i < rules.size(); ++i) rules[i] += other.rules[i];
  return *this;
}

double SavedShare(double emitted, double at_home) {
  return at_home > 0 ? 1 - emitted / at_home : std::numeric_limits<double>::quiet_NaN();
}

double OracleShare(double emitted, const CellSums& cell) {
  const double possible = cell.static_best - cell.oracle;
  if (!(possible > 0)) return std::numeric_limits<double>::quiet_NaN();
  return (cell.static_best - emitted) / possible;
}

}  // namespace carbon
