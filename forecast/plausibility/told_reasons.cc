#include "forecast/plausibility/told_reasons.h"

namespace carbon {
namespace {

// A level varies by the weather.
constexpr double kSameLevel = 3;

}  // namespace

bool ToldReasons::IsSame(const Told& told, const JudgedForecast& judged) {
  if (told.reason.empty() || judged.reason.empty()) return false;
  if (told.rejected_by != judged.rejected_by || told.bridged_at != judged.bridged_at) return false;
  return !judged.rejected_by.has_value() ||
         (judged.level <= told.level * kSameLevel && told.level <= judged.level * kSameLevel);
}

const std::string& ToldReasons::Tell(const Key& key, const JudgedForecast& judged) {
  Told& told = told_[key];
  if (!IsSame(told, judged)) {
    told = {judged.rejected_by, judged.bridged_at, judged.level, judged.reason};
  }
  return told.reason;
}

}  // namespace carbon
