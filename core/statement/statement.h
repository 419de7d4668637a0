// The statement about a training run that many jobs computed: what ran, the energy it took and what
// it emitted, with the method, the source and the uncertainty of each figure. Every run counts:
// failed and requeued ones, and each task of an array.
//
//   TrainingStatement statement = MakeStatement(std::move(runs), facts, std::move(provenance));
//   std::string yaml = HuggingFaceYaml(statement);
//
// A figure that is not known is absent, and `unknown` names it. Pure arithmetic; no I/O.
#ifndef CORE_STATEMENT_STATEMENT_H_
#define CORE_STATEMENT_STATEMENT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/profile.h"
#include "core/statement/coverage.h"
#include "core/statement/stated_run.h"
#include "core/statement/training_facts.h"

namespace carbon {

// Where a statement comes from.
struct Provenance {
  absl::Time made_at;
  std::string program;                                       // "scarbon 0.1.0"
  std::string accounting;                                    // "Slurm 24.11.5"; empty: not known
  std::map<std::string, std::set<std::string>> part_hashes;  // of the snapshots, by part
  std::vector<AvoidedEmission> avoided;  // one for each decision that chose a plan
};

// The sum of a figure over the runs of which it is known, and which runs these are. Absent: it is
// known of no run. Errors that runs share stay shared in the sum.
template <class Q>
struct CoveredSum {
  std::optional<Ranged<Q>> sum;
  Coverage coverage;

  bool is_full() const { return sum.has_value() && coverage.is_full(); }
};

struct StatedHardware {
  std::string name;  // of the profile; empty: not known
  AllocationUnit unit = AllocationUnit::kDevice;
  int64_t most_at_once = 0;
  double unit_hours = 0;
};

struct StatedSite {
  std::string site, zone;
  Sourced<double> pue;
};

// Energy that is known in one way, in the nodes. Several profiles are several sources.
struct StatedMethod {
  EnergyBasis basis = EnergyBasis::kProfile;
  std::string source;
  KilowattHours it;
};

struct StatedAvoided {
  int64_t decisions = 0;
  int64_t actual = 0;  // of them, by what happened
  // Bounds are sums of the decisions' bounds, which is wider than the interval of the sum.
  Ranged<GramsCo2e> attributional;
  std::optional<Ranged<GramsCo2e>> consequential;  // absent: one decision has none
  absl::Duration longest_delay, mean_delay;
};

// A figure that is not known, by the name it has in JSON, and why.
struct UnknownFigure {
  std::string field;
  std::string why;
};

struct TrainingStatement {
  TrainingFacts facts;
  Provenance provenance;

  std::vector<StatedRun> runs;  // those that began, by their start
  std::vector<std::string> never_ran;
  std::set<std::string> jobs;             // ids without the tasks
  int64_t array_tasks = 0;                // that began
  int64_t restarts = 0;                   // runs of a job or task after its first
  int64_t still_running = 0;              // runs, counted until the statement was made
  std::map<std::string, int64_t> states;  // how many runs ended in each

  // Absent if nothing ran.
  std::optional<absl::Time> start, end;
  absl::Duration elapsed;  // from the first start to the last end
  absl::Duration active;   // the part of it in which at least one run ran

  std::vector<StatedHardware> hardware;  // by name
  std::vector<StatedSite> sites;         // by name, those whose PUE was used

  std::optional<TrainingWork> work;

  CoveredSum<KilowattHours> it, at_meter;
  std::vector<StatedMethod> methods;
  CoveredSum<GramsCo2e> location_based, market_based, embodied;
  std::set<std::string> kinds, providers, instruments, embodied_sources;
  // The mean over the energy of the runs whose emission is known, and the share of that energy for
  // which the intensities are actual values.
  std::optional<GramsPerKilowattHour> mean_intensity;
  double actual_share = 0;

  std::optional<StatedAvoided> avoided;  // absent: no decision about these jobs is known
  std::vector<UnknownFigure> unknown;

  // True if the energy and the emission of every run are known.
  bool is_complete() const;
};

// `runs` are of the jobs of the training, each once. Runs that never began have no start.
TrainingStatement MakeStatement(std::vector<StatedRun> runs, const TrainingFacts& facts,
                                Provenance provenance);

// The share from which on a part counts as the whole: sums of shares are not exact.
inline constexpr double kFullShare = 1 - 1e-9;

}  // namespace carbon

#endif  // CORE_STATEMENT_STATEMENT_H_
