#include "cli/report/report_builder.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "core/outcome/estimated.h"
#include "core/outcome/known.h"
#include "core/reason/reason.h"
#include "core/record/decision_summary.h"
#include "core/trial/arm.h"

namespace carbon {
namespace {

using Plan = std::optional<PlanSummary>;

// The timeline is kept in steps of this length until its own step is known. No time zone differs
// from UTC by a part of it.
constexpr absl::Duration kSlot = absl::Minutes(15);
constexpr absl::Duration kMinute = absl::Minutes(1);

template <class Value>
std::optional<Value> Finite(Value value) {
  return std::isfinite(value.value()) ? std::optional(value) : std::nullopt;
}
template <class Value>
std::optional<Value> Finite(const std::optional<Value>& value) {
  return value.has_value() ? Finite(*value) : std::nullopt;
}

bool IsShadow(const LoggedDecision& decision) {
  return decision.summary.outcome == Outcome::kPlaced && decision.summary.mode == Mode::kShadow;
}

bool IsCarriedOut(const LoggedDecision& decision) {
  return decision.summary.outcome == Outcome::kPlaced && decision.summary.mode != Mode::kShadow;
}

// The start of the chosen plan less the start at home; absent: not known.
std::optional<absl::Duration> AddedWait(const LoggedDecision& decision) {
  const Plan &home = decision.home(), &chosen = decision.chosen();
  if (!home.has_value() || !chosen.has_value()) return std::nullopt;
  if (home->start == absl::InfinitePast() || chosen->start == absl::InfinitePast()) {
    return std::nullopt;
  }
  return chosen->start - home->start;
}

// A decision, judged once for all the sums that it is in.
struct Judged {
  const LoggedDecision& decision;
  const JobOutcome* outcome = nullptr;
  std::optional<NotCounted> why_not;
  bool has_plan = false, is_shadow = false, is_carried_out = false, is_given_back = false,
       opted_out = false;
  std::optional<absl::Duration> added_wait;
  std::vector<Harm> harms;

