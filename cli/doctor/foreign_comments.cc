#include "cli/doctor/foreign_comments.h"

#include <deque>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/decision/admin_comment.h"

namespace carbon {
namespace {

// The length of an example of a foreign comment, by which people can recognise the tool.
constexpr size_t kExample = 24;

std::string Example(absl::string_view comment) {
  return absl::StrCat("\"", comment.substr(0, kExample), comment.size() > kExample ? "…" : "",
                      "\"");
}

// Returns the text in the comment besides our part, which ends at a blank or a semicolon.
std::string BesideOurs(absl::string_view comment, const std::string& decision) {
  const size_t ours = comment.find(absl::StrCat("carbon:id=", decision));
  const size_t end = comment.find_first_of("; \t\n", ours);
  std::string beside(comment.substr(0, ours));
  if (end != absl::string_view::npos) absl::StrAppend(&beside, comment.substr(end));
  const auto is_separator = [](char c) { return c == ';' || c == ' ' || c == '\t' || c == '\n'; };
  size_t first = 0;
  while (first < beside.size() && is_separator(beside[first])) ++first;
  return beside.substr(first);
}

bool HasEnded(absl::string_view state) {
  for (const absl::string_view ended : {"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "NODE_FAIL",
                                        "OUT_OF_MEMORY", "PREEMPTED", "DEADLINE", "BOOT_FAIL"}) {
    if (absl::StartsWith(state, ended)) return true;
  }
  return false;
}

}  // namespace

std::map<int64_t, std::string> DecisionsOfJobs(absl::string_view log_lines, size_t most) {
  std::deque<std::pair<int64_t, std::string>> jobs;
  for (const absl::string_view line : absl::StrSplit(log_lines, '\n', absl::SkipEmpty())) {
    // Most lines are decisions, which do not have their job's number.
    if (!absl::StrContains(line, "\"job_id\"")) continue;
    const auto json =
        nlohmann::json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) continue;
    const auto job = json.find("job_id"), decision = json.find("decision");
    if (job == json.end() || !job->is_number_integer() || decision == json.end() ||
        !decision->is_string()) {
      continue;
    }
    jobs.emplace_back(job->get<int64_t>(), decision->get<std::string>());
    if (jobs.size() > most) jobs.pop_front();
  }
  return {jobs.begin(), jobs.end()};
}

std::string DescribeForeignComments(const std::map<int64_t, std::string>& decisions,
                                    absl::string_view sacct) {
  size_t looked_at = 0, lost = 0, beside = 0;
  std::string example_of_lost, example_of_beside;
  for (const absl::string_view line : absl::StrSplit(sacct, '\n', absl::SkipEmpty())) {
    // The comment itself may contain a bar.
    const std::vector<absl::string_view> fields = absl::StrSplit(line, absl::MaxSplits('|', 2));
    int64_t job_id = 0;
    if (fields.size() < 3 || !absl::SimpleAtoi(fields[0], &job_id)) continue;
    const auto decision = decisions.find(job_id);
    const absl::string_view comment = absl::StripAsciiWhitespace(fields[2]);
    if (decision == decisions.end() || !HasEnded(fields[1]) || comment.empty()) continue;
    ++looked_at;
    if (DecisionIdInComment(comment) != decision->second) {
      if (++lost == 1) example_of_lost = absl::StrCat("job ", job_id, ": ", Example(comment));
    } else if (const std::string rest = BesideOurs(comment, decision->second); !rest.empty()) {
      if (++beside == 1) example_of_beside = absl::StrCat("job ", job_id, ": ", Example(rest));
    }
  }
  std::vector<std::string> facts;
  const auto add = [&](size_t count, absl::string_view fact, const std::string& example) {
    if (count == 0) return;
    facts.push_back(absl::StrCat(count, " of ", looked_at, " jobs that ended ", fact,
                                 " carbon's part (", example, ")"));
  };
  add(lost, "lost", example_of_lost);
  add(beside, "have text beside", example_of_beside);
  return absl::StrJoin(facts, ", ");
}

}  // namespace carbon
