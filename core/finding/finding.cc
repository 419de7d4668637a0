#include "core/finding/finding.h"

#include "absl/strings/str_cat.h"

namespace carbon {

absl::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return "ok";
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "";
}

std::optional<Severity> FindSeverity(absl::string_view name) {
  for (const Severity severity :
       {Severity::kOk, Severity::kNote, Severity::kWarning, Severity::kError}) {
    if (SeverityName(severity) == name) return severity;
  }
  return std::nullopt;
}

std::string FormatFinding(const Finding& finding) {
  return finding.subject.empty() ? finding.fact : absl::StrCat(finding.subject, ": ", finding.fact);
}

std::vector<std::string> FormatFindings(const std::vector<Finding>& findings, Severity severity) {
  std::vector<std::string> lines;
  for (const Finding& finding : findings) {
    if (finding.severity == severity) lines.push_back(FormatFinding(finding));
  }
  return lines;
}

}  // namespace carbon
