#include "core/statement/coverage.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "core/statement/numbers.h"

namespace carbon {
namespace {

// "a, b and c".
std::string Listed(const std::vector<std::string>& texts) {
  if (texts.size() < 2) return absl::StrJoin(texts, "");
  return absl::StrCat(absl::StrJoin(texts.begin(), texts.end() - 1, ", "), " and ", texts.back());
}

}  // namespace

std::optional<double> UnitHours::share() const {
  if (reserved <= 0) return std::nullopt;
  return covered / reserved;
}

void Coverage::Add(const StatedRun& run, bool is_known) {
  const bool is_covered = is_known || run.ran <= absl::ZeroDuration();
  ++runs;
  if (is_covered) ++covered_runs;
  if (run.unit_hours() <= 0) return;
  UnitHours& of_unit = hours[run.unit];
  of_unit.reserved += run.unit_hours();
  if (is_covered) of_unit.covered += run.unit_hours();
}

std::string CoverageText(const Coverage& coverage) {
  std::vector<std::string> shares;
  for (const auto& [unit, hours] : coverage.hours) {
    shares.push_back(absl::StrCat(ShareText(hours.share().value_or(0)), " of the ",
                                  AllocationUnitName(unit), "-hours"));
  }
  const std::string runs =
      absl::StrCat(coverage.covered_runs, " of ", CountText(coverage.runs, "run", "runs"));
  if (shares.empty()) return runs;
  return absl::StrCat(runs, ", with ", Listed(shares), " reserved");
}

std::string HoursByUnit::Text() const {
  std::vector<std::string> texts;
  for (const auto& [unit, hours] : hours_) {
    if (hours <= 0) continue;
    texts.push_back(absl::StrCat(SignificantText(hours), " ", AllocationUnitName(unit), "-hours"));
  }
  if (texts.empty()) return "nothing reserved";
  return absl::StrCat(Listed(texts), " reserved");
}

}  // namespace carbon
