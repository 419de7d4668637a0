// The Software Carbon Intensity of a training: SCI = (O + M) per R, O = E x I. E is the energy of
// everything reserved, PUE included, I the location-based intensity, M the embodied emission of the
// hardware for the time reserved, and R counts a functional unit of a provider.
//
// By ISO/IEC 21031:2024 (SCI 1.1), and SCI for AI of the Green Software Foundation (SPEC.md of its
// repository sci-ai in January 2026): section 8.2 has the functional units, 8.2.2 what a provider
// has to state. That is the unit with the reason, and whether it counts gross or effective values.
// A provider's boundary (6.2) has more than model training, so these scores are a part of it.
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
  absl::string_view unit;         // "FLOP", "training token", "parameter"
  absl::string_view reason;       // for this functional unit
  double scale = 1;               // so many units are printed as one
  absl::string_view scale_name;   // "10^18 FLOP", "million training tokens", "billion parameters"
  std::optional<double> count;    // R
  std::optional<ValueKind> kind;  // of the count; absent: it is not known what was counted
  // Grams for one unit. `total` is their sum, and known only if all runs count.
  std::optional<GramsCo2e> operational, embodied, total;
  std::string why;  // there is no total; empty: there is one
};

// The scores per FLOP, per token of the training data and per parameter. All parameters count,
// active or not, which is their gross value.
std::array<SciScore, 3> SciScores(const TrainingStatement& statement);

// What is inside C and what a provider has to add, in sentences.
extern const char kSciBoundary[];

// "4.00 g CO2e per 10^18 FLOP, effective (operational 3.60 g, embodied 0.400 g)", or "unknown: …".
std::string SciText(const SciScore& score);

}  // namespace carbon

#endif  // CORE_STATEMENT_SCI_H_
