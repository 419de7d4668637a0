// The carbon intensity that a zone really had, according to one source, with its gaps. Immutable;
// threads may share it. No I/O.
#ifndef CORE_OUTCOME_ACTUAL_INTENSITY_H_
#define CORE_OUTCOME_ACTUAL_INTENSITY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/grid/intensity.h"
#include "core/grid/intensity_history.h"

namespace carbon {

class ActualIntensity {
 public:
  // What is known of [from, to).
  struct Window {
    IntensityIntegral integral;  // over the time that is known
    absl::Duration known;
    absl::Duration estimated;              // the part of `known` that the provider may correct
    std::optional<absl::Time> fetched_at;  // of the newest value; absent: not known
  };

  // `source` is for people: "electricity-maps:DE", "grid/DE.csv". `fetched_at` says of each
  // interval of the history when it was fetched; empty: not known.
  ActualIntensity(std::string source, SignalKind kind, const IntensityHistory& history,
                  std::vector<absl::Time> fetched_at = {});

  const std::string& source() const { return source_; }
  SignalKind kind() const { return kind_; }

  // `from` and `to` are whole seconds, from <= to.
  Window Over(absl::Time from, absl::Time to) const;

 private:
  // Up to a second: what all values before it amount to.
  struct Sums {
    int64_t integral = 0;  // mg/kWh x s
    int64_t known = 0;     // seconds
    int64_t estimated = 0;
  };
  struct Step {
    int64_t start, end, milligrams;
    bool is_estimated;
    Sums before;
  };
  Sums UpTo(int64_t second) const;

  std::string source_;
  SignalKind kind_;
  std::vector<Step> steps_;
  std::vector<absl::Time> fetched_at_;  // by step, or empty
};

// By zone: its sources, in order of preference.
using ActualsByZone = std::map<std::string, std::vector<ActualIntensity>>;

}  // namespace carbon

#endif  // CORE_OUTCOME_ACTUAL_INTENSITY_H_
