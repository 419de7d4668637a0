// scarbon policy what-if: compares two configurations on a history of jobs.
#include "replay/what_if.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/replay/history_run.h"
#include "cli/replay/replay_report.h"
#include "cli/replay/what_if_report.h"
#include "core/config/placement_config.h"
#include "replay/savings.h"

namespace carbon {
namespace {

bool HaveSamePools(const PlacementConfig& a, const PlacementConfig& b) {
  return std::equal(a.pools.begin(), a.pools.end(), b.pools.begin(), b.pools.end(),
                    [](const PoolConfig& one, const PoolConfig& other) {
                      return one.name == other.name && one.site == other.site;
                    });
}

int RunWhatIf(HistoryOptions options, const std::string& other) {
  const std::string first = options.config;
  ReplayedHistory a, b;
  if (const int code = RunHistory(options, &a); code != 0) return code;
  options.config = other;
  if (const int code = RunHistory(options, &b); code != 0) return code;
  const std::vector<GroupBy>& groupings = b.settings.groupings;
  const bool by_place = std::any_of(groupings.begin(), groupings.end(), [](GroupBy by) {
    return by == GroupBy::kSite || by == GroupBy::kPool;
  });
  if (by_place && !HaveSamePools(a.settings.config, b.settings.config)) {
    Complain(absl::StrCat("--group-by ", options.group_by, ": ", first, " and ", other,
                          " have different pools"));
    return kWrongUsage;
  }
  const WhatIf what_if = CompareReplays(a.result, b.result);
  WhatIfReport report{*b.trace, b.settings.config, a.result, b.result,
                      what_if,  options.trace,     first,    other,
                      groupings};
  for (const ReplayedHistory* history : {&a, &b}) {
    const ReplayReport of_one{.trace = *history->trace,
                              .config = history->settings.config,
                              .result = history->result,
                              .file = options.trace,
                              .forecasts = history->forecasts,
                              .groupings = {},
                              .runtimes = history->settings.replay.runtimes,
                              .moved_weeks = history->moved_weeks,
                              .not_followed = history->settings.not_followed};
    report.forecasts = of_one.forecasts;
    report.runtimes = std::string(RuntimeKnowledgeName(of_one.runtimes));
    report.rows = ReplayedRowsText(of_one);
    for (std::string& note : ReplayNotes(of_one)) {
      if (std::find(report.notes.begin(), report.notes.end(), note) != report.notes.end()) continue;
      report.notes.push_back(std::move(note));
    }
  }
  std::cout << (options.json ? WhatIfJson(report) : WhatIfText(report));
  return 0;
}

}  // namespace

void AddPolicyWhatIf(CLI::App& policy, int* exit_code) {
  auto options = std::make_shared<HistoryOptions>();
  auto other = std::make_shared<std::string>();
  CLI::App* what_if =
      policy.add_subcommand("what-if", "Compare two configurations on a history of jobs");
  what_if->add_option("A", options->config, "A configuration")->required();
  what_if->add_option("B", *other, "Another one")->required();
  what_if
      ->add_option("TRACE", options->trace,
                   "The history: what sacct printed, CSV, or a placement log")
      ->required();
  AddHistoryOptions(what_if, options.get());
  what_if->add_flag("--json", options->json, "Print one JSON object");
  what_if->callback([options, other, exit_code] { *exit_code = RunWhatIf(*options, *other); });
}

}  // namespace carbon
