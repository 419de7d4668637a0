#include "core/statement/sci.h"

#include "absl/strings/str_cat.h"
#include "core/base/mass_text.h"

namespace carbon {

const char kSciBoundary[] =
    "Model training as Slurm ran it: every run of the jobs, failed and requeued ones too. This is "
    "only a part of the provider's boundary. A provider's SCI also counts inception, the "
    "collection, cleaning and synthesis of data, experiments and evaluation, deployment and "
    "retirement, and storage and network unless the energy was metered with them.";

std::array<SciScore, 3> SciScores(const TrainingStatement& statement) {
  std::array<SciScore, 3> scores = {
      SciScore{"FLOP", "the work done, which is comparable between models of any kind", 1e18,
               "10^18 FLOP"},
      SciScore{"training token", "the data seen, in which data sets are stated", 1e6,
               "million training tokens"},
      SciScore{"parameter", "the size of the model that results", 1e9, "billion parameters"}};
  if (statement.work.has_value()) {
    scores[0].count = statement.work->flops.value();
    scores[0].kind = statement.work->kind;
  }
  scores[1].count = statement.facts.data_tokens();
  scores[1].kind = statement.facts.tokens_kind;
  scores[2].count = statement.facts.parameters;
  scores[2].kind = ValueKind::kGross;

  for (SciScore& score : scores) {
    if (!score.count.has_value()) {
      score.why = absl::StrCat("the number of ", score.unit, "s is not known");
      continue;
    }
    if (!statement.is_complete()) {
      score.why = "the emission of some runs is not known";
      continue;
    }
    score.operational = statement.location_based.sum->value / *score.count;
    if (!statement.embodied.is_full()) {
      score.why = "the embodied emission of the hardware is not known";
      continue;
    }
    score.embodied = statement.embodied.sum->value / *score.count;
    score.total = *score.operational + *score.embodied;
  }
  return scores;
}

std::string SciText(const SciScore& score) {
  const auto mass = [&](GramsCo2e of_one) { return FormatMass(of_one * score.scale); };
  const std::string per = absl::StrCat(
      " CO2e per ", score.scale_name,
      score.kind.has_value() ? absl::StrCat(", ", ValueKindName(*score.kind)) : std::string());
  if (score.total.has_value()) {
    return absl::StrCat(mass(*score.total), per, " (operational ", mass(*score.operational),
                        ", embodied ", mass(*score.embodied), ")");
  }
  if (!score.operational.has_value()) return absl::StrCat("unknown: ", score.why);
  return absl::StrCat("unknown: ", score.why, "; operational alone ", mass(*score.operational),
                      per);
}

}  // namespace carbon