  // The plan that took effect.
  const Plan& Run() const {
    return is_carried_out && !is_given_back ? decision.chosen() : decision.home();
  }
};

void AddActualHarms(const Judged& judged, std::vector<Harm>* harms) {
  const JobOutcome& outcome = *judged.outcome;
  if (outcome.attributional.saved.has_value() &&
      outcome.attributional.saved->value < GramsCo2e(0)) {
    harms->push_back(Harm::kEmittedMore);
  }
  if (!outcome.ran.has_value()) return;
  if (!judged.is_given_back && outcome.planned_start.has_value() &&
      outcome.ran->start > *outcome.planned_start + kLate) {
    harms->push_back(Harm::kStartedLate);
  }
  const std::optional<absl::Time>& deadline = judged.decision.summary.deadline;
  if (deadline.has_value() && outcome.ran->end > *deadline) {
    harms->push_back(Harm::kMissedDeadline);
  }
}

std::vector<Harm> HarmsOf(const Judged& judged) {
  std::vector<Harm> harms;
  if (!judged.is_carried_out || judged.decision.not_queued) return harms;
  const LoggedDecision& decision = judged.decision;
  const bool is_delayed = judged.added_wait.value_or(absl::ZeroDuration()) > kMinute;
  if (judged.is_given_back) {
    harms.push_back(Harm::kGivenBack);
  } else if (!judged.why_not.has_value() && decision.home().has_value() &&
             decision.chosen().has_value()) {
    // More than a rounding of the log.
    const double home = decision.home()->gross.value(), run = decision.chosen()->gross.value();
    if (std::isfinite(home) && std::isfinite(run) && run - home > 1e-6 * std::abs(home)) {
      harms.push_back(Harm::kEmitsMore);
    }
  }
  if (is_delayed && judged.why_not == NotCounted::kNeverRan) harms.push_back(Harm::kNeverRan);
  if (judged.why_not == NotCounted::kRanElsewhere) harms.push_back(Harm::kRanElsewhere);
  if (judged.outcome != nullptr) AddActualHarms(judged, &harms);
  return harms;
}

Judged Judge(const LoggedDecision& decision, const JobOutcome* outcome) {
  static const absl::string_view kOptedOutText = ReasonText(Reason::kOptedOut);
  Judged judged = {.decision = decision, .outcome = outcome};
  judged.why_not = WhyNotCounted(decision);
  judged.has_plan = decision.home().has_value() && decision.chosen().has_value();
  judged.is_shadow = IsShadow(decision);
  judged.is_carried_out = IsCarriedOut(decision);
  judged.is_given_back = decision.returned.has_value();
  judged.opted_out =
      decision.summary.outcome == Outcome::kLeftAlone && decision.summary.reason == kOptedOutText;
  judged.added_wait = AddedWait(decision);
  judged.harms = HarmsOf(judged);
  return judged;
}

void AddCounts(const Judged& judged, ReportCounts* counts) {
  ++counts->decisions;
  switch (judged.decision.summary.outcome) {
    case Outcome::kPlaced:
      ++counts->placed;
      break;
    case Outcome::kKeptHome:
      ++counts->kept_home;
      break;
    case Outcome::kLeftAlone:
      ++counts->left_alone;
      break;
  }
  if (judged.is_carried_out) ++counts->carried_out;
  if (judged.is_shadow) ++counts->in_shadow;
  if (judged.opted_out) ++counts->opted_out;
  if (judged.decision.summary.arm == Arm::kExempt) ++counts->exempt;
  if (judged.is_given_back) ++counts->given_back;
  if (judged.why_not.has_value()) ++counts->not_counted;
  if (!judged.harms.empty()) ++counts->harmed;
}

// Adds what the job emits at home and by the plan `run`. `has_changed`: the plan is not home.
void AddPlans(const DecisionSummary& summary, const PlanSummary& run, bool has_changed,
              PredictedSums* sums) {
  const PlanSummary& home = *summary.home;
  ++sums->jobs;
  sums->energy.Add(Finite(home.energy), Finite(run.energy));
  const std::optional<GramsCo2e> home_gross = Finite(home.gross), run_gross = Finite(run.gross);
  sums->attributional.Add(home_gross, run_gross);
  sums->consequential.Add(Finite(home.consequential), Finite(run.consequential));
  sums->market.Add(Finite(home.net), Finite(run.net));
  sums->embodied.Add(Finite(home.embodied), Finite(run.embodied));
  if (!home_gross.has_value() || !run_gross.has_value()) return;
  if (!has_changed) {
    ++sums->interval_jobs;
  } else if (summary.saving.has_value() && std::isfinite(summary.saving->share_low) &&
             std::isfinite(summary.saving->share_high)) {
    ++sums->interval_jobs;
    sums->saved_low = sums->saved_low + *home_gross * summary.saving->share_low;
    sums->saved_high = sums->saved_high + *home_gross * summary.saving->share_high;
  }
}

void AddDeviceTime(const DecisionSummary& summary, PredictedSums* sums) {
  const absl::Duration runtime = summary.chosen->task_runtime;
  const std::optional<GramsCo2e> gross = Finite(summary.chosen->gross);
  if (summary.devices.value_or(0) <= 0 || runtime == absl::InfiniteDuration() ||
      !gross.has_value()) {
    return;
  }
  sums->device_time += runtime * *summary.devices * summary.array_tasks.value_or(1);
  sums->device_emission = sums->device_emission + *gross;
  ++sums->device_jobs;
}

// Collects the added waits of many jobs.
class WaitCollector {
 public:
  void Add(const std::optional<absl::Duration>& wait) {
    if (!wait.has_value()) return;
    ++waits_.jobs;
    if (*wait < -kMinute) ++waits_.sooner;
    const auto* const bound =
        std::upper_bound(AddedWaits::kBounds.begin(), AddedWaits::kBounds.end(), *wait);
    ++waits_.bins[static_cast<size_t>(bound - AddedWaits::kBounds.begin())];
    if (*wait <= kMinute) return;
    waits_.total += *wait;
    delays_.push_back(*wait);
  }

  AddedWaits Finish() {
    waits_.delayed = static_cast<int64_t>(delays_.size());
    if (delays_.empty()) return waits_;
    std::sort(delays_.begin(), delays_.end());
    const auto at = [this](double share) {
      return delays_[static_cast<size_t>(
          std::lround(share * static_cast<double>(delays_.size() - 1)))];
    };
    waits_.mean = waits_.total / waits_.delayed;
    waits_.median = at(0.5);
    waits_.p95 = at(0.95);
    waits_.longest = delays_.back();
    return waits_;
  }

