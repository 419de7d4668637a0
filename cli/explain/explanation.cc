#include "cli/explain/explanation.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/log/fields.h"
#include "cli/text/slurm_time.h"
#include "cli/text/table.h"
#include "core/base/mass_text.h"
#include "core/runtime/expected_runtime.h"
#include "core/snapshot/part.h"

namespace carbon {
namespace {

std::string TimeText(absl::Time time) {
  if (time == absl::InfinitePast()) return "unknown";
  return FormatSlurmTime(time, absl::LocalTimeZone());
}

std::string RuntimeText(absl::Duration runtime) {
  return runtime == absl::InfiniteDuration() ? "unknown" : FormatSlurmDuration(runtime);
}

// Returns "2 nodes, 16 devices, 128 CPUs, 512000 MiB".
std::string DemandText(const JobRequest& job) {
  std::vector<std::string> parts;
  const auto add = [&parts](int64_t count, const char* one, const char* many) {
    if (count > 0) parts.push_back(absl::StrCat(count, " ", count == 1 ? one : many));
  };
  add(job.demand.nodes, "node", "nodes");
  add(job.demand.devices, "device", "devices");
  add(job.demand.cpus, "CPU", "CPUs");
  add(job.demand.memory_mib, "MiB", "MiB");
  if (job.array_tasks > 1) {
    parts.push_back(
        absl::StrCat("for each of ", job.array_tasks, " tasks, ", job.array_width, " at once"));
  }
  return absl::StrJoin(parts, ", ");
}

std::string MassOr(const std::optional<GramsCo2e>& mass) {
  return mass.has_value() ? FormatMass(*mass) : std::string();
}

class Text {
 public:
  void Line(const char* name, const std::string& fact) {
    absl::StrAppend(&text_, absl::StrFormat("%-11s %s\n", name, Printable(fact)));
  }
  void Add(const std::string& lines) { absl::StrAppend(&text_, lines); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Returns a row for each run of each plan that was evaluated in full. Home, chosen and the static
// best have additional rows if they are none of these: they may start at another time than the best
// start of their pool.
std::string CandidateTable(const Decision& decision) {
  const auto is = [](const std::optional<Plan>& one, const Plan& other) {
    return one.has_value() && HaveSameRuns(*one, other);
  };
  std::vector<Plan> plans = decision.best;
  const std::optional<Plan> none;
  const std::optional<Plan>& spared = decision.trial.has_value() ? decision.trial->spared : none;
  for (const auto* one : {&decision.chosen, &decision.home, &decision.static_best, &spared}) {
    const bool is_there =
        std::any_of(plans.begin(), plans.end(), [&](const Plan& plan) { return is(*one, plan); });
    if (one->has_value() && !is_there) plans.push_back(**one);
  }
  Table table({{"POOL"},
               {"SITE"},
               {"HARDWARE"},
               {"START"},
               {"RUNTIME"},
               {"KWH", true},
               {"G/KWH", true},
               {"CO2E", true},
               {"CONSEQUENTIAL", true},
               {"ROLE"}});
  for (const Plan& plan : plans) {
    std::vector<std::string> roles;
    if (is(decision.chosen, plan)) roles.push_back("chosen");
    if (is(decision.home, plan)) roles.push_back("home");
    if (is(decision.static_best, plan)) roles.push_back("static best");
    if (is(spared, plan)) roles.push_back("spared");
    for (const PlannedRun& run : plan.runs()) {
      table.AddRow({run.pool(), run.site(), run.hardware(), TimeText(run.start),
                    RuntimeText(run.runtime), absl::StrFormat("%.4g", run.energy.value()),
                    absl::StrFormat("%.4g", run.intensity.value()), FormatMass(run.gross),
                    MassOr(run.consequential), absl::StrJoin(roles, ", ")});
    }
  }
  return table.Format(Table::Style::kAligned, /*with_header=*/true);
}

std::string SavingText(const Saving& saving) {
  return absl::StrFormat("%s, %.0f%% (90%% of the error scenarios: %.0f%% to %.0f%%)",
                         FormatMass(saving.mean), 100 * saving.share, 100 * saving.share_low,
                         100 * saving.share_high);
}

// Returns "exempt: its draw 0.0312 is below 0.1".
std::string ArmText(const Trial& trial, const std::optional<double>& draw) {
  const std::string drawn = draw.has_value() ? absl::StrFormat("its draw %.4f is ", *draw) : "";
  return absl::StrCat(ArmName(trial.arm), ": ", drawn,
                      trial.arm == Arm::kExempt ? "below " : "not below ", trial.exempt);
}

// Returns "config, forecast: snapshot; capacity, admission: archive".
std::string PartsText(const std::vector<RecordedSnapshot::Part>& parts) {
  std::map<absl::string_view, std::vector<absl::string_view>> names;  // by source
  std::vector<absl::string_view> sources;  // in the order in which they come first
  for (const RecordedSnapshot::Part& one : parts) {
    const absl::string_view source = PartSourceName(one.source);
    std::vector<absl::string_view>& of_source = names[source];
    if (of_source.empty()) sources.push_back(source);
    of_source.push_back(InfoOf(one.part).name);
  }
  return absl::StrJoin(sources, "; ", [&names](std::string* text, absl::string_view source) {
    absl::StrAppend(text, absl::StrJoin(names[source], ", "), ": ", source);
  });
}

// Returns where the runtime is from: "the time limit".
std::string RuntimeSourceText(const JobRequest& job, const Decision& decision) {
  if (decision.hints.flops.has_value()) return "computed from flops";
  if (decision.runtime_is_limit) return "the time limit";
  if (!decision.runtime_is_learnt || !job.learnt_runtime.has_value()) return "as stated";
  const ExpectedRuntime& learnt = *job.learnt_runtime;
  const char* whose[kRuntimeLevels] = {"all users", "the account", "the user",
                                       "the user with this name"};
  return absl::StrFormat("learnt from %d %s of %s: %.0f%% of the time limit, give or take %.0f%%",
                         learnt.jobs, learnt.jobs == 1 ? "job" : "jobs",
                         whose[static_cast<size_t>(learnt.level)], 100 * learnt.share,
                         100 * learnt.spread);
}

}  // namespace

std::string ExplanationText(const FoundDecision& found, const Repetition& repetition,
                            const std::vector<RecordedSnapshot::Part>& parts) {
  const PlacementRecord& record = found.record;
  const JobRequest& job = record.job;
  const Decision& decision = record.decision;
  Text text;
  text.Line("decision", absl::StrCat(DecisionId(record.id), " at ", TimeText(record.time)));
  text.Line("job",
            absl::StrCat(job.name, found.job_id ? absl::StrCat(" (", *found.job_id, ")") : "",
                         " of user ", UserName(job.user_id)));
  text.Line("asked for", DemandText(job));
  if (!job.partitions.empty()) text.Line("partitions", absl::StrJoin(job.partitions, ","));
  if (job.time_limit) text.Line("time limit", FormatSlurmDuration(*job.time_limit));
  if (job.begin) text.Line("begin", TimeText(*job.begin));
  if (job.deadline) text.Line("deadline", TimeText(*job.deadline));
  if (!job.comment.empty()) text.Line("comment", job.comment);
  text.Line("policy", decision.policy.empty()
                          ? "none"
                          : absl::StrCat(decision.policy, " (", ModeName(decision.mode), ")"));
  text.Line("outcome",
            absl::StrCat(OutcomeName(decision.outcome), ": ", ReasonText(decision.reason)));
  if (decision.trial.has_value()) {
    text.Line("arm", ArmText(*decision.trial, record.circumstances.draw));
  }
  if (decision.saving.has_value() && decision.outcome == Outcome::kPlaced) {
    text.Line("saving", SavingText(*decision.saving));
    if (decision.consequential_saving.has_value()) {
      text.Line("", absl::StrCat("consequential: ", SavingText(*decision.consequential_saving)));
    }
  }
  if (found.fate == BookingFate::kExpired)
    text.Line("booking", "expired: the queue never showed its job");
  if (found.returned.has_value()) {
    const absl::Time when = found.returned->time;
    const bool is_known = when != absl::InfinitePast();
    text.Line("restored", absl::StrCat(is_known ? absl::StrCat("at ", TimeText(when), ": ") : "",
                                       found.returned->given_back.reason));
  }
  if (decision.home.has_value()) {
    text.Line(
        "minimised",
        absl::StrCat(FigureName(decision.minimised), " emission, ", SignalKindName(decision.signal),
                     " intensity; the runtime is ", RuntimeSourceText(job, decision)));
    text.Add("\n" + CandidateTable(decision) + "\n");
  }
  std::map<absl::string_view, int> excluded;
  for (const Exclusion& exclusion : decision.excluded) ++excluded[ExclusionText(exclusion)];
  for (const auto& [reason, count] : excluded) {
    text.Line("excluded", absl::StrCat(count, count == 1 ? " pool: " : " pools: ", reason));
  }
  text.Line("snapshot", absl::StrCat("of ", TimeText(record.snapshot.published_at), ", bookings ",
                                     record.ledger_digest));
  if (!parts.empty()) text.Line("parts", PartsText(parts));
  text.Line("repeated", repetition.fact);
  return text.text();
}

}  // namespace carbon
