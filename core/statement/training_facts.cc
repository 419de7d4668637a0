#include "core/statement/training_facts.h"

#include "core/decision/accounting.h"

namespace carbon {

absl::string_view ValueKindName(ValueKind kind) {
  return kind == ValueKind::kGross ? "gross" : "effective";
}

std::optional<double> TrainingFacts::data_tokens() const {
  if (!tokens.has_value()) return std::nullopt;
  return *tokens / epochs.value_or(1);
}

std::optional<TrainingWork> WorkOf(const TrainingFacts& facts) {
  if (facts.flops.has_value()) {
    return TrainingWork{*facts.flops, "stated by the user", facts.flops_kind};
  }
  const bool is_sparse = facts.active_parameters.has_value();
  const std::optional<double> parameters = is_sparse ? facts.active_parameters : facts.parameters;
  if (!parameters.has_value() || !facts.tokens.has_value()) return std::nullopt;
  return TrainingWork{TransformerTrainingFlops(*parameters, *facts.tokens),
                      is_sparse ? "6 x active parameters x tokens" : "6 x parameters x tokens",
                      ValueKind::kEffective};
}

}  // namespace carbon
