#include "bench/placement/study.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "replay/forecasts/zone_forecaster.h"

namespace carbon {
namespace {

constexpr absl::Duration kBlock = absl::Hours(14 * 24);
constexpr int64_t kMinHoursOfYear = 365 * 24 / 4;

absl::Time AYearBefore(absl::Time time) {
  const absl::CivilSecond civil = absl::ToCivilSecond(time, absl::UTCTimeZone());
  return absl::FromCivil(
      absl::CivilSecond(civil.year() - 1, civil.month(), civil.day(), civil.hour()),
      absl::UTCTimeZone());
}

// A federation in which every zone has a mean of the year before.
struct Members {
  size_t index;  // into StudyPlan::federations
  std::vector<const ZoneRecord*> zones;
  std::vector<GramsPerKilowattHour> means;
  size_t static_best;
};

absl::StatusOr<std::vector<Members>> FindMembers(const StudyPlan& plan, const ZoneRecords& records,
                                                 StudyResult* result) {
  std::vector<Members> federations;
  result->static_best.resize(plan.federations.size());
  for (size_t i = 0; i < plan.federations.size(); ++i) {
    Members members{i, {}, {}, 0};
    std::string missing;
    for (const std::string& zone : plan.federations[i]) {
      const auto record = records.find(zone);
      if (record == records.end()) return absl::NotFoundError(absl::StrCat(zone, ": no record"));
      const std::optional<GramsPerKilowattHour> mean = record->second.MeanOfKnown(
          AYearBefore(plan.period.from), plan.period.from, kMinHoursOfYear);
      if (!mean.has_value()) missing = zone;
      members.zones.push_back(&record->second);
      members.means.push_back(mean.value_or(GramsPerKilowattHour(0)));
    }
    if (!missing.empty()) {
      result->left_out.push_back(absl::StrCat(absl::StrJoin(plan.federations[i], " "), ": ",
                                              missing, " is not known in the year before"));
      continue;
    }
    members.static_best = static_cast<size_t>(
        std::min_element(members.means.begin(), members.means.end()) - members.means.begin());
    result->static_best[i] = plan.federations[i][members.static_best];
    federations.push_back(std::move(members));
  }
  return federations;
}

// The forecasts of one hour, by zone; nullopt for a zone without one.
using HourForecasts = std::map<std::string, std::optional<ZoneForecast>>;

// Absent if a zone has no forecast.
std::shared_ptr<const DrawnForecasts> DrawnOf(const Members& members,
                                              const HourForecasts& forecasts) {
  std::vector<ZoneForecast> zones;
  for (size_t i = 0; i < members.zones.size(); ++i) {
    const std::optional<ZoneForecast>& forecast = forecasts.at(members.zones[i]->zone());
    if (!forecast.has_value()) return nullptr;
    zones.push_back(*forecast);
    zones.back().long_run_mean = members.means[i];
  }
  return std::make_shared<const DrawnForecasts>(std::move(zones));
}

bool HasJobs(const StudyCell& cell) {
  return std::any_of(cell.blocks.begin(), cell.blocks.end(), [](const CellSums& block) {
    return !block.rules.empty() && block.rules.front().jobs > 0;
  });
}

// Removes the federations that have a cell without a job.
void DropEmpty(const StudyPlan& plan, StudyResult* result) {
  std::set<size_t> empty;
  for (const StudyCell& cell : result->cells) {
    if (!HasJobs(cell)) empty.insert(cell.federation);
  }
  for (const size_t federation : empty) {
    result->left_out.push_back(absl::StrCat(absl::StrJoin(plan.federations[federation], " "),
                                            ": no job has forecasts and a known outcome"));
  }
  std::erase_if(result->cells,
                [&empty](const StudyCell& cell) { return empty.contains(cell.federation); });
}

// All decisions on one arrival in one cell.
struct CellJob {
  const StudyPlan& plan;
  const Members& members;
  const Federation& federation;
  absl::Duration runtime;
  size_t slack;
};

absl::Status DecideAndScore(const CellJob& cell, const DecisionObserver& observer, CellSums* sums) {
  const absl::Time now = cell.federation.now();
  const absl::Duration slack = cell.plan.slacks[cell.slack];
  const std::optional<ZonePlan> oracle = OraclePlan(cell.members.zones, now, cell.runtime, slack);
  if (!oracle.has_value()) return absl::OkStatus();
  const auto realised = [&](const ZonePlan& plan) {
    return *Realised(cell.members.zones, plan, cell.runtime);
  };
  sums->rules.resize(cell.plan.rules.size());
  for (size_t home = 0; home < cell.members.zones.size(); ++home) {
    const ZonePlan at_home{home, now};
    const GramsPerKilowattHour home_intensity = realised(at_home);
    sums->at_home += home_intensity.value();
    sums->static_best += realised({cell.members.static_best, now}).value();
    sums->oracle += realised(*oracle).value();
    for (size_t rule = 0; rule < cell.plan.rules.size(); ++rule) {
      const absl::StatusOr<ZonePlan> chosen =
          cell.federation.Decide(rule, cell.slack, home, cell.runtime);
      if (!chosen.ok()) return chosen.status();
      std::optional<double> stated;
      if (*chosen != at_home) {
        stated = cell.federation.Probability(rule, *chosen, at_home, cell.runtime);
      }
      AddJob(realised(*chosen), home_intensity, stated, &sums->rules[rule]);
      if (observer != nullptr) {
        observer({cell.members.index, rule, home, now, cell.runtime, slack, *chosen});
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

CellSums StudyCell::Total() const {
  CellSums total;
  for (const CellSums& block : blocks) total += block;
  return total;
}

absl::StatusOr<StudyResult> RunStudy(const StudyPlan& plan, const ZoneRecords& records,
                                     const ForecastAt& forecast_at,
                                     const DecisionObserver& observer) {
  StudyResult result;
  const absl::StatusOr<std::vector<Members>> federations = FindMembers(plan, records, &result);
  if (!federations.ok()) return federations.status();
  std::map<std::string, const ZoneRecord*> zones;
  for (const Members& members : *federations) {
    for (const ZoneRecord* zone : members.zones) zones.emplace(zone->zone(), zone);
    const auto blocks =
        static_cast<size_t>(absl::Ceil(plan.period.to - plan.period.from, kBlock) / kBlock);
    for (const absl::Duration runtime : plan.runtimes) {
      for (const absl::Duration slack : plan.slacks) {
        CellSums none;
        none.rules.resize(plan.rules.size());
        result.cells.push_back({members.index, runtime, slack, std::vector(blocks, none)});
      }
    }
  }
  for (const absl::Time arrival : plan.arrivals) {
    HourForecasts forecasts;
    for (const auto& [zone, record] : zones) {
      absl::StatusOr<ZoneForecast> forecast = forecast_at(*record, arrival);
      if (forecast.ok()) {
        forecasts[zone] = *std::move(forecast);
      } else if (absl::IsFailedPrecondition(forecast.status())) {
        forecasts[zone] = std::nullopt;
      } else {
        return forecast.status();
      }
    }
    const auto block = static_cast<size_t>((arrival - plan.period.from) / kBlock);
    auto cell = result.cells.begin();
    for (const Members& members : *federations) {
      const std::shared_ptr<const DrawnForecasts> drawn = DrawnOf(members, forecasts);
      if (drawn == nullptr) {
        cell += static_cast<ptrdiff_t>(plan.runtimes.size() * plan.slacks.size());
        continue;
      }
      const absl::StatusOr<Federation> federation =
          Federation::Create(drawn, plan.rules, plan.slacks, arrival);
      if (!federation.ok()) return federation.status();
      for (const absl::Duration runtime : plan.runtimes) {
        for (size_t slack = 0; slack < plan.slacks.size(); ++slack, ++cell) {
          const absl::Status status = DecideAndScore({plan, members, *federation, runtime, slack},
                                                     observer, &cell->blocks[block]);
          if (!status.ok()) return status;
        }
      }
    }
  }
  DropEmpty(plan, &result);
  return result;
}

absl::StatusOr<StudyResult> RunStudy(const StudyPlan& plan, const ZoneRecords& records,
                                     const std::string& cache, const DecisionObserver& observer) {
  std::map<std::string, ZoneForecaster> forecasters;
  const ForecastAt forecast_at = [&](const ZoneRecord& zone, absl::Time hour) {
    return forecasters.try_emplace(zone.zone(), zone, cache).first->second.At(hour);
  };
  return RunStudy(plan, records, forecast_at, observer);
}

absl::Status MakeForecasts(const ZoneRecords& records, const std::vector<absl::Time>& arrivals,
                           const std::string& cache,
                           const std::function<void(absl::string_view)>& progress) {
  for (const auto& [zone, record] : records) {
    ZoneForecaster forecaster(record, cache);
    for (const absl::Time arrival : arrivals) {
      const absl::Status status = forecaster.At(arrival).status();
      if (!status.ok() && !absl::IsFailedPrecondition(status)) return status;
    }
    if (forecaster.made() > 0) {
      progress(absl::StrCat(zone, ": ", forecaster.made(), " forecasts made"));
    }
  }
  return absl::OkStatus();
}

}  // namespace carbon
