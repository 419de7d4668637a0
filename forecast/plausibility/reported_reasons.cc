#include "forecast/plausibility/reported_reasons.h"

namespace carbon {
namespace {

// A level varies with the weather, up to this factor.
constexpr double kSameLevel = 3;

}  // namespace

bool ReportedReasons::IsSame(const Reported& reported, const JudgedForecast& judged) {
  if (reported.reason.empty() || judged.reason.empty()) return false;
  if (reported.rejected_by != judged.rejected_by || reported.bridged_at != judged.bridged_at)
    return false;
  return !judged.rejected_by.has_value() || (judged.level <= reported.level * kSameLevel &&
                                             reported.level <= judged.level * kSameLevel);
}

const std::string& ReportedReasons::Report(const Key& key, const JudgedForecast& judged) {
  Reported& reported = reported_[key];
  if (!IsSame(reported, judged)) {
    reported = {judged.rejected_by, judged.bridged_at, judged.level, judged.reason};
  }
  return reported.reason;
}

}  // namespace carbon
