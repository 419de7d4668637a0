#include "core/decision/plan.h"

#include <algorithm>

namespace carbon {
namespace {

// Begins with the first run, not with zero: the sum of one run has that run's bits.
template <class Value>
Value SumOf(const Plan::Runs& runs, Value PlannedRun::* value) {
  Value sum = runs.front().*value;
  for (size_t i = 1; i < runs.size(); ++i) sum = sum + runs[i].*value;
  return sum;
}

template <class Value>
std::optional<Value> SumOf(const Plan::Runs& runs, std::optional<Value> PlannedRun::* value) {
  std::optional<Value> sum = runs.front().*value;
  for (size_t i = 1; i < runs.size() && sum.has_value(); ++i) {
    const std::optional<Value>& next = runs[i].*value;
    sum = next.has_value() ? std::optional(*sum + *next) : std::nullopt;
  }
  return sum;
}

}  // namespace

const PoolNames& PlannedRun::Names() const {
  static const PoolNames& none = *new PoolNames;
  return names == nullptr ? none : *names;
}

absl::Time Plan::end() const {
  absl::Time end = absl::InfinitePast();
  for (const PlannedRun& run : runs_) end = std::max(end, run.start + run.runtime);
  return end;
}

absl::Duration Plan::runtime() const { return SumOf(runs_, &PlannedRun::runtime); }

absl::Duration Plan::task_runtime() const {
  absl::Duration sum;
  for (const PlannedRun& run : runs_) {
    const auto rounds = static_cast<double>(std::max<int64_t>(1, run.rounds));
    sum += absl::Seconds(absl::ToDoubleSeconds(run.runtime) / rounds);
  }
  return sum;
}

KilowattHours Plan::energy() const { return SumOf(runs_, &PlannedRun::energy); }
GramsCo2e Plan::gross() const { return SumOf(runs_, &PlannedRun::gross); }
std::optional<GramsCo2e> Plan::consequential() const {
  return SumOf(runs_, &PlannedRun::consequential);
}
std::optional<GramsCo2e> Plan::net() const { return SumOf(runs_, &PlannedRun::net); }
std::optional<GramsCo2e> Plan::embodied() const { return SumOf(runs_, &PlannedRun::embodied); }

GramsPerKilowattHour Plan::intensity() const {
  if (runs_.size() == 1) return first().intensity;
  GramsCo2e emission;
  for (const PlannedRun& run : runs_) emission = emission + run.energy * run.intensity;
  const double energy = this->energy().value();
  return GramsPerKilowattHour(energy > 0 ? emission.value() / energy : 0);
}

BookedRuns Plan::Booked() const {
  BookedRuns booked;
  for (const PlannedRun& run : runs_) {
    if (!run.hold.has_value()) continue;
    booked.push_back(
        {run.hold->group, {run.start, run.start + run.hold->length}, run.hold->amount});
  }
  return booked;
}

bool HaveSameRuns(const Plan& a, const Plan& b) {
  return std::equal(a.runs().begin(), a.runs().end(), b.runs().begin(), b.runs().end(),
                    [](const PlannedRun& one, const PlannedRun& other) {
                      return one.pool() == other.pool() && one.start == other.start;
                    });
}

}  // namespace carbon
