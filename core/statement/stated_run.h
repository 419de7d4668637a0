// What a statement is made of: the runs of jobs as accounting shows them, each with the energy that
// it took and what it emitted, where these are known. Plain data.
#ifndef CORE_STATEMENT_STATED_RUN_H_
#define CORE_STATEMENT_STATED_RUN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/profile.h"
#include "core/grid/intensity.h"
#include "core/outcome/estimated.h"

namespace carbon {

// A quantity with its central 90% interval. An absent bound: the interval is not known.
template <class Q>
struct Ranged {
  Q value;
  std::optional<Q> low = std::nullopt, high = std::nullopt;
};

// How the energy of a run is known: from an energy meter, from the node's management controller
// (BMC), from counters of its devices with a model of the host, or from the hardware's profile.
// Only a profile is a model alone.
enum class EnergyBasis { kMeter, kBmc, kDeviceCounters, kProfile };

// The names are "meter", "bmc", "device-counters" and "profile".
absl::string_view EnergyBasisName(EnergyBasis basis);

struct RunEnergy {
  Estimated<KilowattHours> it;        // of the nodes' share that the run reserved
  Estimated<KilowattHours> at_meter;  // of the datacenter: PUE included
  EnergyBasis basis = EnergyBasis::kProfile;
  std::string source;  // for people: "h100-sxm: 8-GPU node, DGX H100 at 76% of 10.2 kW"
  Sourced<double> pue;
};

struct RunEmission {
  Estimated<GramsCo2e> location_based;
  SignalKind kind = SignalKind::kAverageLifecycle;
  std::string provider;     // of the intensities, for people
  double actual_share = 0;  // of the energy; the intensities of the rest are forecast
};

// One run of a job or of a task of an array: from its start to its end or requeue, or to now. A job
// that was requeued has several, and a job that never began has one without a start.
struct StatedRun {
  std::string job;    // "17", "17_3"
  std::string state;  // in Slurm's word: "COMPLETED", "REQUEUED", "RUNNING"
  std::string partition;
  std::optional<absl::Time> start;
  absl::Duration ran;  // without the time for which it was suspended
  bool has_ended = true;
  int64_t nodes = 0;
  // What it reserved: so many devices, cores or nodes of this hardware. An empty name: the hardware
  // is not known, and the units are those that accounting shows.
  std::string hardware;
  AllocationUnit unit = AllocationUnit::kDevice;
  int64_t units = 0;
  std::string pool, site, zone;  // empty: not known
  std::optional<RunEnergy> energy;
  std::optional<RunEmission> emission;
  std::optional<GramsCo2e> market_based;
  std::string instrument;  // what the market-based intensity rests on; empty: not known
  std::optional<Sourced<GramsCo2e>> embodied;
  std::string why_not_covered;  // why it has no energy or emission

  absl::Time end() const { return start.value_or(absl::InfinitePast()) + ran; }
  // Whether its energy and its emission are known, or it took no time.
  bool is_covered() const {
    return (energy.has_value() && emission.has_value()) || ran <= absl::ZeroDuration();
  }
  // Hours x units. Only hours of the same unit can be added.
  double unit_hours() const { return static_cast<double>(units) * absl::ToDoubleHours(ran); }
};

// What a decision about one of the jobs avoided: the emission at home minus that of the job.
// Negative: more was emitted than at home.
struct AvoidedEmission {
  std::string decision;  // its id
  Ranged<GramsCo2e> attributional;
  std::optional<Ranged<GramsCo2e>> consequential;
  absl::Duration delay;    // how much later than at home the job began
  bool is_actual = false;  // by what happened; otherwise as predicted
};

}  // namespace carbon

#endif  // CORE_STATEMENT_STATED_RUN_H_
