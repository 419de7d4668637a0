// What only the user knows about a training run. Plain data; an absent fact is not known. Pure.
#ifndef CORE_STATEMENT_TRAINING_FACTS_H_
#define CORE_STATEMENT_TRAINING_FACTS_H_

#include <optional>
#include <string>

#include "core/base/quantities.h"

namespace carbon {

struct TrainingFacts {
  std::optional<std::string> name;           // of the run or the model
  std::optional<std::string> training_type;  // "pre-training", "fine-tuning"
  std::optional<std::string> location;       // "Oslo, Norway"
  std::optional<std::string> precision;      // "bf16"
  std::optional<double> tokens;              // that it was trained on
  std::optional<double> parameters;
  std::optional<double> active_parameters;  // per token, of a mixture of experts
  std::optional<Flops> flops;               // as the user states them
};

// The floating-point operations of the training, and how they are known.
struct TrainingWork {
  Flops flops;
  std::string source;
  // Only the work of the result, without what failed runs computed again. Otherwise it is not known
  // what the user counted.
  bool is_effective = false;
};

// Returns the user's operations, or 6 x parameters x tokens: the active parameters if they are
// given. Absent if neither is known.
std::optional<TrainingWork> WorkOf(const TrainingFacts& facts);

}  // namespace carbon

#endif  // CORE_STATEMENT_TRAINING_FACTS_H_
