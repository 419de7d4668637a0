#include "cli/doctor/check.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/text/table.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string Counted(size_t count, const char* one, const char* many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

int Checks::Count(Severity severity) const {
  return static_cast<int>(std::count_if(all_.begin(), all_.end(), [severity](const Finding& check) {
    return check.severity == severity;
  }));
}

std::string FormatChecks(const Checks& checks, bool as_json) {
  const int errors = checks.Count(Severity::kError);
  const int warnings = checks.Count(Severity::kWarning);
  if (as_json) {
    Json json = {
        {"ok", errors == 0}, {"errors", errors}, {"warnings", warnings}, {"checks", Json::array()}};
    for (const Finding& check : checks.all()) {
      json["checks"].push_back(
          {{"result", std::string(SeverityName(check.severity))},
           {"code", std::string(FindingCodeName(check.code))},
           {"subject", check.subject},
           {"fact", check.fact},
           {"advice", check.advice.empty() ? Json(nullptr) : Json(check.advice)}});
    }
    // Paths may contain any byte.
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  Table table({{"RESULT"}, {"SUBJECT"}, {"FACT; WHAT TO DO"}});
  for (const Finding& check : checks.all()) {
    table.AddRow({std::string(SeverityName(check.severity)), check.subject,
                  absl::StrCat(check.fact, check.advice.empty() ? "" : "; ", check.advice)});
  }
  std::string text = table.Format(Table::Style::kAligned, true);
  if (errors == 0 && warnings == 0) return text + "\nAll is well.\n";
  return absl::StrCat(text, "\n", Counted(static_cast<size_t>(errors), "error", "errors"), ", ",
                      Counted(static_cast<size_t>(warnings), "warning", "warnings"), ".\n");
}

}  // namespace carbon
