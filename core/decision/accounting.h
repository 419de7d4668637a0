// Energy and CO2e of a training run, as in Patterson et al. 2021, "Carbon Emissions and Large
// Neural Network Training" (arXiv 2104.10350), section 2.5:
//
//   kWh   = hours x processors x average watts per processor x PUE / 1000
//   tCO2e = kWh x kgCO2e per kWh / 1000
//
// The decision uses the same functions; there the last factor is the integral of the intensity
// over the run. Pure arithmetic at full precision: only printing rounds. No I/O.
#ifndef CORE_DECISION_ACCOUNTING_H_
#define CORE_DECISION_ACCOUNTING_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/profile.h"

namespace carbon {

// The power of a run at the meter of its datacenter: watts per processor x processors x PUE. The
// number of processors is an average over the rounds of an array, and need not be whole.
Watts PowerAtMeter(Watts per_processor, double processors, double pue);

// What a unit draws while its node wakes up, before PUE: about what it draws when it is allocated
// but idle, or else free. If the profile has neither, what it draws when it is busy.
Watts WakingWatts(const HardwareProfile& hardware);

// How long `processors` take for the work.
absl::Duration RuntimeOf(Flops work, FlopsPerSecond per_processor, double processors);

struct TrainingRun {
  // Exactly one of these two says how long the run is.
  std::optional<absl::Duration> duration;
  std::optional<Flops> work;
  std::optional<FlopsPerSecond> throughput;  // per processor; needed with `work`
  int64_t processors = 1;
  Watts watts_per_processor;  // average while it runs, the host's share included
  double pue = 1.0;
  GramsPerKilowattHour gross;  // location-based
  // Market-based. Its own input: it is not gross x (1 - carbon-free share).
  std::optional<GramsPerKilowattHour> net;
};

struct Footprint {
  absl::Duration duration;
  std::optional<Flops> work;  // if the throughput is known
  KilowattHours energy;       // with PUE
  GramsCo2e gross;
  std::optional<GramsCo2e> net;  // absent is not zero
};

// InvalidArgument, naming the field and its value, if a number is negative or not finite, if a
// divisor is zero, if the PUE is below 1, or unless exactly one of duration and work is given.
absl::StatusOr<Footprint> Account(const TrainingRun& run);

// Operations to train a dense transformer, or a sparse one with `active_params` per token:
// 6 x parameters x tokens (Kaplan et al. 2020, section 2.1; forward and backward pass).
Flops TransformerTrainingFlops(double active_params, double tokens);

}  // namespace carbon

#endif  // CORE_DECISION_ACCOUNTING_H_
