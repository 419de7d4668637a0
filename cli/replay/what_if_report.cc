#include "cli/replay/what_if_report.h"

#include <cstdint>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/replay/report_text.h"
#include "cli/text/slurm_time.h"
#include "cli/text/table.h"
#include "core/base/mass_text.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

SavingsRow TotalOf(const WhatIfReport& report, const ReplayResult& result) {
  // The pools' names do not matter to the total.
  const std::vector<SavingsRow> rows =
      SumSavings(report.trace, report.config, result, GroupBy::kTotal);
  return rows.empty() ? SavingsRow() : rows.front();
}

}  // namespace

std::string WhatIfText(const WhatIfReport& report) {
  const auto in_both = static_cast<int64_t>(report.what_if.versus.jobs.size());
  std::string text = absl::StrCat("history    ", Printable(report.file), ", ", Count(in_both),
                                  " jobs in both\n", "forecasts  ", report.forecasts, "\n",
                                  "runtimes   ", report.runtimes, "\n\n", report.rows, "\n");
  Table each({{"", false},
              {"CONFIGURATION", false},
              {"JOBS", true},
              {"HOME CO2E", true},
              {"CO2E", true},
              {"SAVED", true},
              {"(95%)", true}});
  for (const auto& [letter, name, result] :
       {std::tuple("A", &report.name_a, &report.a), std::tuple("B", &report.name_b, &report.b)}) {
    const SavingsRow total = TotalOf(report, *result);
    each.AddRow({letter, Printable(*name), Count(total.enforced.jobs), FormatMass(total.home.gross),
                 FormatMass(total.enforced.gross),
                 SavedText(total.home.gross, total.enforced.gross), IntervalText(total)});
  }
  absl::StrAppend(&text, each.Format(Table::Style::kAligned, true));
  for (const GroupBy by : report.groupings) {
    Table table({{absl::AsciiStrToUpper(GroupByName(by)), false},
                 {"JOBS", true},
                 {"A KWH", true},
                 {"B KWH", true},
                 {"A CO2E", true},
                 {"B CO2E", true},
                 {"B SAVES OF A", true},
                 {"(95%)", true}});
    for (const SavingsRow& row :
         SumSavings(report.trace, report.config, report.what_if.versus, by)) {
      table.AddRow({Printable(row.name), Count(row.enforced.jobs),
                    Thousands(row.home.energy.value(), 1),
                    Thousands(row.enforced.energy.value(), 1), FormatMass(row.home.gross),
                    FormatMass(row.enforced.gross), SavedText(row.home.gross, row.enforced.gross),
                    IntervalText(row)});
    }
    absl::StrAppend(&text, "\n", table.Format(Table::Style::kAligned, true));
  }
  const WaitReport waits = SummarizeWaits(report.trace, report.what_if.versus);
  Table table({{"WAIT"}, {"MEAN", true}, {"95%", true}, {"LONGEST", true}});
  for (const auto& [letter, wait] :
       {std::pair("A", &waits.home), std::pair("B", &waits.enforced)}) {
    table.AddRow({letter, FormatSlurmDuration(wait->mean), FormatSlurmDuration(wait->p95),
                  FormatSlurmDuration(wait->max)});
  }
  absl::StrAppend(
      &text, "\n", table.Format(Table::Style::kAligned, true), "B against A:\n",
      DelaysText(waits, static_cast<int64_t>(report.what_if.versus.jobs.size()), "with A"));
  if (report.what_if.only_a > 0 || report.what_if.only_b > 0) {
    absl::StrAppend(&text, "note: ", Count(report.what_if.only_a), " jobs have a pool in A only, ",
                    Count(report.what_if.only_b), " in B only; they are not compared\n");
  }
  for (const std::string& note : report.notes) absl::StrAppend(&text, "note: ", note, "\n");
  return text;
}

std::string WhatIfJson(const WhatIfReport& report) {
  Json json;
  json["history"] = report.file;
  json["forecasts"] = report.forecasts;
  json["runtimes"] = report.runtimes;
  for (const auto& [letter, name, result] :
       {std::tuple("a", &report.name_a, &report.a), std::tuple("b", &report.name_b, &report.b)}) {
    const SavingsRow total = TotalOf(report, *result);
    const bool known = HasConsequential(total);
    json[letter] = {{"config", *name},
                    {"home", SumsJson(total.home, known)},
                    {"enforced", SumsJson(total.enforced, known)},
                    {"saved_share_95", IntervalJson(total)}};
  }
  json["jobs"] = report.what_if.versus.jobs.size();
  json["only_a"] = report.what_if.only_a;
  json["only_b"] = report.what_if.only_b;
  json["groups"] = Json::array();
  for (const GroupBy by : report.groupings) {
    for (const SavingsRow& row :
         SumSavings(report.trace, report.config, report.what_if.versus, by)) {
      const bool known = HasConsequential(row);
      json["groups"].push_back({{"group_by", GroupByName(by)},
                                {"name", row.name},
                                {"a", SumsJson(row.home, known)},
                                {"b", SumsJson(row.enforced, known)},
                                {"saved_share_95", IntervalJson(row)}});
    }
  }
  const WaitReport waits = SummarizeWaits(report.trace, report.what_if.versus);
  json["waits"] = {{"a", WaitJson(waits.home)}, {"b", WaitJson(waits.enforced)}};
  json["waits"].update(DelaysJson(waits));
  json["notes"] = report.notes;
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace carbon
