#include "cli/report/sums/report_builder.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "cli/report/sums/added_waits.h"
#include "cli/report/sums/job_listing.h"
#include "cli/report/sums/judged_decision.h"
#include "cli/report/sums/predicted_sums.h"
#include "cli/report/sums/report_actuals.h"
#include "cli/report/sums/shared_errors.h"
#include "cli/report/sums/timeline.h"
#include "core/record/decision_summary.h"
#include "core/trial/arm.h"

namespace carbon {
namespace {

void AddCounts(const JudgedDecision& judged, ReportCounts* counts) {
  ++counts->decisions;
  switch (judged.summary().outcome) {
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
  if (judged.summary().arm == Arm::kExempt) ++counts->exempt;
  if (judged.is_given_back) ++counts->given_back;
  if (judged.why_not.has_value()) ++counts->not_counted;
  if (!judged.harms.empty()) ++counts->harmed;
  if (judged.summary().time == absl::InfinitePast()) ++counts->undated;
}

struct GroupSums {
  ReportCounts counts;
  PredictedSums sums;
  WaitCollector waits;
  std::optional<OutcomeTotals> actuals;
};

using Groups = std::map<std::vector<std::string>, GroupSums>;

std::vector<ReportGroup> FinishGroups(Groups* groups, const SharedErrors& shared) {
  std::vector<ReportGroup> finished;
  for (auto& [names, sums] : *groups) {
    sums.sums.Finish(shared);
    finished.push_back({names, sums.counts, sums.sums, sums.waits.Finish(), sums.actuals});
  }
  std::stable_sort(finished.begin(), finished.end(),
                   [](const ReportGroup& a, const ReportGroup& b) {
                     return a.sums.attributional.saved() > b.sums.attributional.saved();
                   });
  return finished;
}

// The mean intensity of the runs there; where nothing ran, of what would have run.
double Intensity(const ReportSite& site) {
  const bool has_run = site.run_energy.value() > 0;
  const KilowattHours energy = has_run ? site.run_energy : site.home_energy;
  const GramsCo2e emission = has_run ? site.run_emission : site.home_emission;
  return energy.value() > 0 ? emission.value() / energy.value() : HUGE_VAL;
}

}  // namespace

class ReportBuilder::Impl {
 public:
  Impl(ReportQuestion question, Report head)
      : question_(std::move(question)),
        report_(std::move(head)),
        shared_(question_.config),
        best_(question_.listed_jobs, SavesMore),
        worst_(question_.listed_jobs, IsWorse) {
    for (const LogField* field : question_.group_by) report_.group_fields.emplace_back(field->name);
    if (question_.with_shadow) report_.shadow.emplace();
    if (question_.with_outcomes) actuals_.emplace(question_.config, question_.listed_jobs);
  }

  const ReportQuestion& question() const { return question_; }

  void Add(const LoggedDecision& decision, const JobOutcome* outcome) {
    const JudgedDecision judged = Judge(decision, outcome);
    const DecisionSummary& summary = decision.summary;
    AddCounts(judged, &report_.counts);
    if (summary.time != absl::InfinitePast()) {
      report_.first = std::min(report_.first, summary.time);
      report_.last = std::max(report_.last, summary.time);
    }
    if (summary.outcome == Outcome::kLeftAlone) ++report_.left_alone[summary.reason];
    if (judged.why_not.has_value()) ++report_.not_counted[*judged.why_not];
    for (const Harm harm : judged.harms) ++report_.harms[static_cast<size_t>(harm)];

    std::vector<std::string> names;
    for (const LogField* field : question_.group_by) names.push_back(field->text(decision));
    GroupSums& group = groups_[std::move(names)];
    AddCounts(judged, &group.counts);
    if (outcome != nullptr && actuals_.has_value()) AddActuals(judged, &group);
    if (judged.is_given_back && judged.has_plan) AddToWorst(judged);
    if (!judged.has_plan || judged.why_not.has_value()) return;
    AddRuntimes(judged);
    AddToSums(judged, &group);
    AddToSites(judged);
    if (judged.is_shadow) AddToShadow(judged);
    if (judged.has_changed()) AddToLists(judged);
  }

  Report Finish() {
    report_.sums.Finish(shared_);
    report_.waits = waits_.Finish();
    if (actuals_.has_value()) report_.actuals = actuals_->Finish();
    report_.groups = FinishGroups(&groups_, shared_);
    report_.step = Timeline::StepFor(report_.last - report_.first);
    report_.timeline = timeline_.Finish(report_.step, report_.time_zone, shared_);
    for (auto& [name, site] : sites_) report_.sites.push_back(site);
    std::stable_sort(
        report_.sites.begin(), report_.sites.end(),
        [](const ReportSite& a, const ReportSite& b) { return Intensity(a) < Intensity(b); });
    report_.best = best_.Finish();
    report_.worst = worst_.Finish();
    if (report_.shadow.has_value()) {
      report_.shadow->sums.Finish(shared_);
      report_.shadow->waits = shadow_waits_.Finish();
      report_.shadow->accounts = FinishGroups(&shadow_accounts_, shared_);
    }
    return std::move(report_);
  }

