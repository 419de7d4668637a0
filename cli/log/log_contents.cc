#include "cli/log/log_contents.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/log/withheld_sums.h"
#include "core/record/decision_summary.h"
#include "store/file.h"
#include "store/placement_log.h"

namespace carbon {
namespace {

// Collects records of all kinds. At the end it joins those about one decision, because they may
// come before it in the log.
class Collector {
 public:
  Collector(const DecisionFilter& filter, bool keep_lines)
      : filter_(filter), keep_lines_(keep_lines) {}

  void Add(const LogEntry& entry, absl::string_view line) {
    const absl::string_view kept = keep_lines_ ? line : "";
    if (const auto* decision = std::get_if<PlacementRecord>(&entry)) {
      AddDecision(*decision, kept);
    } else if (const auto* booking = std::get_if<BookingRecord>(&entry)) {
      const BookingEvent& event = booking->event;
      if (event.job_id != 0) job_ids_.emplace(event.decision_id, event.job_id);
      if (event.fate == BookingFate::kExpired) not_queued_.insert(event.decision_id);
    } else if (const auto* returned = std::get_if<ReturnRecord>(&entry)) {
      const JobRestore& given_back = returned->given_back;
      if (given_back.job_id != 0) job_ids_.emplace(given_back.decision_id, given_back.job_id);
      if (!returned->error.empty()) return;
      returns_.emplace(given_back.decision_id, LoggedReturn{given_back.reason, std::string(kept)});
    } else if (const auto* withheld = std::get_if<WithheldRecord>(&entry)) {
      withheld_.Add(withheld->withheld);
    }
  }

  LogContents Finish() {
    for (LoggedDecision& decision : decisions_) {
      const std::string id = DecisionId(decision.summary.id);
      if (const auto found = returns_.find(id); found != returns_.end()) {
        decision.returned = found->second;
      }
      if (const auto found = job_ids_.find(id); found != job_ids_.end()) {
        decision.job_id = found->second;
      }
      decision.not_queued = not_queued_.contains(id);
    }
    return {std::move(decisions_), withheld_.Lines()};
  }

 private:
  void AddDecision(const PlacementRecord& record, absl::string_view line) {
    DecisionSummary summary = SummaryOf(record);
    if (!filter_.Admits(summary)) return;
    LoggedDecision& decision = decisions_.emplace_back();
    decision.summary = std::move(summary);
    decision.line = std::string(line);
  }

  const DecisionFilter& filter_;
  const bool keep_lines_;
  std::vector<LoggedDecision> decisions_;
  // By decision; if there are several, the first one counts.
  std::map<std::string, LoggedReturn> returns_;
  std::map<std::string, uint32_t> job_ids_;
  std::set<std::string> not_queued_;
  WithheldSums withheld_;
};

}  // namespace

absl::StatusOr<LogContents> ReadLogs(const std::vector<std::string>& paths,
                                     const DecisionFilter& filter, bool keep_lines,
                                     const std::function<void(const std::string&)>& complain) {
  Collector collector(filter, keep_lines);
  SequencesByBoot sequences;
  for (const std::string& path : paths) {
    const absl::Status status = ReadPlacementLog(
        path, &sequences,
        [&collector](const LogEntry& entry, absl::string_view line) { collector.Add(entry, line); },
        complain);
    if (!status.ok()) return status;
    for (const std::string& fact : OtherWriters(path)) {
      // Another user may own a copy of the log.
      if (absl::StartsWith(fact, "anybody")) complain(absl::StrCat(path, ": ", fact));
    }
  }
  return collector.Finish();
}

}  // namespace carbon
