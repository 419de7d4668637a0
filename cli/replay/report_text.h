// How the reports of replays write figures. Pure.
#ifndef CLI_REPLAY_REPORT_TEXT_H_
#define CLI_REPLAY_REPORT_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/quantities.h"
#include "nlohmann/json.hpp"
#include "replay/savings.h"

namespace carbon {

// "12.3%"
std::string Percent(double share);
// A share of a whole that may be nothing: "-".
std::string PercentOf(double part, double whole);

// 12345.6 -> "12,345.6"
std::string Thousands(double value, int digits);
std::string Count(int64_t count);

// What is saved of `home`: "12.3%".
std::string SavedText(GramsCo2e home, GramsCo2e enforced);
// "(10.1 to 14.2%)", or "-" where it is not known.
std::string IntervalText(const SavingsRow& row);
// [0.101, 0.142], or null.
nlohmann::ordered_json IntervalJson(const SavingsRow& row);

// Whether the consequential figure is known of every job of the row.
bool HasConsequential(const SavingsRow& row);
nlohmann::ordered_json SumsJson(const RunSums& sums, bool has_consequential);

nlohmann::ordered_json WaitJson(const WaitSummary& wait);

// How many jobs were delayed, harmed, and emit more, with "home" for what they are compared with.
std::string DelaysText(const WaitReport& waits, int64_t jobs, const std::string& home);
nlohmann::ordered_json DelaysJson(const WaitReport& waits);

}  // namespace carbon

#endif  // CLI_REPLAY_REPORT_TEXT_H_
