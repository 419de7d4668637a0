// A training of five jobs, made up with round figures: one that was requeued after a node failed,
// an array of two, one that was cancelled before it began, one on other hardware at another site,
// and one that still runs, on whole nodes in a partition that carbon.json does not name.
#ifndef TESTS_CORE_STATEMENT_SAMPLE_RUNS_H_
#define TESTS_CORE_STATEMENT_SAMPLE_RUNS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/base/timestamp.h"
#include "core/grid/error_factors.h"
#include "core/outcome/estimated.h"
#include "core/statement/stated_run.h"
#include "core/statement/statement.h"
#include "core/statement/training_facts.h"

namespace carbon {

inline absl::Time At(const std::string& text) { return ParseTimestamp(text).value(); }

// Errors of which the central 90% reach from 1 - share to 1 + share.
inline ErrorDraws PlusMinus(double share) {
  ErrorDraws draws;
  for (size_t s = 0; s < draws.size(); ++s) draws[s] = s % 2 == 0 ? 1 - share : 1 + share;
  return draws;
}

// 8 x h100-sxm at 1000 W each in Oslo, PUE 1.25, 50 g/kWh, of which `actual_share` is actual.
inline StatedRun RunInOslo(std::string job, std::string state, const std::string& start,
                           absl::Duration ran, double actual_share = 1) {
  StatedRun run;
  run.job = std::move(job);
  run.state = std::move(state);
  run.partition = run.pool = run.site = "oslo";
  run.zone = "NO-1";
  run.start = At(start);
  run.ran = ran;
  run.nodes = 1;
  run.hardware = "h100-sxm";
  run.units = 8;
  const KilowattHours it = Watts(8000) * ran;
  run.energy = RunEnergy{EstimatedBy(it, PlusMinus(0.1)),
                         EstimatedBy(it * 1.25, PlusMinus(0.1)),
                         EnergyBasis::kProfile,
                         "h100-sxm, measured: our rack's meter",
                         {1.25, Quality::kMeasured, "the building's meter, 2025"}};
  run.emission = RunEmission{EstimatedBy(it * 1.25 * GramsPerKilowattHour(50), PlusMinus(0.1)),
                             SignalKind::kAverageLifecycle, "electricity-maps:NO-1", actual_share};
  run.market_based = it * 1.25 * GramsPerKilowattHour(10);
  run.instrument = "a hydropower contract";
  run.embodied = Sourced<GramsCo2e>{GramsCo2e(10 * run.unit_hours()), Quality::kEstimated,
                                    "h100-sxm: HGX board over 5.5 years"};
  return run;
}

inline std::vector<StatedRun> CoveredRuns() {
  return {RunInOslo("17", "NODE_FAIL", "2026-11-01T00:00:00Z", absl::Hours(6)),
          RunInOslo("17", "COMPLETED", "2026-11-01T08:00:00Z", absl::Hours(24)),
          RunInOslo("18_0", "COMPLETED", "2026-11-02T08:00:00Z", absl::Hours(12)),
          RunInOslo("18_1", "FAILED", "2026-11-02T14:00:00Z", absl::Hours(3), 0.5)};
}

inline std::vector<StatedRun> SampleRuns() {
  std::vector<StatedRun> runs = CoveredRuns();
  StatedRun cancelled;
  cancelled.job = "19";
  cancelled.state = "CANCELLED";
  runs.push_back(cancelled);

  StatedRun in_lyon = RunInOslo("20", "COMPLETED", "2026-11-03T00:00:00Z", absl::Hours(10));
  in_lyon.partition = in_lyon.pool = in_lyon.site = "lyon";
  in_lyon.zone = "FR";
  in_lyon.hardware = "a100-sxm";
  in_lyon.units = 16;
  in_lyon.energy->basis = EnergyBasis::kBmc;
  in_lyon.energy->source = "ipmi, Slurm 24.11.5";
  in_lyon.market_based.reset();
  in_lyon.emission->provider = "grid/FR.csv";
  in_lyon.embodied.reset();
  runs.push_back(in_lyon);

  StatedRun elsewhere;
  elsewhere.job = "21";
  elsewhere.state = "RUNNING";
  elsewhere.has_ended = false;
  elsewhere.partition = "debug";
  elsewhere.start = At("2026-11-03T06:00:00Z");
  elsewhere.ran = absl::Hours(5);
  elsewhere.nodes = 4;
  elsewhere.unit = AllocationUnit::kNode;
  elsewhere.units = 4;
  elsewhere.why_not_covered = "partition debug has no pool in carbon.json";
  runs.push_back(elsewhere);
  return runs;
}

inline TrainingFacts SampleFacts() {
  TrainingFacts facts;
  facts.name = "demo, \"small\"";
  facts.training_type = "pre-training";
  facts.location = "Oslo, Norway";
  facts.precision = "bf16";
  facts.tokens = 2e9;
  facts.tokens_kind = ValueKind::kEffective;
  facts.epochs = 2;
  facts.parameters = 1e9;
  return facts;
}

inline Provenance SampleProvenance() {
  Provenance provenance;
  provenance.made_at = At("2026-11-03T11:00:00Z");
  provenance.program = "scarbon 1.2.3";
  provenance.accounting = "Slurm 24.11.5";
  provenance.part_hashes["config"] = {"0a1b", "2c3d"};
  provenance.part_hashes["forecast"] = {"4e5f"};
  const auto grams = [](double value, double low, double high) {
    return Ranged<GramsCo2e>{GramsCo2e(value), GramsCo2e(low), GramsCo2e(high)};
  };
  provenance.avoided = {{"3f9c21aa04d7be15-1", grams(9000, 8000, 10000), grams(6000, 5000, 7000),
                         absl::Hours(3), true},
                        {"3f9c21aa04d7be15-2", grams(-500, -700, -300), grams(-400, -600, -200),
                         absl::Hours(1), false}};
  return provenance;
}

inline TrainingStatement SampleStatement() {
  return MakeStatement(SampleRuns(), SampleFacts(), SampleProvenance());
}
// Every run is covered, and nobody knows more than accounting.
inline TrainingStatement CoveredStatement(const TrainingFacts& facts = {}) {
  Provenance provenance;
  provenance.made_at = At("2026-11-03T11:00:00Z");
  provenance.program = "scarbon 1.2.3";
  return MakeStatement(CoveredRuns(), facts, provenance);
}

}  // namespace carbon

#endif  // TESTS_CORE_STATEMENT_SAMPLE_RUNS_H_
