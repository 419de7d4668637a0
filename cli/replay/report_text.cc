#include "cli/replay/report_text.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "cli/text/slurm_time.h"
#include "core/base/mass_text.h"

namespace carbon {

using Json = nlohmann::ordered_json;

std::string Percent(double share) { return absl::StrFormat("%.1f%%", 100 * share); }

std::string PercentOf(double part, double whole) { return whole > 0 ? Percent(part / whole) : "-"; }

std::string Thousands(double value, int digits) {
  std::string text = absl::StrFormat("%.*f", digits, value);
  const size_t point = std::min(text.size(), text.find('.'));
  const size_t first = text[0] == '-' ? 1 : 0;
  for (size_t at = point; at > first + 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string Count(int64_t count) { return Thousands(static_cast<double>(count), 0); }

std::string SavedText(GramsCo2e home, GramsCo2e enforced) {
  return PercentOf((home - enforced).value(), home.value());
}

std::string IntervalText(const SavingsRow& row) {
  if (!row.saved_share.has_value()) return "-";
  return absl::StrFormat("(%.1f to %.1f%%)", 100 * row.saved_share->low,
                         100 * row.saved_share->high);
}

Json IntervalJson(const SavingsRow& row) {
  if (!row.saved_share.has_value()) return nullptr;
  return Json::array({row.saved_share->low, row.saved_share->high});
}

bool HasConsequential(const SavingsRow& row) {
  return row.home.consequential_jobs == row.home.jobs &&
         row.enforced.consequential_jobs == row.enforced.jobs;
}

Json SumsJson(const RunSums& sums, bool has_consequential) {
  Json json = {{"jobs", sums.jobs},
               {"energy_kwh", sums.energy.value()},
               {"co2e_g", sums.gross.value()},
               {"consequential_g", nullptr}};
  if (has_consequential) json["consequential_g"] = sums.consequential.value();
  return json;
}

Json WaitJson(const WaitSummary& wait) {
  return {{"mean_s", absl::ToInt64Seconds(wait.mean)},
          {"p95_s", absl::ToInt64Seconds(wait.p95)},
          {"max_s", absl::ToInt64Seconds(wait.max)}};
}

std::string DelaysText(const WaitReport& waits, int64_t jobs, const std::string& home) {
  const auto share = [jobs](int64_t count) {
    return PercentOf(static_cast<double>(count), static_cast<double>(jobs));
  };
  std::string text = absl::StrCat(
      "delayed on purpose: ", Count(waits.delayed), " jobs (", share(waits.delayed),
      "), on average ", FormatSlurmDuration(waits.delayed_mean), ", at most ",
      FormatSlurmDuration(waits.delayed_max), "\nharmed (later than ", home,
      ", and than planned): ", Count(waits.harmed), " jobs (", share(waits.harmed),
      "), on average ", FormatSlurmDuration(waits.harmed_mean), ", at most ",
      FormatSlurmDuration(waits.harmed_max), "\nemit more than ", home, ": ", Count(waits.dearer),
      " jobs (", share(waits.dearer), "), ", FormatMass(waits.dearer_by), " in all\n");
  if (waits.deadlines > 0) {
    absl::StrAppend(&text, "miss their deadline: ", Count(waits.missed_enforced), " of ",
                    Count(waits.deadlines), " jobs; ", home, " ", Count(waits.missed_home), "\n");
  }
  return text;
}

Json DelaysJson(const WaitReport& waits) {
  return {{"delayed",
           {{"jobs", waits.delayed},
            {"mean_s", absl::ToInt64Seconds(waits.delayed_mean)},
            {"max_s", absl::ToInt64Seconds(waits.delayed_max)}}},
          {"harmed",
           {{"jobs", waits.harmed},
            {"mean_s", absl::ToInt64Seconds(waits.harmed_mean)},
            {"max_s", absl::ToInt64Seconds(waits.harmed_max)}}},
          {"dearer", {{"jobs", waits.dearer}, {"co2e_g", waits.dearer_by.value()}}},
          {"deadlines",
           {{"jobs", waits.deadlines},
            {"missed_home", waits.missed_home},
            {"missed_enforced", waits.missed_enforced}}}};
}

}  // namespace carbon
