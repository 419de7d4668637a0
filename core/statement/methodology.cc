#include "core/statement/methodology.h"

#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "core/statement/numbers.h"

namespace carbon {
namespace {

std::string RunsSentence(const TrainingStatement& statement) {
  const auto runs = static_cast<int64_t>(statement.runs.size());
  const auto jobs = static_cast<int64_t>(statement.jobs.size());
  if (runs == 1) return "The one run in Slurm's accounting counts. ";
  return absl::StrCat("All ", CountText(runs, "run", "runs"), " of ",
                      CountText(jobs, "job", "jobs"),
                      " in Slurm's accounting count, failed and requeued ones too. ");
}

absl::string_view HowKnown(EnergyBasis basis) {
  switch (basis) {
    case EnergyBasis::kMeter:
      return "measured by energy meters";
    case EnergyBasis::kBmc:
      return "measured by the nodes' management controllers";
    case EnergyBasis::kDeviceCounters:
      return "measured by counters of the devices, with a model of the hosts";
    case EnergyBasis::kProfile:
      return "modelled as units reserved x hours x the hardware's average watts at work, hosts "
             "included";
  }
  return "known";
}

std::string EnergySentence(const TrainingStatement& statement) {
  std::vector<std::string> ways;
  for (const EnergyBasis basis : {EnergyBasis::kMeter, EnergyBasis::kBmc,
                                  EnergyBasis::kDeviceCounters, EnergyBasis::kProfile}) {
    KilowattHours sum;
    bool is_used = false;
    for (const StatedMethod& stated : statement.methods) {
      if (stated.basis != basis) continue;
      is_used = true;
      sum = sum + stated.it;
    }
    if (!is_used) continue;
    const double all = statement.it.sum->value.value();
    const double share = all > 0 ? sum.value() / all : 1;
    ways.push_back(share >= kFullShare
                       ? std::string(HowKnown(basis))
                       : absl::StrCat(HowKnown(basis), " (", ShareText(share), ")"));
  }
  return absl::StrCat("Energy was ", absl::StrJoin(ways, " and "), ". ");
}

std::string PueSentence(const TrainingStatement& statement) {
  std::set<std::string> values;
  for (const StatedSite& site : statement.sites) {
    values.insert(absl::StrFormat("%g, %s", site.pue.value, QualityName(site.pue.quality)));
  }
  return absl::StrCat("It was multiplied by the PUE of each site (", absl::StrJoin(values, "; "),
                      "). ");
}

std::string EmissionSentence(const TrainingStatement& statement) {
  const double actual = statement.actual_share;
  std::string values = "as forecast";
  if (actual >= kFullShare) {
    values = "with actual values";
  } else if (actual > 0) {
    values = absl::StrCat("with actual values for ", ShareText(actual),
                          " of the energy and otherwise as forecast");
  }
  if (!statement.providers.empty()) {
    absl::StrAppend(&values, ", from ", absl::StrJoin(statement.providers, ", "));
  }
  return absl::StrCat("Location-based emission is energy x the grid zone's intensity (",
                      absl::StrJoin(statement.kinds, ", "), ") during each run, ", values, ". ");
}

std::string IntervalSentence(const TrainingStatement& statement) {
  return statement.actual_share >= kFullShare
             ? "Intervals are the central 90% of the errors of power and PUE. "
             : "Intervals are the central 90% of the errors of power, PUE and forecasts. ";
}

std::string EnergyCoverageSentence(const TrainingStatement& statement) {
  if (statement.it.is_full()) return "";
  return absl::StrCat("Energy is known of ", CoverageText(statement.it.coverage),
                      "; the sum lacks the rest. ");
}

std::string CoverageSentence(const TrainingStatement& statement) {
  if (statement.is_complete()) return "";
  const std::string energy = CoverageText(statement.it.coverage);
  const std::string emission = CoverageText(statement.location_based.coverage);
  if (energy == emission) {
    return absl::StrCat("Energy and emission are known of ", energy, "; the sums lack the rest. ");
  }
  return absl::StrCat("Energy is known of ", energy, "; emission of ", emission,
                      "; the sums lack the rest. ");
}

constexpr char kNetworkSentence[] =
    "Network and storage count only if they are metered with the nodes. ";

// What is stated beside the emission.
std::string ApartSentence(const TrainingStatement& statement) {
  std::vector<std::string> apart;
  if (statement.embodied.sum.has_value()) apart.push_back("embodied");
  if (statement.market_based.sum.has_value()) apart.push_back("market-based");
  if (statement.avoided.has_value()) apart.push_back("avoided");
  std::string text = kNetworkSentence;
  if (apart.empty()) return text;
  const std::string last = apart.back();
  apart.pop_back();
  std::string names = absl::StrCat(absl::StrJoin(apart, ", "), apart.empty() ? "" : " and ", last);
  names[0] = absl::ascii_toupper(static_cast<unsigned char>(names[0]));
  absl::StrAppend(&text, names, " emission stands apart; nothing is added or subtracted. ");
  return text;
}

// The paragraph if there is no energy, or an empty string.
std::string WithoutEnergy(const TrainingStatement& statement) {
  if (!statement.start.has_value()) {
    return "None of the jobs has run, so there is nothing to measure.";
  }
  if (statement.it.sum.has_value()) return "";
  return absl::StrCat(RunsSentence(statement), "The energy of none of them is known.");
}

}  // namespace

std::string EnergyMethodology(const TrainingStatement& statement) {
  std::string text = WithoutEnergy(statement);
  if (!text.empty()) return text;
  text = absl::StrCat(RunsSentence(statement), EnergySentence(statement), PueSentence(statement),
                      "The interval is the central 90% of the errors of power and PUE. ",
                      EnergyCoverageSentence(statement), kNetworkSentence);
  text.pop_back();
  return text;
}

std::string Methodology(const TrainingStatement& statement) {
  std::string text = WithoutEnergy(statement);
  if (!text.empty()) return text;
  text = absl::StrCat(RunsSentence(statement), EnergySentence(statement), PueSentence(statement));
  if (statement.location_based.sum.has_value()) {
    absl::StrAppend(&text, EmissionSentence(statement), IntervalSentence(statement));
  } else {
    absl::StrAppend(&text, "The grid's intensity at that time is not known. ");
  }
  absl::StrAppend(&text, CoverageSentence(statement), ApartSentence(statement));
  text.pop_back();
  return text;
}

}  // namespace carbon
