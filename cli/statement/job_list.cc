#include "cli/statement/job_list.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace carbon {
namespace {

// Slurm's ids have 32 bits, and MaxArraySize is at most 4,000,001.
constexpr int64_t kMaxJob = UINT32_MAX, kMaxTask = 4000000;

// Reads digits only: no sign and no blanks.
bool ParseNumber(absl::string_view text, int64_t max, int64_t* number) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, number) && *number <= max;
}

absl::Status Misspelt(absl::string_view job) {
  return absl::InvalidArgumentError(
      absl::StrCat("job \"", job, "\": is not a job; write 17, a task 17_3 or tasks 17_[0-7,9]"));
}

// Splits at the commas that are not between brackets.
std::vector<absl::string_view> SplitJobs(absl::string_view list) {
  std::vector<absl::string_view> jobs;
  size_t begin = 0;
  bool is_inside = false;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '[') is_inside = true;
    if (list[i] == ']') is_inside = false;
    if (list[i] != ',' || is_inside) continue;
    jobs.push_back(list.substr(begin, i - begin));
    begin = i + 1;
  }
  jobs.push_back(list.substr(begin));
  return jobs;
}

}  // namespace

absl::StatusOr<std::vector<JobList::Range>> JobList::ParseRanges(absl::string_view text) {
  std::vector<Range> ranges;
  for (const absl::string_view one : absl::StrSplit(text, ',')) {
    const std::vector<absl::string_view> stepped = absl::StrSplit(one, ':');
    const std::vector<absl::string_view> bounds = absl::StrSplit(stepped[0], '-');
    Range range = {0, 0, 1};
    bool is_good =
        stepped.size() <= 2 && bounds.size() <= 2 && ParseNumber(bounds[0], kMaxTask, &range.first);
    range.last = range.first;
    if (bounds.size() == 2) is_good = is_good && ParseNumber(bounds[1], kMaxTask, &range.last);
    if (stepped.size() == 2) {
      is_good = is_good && bounds.size() == 2 && ParseNumber(stepped[1], kMaxTask, &range.step);
    }
    if (!is_good || range.last < range.first || range.step < 1) {
      return absl::InvalidArgumentError("not tasks");
    }
    ranges.push_back(range);
  }
  return ranges;
}

absl::Status JobList::Add(absl::string_view job) {
  const size_t underscore = job.find('_');
  int64_t id = 0;
  if (!ParseNumber(job.substr(0, underscore), kMaxJob, &id) || id == 0) return Misspelt(job);
  if (underscore == job.npos) {
    tasks_[id].clear();
    return absl::OkStatus();
  }
  absl::string_view tasks = job.substr(underscore + 1);
  const bool has_bracket = absl::ConsumePrefix(&tasks, "[");
  if (has_bracket != absl::ConsumeSuffix(&tasks, "]")) return Misspelt(job);
  absl::StatusOr<std::vector<Range>> ranges = ParseRanges(tasks);
  if (!ranges.ok() ||
      (!has_bracket && !std::all_of(tasks.begin(), tasks.end(), absl::ascii_isdigit))) {
    return Misspelt(job);
  }
  const auto [of_job, is_new] = tasks_.try_emplace(id);
  // All of its tasks were named before.
  if (!is_new && of_job->second.empty()) return absl::OkStatus();
  of_job->second.insert(of_job->second.end(), ranges->begin(), ranges->end());
  return absl::OkStatus();
}

absl::StatusOr<JobList> JobList::Parse(const std::vector<std::string>& words) {
  JobList list;
  for (const std::string& word : words) {
    for (const absl::string_view job : SplitJobs(word)) {
      if (absl::Status added = list.Add(job); !added.ok()) return added;
    }
  }
  return list;
}

std::vector<int64_t> JobList::ids() const {
  std::vector<int64_t> ids;
  for (const auto& [id, tasks] : tasks_) ids.push_back(id);
  return ids;
}

bool JobList::HasWhole(int64_t id) const {
  const auto found = tasks_.find(id);
  return found != tasks_.end() && found->second.empty();
}

bool JobList::Has(absl::string_view task) const {
  const size_t end = task.find_first_of("_+");
  int64_t id = 0;
  if (!ParseNumber(task.substr(0, end), kMaxJob, &id)) return false;
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return false;
  if (found->second.empty()) return true;
  if (end == task.npos || task[end] != '_') return false;
  absl::string_view named = task.substr(end + 1);
  absl::ConsumePrefix(&named, "[");
  named = named.substr(0, named.find_first_of("]%"));
  const absl::StatusOr<std::vector<Range>> begun = ParseRanges(named);
  if (!begun.ok()) return false;
  for (const Range& one : *begun) {
    for (const Range& asked : found->second) {
      if (HaveCommon(one, asked)) return true;
    }
  }
  return false;
}

// The range with longer steps has fewer numbers, and their remainders repeat after as many of them
// as the step of the other range.
bool JobList::HaveCommon(Range a, Range b) {
  if (a.step < b.step) std::swap(a, b);
  const int64_t last = std::min(a.last, b.last);
  int64_t number = a.first;
  if (number < b.first) number += (b.first - number + a.step - 1) / a.step * a.step;
  for (int64_t i = 0; i < b.step && number <= last; ++i, number += a.step) {
    if ((number - b.first) % b.step == 0) return true;
  }
  return false;
}

}  // namespace carbon
