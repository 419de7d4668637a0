// A quantity with its errors: its best guess, and its value in each of the error scenarios by which
// decisions are judged. In a sum or a difference, errors that both share (the watts of the same
// hardware, the PUE of the same site) stay shared, so that the interval of a sum over many jobs is
// right. Values without I/O.
#ifndef CORE_OUTCOME_ESTIMATED_H_
#define CORE_OUTCOME_ESTIMATED_H_

#include <cstddef>
#include <optional>

#include "core/base/quantities.h"
#include "core/decision/gate.h"
#include "core/grid/error_factors.h"

namespace carbon {

template <class Q>
struct Estimated {
  Q value{};
  ErrorDraws draws{};  // by scenario, in the unit of `value`

  // The bounds of the central 90%.
  Q low() const { return Q(CentralInterval90(draws).low); }
  Q high() const { return Q(CentralInterval90(draws).high); }

  Estimated& operator+=(const Estimated& other) { return Add(other, 1); }
  Estimated& operator-=(const Estimated& other) { return Add(other, -1); }
  friend Estimated operator+(Estimated a, const Estimated& b) { return a += b; }
  friend Estimated operator-(Estimated a, const Estimated& b) { return a -= b; }

 private:
  Estimated& Add(const Estimated& other, double sign) {
    value = value + other.value * sign;
    for (size_t s = 0; s < draws.size(); ++s) draws[s] += other.draws[s] * sign;
    return *this;
  }
};

// `value` that errs by `factors`.
template <class Q>
Estimated<Q> EstimatedBy(Q value, const ErrorDraws& factors) {
  Estimated<Q> estimated{value, factors};
  for (double& draw : estimated.draws) draw *= value.value();
  return estimated;
}

// The bounds of the central 90% of `part` as a share of `whole`, with the errors that both share.
// Absent if `whole` is not above 0 in every scenario.
template <class Q>
std::optional<Interval90> ShareInterval90(const Estimated<Q>& part, const Estimated<Q>& whole) {
  ErrorDraws shares = part.draws;
  for (size_t s = 0; s < shares.size(); ++s) {
    if (!(whole.draws[s] > 0)) return std::nullopt;
    shares[s] /= whole.draws[s];
  }
  return CentralInterval90(shares);
}

}  // namespace carbon

#endif  // CORE_OUTCOME_ESTIMATED_H_
