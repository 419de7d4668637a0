#include "cli/statement/joined_runs.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/outcome/accounted_jobs.h"
#include "cli/outcome/job_outcomes.h"
#include "cli/statement/job_decisions.h"
#include "cli/statement/run_joiner.h"
#include "core/outcome/ran_job.h"
#include "core/record/decision_summary.h"
#include "core/snapshot/part.h"

namespace carbon {
namespace {

using Complain = std::function<void(const std::string&)>;

// A decision about a job, with the job that was submitted with it.
struct DecidedRuns {
  const JobDecision* decision;
  RanJob ran;
};

std::vector<DecidedRuns> MatchDecisions(const JobDecisions& decisions, int64_t job_id,
                                        const JobOutcomes& outcomes) {
  std::vector<DecidedRuns> matched;
  const auto [begin, end] = decisions.equal_range(job_id);
  for (auto one = begin; one != end; ++one) {
    std::optional<RanJob> ran = outcomes.JobOf(one->second.InLog());
    if (ran.has_value()) matched.push_back({&one->second, *std::move(ran)});
  }
  return matched;
}

// Asks the meter for the energy of the runs, and reads the actual values of all zones over the time
// of the runs and of the plans.
absl::Status ReadWhatCame(const JobList& jobs, const AccountedRuns& accounted,
                          const JobDecisions& decisions, const RunSources& sources,
                          const Complain& complain, JobOutcomes* outcomes) {
  bool has_started = false;
  for (const auto& [job_id, runs] : accounted) {
    const auto [begin, end] = decisions.equal_range(job_id);
    const bool is_exclusive =
        std::any_of(begin, end, [](const auto& one) { return one.second.decided.exclusive; });
    for (const AccountedRun& run : runs) {
      if (!run.has_started || !jobs.Has(run.run.task)) continue;
      has_started = true;
      outcomes->Need(run.run, is_exclusive);
    }
  }
  if (!has_started) return absl::OkStatus();
  outcomes->AskMeter(complain);
  // What a decision avoided is stated of whole jobs only, so that no more readings are needed.
  for (const auto& [job_id, decision] : decisions) outcomes->NeedIntensities(decision.InLog());
  absl::Status read = outcomes->ReadActuals(sources.actuals, complain);
  if (read.ok() || sources.must_have_actuals) return read;
  complain(absl::StrCat(read.message(), ": forecasts are used where decisions have them"));
  return absl::OkStatus();
}

// Job numbers begin anew after MaxJobId. Of two users who had the same number, the newer one
// counts.
void KeepNewestUser(int64_t job_id, std::vector<AccountedRun>* runs, const Complain& complain) {
  if (runs->empty()) return;
  const auto newest = std::max_element(runs->begin(), runs->end(),
                                       [](const AccountedRun& a, const AccountedRun& b) {
                                         return a.run.submitted < b.run.submitted;
                                       });
  const uint32_t user_id = newest->user_id;
  const auto others =
      std::erase_if(*runs, [user_id](const AccountedRun& run) { return run.user_id != user_id; });
  if (others == 0) return;
  complain(absl::StrCat("job ", job_id, ": accounting has earlier jobs of other users with this ",
                        "number, which do not count"));
}

absl::Status CheckKnown(const JobList& jobs, const AccountedRuns& accounted) {
  std::vector<int64_t> missing;
  for (const int64_t id : jobs.ids()) {
    const auto found = accounted.find(id);
    const bool is_known =
        found != accounted.end() &&
        std::any_of(found->second.begin(), found->second.end(),
                    [&](const AccountedRun& run) { return jobs.Has(run.run.task); });
    if (!is_known) missing.push_back(id);
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("job ", absl::StrJoin(missing, ", "),
                                          ": Slurm's accounting does not know it; check the number "
                                          "and the tasks with sacct, and ask as "
                                          "an operator if PrivateData hides the jobs of others"));
}

}  // namespace

absl::StatusOr<JoinedRuns> JoinRuns(const JobList& jobs, const Config& config,
                                    const RunSources& sources, const Complain& complain) {
  AskedRuns asked = AskForRuns(jobs.ids(), RunDetail::kWithEnergy);
  if (!asked.status.ok()) complain(UnknownRunsText(asked.status));
  AccountedRuns& accounted = asked.runs;
  for (auto& [job_id, runs] : accounted) KeepNewestUser(job_id, &runs, complain);
  if (absl::Status known = CheckKnown(jobs, accounted); !known.ok()) return known;
  const absl::StatusOr<JobDecisions> decisions =
      ReadJobDecisions(accounted, sources.logs, sources.must_have_logs, complain);
  if (!decisions.ok()) return decisions.status();
  JobOutcomes outcomes(config, accounted);
  if (absl::Status read = ReadWhatCame(jobs, accounted, *decisions, sources, complain, &outcomes);
      !read.ok()) {
    return read;
  }

  JoinedRuns joined;
  Provenance& provenance = joined.provenance;
  if (const std::string& release = outcomes.meter().meter.release; !release.empty()) {
    provenance.accounting = absl::StrCat("Slurm ", release);
  }
  const RunJoiner joiner(config.placement, outcomes);
  for (const auto& [job_id, runs] : accounted) {
    const std::vector<DecidedRuns> matched = MatchDecisions(*decisions, job_id, outcomes);
    for (const AccountedRun& run : runs) {
      if (!jobs.Has(run.run.task)) continue;
      if (!run.has_started) {
        StatedRun waiting;
        waiting.job = run.run.task;
        waiting.state = run.run.state;
        waiting.has_ended = run.has_ended;
        joined.runs.push_back(std::move(waiting));
        continue;
      }
      const JobDecision* decision = nullptr;
      for (const DecidedRuns& one : matched) {
        if (one.decision->decided.user_id == run.user_id) decision = one.decision;
      }
      joined.runs.push_back(joiner.Join(run.run, run.has_ended, decision));
    }
    for (const DecidedRuns& one : matched) {
      for (const PartInfo& part : kParts) {
        const std::string& hash = one.decision->snapshot.hashes[part.part];
        if (!hash.empty()) provenance.part_hashes[part.name].insert(hash);
      }
      if (!jobs.HasWhole(job_id)) {
        complain(absl::StrCat("job ", job_id,
                              ": what its decision avoided is of the whole array, and left out"));
        continue;
      }
      const DecisionSummary& decided = one.decision->decided;
      if (!decided.home.has_value() || !decided.chosen.has_value()) continue;
      std::optional<AvoidedEmission> avoided = joiner.AvoidedBy(*one.decision, one.ran);
      if (avoided.has_value()) {
        provenance.avoided.push_back(*std::move(avoided));
      } else {
        complain(absl::StrCat("job ", job_id, ": it is not known what its decision avoided, and ",
                              "that is left out"));
      }
    }
  }
  return joined;
}

}  // namespace carbon