 private:
  AddedWaits waits_;
  std::vector<absl::Duration> delays_;
};

struct GroupSums {
  ReportCounts counts;
  PredictedSums sums;
  WaitCollector waits;
  std::optional<OutcomeTotals> actuals;
};

using Groups = std::map<std::vector<std::string>, GroupSums>;

std::vector<ReportGroup> FinishGroups(Groups* groups) {
  std::vector<ReportGroup> finished;
  for (auto& [names, sums] : *groups) {
    finished.push_back({names, sums.counts, sums.sums, sums.waits.Finish(), sums.actuals});
  }
  std::stable_sort(finished.begin(), finished.end(),
                   [](const ReportGroup& a, const ReportGroup& b) {
                     return a.sums.attributional.saved() > b.sums.attributional.saved();
                   });
  return finished;
}

// Which of ForecastErrors.
size_t LeadTimeOf(absl::Duration lead) {
  if (lead < absl::Hours(6)) return 0;
  if (lead < absl::Hours(24)) return 1;
  return lead < absl::Hours(72) ? 2 : 3;
}

struct Slot {
  int64_t jobs = 0, delayed = 0;
  PredictedSums sums;
};
using Slots = std::unordered_map<int64_t, Slot>;  // by the time since 1970, in kSlot

TimeStep StepFor(absl::Duration span) {
  if (span <= absl::Hours(24 * 3)) return TimeStep::kHour;
  if (span <= absl::Hours(24 * 100)) return TimeStep::kDay;
  if (span <= absl::Hours(24 * 730)) return TimeStep::kWeek;
  return TimeStep::kMonth;
}

// Weeks begin on Monday.
absl::Time StartOfStep(absl::Time time, TimeStep step, absl::TimeZone zone) {
  const absl::CivilSecond civil = absl::ToCivilSecond(time, zone);
  const absl::CivilDay day(civil);
  switch (step) {
    case TimeStep::kHour:
      // The hour may occur twice; what is counted from it is not ambiguous.
      return time - absl::Minutes(civil.minute()) - absl::Seconds(civil.second());
    case TimeStep::kDay:
      return absl::FromCivil(day, zone);
    case TimeStep::kWeek:
      return absl::FromCivil(absl::PrevWeekday(day + 1, absl::Weekday::monday), zone);
    case TimeStep::kMonth:
      return absl::FromCivil(absl::CivilMonth(civil), zone);
  }
  return time;
}

std::vector<ReportBucket> TimelineOf(const Slots& slots, TimeStep step, absl::TimeZone zone) {
  std::map<absl::Time, ReportBucket> buckets;
  for (const auto& [number, slot] : slots) {
    const absl::Time start = StartOfStep(absl::UnixEpoch() + kSlot * number, step, zone);
    ReportBucket& bucket = buckets[start];
    bucket.start = start;
    bucket.jobs += slot.jobs;
    bucket.delayed += slot.delayed;
    bucket.sums.Add(slot.sums);
  }
  std::vector<ReportBucket> timeline;
  for (auto& [start, bucket] : buckets) timeline.push_back(bucket);
  return timeline;
}

ReportJob JobOf(const Judged& judged) {
  const LoggedDecision& decision = judged.decision;
  const DecisionSummary& summary = decision.summary;
  ReportJob job;
  job.id = DecisionId(summary.id);
  job.job_id = decision.job_id;
  job.submitted = summary.time;
  job.user_id = summary.user_id;
  job.account = summary.account;
  job.name = summary.job_name;
  job.home_site = decision.home()->site;
  job.site = judged.Run()->site;
  job.delay = judged.added_wait;
  job.home = decision.home()->gross;
  job.run = judged.Run()->gross;
  if (!judged.is_given_back && summary.saving.has_value() &&
      std::isfinite(summary.saving->share_low) && std::isfinite(summary.saving->share_high)) {
    job.saved_low = job.home * summary.saving->share_low;
    job.saved_high = job.home * summary.saving->share_high;
  }
  if (judged.outcome != nullptr && judged.outcome->attributional.saved.has_value()) {
    job.actual_saved = judged.outcome->attributional.saved->value;
  }
  job.harms = judged.harms;
  return job;
}

// Keeps the first jobs of an order. Jobs that are equal stay in the order in which they came.
class Listing {
 public:
  using Before = bool (*)(const ReportJob&, const ReportJob&);
  Listing(size_t size, Before before) : size_(size), before_(before) {}