 private:
  void AddToSums(const JudgedDecision& judged, GroupSums* group) {
    const DecisionSummary& summary = judged.summary();
    const Factors factors = shared_.Find(*summary.home, *judged.run());
    for (PredictedSums* sums : {&report_.sums, &group->sums}) {
      sums->AddPlans(summary, *judged.run(), judged.has_changed(), factors);
      if (!judged.is_shadow && !judged.is_given_back) sums->AddDeviceTime(summary);
    }
    timeline_.AddJob(judged, factors);
    if (!judged.has_changed()) return;
    waits_.Add(judged.added_wait);
    group->waits.Add(judged.added_wait);
  }

  void AddActuals(const JudgedDecision& judged, GroupSums* group) {
    actuals_->Add(judged);
    if (!group->actuals.has_value()) group->actuals.emplace();
    group->actuals->Add(*judged.outcome);
    timeline_.AddOutcome(judged);
  }

  void AddToSites(const JudgedDecision& judged) {
    const PlanSummary &home = *judged.decision.home(), &run = *judged.run();
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

  void AddRuntimes(const JudgedDecision& judged) {
    ReportRuntimes& runtimes = report_.runtimes;
    const std::optional<JobFate>& fate = judged.decision.fate;
    if (!fate.has_value()) {
      ++runtimes.unknown;
      return;
    }
    ++runtimes.known;
    const GramsCo2e gross = judged.decision.chosen()->gross;
    if (!fate->has_ended || !fate->ran_share.has_value() || !std::isfinite(gross.value())) return;
    ++runtimes.ended;
    runtimes.predicted = runtimes.predicted + gross;
    runtimes.ran = runtimes.ran + gross * *fate->ran_share;
  }

  void AddToShadow(const JudgedDecision& judged) {
    if (!report_.shadow.has_value() || judged.is_given_back) return;
    const DecisionSummary& summary = judged.summary();
    ReportShadow& shadow = *report_.shadow;
    GroupSums& account = shadow_accounts_[{summary.account}];
    AddCounts(judged, &account.counts);
    const Factors factors = shared_.Find(*summary.home, *summary.chosen);
    for (PredictedSums* sums : {&shadow.sums, &account.sums}) {
      sums->AddPlans(summary, *summary.chosen, /*has_changed=*/true, factors);
      sums->AddDeviceTime(summary);
    }
    if (summary.chosen->gross > summary.home->gross) ++shadow.emit_more;
    shadow_waits_.Add(judged.added_wait);
    account.waits.Add(judged.added_wait);
  }

  void AddToLists(const JudgedDecision& judged) {
    if (!judged.HasEmissions()) return;
    if (judged.decision.home()->gross > judged.run()->gross) best_.Add(judged);
    worst_.Add(judged);
  }
  void AddToWorst(const JudgedDecision& judged) {
    if (judged.HasEmissions() && judged.is_carried_out) worst_.Add(judged);
  }

  const ReportQuestion question_;
  Report report_;
  SharedErrors shared_;
  Groups groups_, shadow_accounts_;
  WaitCollector waits_, shadow_waits_;
  Timeline timeline_;
  std::map<std::pair<std::string, std::string>, ReportSite> sites_;
  JobListing best_, worst_;
  std::optional<ActualsBuilder> actuals_;
};

ReportBuilder::ReportBuilder(ReportQuestion question, Report head)
    : impl_(std::make_unique<Impl>(std::move(question), std::move(head))) {}
ReportBuilder::~ReportBuilder() = default;

void ReportBuilder::Add(const LoggedDecision& decision, const JobOutcome* outcome) {
  impl_->Add(decision, outcome);
}
Report ReportBuilder::Finish() { return impl_->Finish(); }

std::set<std::string> ReportBuilder::Columns() const {
  static constexpr char kColumns[] =
      "time,arm,job_id,not_queued,is_returned,has_fate,has_home,has_chosen,outcome,mode,"
      "home_gross,chosen_gross,home_consequential,home_kwh,chosen_kwh,home_net,"
      "chosen_consequential,chosen_net,home_embodied,chosen_embodied,home_pool,chosen_pool,"
      "home_site,home_zone,chosen_site,chosen_zone,home_start,chosen_start,"
      "chosen_task_runtime,devices,array_tasks,fate_ran_share,fate_has_ended,fate_never_ran,"
      "fate_ran_earlier,fate_ran_longer,fate_ran_elsewhere,user_id,account,reason,has_saving,"
      "saving_share_low,saving_share_high,boot,sequence,job_name";
  std::set<std::string> columns;
  for (const absl::string_view column : absl::StrSplit(kColumns, ',')) columns.emplace(column);
  for (const LogField* group : impl_->question().group_by) {
    for (const absl::string_view column : absl::StrSplit(group->columns, ',')) {
      columns.emplace(column);
    }
  }
  return columns;
}

}  // namespace carbon
