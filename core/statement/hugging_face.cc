#include "core/statement/hugging_face.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "core/json/json_text.h"
#include "core/statement/numbers.h"

namespace carbon {
namespace {

// A JSON string in ASCII is a double-quoted scalar of YAML too.
std::string Quoted(const std::string& text) { return JsonText(text).text(); }

std::string Line(absl::string_view key, absl::string_view value, absl::string_view comment) {
  return absl::StrCat("  ", key, ": ", value, comment.empty() ? "" : "  # ", comment, "\n");
}

std::string TextLine(absl::string_view key, const std::optional<std::string>& text,
                     absl::string_view option) {
  if (text.has_value()) return Line(key, Quoted(*text), "");
  return Line(key, "null", absl::StrCat("not known; give ", option));
}

// The energy counts as measured if none of it is modelled.
absl::string_view HowKnown(const TrainingStatement& statement) {
  bool is_modelled = false, is_measured = false;
  for (const StatedMethod& method : statement.methods) {
    (method.basis == EnergyBasis::kProfile ? is_modelled : is_measured) = true;
  }
  return !is_modelled ? "measured" : is_measured ? "partly measured" : "modelled";
}

std::string SourceText(const TrainingStatement& statement) {
  return absl::StrCat(statement.provenance.program, " (Slurm Carbon): ", HowKnown(statement),
                      " energy of ",
                      statement.is_complete() ? "all runs" : "the runs that are covered",
                      ", PUE and location-based intensities (", ShareText(statement.actual_share),
                      " of the energy with actual values); operational only");
}

std::string Grams(const TrainingStatement& statement) {
  return DecimalText(statement.location_based.sum->value.value(), 6);
}

std::string EmissionLine(const TrainingStatement& statement) {
  if (statement.is_complete()) {
    return Line("emissions", Grams(statement), "grams");
  }
  if (!statement.location_based.sum.has_value()) {
    return Line("emissions", "null", "grams; not known of any run");
  }
  return Line("emissions", "null",
              absl::StrCat("grams; only known of ", CoverageText(statement.location_based.coverage),
                           ": ", Grams(statement)));
}

}  // namespace

std::string HuggingFaceYaml(const TrainingStatement& statement) {
  std::vector<std::string> hardware;
  for (const StatedHardware& used : statement.hardware) {
    hardware.push_back(HardwareText(used.name, used.unit, used.most_at_once));
  }
  const TrainingFacts& facts = statement.facts;
  std::string yaml = "co2_eq_emissions:\n";
  absl::StrAppend(&yaml, EmissionLine(statement));
  absl::StrAppend(&yaml, statement.it.sum.has_value()
                             ? Line("source", Quoted(SourceText(statement)), "")
                             : Line("source", "null", "no energy is known"));
  absl::StrAppend(&yaml, TextLine("training_type", facts.training_type, "--training-type"));
  absl::StrAppend(&yaml, TextLine("geographical_location", facts.location, "--location"));
  absl::StrAppend(&yaml, hardware.empty()
                             ? Line("hardware_used", "null", "none of the jobs has run")
                             : Line("hardware_used", Quoted(absl::StrJoin(hardware, ", ")), ""));
  return yaml;
}

}  // namespace carbon