  // `saved` and `delay` are those of the job: it is made only if it may be listed.
  void Add(const Judged& judged) {
    if (size_ == 0) return;
    if (jobs_.size() == size_) {
      ReportJob key;
      key.home = judged.decision.home()->gross;
      key.run = judged.Run()->gross;
      key.delay = judged.added_wait;
      if (!before_(key, jobs_.back())) return;
      jobs_.pop_back();
    }
    ReportJob job = JobOf(judged);
    jobs_.insert(std::upper_bound(jobs_.begin(), jobs_.end(), job, before_), std::move(job));
  }
  std::vector<ReportJob> Finish() { return std::move(jobs_); }

 private:
  size_t size_;
  Before before_;
  std::vector<ReportJob> jobs_;
};

bool SavesMore(const ReportJob& a, const ReportJob& b) { return a.saved() > b.saved(); }

bool IsWorse(const ReportJob& a, const ReportJob& b) {
  const absl::Duration none;
  // Of two jobs with the same saving, the one with the longer wait is worse.
  return std::tuple(a.saved(), -a.delay.value_or(none)) <
         std::tuple(b.saved(), -b.delay.value_or(none));
}

}  // namespace

class ReportBuilder::Impl {
 public:
  Impl(ReportQuestion question, Report head)
      : question_(std::move(question)),
        report_(std::move(head)),
        best_(question_.listed_jobs, SavesMore),
        worst_(question_.listed_jobs, IsWorse) {
    for (const LogField* field : question_.group_by) report_.group_fields.emplace_back(field->name);
    if (question_.with_shadow) report_.shadow.emplace();
    if (question_.with_outcomes) report_.actuals.emplace();
  }

  const ReportQuestion& question() const { return question_; }

  void Add(const LoggedDecision& decision, const JobOutcome* outcome) {
    const Judged judged = Judge(decision, outcome);
    const DecisionSummary& summary = decision.summary;
    AddCounts(judged, &report_.counts);
    report_.first = std::min(report_.first, summary.time);
    report_.last = std::max(report_.last, summary.time);
    if (summary.outcome == Outcome::kLeftAlone) ++report_.left_alone[summary.reason];
    if (judged.why_not.has_value()) ++report_.not_counted[*judged.why_not];
    for (const Harm harm : judged.harms) ++report_.harms[static_cast<size_t>(harm)];

    std::vector<std::string> names;
    for (const LogField* field : question_.group_by) names.push_back(field->text(decision));
    GroupSums& group = groups_[std::move(names)];
    AddCounts(judged, &group.counts);
    if (outcome != nullptr && report_.actuals.has_value()) AddActuals(judged, &group);
    if (judged.is_given_back && judged.has_plan) AddToWorst(judged);
    if (!judged.has_plan || judged.why_not.has_value()) return;
    AddRuntimes(judged);
    AddToSums(judged, &group);
    AddToSites(judged);
    if (judged.is_shadow) AddToShadow(judged);
    if (judged.is_carried_out && !judged.is_given_back) AddToLists(judged);
  }

  Report Finish() {
    report_.waits = waits_.Finish();
    if (report_.actuals.has_value()) report_.actuals->waits = actual_waits_.Finish();
    report_.groups = FinishGroups(&groups_);
    report_.step = StepFor(report_.last - report_.first);
    report_.timeline = TimelineOf(slots_, report_.step, report_.time_zone);
    for (auto& [name, site] : sites_) report_.sites.push_back(site);
    const auto intensity = [](const ReportSite& site) {
      // Of the runs there; where nothing ran, of what would have run.
      const bool has_run = site.run_energy.value() > 0;
      const KilowattHours energy = has_run ? site.run_energy : site.home_energy;
      const GramsCo2e emission = has_run ? site.run_emission : site.home_emission;
      return energy.value() > 0 ? emission.value() / energy.value() : HUGE_VAL;
    };
    std::stable_sort(
        report_.sites.begin(), report_.sites.end(),
        [&](const ReportSite& a, const ReportSite& b) { return intensity(a) < intensity(b); });
    report_.best = best_.Finish();
    report_.worst = worst_.Finish();
    if (report_.shadow.has_value()) {
      report_.shadow->waits = shadow_waits_.Finish();
      report_.shadow->accounts = FinishGroups(&shadow_accounts_);
    }
    return std::move(report_);
  }

