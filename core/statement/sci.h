// The Software Carbon Intensity of a training (ISO/IEC 21031, and SCI for AI by the Green Software
// Foundation): C per R, where C is the operational and the embodied emission of all runs, and R
// counts one of the functional units of a provider. It is of the stage of model training alone.
// Pure.
#ifndef CORE_STATEMENT_SCI_H_
#define CORE_STATEMENT_SCI_H_

#include <array>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "core/base/quantities.h"
#include "core/statement/statement.h"

namespace carbon {

// One score. Every figure that is not known is absent, and `why` says what is missing.
struct SciScore {
  absl::string_view unit;        // "FLOP", "training token", "parameter"
  absl::string_view reason;      // for this functional unit
  double scale = 1;              // so many units are printed as one
  absl::string_view scale_name;  // "10^18 FLOP", "million training tokens", "billion parameters"
  std::optional<double> count;   // R
  // Grams for one unit. `total` is their sum, and known only if all runs count.
  std::optional<GramsCo2e> operational, embodied, total;
  std::string why;  // there is no total; empty: there is one
};

// The scores per FLOP, per training token and per parameter.
std::array<SciScore, 3> SciScores(const TrainingStatement& statement);

// What is inside C, in a sentence.
extern const char kSciBoundary[];

// "4.00 g CO2e per 10^18 FLOP (operational 3.60 g, embodied 0.400 g)", or "unknown: …".
std::string SciText(const SciScore& score);

}  // namespace carbon

#endif  // CORE_STATEMENT_SCI_H_
