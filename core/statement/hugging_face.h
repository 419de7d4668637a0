// A statement as the metadata of a Hugging Face model card. Pure.
#ifndef CORE_STATEMENT_HUGGING_FACE_H_
#define CORE_STATEMENT_HUGGING_FACE_H_

#include <string>

#include "core/statement/statement.h"

namespace carbon {

// Returns the member `co2_eq_emissions` in YAML, for the front matter of a model's README.md:
// emissions in grams (location-based, without the embodied part), source, training_type,
// geographical_location and hardware_used. The names, their order and the unit are those of
// docs/hub/model-cards-co2.md in huggingface/hub-docs (read in its state of August 2026).
//
// A value that is not known is null, and a comment says why. The emission of some runs is not that
// of the training, so it is null unless all runs are covered. huggingface_hub 1.x, which filters
// models by their emission, takes null for a model without one, but fails if the key is missing. It
// reads the digits only, so the number never has an exponent.
std::string HuggingFaceYaml(const TrainingStatement& statement);

}  // namespace carbon

#endif  // CORE_STATEMENT_HUGGING_FACE_H_
