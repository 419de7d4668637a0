#include "cli/report/forms/report_tables.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/log/fields.h"
#include "cli/report/forms/figure_text.h"
#include "cli/text/table.h"
#include "core/base/mass_text.h"
#include "core/outcome/estimated.h"

namespace carbon {
namespace {

// More rows than these are for the other forms.
constexpr size_t kMaxReasons = 10;

std::string SavedMass(const PredictedSums& sums) {
  return sums.attributional.jobs > 0 ? FormatMass(sums.attributional.saved()) : std::string();
}
std::string MassOf(const PredictedSums& sums, GramsCo2e mass) {
  return sums.attributional.jobs > 0 ? FormatMass(mass) : std::string();
}
std::string DelayOf(const AddedWaits& waits, absl::Duration delay) {
  return waits.delayed > 0 ? WaitText(delay) : std::string();
}

std::vector<TableColumn> GroupColumns(const std::vector<std::string>& fields) {
  std::vector<TableColumn> columns;
  for (const std::string& field : fields) columns.push_back({absl::AsciiStrToUpper(field)});
  return columns;
}

}  // namespace

std::string FiguresTable(const std::vector<ReportFigure>& figures, const char* run) {
  Table table({{"FIGURE"},
               {"AT HOME", true},
               {run, true},
               {"SAVED", true},
               {"INTERVAL OF SAVED", true},
               {"SHARE (90%)", true},
               {"BASIS"},
               {"JOBS", true}});
  for (const ReportFigure& figure : figures) {
    if (!figure.home.has_value() && !figure.run.has_value()) {
      table.AddRow({figure.title, "", "", "", "", "", "not known", OfText(figure)});
      continue;
    }
    const auto amount = [&figure](const std::optional<double>& value) {
      return value.has_value() ? AmountText(value, figure.unit) : std::string();
    };
    table.AddRow({figure.title, amount(figure.home), RunText(figure), amount(figure.saved),
                  SavedIntervalText(figure.saved_low, figure.saved_high, figure.unit),
                  SavedShareText(figure), FigureBasisName(figure.basis), OfText(figure)});
  }
  return table.Format(Table::Style::kAligned, true);
}

std::string GroupsTable(const Report& report) {
  std::vector<TableColumn> columns = GroupColumns(report.group_fields);
  for (const char* title :
       {"DECISIONS", "PLACED", "OPTED OUT", "HARMED", "HOME KWH", "KWH", "HOME CO2E", "CO2E",
        "SAVED", "SHARE (90%)", "DELAYED", "MEAN WAIT", "95%", "LONGEST"}) {
    columns.push_back({title, true});
  }
  if (report.actuals.has_value()) {
    columns.push_back({"SAVED, ACTUAL", true});
    columns.push_back({"INTERVAL", true});
  }
  Table table(std::move(columns));
  for (const ReportGroup& group : report.groups) {
    std::vector<std::string> cells = group.names;
    const PredictedSums& sums = group.sums;
    const bool has_energy = sums.energy.jobs > 0;
    for (const int64_t count : {group.counts.decisions, group.counts.carried_out,
                                group.counts.opted_out, group.counts.harmed}) {
      cells.push_back(CountText(count));
    }
    cells.push_back(has_energy ? NumberText(sums.energy.home.value()) : "");
    cells.push_back(has_energy ? NumberText(sums.energy.run.value()) : "");
    cells.push_back(MassOf(sums, sums.attributional.home));
    cells.push_back(MassOf(sums, sums.attributional.run));
    cells.push_back(SavedMass(sums));
    cells.push_back(SavedShareText(sums));
    cells.push_back(CountText(group.waits.delayed));
    cells.push_back(DelayOf(group.waits, group.waits.mean));
    cells.push_back(DelayOf(group.waits, group.waits.p95));
    cells.push_back(DelayOf(group.waits, group.waits.longest));
    if (report.actuals.has_value()) {
      const bool is_known = group.actuals.has_value() && group.actuals->attributional.decisions > 0;
      const Estimated<GramsCo2e> saved =
          is_known ? group.actuals->attributional.saved : Estimated<GramsCo2e>();
      cells.push_back(is_known ? FormatMass(saved.value) : "");
      cells.push_back(is_known ? SavedIntervalText(saved.low().value(), saved.high().value(), "g")
                               : "");
    }
    table.AddRow(std::move(cells));
  }
  return table.Format(Table::Style::kAligned, true);
}

std::string SitesTable(const Report& report) {
  Table table({{"SITE"},
               {"ZONE"},
               {"HOME JOBS", true},
               {"JOBS", true},
               {"HOME KWH", true},
               {"KWH", true},
               {"HOME G/KWH", true},
               {"G/KWH", true}});
  const auto intensity = [](GramsCo2e emission, KilowattHours energy) {
    return energy.value() > 0 ? NumberText(emission.value() / energy.value()) : std::string();
  };
  for (const ReportSite& site : report.sites) {
    table.AddRow({site.site, site.zone, CountText(site.home_jobs), CountText(site.run_jobs),
                  NumberText(site.home_energy.value()), NumberText(site.run_energy.value()),
                  intensity(site.home_emission, site.home_energy),
                  intensity(site.run_emission, site.run_energy)});
  }
  return table.Format(Table::Style::kAligned, true);
}

std::string JobsTable(const std::vector<ReportJob>& jobs, bool is_worst, bool with_actuals) {
  std::vector<TableColumn> columns = {
      {"ID"},         {"JOBID", true}, {"USER"},          {"ACCOUNT"},
      {"JOB"},        {"SITE"},        {"DELAY", true},   {"HOME CO2E", true},
      {"CO2E", true}, {"SAVED", true}, {"INTERVAL", true}};
  if (with_actuals) {
    columns.push_back({"SAVED, ACTUAL", true});
    columns.push_back({"INTERVAL", true});
    columns.push_back({"ENERGY"});
  }
  if (is_worst) columns.push_back({"WHAT IS WRONG"});
  Table table(std::move(columns));
  const auto mass = [](GramsCo2e grams) {
    return std::isfinite(grams.value()) ? FormatMass(grams) : std::string();
  };
  for (const ReportJob& job : jobs) {
    const auto grams = [](const std::optional<GramsCo2e>& of) {
      return of.has_value() ? std::optional(of->value()) : std::nullopt;
    };
    std::vector<std::string> cells = {
        job.id,
        job.job_id.has_value() ? absl::StrCat(*job.job_id) : "",
        UserName(job.user_id),
        job.account,
        job.name,
        job.site == job.home_site ? job.site : absl::StrCat(job.home_site, "->", job.site),
        job.delay.has_value() ? WaitText(*job.delay) : "",
        mass(job.home),
        mass(job.run),
        mass(job.saved()),
        SavedIntervalText(grams(job.saved_low), grams(job.saved_high), "g")};
    if (with_actuals) {
      const auto& actual = job.actual;
      cells.push_back(actual.has_value() ? FormatMass(actual->saved) : "");
      cells.push_back(actual.has_value() ? SavedIntervalText(actual->saved_low.value(),
                                                             actual->saved_high.value(), "g")
                                         : "");
      cells.push_back(!actual.has_value() ? "" : actual->is_measured ? "measured" : "modelled");
    }
    if (is_worst) cells.push_back(HarmsText(job.harms));
    table.AddRow(std::move(cells));
  }
  return table.Format(Table::Style::kAligned, true);
}

std::string LeftAloneTable(const Report& report) {
  std::vector<std::pair<int64_t, std::string>> reasons;
  for (const auto& [reason, count] : report.left_alone) reasons.emplace_back(-count, reason);
  std::sort(reasons.begin(), reasons.end());
  Table table({{"LEFT ALONE", true}, {"WHY"}});
  int64_t others = 0;
  for (size_t i = 0; i < reasons.size(); ++i) {
    if (i < kMaxReasons) {
      table.AddRow({CountText(-reasons[i].first), reasons[i].second});
    } else {
      others -= reasons[i].first;
    }
  }
  if (others > 0) table.AddRow({CountText(others), "other reasons"});
  return table.Format(Table::Style::kAligned, true);
}

std::string ShadowAccountsTable(const ReportShadow& shadow) {
  Table table({{"ACCOUNT"},
               {"JOBS", true},
               {"HOME CO2E", true},
               {"ENFORCED", true},
               {"SAVED", true},
               {"SHARE (90%)", true},
               {"DELAYED", true},
               {"MEAN WAIT", true},
               {"95%", true},
               {"LONGEST", true},
               {"TOGETHER", true}});
  for (const ReportGroup& account : shadow.accounts) {
    const PredictedSums& sums = account.sums;
    table.AddRow({account.names[0], CountText(sums.jobs), MassOf(sums, sums.attributional.home),
                  MassOf(sums, sums.attributional.run), SavedMass(sums), SavedShareText(sums),
                  CountText(account.waits.delayed), DelayOf(account.waits, account.waits.mean),
                  DelayOf(account.waits, account.waits.p95),
                  DelayOf(account.waits, account.waits.longest),
                  DelayOf(account.waits, account.waits.total)});
  }
  return table.Format(Table::Style::kAligned, true);
}

}  // namespace carbon
