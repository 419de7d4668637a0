// The meter that measured the energy of jobs, Slurm's own or a Prometheus, and which of its figures
// are believed. Pure; no I/O.
//
// A node's meter counts all that the node draws, whichever job and step it is for. So its figure is
// the energy of a job only if the job had its nodes alone. The step "extern" spans all nodes of a
// job for all of its time, and the batch step the first node. Other steps overlap them, and their
// sum would count a node several times.
#ifndef CORE_OUTCOME_ENERGY_METER_H_
#define CORE_OUTCOME_ENERGY_METER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/profile.h"

namespace carbon {

struct EnergyMeter {
  // What it counts.
  enum class Scope {
    kNone,        // there is no meter
    kUnknown,     // slurmctld was not asked, or the plugin is not known here
    kNodes,       // all that the nodes draw
    kProcessors,  // a part of it: processors and memory
    kDevices,     // a part of it: GPUs
  };
  Scope scope = Scope::kUnknown;
  std::string plugin;   // of AcctGatherEnergyType, "ipmi"; "prometheus"; empty: not known
  std::string release;  // of Slurm, "24.11.5"; empty: not known
  std::string source;   // of a Prometheus: its address and the query; otherwise empty
  // Every job has its nodes alone: SelectType=select/linear.
  bool whole_nodes = false;
};

// `type` is the value of AcctGatherEnergyType, such as "acct_gather_energy/ipmi" or "(null)".
EnergyMeter EnergyMeterOf(absl::string_view type, absl::string_view release);

// A Prometheus that measures what whole nodes draw. Whether every job has its nodes alone is as
// `slurm` says.
EnergyMeter PrometheusEnergyMeter(const EnergyMeter& slurm, std::string source);

// Why a measured energy is not believed. A code never changes.
enum class WhyNotBelieved {
  kNoMeter,
  kMeterUnknown,
  kPartOfNode,
  kNotReported,
  kNodesShared,
  kBelowIdle,
  kAboveMaximum,
  kNothingToCompare,
  kNoAnswer,
  kNotAsked,
  kNoReading,
};
inline constexpr int kWhysNotBelieved = static_cast<int>(WhyNotBelieved::kNoReading) + 1;

absl::string_view WhyNotBelievedCode(WhyNotBelieved why);
absl::string_view WhyNotBelievedText(WhyNotBelieved why);

// The energy that the hardware can have drawn for `unit_time`, the sum over all runs of units times
// time, before PUE.
//
// The lower bound is the idle watts (or the free watts, or nothing if neither is known) and the
// upper one is the maximum: a node in intensive training draws 76% of its rated maximum
// (docs/placement-log.md names the source), so the maximum is 1.32 times the busy watts. Both are
// widened by two standard deviations of what a number of that quality errs.
struct PlausibleEnergy {
  KilowattHours low, high;
};
inline constexpr double kMaximumOverBusy = 1.32;
PlausibleEnergy PlausibleEnergyOf(const HardwareProfile& hardware, absl::Duration unit_time);

// `measured` is absent if a run has no figure that spans it. `had_nodes_alone`: so says the job or
// its partition. Absent: it is believed.
std::optional<WhyNotBelieved> WhyNotBelievedOf(const EnergyMeter& meter,
                                               std::optional<KilowattHours> measured,
                                               bool had_nodes_alone,
                                               std::optional<PlausibleEnergy> plausible);

}  // namespace carbon

#endif  // CORE_OUTCOME_ENERGY_METER_H_