 private:
  void AddToSums(const Judged& judged, GroupSums* group) {
    const DecisionSummary& summary = judged.decision.summary;
    Slot& slot = slots_[absl::ToUnixSeconds(summary.time) / absl::ToInt64Seconds(kSlot)];
    ++slot.jobs;
    const bool has_changed = judged.is_carried_out && !judged.is_given_back;
    for (PredictedSums* sums : {&report_.sums, &group->sums, &slot.sums}) {
      AddPlans(summary, *judged.Run(), has_changed, sums);
      if (!judged.is_shadow && !judged.is_given_back) AddDeviceTime(summary, sums);
    }
    if (!has_changed) return;
    waits_.Add(judged.added_wait);
    group->waits.Add(judged.added_wait);
    if (judged.added_wait.value_or(absl::ZeroDuration()) > kMinute) ++slot.delayed;
  }

  void AddActuals(const Judged& judged, GroupSums* group) {
    const JobOutcome& outcome = *judged.outcome;
    const DecisionSummary& summary = judged.decision.summary;
    ReportActuals& actuals = *report_.actuals;
    actuals.totals.Add(outcome);
    if (!group->actuals.has_value()) group->actuals.emplace();
    group->actuals->Add(outcome);
    const IntensityOutcome& intensity = outcome.intensity;
    if (intensity.predicted.has_value() && intensity.actual_as_planned.has_value() &&
        outcome.planned_start.has_value()) {
      const GramsPerKilowattHour error = *intensity.predicted - *intensity.actual_as_planned;
      ForecastErrors& errors = actuals.forecasts[LeadTimeOf(*outcome.planned_start - summary.time)];
      ++errors.jobs;
      errors.predicted = errors.predicted + *intensity.predicted;
      errors.actual = errors.actual + *intensity.actual_as_planned;
      errors.absolute_error = errors.absolute_error + GramsPerKilowattHour(std::abs(error.value()));
    }
    if (!judged.is_carried_out || judged.is_given_back) return;
    if (outcome.wait.has_value() && outcome.wait_at_home.has_value()) {
      actual_waits_.Add(*outcome.wait - *outcome.wait_at_home);
    }
    const Known<Estimated<GramsCo2e>>& saved = outcome.attributional.saved;
    if (!saved.has_value() || !summary.saving.has_value() || !summary.home.has_value() ||
        !std::isfinite(summary.saving->share_low) || !std::isfinite(summary.saving->share_high)) {
      return;
    }
    ++actuals.with_interval;
    const GramsCo2e home = summary.home->gross;
    if (saved->value >= home * summary.saving->share_low &&
        saved->value <= home * summary.saving->share_high) {
      ++actuals.within_interval;
    }
  }

  void AddToSites(const Judged& judged) {
    const PlanSummary &home = *judged.decision.home(), &run = *judged.Run();
    const bool is_known = std::isfinite(home.energy.value()) && std::isfinite(home.gross.value()) &&
                          std::isfinite(run.energy.value()) && std::isfinite(run.gross.value());
    if (!is_known) return;
    ReportSite& from = SiteOf(home);
    ++from.home_jobs;
    from.home_energy = from.home_energy + home.energy;
    from.home_emission = from.home_emission + home.gross;
    ReportSite& to = SiteOf(run);
    ++to.run_jobs;
    to.run_energy = to.run_energy + run.energy;
    to.run_emission = to.run_emission + run.gross;
    if (home.start == absl::InfinitePast() || run.start == absl::InfinitePast()) return;
    ReportHour& at_home = HourOf(home.start);
    at_home.home_energy = at_home.home_energy + home.energy;
    at_home.home_emission = at_home.home_emission + home.gross;
    ReportHour& as_run = HourOf(run.start);
    as_run.run_energy = as_run.run_energy + run.energy;
    as_run.run_emission = as_run.run_emission + run.gross;
  }

  ReportSite& SiteOf(const PlanSummary& plan) {
    ReportSite& site = sites_[{plan.site, plan.zone}];
    site.site = plan.site;
    site.zone = plan.zone;
    return site;
  }
  ReportHour& HourOf(absl::Time start) {
    return report_.hours[static_cast<size_t>(absl::ToCivilHour(start, report_.time_zone).hour())];
  }

