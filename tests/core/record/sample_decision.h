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

inline Candidate At(const std::string& site, absl::Time start, double grams) {
  return {.names = std::make_shared<const PoolNames>(PoolNames{.pool = site + "-h100",
                                                               .site = site,
                                                               .zone = "Z",
                                                               .partition = site,
                                                               .hardware = "h100-sxm"}),
          .start = start,
          .runtime = absl::Hours(8),
          .time_limit = absl::Hours(10),
          .energy = KilowattHours(71.5),
          .intensity = GramsPerKilowattHour(grams / 71.5),
          .gross = GramsCo2e(grams)};
}

// The same in a pool of that name.
inline Candidate InPool(Candidate candidate, const std::string& pool) {
  PoolNames names = *candidate.names;
  names.pool = pool;
  candidate.names = std::make_shared<const PoolNames>(std::move(names));
  return candidate;
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
  decision.chosen->net = GramsCo2e(900);
  decision.static_best = At("oslo", kNow, 15000);
  decision.best = {*decision.chosen, *decision.home};
  decision.excluded = {{.reason = Reason::kPartitionNotUp},
                       {.reason = Reason::kPartitionNotUp},
                       {.reason = Reason::kNoForecast}};
  decision.saving =
      Saving{GramsCo2e(24200), GramsCo2e(22300), GramsCo2e(25700), 0.6302, 0.58, 0.67};
  decision.runtime_is_limit = true;
  decision.booked_when = TimeInterval{kNow + absl::Hours(7), kNow + absl::Hours(17)};
  decision.booked_group = "oslo";
  decision.booked_amount = {.devices = 16, .cpus = 128};
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
