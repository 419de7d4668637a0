#include "core/decision/accounting.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace carbon {
namespace {

absl::Status Refuse(absl::string_view field, double value, absl::string_view fact) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", value, " ", fact));
}

absl::Status CheckNotNegative(absl::string_view field, double value) {
  if (!std::isfinite(value)) return Refuse(field, value, "is not finite");
  if (value < 0) return Refuse(field, value, "is negative");
  return absl::OkStatus();
}

absl::Status CheckPositive(absl::string_view field, double value) {
  if (absl::Status status = CheckNotNegative(field, value); !status.ok()) return status;
  if (value == 0) return Refuse(field, value, "is not positive");
  return absl::OkStatus();
}

absl::Status CheckRun(const TrainingRun& run) {
  if (run.duration.has_value() == run.work.has_value()) {
    return absl::InvalidArgumentError(
        run.work.has_value() ? "duration: given together with work; exactly one of them is needed"
                             : "duration: missing, and so is work; exactly one of them is needed");
  }
  if (run.work.has_value() && !run.throughput.has_value()) {
    return absl::InvalidArgumentError("throughput: missing; work needs it to give a duration");
  }
  if (run.processors < 1) {
    return Refuse("processors", static_cast<double>(run.processors), "is not positive");
  }
  if (!std::isfinite(run.pue)) return Refuse("pue", run.pue, "is not finite");
  if (run.pue < 1) return Refuse("pue", run.pue, "is below 1");
  absl::Status status = CheckNotNegative("watts_per_processor", run.watts_per_processor.value());
  status.Update(CheckNotNegative("gross", run.gross.value()));
  if (run.net) status.Update(CheckNotNegative("net", run.net->value()));
  if (run.duration) status.Update(CheckNotNegative("duration", absl::ToDoubleHours(*run.duration)));
  if (run.work) status.Update(CheckNotNegative("work", run.work->value()));
  if (run.throughput) status.Update(CheckPositive("throughput", run.throughput->value()));
  return status;
}

}  // namespace

Watts PowerAtMeter(Watts per_processor, double processors, double pue) {
  return per_processor * processors * pue;
}

Watts WakingWatts(const HardwareProfile& hardware) {
  if (hardware.idle.has_value()) return hardware.idle->value;
  return hardware.free.has_value() ? hardware.free->value : hardware.busy.value;
}

absl::Duration RuntimeOf(Flops work, FlopsPerSecond per_processor, double processors) {
  return work / (per_processor * processors);
}

absl::StatusOr<Footprint> Account(const TrainingRun& run) {
  if (absl::Status status = CheckRun(run); !status.ok()) return status;
  const double processors = static_cast<double>(run.processors);

  Footprint footprint;
  if (run.duration) {
    footprint.duration = *run.duration;
    if (run.throughput) footprint.work = *run.throughput * processors * *run.duration;
  } else {
    footprint.duration = RuntimeOf(*run.work, *run.throughput, processors);
    footprint.work = run.work;
  }
  footprint.energy =
      PowerAtMeter(run.watts_per_processor, processors, run.pue) * footprint.duration;
  footprint.gross = footprint.energy * run.gross;
  if (run.net) footprint.net = footprint.energy * *run.net;

  // Finite inputs can still overflow together.
  absl::Status status =
      CheckNotNegative("derived duration", absl::ToDoubleHours(footprint.duration));
  status.Update(CheckNotNegative("derived energy", footprint.energy.value()));
  status.Update(CheckNotNegative("derived gross", footprint.gross.value()));
  if (footprint.net) status.Update(CheckNotNegative("derived net", footprint.net->value()));
  if (footprint.work) status.Update(CheckNotNegative("derived work", footprint.work->value()));
  if (!status.ok()) return status;
  return footprint;
}

Flops TransformerTrainingFlops(double active_params, double tokens) {
  return Flops(6 * active_params * tokens);
}

}  // namespace carbon
