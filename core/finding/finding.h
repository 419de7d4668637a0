// One thing that was found, right or wrong, of an installation: what scarbond reports of itself,
// and what `scarbon status`, `scarbon doctor` and the metrics show. Plain data. Pure.
//
//   findings.push_back({Severity::kWarning, FindingCode::kPoolDown, "pool oslo", "is down"});
#ifndef CORE_FINDING_FINDING_H_
#define CORE_FINDING_FINDING_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/finding/finding_code.h"

namespace carbon {

enum class Severity {
  kOk,       // it was checked, and is right
  kNote,     // nothing is wrong, but it is good to know
  kWarning,  // wrong, but decisions are made: another source is used, for example
  kError,    // keeps slurmctld from starting, or decisions from being made or recorded
};

// "ok", "note", "warning", "error".
absl::string_view SeverityName(Severity severity);
// Absent for any other name.
std::optional<Severity> FindSeverity(absl::string_view name);

struct Finding {
  Severity severity = Severity::kOk;
  FindingCode code = FindingCode::kOther;  // what programs count and compare
  std::string subject;                     // "zone NO-1"; empty: the fact is a whole sentence
  std::string fact;                        // "has no forecast"
  std::string advice = {};                 // empty: nothing is to be done, or the fact says it

  friend bool operator==(const Finding&, const Finding&) = default;
};

// "zone NO-1: has no forecast". Without the advice.
std::string FormatFinding(const Finding& finding);

// Those of one severity, in their order, each as FormatFinding.
std::vector<std::string> FormatFindings(const std::vector<Finding>& findings, Severity severity);

}  // namespace carbon

#endif  // CORE_FINDING_FINDING_H_
