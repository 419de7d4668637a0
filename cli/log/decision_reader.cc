#include "cli/log/decision_reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/log/decision_index.h"
#include "cli/log/job_fates.h"
#include "cli/log/log_contents.h"
#include "cli/outcome/accounted_jobs.h"
#include "cli/outcome/job_outcomes.h"
#include "store/file.h"

namespace carbon {
namespace {

// Accounting forgets jobs. After this time a job that it does not know stays unknown.
constexpr absl::Duration kUnknownAfter = absl::Hours(24 * 30);

// Reports only files that anybody may write: a copy of the log may belong to another user.
void WarnOfWriters(const std::string& path, const DecisionReader& reader) {
  for (const std::string& fact : OtherWriters(path)) {
    if (absl::StartsWith(fact, "anybody")) reader.complain(absl::StrCat(path, ": ", fact));
  }
}

DecidedInLog InLog(const LoggedDecision& decision) {
  return {.decided = decision.summary,
          .job_id = decision.job_id,
          .was_restored = decision.returned.has_value(),
          .never_queued = decision.not_queued};
}

// Asks accounting, once for all that is needed.
AskedRuns Ask(const std::vector<int64_t>& job_ids, bool for_outcomes,
              const std::function<void(const std::string&)>& complain) {
  AskedRuns asked =
      AskForRuns(job_ids, for_outcomes ? RunDetail::kWithEnergy : RunDetail::kAllocations);
  if (for_outcomes && !asked.status.ok()) {
    complain(UnknownRunsText(asked.status));
  } else if (IsTooMuch(asked.status)) {
    // Without outcomes it is not a problem if Slurm keeps no accounts, or if there is no Slurm.
    complain(absl::StrCat("sacct: ", asked.status.message()));
  }
  return asked;
}

// Adds a decision with what came of it, if that is asked for.
void Add(LoggedDecision decision, const std::optional<JobOutcomes>& outcomes,
         const DecisionReader& reader) {
  if (!outcomes.has_value()) return reader.add(std::move(decision), nullptr);
  const JobOutcome outcome = outcomes->Of(InLog(decision));
  reader.add(std::move(decision), &outcome);
}

// Adds the decisions from the index of the log, and what became of their jobs. Complains only if it
// succeeds. `of_actuals`: what reading the actual values returned, which is not the index's fault.
absl::Status ReadIndex(const LogFiles& files, const DecisionFilter& filter,
                       const DecisionReader& reader, absl::Status* of_actuals) {
  const bool with_outcomes = files.outcomes.config != nullptr;
  const std::set<std::string> columns = reader.begin();
  absl::StatusOr<std::unique_ptr<DecisionIndex>> opened = DecisionIndex::Open(files.log);
  if (!opened.ok()) return opened.status();
  DecisionIndex& index = **opened;
  const IndexScope scope = files.all ? IndexScope::kAllFiles : IndexScope::kLogAlone;
  absl::StatusOr<std::vector<std::string>> read = index.Update(scope);
  if (!read.ok()) return read.status();
  const std::string only = files.all ? "" : files.log;
  IndexQuery query = {filter, only};
  const absl::StatusOr<std::vector<int64_t>> job_ids = index.JobsToAskFor(query, with_outcomes);
  if (!job_ids.ok()) return job_ids.status();
  std::vector<std::string> complaints;
  const auto complain = [&complaints](const std::string& line) { complaints.push_back(line); };
  const AskedRuns asked = Ask(*job_ids, with_outcomes, complain);

  query.columns = columns;
  if (!columns.empty() && !asked.runs.empty()) query.columns.merge(ColumnsForFates());
  if (!columns.empty() && with_outcomes) query.columns.merge(ColumnsForOutcomes());
  while (true) {
    const absl::StatusOr<bool> is_current = index.BeginReading();
    if (!is_current.ok()) return is_current.status();
    if (*is_current) break;
    read = index.Update(scope);
    if (!read.ok()) return read.status();
  }
  const std::vector<std::string> shown = files.all ? *read : std::vector<std::string>{files.log};
  const auto damage = index.Damage(shown);
  const auto withheld = index.Withheld(only);
  if (!damage.ok()) return damage.status();
  if (!withheld.ok()) return withheld.status();
  std::optional<JobOutcomes> outcomes;
  if (with_outcomes) {
    outcomes.emplace(*files.outcomes.config, asked.runs);
    const absl::Status needed = index.ForEach(
        {filter, only, ColumnsForOutcomes()},
        [&](int64_t, const LoggedDecision& decision) { outcomes->Need(InLog(decision)); });
    if (!needed.ok()) return needed;
    outcomes->AskMeter(complain);
    *of_actuals = outcomes->ReadActuals(files.outcomes.actual, complain);
    if (!of_actuals->ok()) return *of_actuals;
  }
  const absl::Time now = absl::Now();
  std::vector<FinalFate> final_fates;
  absl::Status status = index.ForEach(query, [&](int64_t row, LoggedDecision decision) {
    // A job that came meanwhile was not asked for.
    if (HasFateToAskFor(decision) &&
        std::binary_search(job_ids->begin(), job_ids->end(), *decision.job_id)) {
      AddFate(asked.runs, &decision);
      const bool is_final = decision.fate.has_value()
                                ? IsFinal(*decision.fate, now)
                                : asked.status.ok() && decision.summary.time < now - kUnknownAfter;
      if (is_final) final_fates.push_back({row, *decision.job_id, decision.fate});
    }
    Add(std::move(decision), outcomes, reader);
  });
  status.Update(index.EndReading());
  if (!status.ok()) return status;
  // If another process writes, accounting is asked again the next time.
  index.KeepFates(final_fates).IgnoreError();
  complaints.insert(complaints.end(), damage->begin(), damage->end());
  complaints.insert(complaints.end(), withheld->begin(), withheld->end());
  for (const std::string& line : complaints) reader.complain(line);
  for (const std::string& path : shown) WarnOfWriters(path, reader);
  return absl::OkStatus();
}

// Whether the files are read without a word if the index cannot be: it may not be written, another
// process updates it, or the files themselves are at fault, which ReadFiles() reports.
bool IsNoFaultOfTheIndex(const absl::Status& status) {
  return absl::IsPermissionDenied(status) || absl::IsUnavailable(status) || absl::IsAborted(status);
}

// Adds the decisions from the files themselves.
absl::Status ReadFiles(const LogFiles& files, const DecisionFilter& filter,
                       const DecisionReader& reader, absl::Status* of_actuals) {
  const bool with_outcomes = files.outcomes.config != nullptr;
  reader.begin();
  absl::StatusOr<LogContents> contents =
      ReadLogs(files.all ? files.rotated : std::vector<std::string>{files.log}, filter,
               files.keep_lines, reader.complain);
  if (!contents.ok()) return contents.status();
  for (const std::string& line : contents->withheld) reader.complain(line);
  std::vector<LoggedDecision>& decisions = contents->decisions;
  const AskedRuns asked =
      Ask(JobsToAskFor(decisions, with_outcomes), with_outcomes, reader.complain);
  std::optional<JobOutcomes> outcomes;
  if (with_outcomes) {
    outcomes.emplace(*files.outcomes.config, asked.runs);
    for (const LoggedDecision& decision : decisions) outcomes->Need(InLog(decision));
    outcomes->AskMeter(reader.complain);
    *of_actuals = outcomes->ReadActuals(files.outcomes.actual, reader.complain);
    if (!of_actuals->ok()) return *of_actuals;
  }
  for (LoggedDecision& decision : decisions) {
    AddFate(asked.runs, &decision);
    Add(std::move(decision), outcomes, reader);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadDecisions(const LogFiles& files, const DecisionFilter& filter,
                           const DecisionReader& reader) {
  absl::Status of_actuals;
  // What is said of a log that may not be read would be wrong of actual values.
  const auto wrong_actuals = [&of_actuals] {
    return absl::FailedPreconditionError(of_actuals.message());
  };
  for (int attempt = 0; files.use_index; ++attempt) {
    absl::Status read = ReadIndex(files, filter, reader, &of_actuals);
    if (read.ok()) return read;
    if (!of_actuals.ok()) return wrong_actuals();
    if (IsNoFaultOfTheIndex(read)) break;
    const bool is_damaged = absl::IsDataLoss(read) || absl::StrContains(read.message(), "no such");
    if (is_damaged && attempt == 0 && DecisionIndex::RemoveDamaged(files.log)) continue;
    reader.complain(absl::StrCat(read.message(), "; the log's files are read instead"));
    break;
  }
  absl::Status read = ReadFiles(files, filter, reader, &of_actuals);
  return of_actuals.ok() ? read : wrong_actuals();
}

}  // namespace carbon
