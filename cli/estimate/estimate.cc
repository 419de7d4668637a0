// scarbon estimate: the energy and CO2e of one training run. This source has its options and its
// output.
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/commands.h"
#include "cli/estimate/training_estimate.h"
#include "cli/text/table.h"
#include "core/base/mass_text.h"
#include "core/record/record.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

// Returns "1287 MWh": four significant digits.
std::string FormatEnergy(KilowattHours energy) {
  const double kwh = energy.value();
  char text[48];
  if (kwh < 1) {
    std::snprintf(text, sizeof text, "%.4g Wh", kwh * 1e3);
  } else if (kwh < 1e3) {
    std::snprintf(text, sizeof text, "%.4g kWh", kwh);
  } else if (kwh < 1e7) {
    std::snprintf(text, sizeof text, "%.4g MWh", kwh / 1e3);
  } else {
    std::snprintf(text, sizeof text, "%.4g GWh", kwh / 1e6);
  }
  return text;
}

std::string FormatDays(absl::Duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g days", absl::ToDoubleHours(duration) / 24);
  return text;
}

std::string ForPeople(const std::string& name) { return absl::StrReplaceAll(name, {{"_", " "}}); }

void PrintForPeople(const Estimate& estimate) {
  Table inputs({{"INPUT"}, {"VALUE"}, {"FROM"}});
  for (const EstimateInput& input : estimate.inputs) {
    const bool plural = input.name == "devices" && input.value != 1;
    std::string source = input.source;
    if (input.quality) absl::StrAppend(&source, " (", QualityName(*input.quality), ")");
    inputs.AddRow(
        {ForPeople(input.name),
         absl::StrCat(input.value, input.unit.empty() ? "" : " ", input.unit, plural ? "s" : ""),
         source});
  }
  std::cout << inputs.Format(Table::Style::kAligned, /*with_header=*/true);

  const Footprint& footprint = estimate.footprint;
  Table result({{"RESULT"}, {"VALUE"}, {"WHAT"}});
  result.AddRow({"duration", absl::StrCat(absl::ToDoubleHours(footprint.duration), " h"),
                 FormatDays(footprint.duration)});
  if (footprint.work) {
    result.AddRow({"operations", absl::StrCat(footprint.work->value(), " FLOP"), "all devices"});
  }
  result.AddRow({"energy", FormatEnergy(footprint.energy), "with PUE"});
  result.AddRow({"gross CO2e", FormatMass(footprint.gross), "location-based"});
  if (footprint.net) result.AddRow({"net CO2e", FormatMass(*footprint.net), "market-based"});
  if (estimate.embodied) {
    result.AddRow({"embodied CO2e", FormatMass(*estimate.embodied),
                   "of the hardware reserved, not in the gross"});
  }
  std::cout << "\n" << result.Format(Table::Style::kAligned, /*with_header=*/true);

  // These are printed separately, because they are long.
  bool first = true;
  for (const EstimateInput& input : estimate.inputs) {
    if (input.detail.empty()) continue;
    if (first) std::cout << "\n";
    first = false;
    std::cout << ForPeople(input.name) << ": " << Printable(input.detail) << "\n";
  }
}

void PrintJson(const Estimate& estimate) {
  using Json = nlohmann::ordered_json;
  const auto kilograms = [](const std::optional<GramsCo2e>& mass) {
    return mass ? Json(mass->value() / 1e3) : Json();
  };
  const Footprint& footprint = estimate.footprint;
  Json inputs = Json::object();
  for (const EstimateInput& input : estimate.inputs) {
    Json& entry = inputs[input.name];
    entry["value"] = input.value;
    entry["unit"] = input.unit;
    entry["source"] =
        input.detail.empty() ? input.source : absl::StrCat(input.source, ": ", input.detail);
    entry["quality"] = input.quality ? Json(std::string(QualityName(*input.quality))) : Json();
  }
  Json result;
  result["hours"] = absl::ToDoubleHours(footprint.duration);
  result["flops"] = footprint.work ? Json(footprint.work->value()) : Json();
  result["energy_kwh"] = footprint.energy.value();
  result["co2e_kg"] = kilograms(footprint.gross);
  result["net_co2e_kg"] = kilograms(footprint.net);
  result["embodied_co2e_kg"] = kilograms(estimate.embodied);
  result["inputs"] = std::move(inputs);
  std::cout << result.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

// Refuses a text that is not a number in a notation of strtod, or that `allowed` does not allow.
CLI::Validator Number(const std::string& allowed, bool (*is_allowed)(double)) {
  return CLI::Validator(
      [allowed, is_allowed](std::string& text) {
        double value;
        const bool good =
            absl::SimpleAtod(text, &value) && std::isfinite(value) && is_allowed(value);
        return good ? std::string() : absl::StrCat("\"", text, "\" is not ", allowed);
      },
      "");
}

int RunEstimate(const EstimateOptions& options, bool json) {
  absl::StatusOr<Estimate> estimate = EstimateTraining(options);
  if (!estimate.ok()) {
    std::cerr << "scarbon: " << estimate.status().message() << "\n";
    return absl::IsInvalidArgument(estimate.status()) ? 2 : 1;
  }
  if (!estimate->note.empty()) std::cerr << "scarbon: " << estimate->note << "\n";
  if (json) {
    PrintJson(*estimate);
  } else {
    PrintForPeople(*estimate);
  }
  return 0;
}

}  // namespace

