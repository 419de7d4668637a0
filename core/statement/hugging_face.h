// A statement as the metadata of a Hugging Face model card. Pure.
#ifndef CORE_STATEMENT_HUGGING_FACE_H_
#define CORE_STATEMENT_HUGGING_FACE_H_

#include <string>

#include "core/statement/statement.h"

namespace carbon {

// Returns the member `co2_eq_emissions` in YAML, for the front matter of a model's README.md:
// emissions in grams (location-based, without the embodied part), source, training_type,
// geographical_location and hardware_used, as https://huggingface.co/docs/hub/model-cards-co2 names
// them. A value that is not known is null, and a comment says why. The emission of some runs alone
// is no emission of the training, so it is null unless all runs are covered.
std::string HuggingFaceYaml(const TrainingStatement& statement);

}  // namespace carbon

#endif  // CORE_STATEMENT_HUGGING_FACE_H_
