// What tables and sums need of a recorded decision: a log of a year has a million of them, and a
// PlacementRecord takes kilobytes. Values without I/O.
#ifndef CORE_RECORD_DECISION_SUMMARY_H_
#define CORE_RECORD_DECISION_SUMMARY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/policy.h"
#include "core/decision/decision.h"
#include "core/decision/decision_id.h"
#include "core/grid/intensity.h"
#include "core/record/log_entry.h"
#include "core/trial/arm.h"

namespace carbon {

// A plan as one: names of several runs are joined with commas, each once, and figures are sums over
// the runs as in Plan. A figure that the record lacks is NaN, a start InfinitePast, a runtime
// infinite.
struct PlanSummary {
  std::string pool, partition, site, zone, hardware;
  absl::Time start = absl::InfinitePast();
  absl::Duration runtime = absl::InfiniteDuration();
  absl::Duration task_runtime = absl::InfiniteDuration();
  KilowattHours energy;
  GramsPerKilowattHour intensity;
  GramsCo2e gross;
  std::optional<GramsCo2e> consequential, net, embodied;
  // Of the first run.
  absl::Duration wake_up;               // of its nodes, before it
  int64_t units = 0;                    // of the hardware's unit, for one task; 0: not recorded
  std::optional<double> stays_powered;  // the share of its nodes that do so without jobs
};

// Shares are of the home's emission. A figure that the record lacks is NaN.
struct SavingSummary {
  GramsCo2e mean;
  double share = 0, share_low = 0, share_high = 0;
};

struct DecisionSummary {
  RecordId id;
  absl::Time time = absl::InfinitePast();  // InfinitePast: the record does not say
  uint32_t user_id = kNoUser;
  std::string account, qos, job_name, comment;
  std::string partitions;  // that the job asked for, joined with commas
  std::optional<absl::Duration> time_limit;
  std::optional<absl::Time> deadline;
  std::optional<int64_t> nodes, devices, array_tasks;
  Outcome outcome = Outcome::kLeftAlone;
  std::optional<Mode> mode;
  std::string policy;
  Figure minimised = Figure::kAttributional;
  std::string reason;          // its text
  std::string runtime_source;  // as RuntimeSource() names it
  std::optional<PlanSummary> home, chosen;
  std::optional<GramsCo2e> static_gross;  // of the static best pool
  std::optional<SavingSummary> saving, consequential_saving;
  std::optional<Arm> arm;  // absent: it is in none (Trial)
  double exempt = 0;       // Trial::exempt
  SignalKind signal = SignalKind::kAverageLifecycle;
  bool exclusive = false;  // the job has its nodes alone

  // How many tasks the job has; 1 if the record does not say.
  int64_t tasks() const { return array_tasks.value_or(1) > 1 ? *array_tasks : 1; }
};

DecisionSummary SummaryOf(const PlacementRecord& record);

// The names in one of the texts above: "oslo,lyon" has two, "" none.
std::vector<absl::string_view> NamesIn(absl::string_view joined);

}  // namespace carbon

#endif  // CORE_RECORD_DECISION_SUMMARY_H_
