#include "core/statement/eu_form.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "core/statement/methodology.h"
#include "core/statement/numbers.h"

namespace carbon {
namespace {

constexpr size_t kWidth = 80;

std::string Field(absl::string_view name, absl::string_view value) {
  return absl::StrCat("\n", name, "\n", Wrapped(value, kWidth, "  "));
}

std::string DaysText(absl::Duration duration) {
  return SignificantText(absl::ToDoubleHours(duration) / 24, 2);
}

std::string TrainingTime(const TrainingStatement& statement) {
  if (!statement.start.has_value()) return "not known: none of the jobs has run";
  std::vector<std::string> hardware;
  for (const StatedHardware& used : statement.hardware) {
    hardware.push_back(absl::StrCat(SignificantText(used.unit_hours / 24, 2), " ",
                                    AllocationUnitName(used.unit), "-days of ",
                                    HardwareName(used.name)));
  }
  return absl::StrCat(DaysText(statement.elapsed),
                      " wall-clock days from the first start to the last ",
                      statement.still_running > 0 ? "moment so far" : "end", ", with runs on ",
                      DaysText(statement.active), " of them; ", absl::StrJoin(hardware, ", "), ".");
}

std::string Computation(const TrainingStatement& statement) {
  if (!statement.work.has_value()) {
    return "not known: give --flops, or --tokens and --parameters";
  }
  return absl::StrCat(SignificantText(statement.work->flops.value(), 2), " FLOP");
}

std::string ComputationMethod(const TrainingStatement& statement) {
  if (!statement.work.has_value()) return "not known";
  if (statement.facts.flops.has_value()) {
    return "Stated by the provider of the model; say here how it was counted.";
  }
  return absl::StrCat("Estimated as ", statement.work->source,
                      ": the forward and backward pass over each token once. What failed runs "
                      "computed again, recomputed activations and attention over long contexts are "
                      "not counted.");
}

std::string EnergyField(const TrainingStatement& statement) {
  if (!statement.at_meter.sum.has_value()) {
    return "not known: no run is covered; name the partition's pool and hardware in carbon.json";
  }
  bool is_estimated = false, is_measured = false;
  for (const StatedMethod& method : statement.methods) {
    (method.basis == EnergyBasis::kProfile ? is_estimated : is_measured) = true;
  }
  std::string text = absl::StrCat(
      EnergyText(*statement.at_meter.sum), ", ",
      is_estimated ? (is_measured ? "partly measured and partly estimated" : "estimated")
                   : "measured",
      ", PUE included");
  if (statement.at_meter.coverage < kFullCoverage) {
    absl::StrAppend(&text, "; of the runs that are covered, which have ",
                    ShareText(statement.at_meter.coverage), " of the hours reserved");
  }
  return text;
}

}  // namespace

std::string EuForm(const TrainingStatement& statement) {
  std::string form = "Model Documentation Form, training time, computation and energy\n";
  if (statement.facts.name.has_value()) {
    absl::StrAppend(&form, Field("Model", *statement.facts.name));
  }
  absl::StrAppend(&form, Field("Training time", TrainingTime(statement)),
                  Field("Amount of computation used for training", Computation(statement)),
                  Field("Measurement methodology of the computation", ComputationMethod(statement)),
                  Field("Amount of energy used for training", EnergyField(statement)),
                  Field("Measurement methodology of the energy", Methodology(statement)),
                  Field("Benchmarked amount of computation used for inference",
                        "not known: a statement is about training"));
  return form;
}

}  // namespace carbon
