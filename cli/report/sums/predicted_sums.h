// Sums over decisions of what was predicted, and how far the sum of the savings may be off. Pure.
#ifndef CLI_REPORT_SUMS_PREDICTED_SUMS_H_
#define CLI_REPORT_SUMS_PREDICTED_SUMS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "cli/report/sums/shared_errors.h"
#include "core/base/quantities.h"
#include "core/grid/error_factors.h"
#include "core/record/decision_summary.h"

namespace carbon {

// One figure of jobs, over those of which it is known both at home and as run.
template <class Value>
struct PairSum {
  Value home{}, run{};
  int64_t jobs = 0;

  void Add(const std::optional<Value>& at_home, const std::optional<Value>& as_run) {
    if (!at_home.has_value() || !as_run.has_value()) return;
    home = home + *at_home;
    run = run + *as_run;
    ++jobs;
  }
  void Add(const PairSum& other) {
    home = home + other.home;
    run = run + other.run;
    jobs += other.jobs;
  }
  Value saved() const { return home - run; }
};

using Factors = std::optional<SharedErrors::OfPlans>;

// The central 90% of a saving, and of its share of the emission at home.
struct SavedInterval {
  GramsCo2e low, high;
  double share_low = 0, share_high = 0;
  int64_t in_full = 0;  // jobs whose whole interval was taken for shared by all jobs
};

// Sums by the factor with which they err.
class FactorSums {
 public:
  // Absent: how they err is not known.
  void Add(std::optional<size_t> home_factor, double home, std::optional<size_t> run_factor,
           double run);
  void Add(const FactorSums& other);

  struct Draws {
    double home = 0, run = 0;    // as predicted
    ErrorDraws homes{}, runs{};  // by scenario; what has no factor does not err
  };
  Draws Drawn(const SharedErrors& shared) const;
  // Whether everything has a factor.
  bool IsComplete() const { return others_ == 0; }

 private:
  struct Sum {
    double home = 0, run = 0;
  };
  Sum& Of(std::optional<size_t> factor);

  std::vector<std::pair<size_t, Sum>> by_factor_;
  Sum other_;
  int64_t others_ = 0;
};

// How the attributional savings of jobs err together. A job's own interval is known from the log;
// a sum depends on which errors the jobs share:
//   - Watts and PUE err alike for all jobs on the same hardware and site (SharedErrors). Their
//     errors are added in each scenario, so they cancel where both plans have them, and do not
//     shrink in a sum.
//   - What is left of a job's interval is the error of forecasts. It is shared by all jobs that
//     were submitted in the same week (of UTC, from Monday), so within a week these errors are
//     added in full. Between weeks forecasts err independently: the square root of the sum of
//     squares. scarbon(1) says how far that is true.
//   - Of a job whose hardware or site is not in carbon.json the whole interval is taken for shared
//     by all jobs.
class SavingErrors {
 public:
  // A job whose plan was not carried out: it saves exactly nothing.
  void AddUnchanged(const PlanSummary& home, const Factors& factors);
  // A job with the interval of its share, which must be finite.
  void AddChanged(absl::Time time, const PlanSummary& home, const PlanSummary& run,
                  const SavingSummary& saving, const Factors& factors);
  void Add(const SavingErrors& other);

  SavedInterval Interval(const SharedErrors& shared) const;

 private:
  struct Ends {
    double down = 0, up = 0;  // grams below and above the prediction
  };

  FactorSums grams_;
  std::map<int64_t, Ends> weeks_;
  Ends in_full_;
  int64_t jobs_in_full_ = 0;
};

// The figures of decisions that count, as they were predicted when the jobs were submitted.
struct PredictedSums {
  int64_t jobs = 0;  // that count and have a plan
  PairSum<KilowattHours> energy;
  PairSum<GramsCo2e> attributional, consequential, market, embodied;
  SavingErrors errors;
  FactorSums energy_errors;
  int64_t interval_jobs = 0;  // of the attributional ones: those whose interval is known
  // After Finish(): of the attributional saving. Absent: it is not known of one of the jobs.
  std::optional<SavedInterval> saved;
  // After Finish(): the central 90% of the energy as run. Absent: it is not known of all jobs.
  std::optional<std::pair<KilowattHours, KilowattHours>> run_energy;
  // Devices times runtime, of jobs whose plan was carried out, and what these emit.
  absl::Duration device_time;
  GramsCo2e device_emission;
  int64_t device_jobs = 0;

  // Adds what the job emits at home and by the plan `run`. `has_changed`: the plan is not home.
  // `factors`: what SharedErrors::Find() says of both.
  void AddPlans(const DecisionSummary& summary, const PlanSummary& run, bool has_changed,
                const Factors& factors);
  void AddDeviceTime(const DecisionSummary& summary);
  void Add(const PredictedSums& other);
  void Finish(const SharedErrors& shared);
};

}  // namespace carbon

#endif  // CLI_REPORT_SUMS_PREDICTED_SUMS_H_