void AddEstimate(CLI::App& app, int* exit_code) {
  const CLI::Validator positive = Number("a positive number", [](double v) { return v > 0; });
  const CLI::Validator not_negative = Number("a number from 0", [](double v) { return v >= 0; });
  const CLI::Validator whole = Number(
      "a whole number from 1", [](double v) { return v >= 1 && v <= 1e15 && v == std::floor(v); });
  const CLI::Validator factor = Number("a number from 1", [](double v) { return v >= 1; });

  auto options = std::make_shared<EstimateOptions>();
  auto json = std::make_shared<bool>(false);
  CLI::App* estimate =
      app.add_subcommand("estimate", "Estimate the energy and CO2e of a training run");
  const auto number = [&](const char* name, std::optional<double>& target,
                          const CLI::Validator& check, const char* unit, const char* description,
                          const char* group) {
    estimate->add_option(name, target, description)->check(check)->type_name(unit)->group(group);
  };
  const auto name = [&](const char* option, std::optional<std::string>& target, const char* type,
                        const char* description, const char* group) {
    estimate->add_option(option, target, description)->type_name(type)->group(group);
  };
  const char* run = "The run";
  number("--hours", options->hours, positive, "H", "How long it runs", run);
  number("--flops", options->flops, positive, "N", "Or: its floating-point operations", run);
  number("--params", options->params, positive, "N", "Or: a transformer's parameters …", run);
  number("--tokens", options->tokens, positive, "N", "… and the tokens it is trained on", run);
  number("--active-params", options->active_params, positive, "N",
         "Parameters active per token, of a sparse model", run);
  const char* machine = "The hardware";
  name("--hardware", options->hardware, "NAME", "A profile that supplies watts and TFLOP/s",
       machine);
  number("--devices", options->devices, whole, "N", "Devices (cores, nodes) in use; default 1",
         machine);
  number("--watts", options->watts, not_negative, "W",
         "Average draw per device at the plug, host included", machine);
  number("--tflops", options->tflops, positive, "N", "Achieved TFLOP/s per device", machine);
  estimate
      ->add_option_function<std::string>(
          "--precision",
          [options](const std::string& text) {
            const absl::StatusOr<Precision> precision = ParsePrecision(text);
            if (!precision.ok()) {
              throw CLI::ValidationError("--precision", std::string(precision.status().message()));
            }
            options->precision = *precision;
          },
          "Which of the profile's speeds counts; default bf16")
      ->type_name("bf16|fp8")
      ->group(machine);
  const char* place = "The place";
  name("--site", options->site, "NAME",
       "A site of the configuration that supplies PUE and intensities", place);
  number("--pue", options->pue, factor, "RATIO", "Power usage effectiveness; default 1", place);
  number("--intensity", options->intensity, not_negative, "G",
         "Carbon intensity, location-based, in gCO2e/kWh", place);
  number("--net-intensity", options->net_intensity, not_negative, "G",
         "Carbon intensity, market-based, in gCO2e/kWh", place);
  name("--config", options->config, "FILE", "Configuration to read; default " CARBON_CONFIG_FILE,
       "Options");
  estimate->add_flag("--json", *json, "Print JSON");
  estimate->footer(
      "Numbers may be written as 3.14e23. An option overrides what a profile or site says.\n"
      "Example, GPT-3: scarbon estimate --flops 3.14e23 --devices 10000 --tflops 24.6 \\\n"
      "    --watts 330 --pue 1.1 --intensity 429");
  estimate->callback([options, json, exit_code] { *exit_code = RunEstimate(*options, *json); });
}

}  // namespace carbon