  void AddRuntimes(const Judged& judged) {
    ReportRuntimes& runtimes = report_.runtimes;
    const std::optional<JobFate>& fate = judged.decision.fate;
    if (!fate.has_value()) {
      ++runtimes.unknown;
      return;
    }
    ++runtimes.known;
    const std::optional<GramsCo2e> gross = Finite(judged.decision.chosen()->gross);
    if (!fate->has_ended || !fate->ran_share.has_value() || !gross.has_value()) return;
    ++runtimes.ended;
    runtimes.predicted = runtimes.predicted + *gross;
    runtimes.ran = runtimes.ran + *gross * *fate->ran_share;
  }

  void AddToShadow(const Judged& judged) {
    if (!report_.shadow.has_value() || judged.is_given_back) return;
    const DecisionSummary& summary = judged.decision.summary;
    ReportShadow& shadow = *report_.shadow;
    GroupSums& account = shadow_accounts_[{summary.account}];
    AddCounts(judged, &account.counts);
    for (PredictedSums* sums : {&shadow.sums, &account.sums}) {
      AddPlans(summary, *summary.chosen, /*has_changed=*/true, sums);
      AddDeviceTime(summary, sums);
    }
    if (summary.chosen->gross > summary.home->gross) ++shadow.emit_more;
    shadow_waits_.Add(judged.added_wait);
    account.waits.Add(judged.added_wait);
  }

  void AddToLists(const Judged& judged) {
    if (!HasEmissions(judged)) return;
    if (judged.decision.home()->gross > judged.Run()->gross) best_.Add(judged);
    worst_.Add(judged);
  }
  void AddToWorst(const Judged& judged) {
    if (HasEmissions(judged) && judged.is_carried_out) worst_.Add(judged);
  }
  static bool HasEmissions(const Judged& judged) {
    return std::isfinite(judged.decision.home()->gross.value()) &&
           std::isfinite(judged.Run()->gross.value());
  }

  const ReportQuestion question_;
  Report report_;
  Groups groups_, shadow_accounts_;
  WaitCollector waits_, actual_waits_, shadow_waits_;
  Slots slots_;
  std::map<std::pair<std::string, std::string>, ReportSite> sites_;
  Listing best_, worst_;
};

ReportBuilder::ReportBuilder(ReportQuestion question, Report head)
    : impl_(std::make_unique<Impl>(std::move(question), std::move(head))) {}
ReportBuilder::~ReportBuilder() = default;

void ReportBuilder::Add(const LoggedDecision& decision, const JobOutcome* outcome) {
  impl_->Add(decision, outcome);
}
Report ReportBuilder::Finish() { return impl_->Finish(); }

std::set<std::string> ReportBuilder::Columns() const {
  std::set<std::string> columns = {"time",
                                   "arm",
                                   "job_id",
                                   "not_queued",
                                   "is_returned",
                                   "has_fate",
                                   "has_home",
                                   "has_chosen",
                                   "outcome",
                                   "mode",
                                   "home_gross",
                                   "chosen_gross",
                                   "home_consequential",
                                   "home_kwh",
                                   "chosen_kwh",
                                   "home_net",
                                   "chosen_consequential",
                                   "chosen_net",
                                   "home_embodied",
                                   "chosen_embodied",
                                   "home_site",
                                   "home_zone",
                                   "chosen_site",
                                   "chosen_zone",
                                   "home_start",
                                   "chosen_start",
                                   "chosen_task_runtime",
                                   "devices",
                                   "array_tasks",
                                   "fate_ran_share",
                                   "fate_has_ended",
                                   "fate_never_ran",
                                   "fate_ran_earlier",
                                   "fate_ran_longer",
                                   "fate_ran_elsewhere",
                                   "user_id",
                                   "account",
                                   "reason",
                                   "has_saving",
                                   "saving_share_low",
                                   "saving_share_high",
                                   "boot",
                                   "sequence",
                                   "job_name"};
  for (const LogField* group : impl_->question().group_by) {
    for (const absl::string_view column : absl::StrSplit(group->columns, ',')) {
      columns.emplace(column);
    }
  }
  return columns;
}

}  // namespace carbon
