// A decision to write down: a job that is moved from Frankfurt to Oslo and delayed.
#ifndef TESTS_CORE_RECORD_SAMPLE_DECISION_H_
#define TESTS_CORE_RECORD_SAMPLE_DECISION_H_

#include <memory>
#include <string>
#include <utility>

#include "core/decision/decision.h"
#include "core/record/log_entry.h"

namespace carbon {

inline const absl::Time kNow = absl::FromUnixSeconds(1795546800);  // 2026-11-24T19:00:00Z

inline Plan At(const std::string& site, absl::Time start, double grams) {
  return Plan({.names = std::make_shared<const PoolNames>(PoolNames{.pool = site + "-h100",
                                                                    .site = site,
                                                                    .zone = "Z",
                                                                    .partition = site,
                                                                    .hardware = "h100-sxm"}),
               .start = start,
               .runtime = absl::Hours(8),
               .time_limit = absl::Hours(10),
               .energy = KilowattHours(71.5),
               .intensity = GramsPerKilowattHour(grams / 71.5),
               .gross = GramsCo2e(grams)});
}

// The same in a pool of that name.
inline Plan InPool(Plan plan, const std::string& pool) {
  PoolNames names = *plan.first().names;
  names.pool = pool;
  plan.first().names = std::make_shared<const PoolNames>(std::move(names));
  return plan;
}

// Oslo at 02:00, seven hours from now, instead of Frankfurt at once.
inline Decision Placed() {
  Decision decision;
  decision.outcome = Outcome::kPlaced;
  decision.reason = {Reason::kGreenest, AsRecorded{"emits less"}};
  decision.policy = "all";
  decision.mode = Mode::kEnforce;
  decision.hints.wait = absl::Hours(12);
  decision.home = At("frankfurt", kNow, 38400);
  decision.chosen = At("oslo", kNow + absl::Hours(7), 14200);
  decision.chosen->first().net = GramsCo2e(900);
  decision.chosen->first().hold = Hold{"oslo", absl::Hours(10), {.devices = 16, .cpus = 128}};
  decision.static_best = At("oslo", kNow, 15000);
  decision.best = {*decision.chosen, *decision.home};
  decision.best.front().first().hold.reset();
  decision.excluded = {{.reason = Reason::kPartitionNotUp},
                       {.reason = Reason::kPartitionNotUp},
                       {.reason = Reason::kNoForecast}};
  decision.saving =
      Saving{GramsCo2e(24200), GramsCo2e(22300), GramsCo2e(25700), 0.6302, 0.58, 0.67};
  decision.runtime_is_limit = true;
  return decision;
}

// The same, interrupted: five hours in Oslo, and from 10:00 on three in Lyon, which emits more.
inline Decision PlacedInTwoRuns() {
  Decision decision = Placed();
  PlannedRun& first = decision.chosen->first();
  first.runtime = absl::Hours(5);
  first.energy = KilowattHours(44.6875);
  first.gross = GramsCo2e(8875);
  first.net = GramsCo2e(600);
  PlannedRun second = At("lyon", kNow + absl::Hours(15), 7125).first();
  second.runtime = absl::Hours(3);
  second.energy = KilowattHours(26.8125);
  second.net = GramsCo2e(450);
  second.hold = Hold{"lyon", absl::Hours(4), {.devices = 16, .cpus = 64}};
  decision.chosen->Add(second);
  return decision;
}

// The record of a decision.
inline PlacementRecord RecordOfDecision(const RecordId& id, absl::Time now, const JobRequest& job,
                                        const Decision& decision, const Manifest& manifest = {},
                                        const std::string& ledger_digest = "0",
                                        const Circumstances& circumstances = {}) {
  PlacementRecord record;
  record.id = id;
  record.time = now;
  record.job = job;
  record.decision = decision;
  record.snapshot = manifest;
  record.ledger_digest = ledger_digest;
  record.circumstances = circumstances;
  return record;
}

}  // namespace carbon

#endif  // TESTS_CORE_RECORD_SAMPLE_DECISION_H_
