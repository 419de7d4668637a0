// Physical quantities whose unit is their type.
//
// A quantity is made from a number in the unit that its type names, and value() returns that
// number. Sums and comparisons need equal types. Of the products only the lawful ones compile:
//
//   KilowattHours e = Watts(700) * absl::Hours(10);          // 7 kWh
//   GramsCo2e c = e * GramsPerKilowattHour(429);             // 3003 g
//   absl::Duration d = Flops(3.14e23) / FlopsPerSecond(24.6e12);
//
// These are value types without I/O, safe everywhere. They carry NaN and infinities as double does;
// the code that reads a number from outside refuses them there.
#ifndef CORE_BASE_QUANTITIES_H_
#define CORE_BASE_QUANTITIES_H_

#include <compare>

#include "absl/time/time.h"

namespace carbon {

template <class Unit>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : value_(value) {}

  constexpr double value() const { return value_; }

  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    return Quantity(a.value_ + b.value_);
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    return Quantity(a.value_ - b.value_);
  }
  friend constexpr Quantity operator*(Quantity a, double ratio) {
    return Quantity(a.value_ * ratio);
  }
  friend constexpr Quantity operator*(double ratio, Quantity a) {
    return Quantity(ratio * a.value_);
  }
  friend constexpr Quantity operator/(Quantity a, double ratio) {
    return Quantity(a.value_ / ratio);
  }
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }
  friend constexpr auto operator<=>(Quantity a, Quantity b) = default;

 private:
  double value_ = 0;
};

using Watts = Quantity<struct WattsUnit>;
using KilowattHours = Quantity<struct KilowattHoursUnit>;
using GramsCo2e = Quantity<struct GramsCo2eUnit>;
using GramsPerKilowattHour = Quantity<struct GramsPerKilowattHourUnit>;
// A number of floating-point operations, and a rate of them. They cannot be confused: one has "per
// second" in its name.
using Flops = Quantity<struct FlopsUnit>;
using FlopsPerSecond = Quantity<struct FlopsPerSecondUnit>;

inline KilowattHours operator*(Watts power, absl::Duration time) {
  return KilowattHours(power.value() * (absl::ToDoubleSeconds(time) / 3.6e6));
}
inline GramsCo2e operator*(KilowattHours energy, GramsPerKilowattHour intensity) {
  return GramsCo2e(energy.value() * intensity.value());
}
inline absl::Duration operator/(Flops work, FlopsPerSecond rate) {
  return absl::Seconds(work.value() / rate.value());
}
inline Flops operator*(FlopsPerSecond rate, absl::Duration time) {
  return Flops(rate.value() * absl::ToDoubleSeconds(time));
}

}  // namespace carbon

#endif  // CORE_BASE_QUANTITIES_H_
