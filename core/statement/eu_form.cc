#include "core/statement/eu_form.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "core/base/timestamp.h"
#include "core/statement/methodology.h"
#include "core/statement/numbers.h"

namespace carbon {
namespace {

constexpr size_t kWidth = 80;
constexpr double kDaysOfMonth = 365.25 / 12;

std::string Part(absl::string_view name) { return absl::StrCat("\n", name, "\n"); }

std::string Field(absl::string_view name, absl::string_view value) {
  return absl::StrCat("\n", name, "\n", Wrapped(value, kWidth, "  "));
}

double Days(absl::Duration duration) { return absl::ToDoubleHours(duration) / 24; }

std::string DaysText(absl::Duration duration) { return SignificantText(Days(duration), 2); }

// One of the ranges that the form offers. Exactly 3 or 6 months are the end of a range.
std::string TimeRange(const TrainingStatement& statement) {
  if (!statement.start.has_value()) return "not known: none of the jobs has run";
  const double months = Days(statement.elapsed) / kDaysOfMonth;
  std::string range = months < 1    ? "Less than 1 month"
                      : months <= 3 ? "1-3 months"
                      : months <= 6 ? "3-6 months"
                                    : "More than 6 months";
  if (statement.still_running > 0) absl::StrAppend(&range, ", so far");
  return range;
}

// "15 h100-sxm days" of devices, as the form's example has it. Of other units, "15 node days of
// cpu-genoa".
std::string HardwareDays(const StatedHardware& used) {
  const std::string days = SignificantText(used.unit_hours / 24, 2);
  if (used.unit == AllocationUnit::kDevice && !used.name.empty()) {
    return absl::StrCat(days, " ", used.name, " days");
  }
  return absl::StrCat(days, " ", AllocationUnitName(used.unit), " days of ",
                      HardwareName(used.name));
}

std::string TrainingTime(const TrainingStatement& statement) {
  if (!statement.start.has_value()) return "not known: none of the jobs has run";
  std::vector<std::string> hardware;
  for (const StatedHardware& used : statement.hardware) hardware.push_back(HardwareDays(used));
  return absl::StrCat(
      DaysText(statement.elapsed), " wall clock days, from the start of the first run (",
      FormatTimestamp(*statement.start), ") to ",
      statement.still_running > 0 ? "now, while runs go on (" : "the end of the last (",
      FormatTimestamp(*statement.end), "), with runs on ", DaysText(statement.active),
      " of them; hardware days: ", absl::StrJoin(hardware, ", "));
}

constexpr char kNoComputation[] =
    "not known: give --flops, or --tokens and --parameters (or --active-parameters)";

std::string OrderOfMagnitude(const TrainingStatement& statement) {
  if (!statement.work.has_value()) return kNoComputation;
  // That of the rounded number below: "10x10^19" is written as "1.0x10^20".
  const std::string rounded = PowerText(statement.work->flops.value(), 2);
  return absl::StrCat(rounded.substr(rounded.find("10^")), " floating point operations");
}

std::string Computation(const TrainingStatement& statement) {
  if (!statement.work.has_value()) return kNoComputation;
  return absl::StrCat(PowerText(statement.work->flops.value(), 2), " floating point operations");
}

std::string ComputationMethod(const TrainingStatement& statement) {
  if (!statement.work.has_value()) return kNoComputation;
  if (statement.facts.flops.has_value()) {
    return "Stated by the provider of the model; say here how it was measured or estimated.";
  }
  return absl::StrCat("Estimated as ", statement.work->source,
                      ", the architecture-based approach of the Commission's guidelines for "
                      "general-purpose AI models (Annex A.2.2): the forward and backward pass over "
                      "each token, in every pass over the data. What failed runs computed again, "
                      "recomputed activations and attention over long contexts are not counted.");
}

std::string Energy(const TrainingStatement& statement) {
  if (!statement.start.has_value()) return "not known: none of the jobs has run";
  if (!statement.at_meter.sum.has_value()) {
    return "not known: no run is covered; name the partition's pool and hardware in carbon.json";
  }
  bool is_estimated = false, is_measured = false;
  for (const StatedMethod& method : statement.methods) {
    (method.basis == EnergyBasis::kProfile ? is_estimated : is_measured) = true;
  }
  const std::string figure = absl::StrCat(
      EnergyText(*statement.at_meter.sum), ", ",
      is_estimated ? (is_measured ? "partly measured and partly estimated" : "estimated")
                   : "measured",
      ", with the PUE");
  if (statement.at_meter.is_full()) return figure;
  return absl::StrCat("not known of the whole training; of ",
                      CoverageText(statement.at_meter.coverage), ": ", figure);
}

}  // namespace

std::string EuForm(const TrainingStatement& statement) {
  std::string form = "Model Documentation Form\n";
  if (statement.facts.name.has_value()) {
    absl::StrAppend(&form, Field("Model name", *statement.facts.name));
  }
  const std::string about_training = "not known: a statement is about training";
  absl::StrAppend(
      &form, Part("COMPUTATIONAL RESOURCES (DURING TRAINING)"),
      Field("Training time (range, for national competent authorities)", TimeRange(statement)),
      Field("Training time (for the AI Office)", TrainingTime(statement)),
      Field("Amount of computation used for training (order of magnitude, for national competent "
            "authorities)",
            OrderOfMagnitude(statement)),
      Field("Amount of computation used for training (for the AI Office)", Computation(statement)),
      Field("Measurement methodology", ComputationMethod(statement)),
      Part("ENERGY CONSUMPTION (DURING TRAINING AND INFERENCE)"),
      Field("Amount of energy used for training", Energy(statement)),
      Field("Measurement methodology", EnergyMethodology(statement)),
      Field("Benchmarked amount of computation used for inference", about_training),
      Field("Measurement methodology (of the computation used for inference)", about_training));
  return form;
}

}  // namespace carbon
