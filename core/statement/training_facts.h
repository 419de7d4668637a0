// What only the user knows about a training run. Plain data; an absent fact is not known. Pure.
#ifndef CORE_STATEMENT_TRAINING_FACTS_H_
#define CORE_STATEMENT_TRAINING_FACTS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "core/base/quantities.h"

namespace carbon {

// What a number counts, in the words of SCI for AI: everything there is (gross), such as all tokens
// of the raw data or the operations that the hardware could do, or only what contributed
// (effective), such as deduplicated tokens or the operations that the model needed.
enum class ValueKind { kGross, kEffective };

// The names are "gross" and "effective".
absl::string_view ValueKindName(ValueKind kind);

struct TrainingFacts {
  std::optional<std::string> name;           // of the run or the model
  std::optional<std::string> training_type;  // "pre-training", "fine-tuning"
  std::optional<std::string> location;       // "Oslo, Norway"
  std::optional<std::string> precision;      // "bf16"
  std::optional<double> tokens;              // that it was trained on, those of each pass
  std::optional<ValueKind> tokens_kind;
  std::optional<double> epochs;  // passes over the training data, at least 1
  std::optional<double> parameters;
  std::optional<double> active_parameters;  // per token, of a mixture of experts
  std::optional<Flops> flops;               // as the user states them
  std::optional<ValueKind> flops_kind;      // of these

  // The tokens of the training data: those that it was trained on, divided by the passes. One pass
  // is assumed if the passes are not known.
  std::optional<double> data_tokens() const;
};

// The floating-point operations of the training, and how they are known.
struct TrainingWork {
  Flops flops;
  std::string source;
  std::optional<ValueKind> kind;  // absent: the user does not say what was counted
};

// Returns the user's operations, or 6 x parameters x tokens: the active parameters if they are
// given. The latter are effective: the work of the model that resulted, without what failed runs
// computed again. Absent if neither is known.
std::optional<TrainingWork> WorkOf(const TrainingFacts& facts);

}  // namespace carbon

#endif  // CORE_STATEMENT_TRAINING_FACTS_H_
