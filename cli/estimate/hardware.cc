// scarbon hardware: the available profiles, the most efficient first, with the source of each
// number.
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/commands.h"
#include "cli/text/table.h"
#include "core/config/profile.h"
#include "nlohmann/json.hpp"
#include "settings/load_config.h"

namespace carbon {
namespace {

struct Options {
  std::string config;  // empty: the shipped profiles
  bool json = false;
  bool no_header = false;
};

template <class T>
std::string Cell(const std::optional<Sourced<T>>& number, double unit) {
  if (!number.has_value()) return "";
  return absl::StrFormat("%.4g %s", number->value.value() / unit,
                         std::string(QualityName(number->quality)));
}

int Print(const Options& options) {
  ProfileLibrary library = ShippedProfiles();
  if (!options.config.empty()) {
    std::vector<std::string> errors, warnings;
    const std::optional<Config> config = LoadConfig(options.config, &errors, &warnings);
    for (const std::string& error : errors) std::cerr << "scarbon: " << error << "\n";
    if (!config.has_value()) return 1;
    library = config->placement.hardware;
  }
  const std::vector<const HardwareProfile*> ranked = RankByEfficiency(library);
  if (options.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const HardwareProfile* profile : ranked) {
      nlohmann::ordered_json entry = {{"name", profile->name}, {"flops_per_joule", nullptr}};
      if (const auto efficiency = FlopsPerJoule(*profile)) entry["flops_per_joule"] = *efficiency;
      entry.update(nlohmann::ordered_json::parse(SerializeProfile(*profile)));
      entry.erase("extends");
      list.push_back(std::move(entry));
    }
    std::cout << list.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
    return 0;
  }
  Table table({{"NAME"},
               {"PER"},
               {"GFLOP/J", true},
               {"WATTS"},
               {"TFLOP/S"},
               {"FP8 TFLOP/S"},
               {"IDLE WATTS"},
               {"FREE WATTS"},
               {"EMBODIED G/H"}});
  for (const HardwareProfile* profile : ranked) {
    const std::optional<double> efficiency = FlopsPerJoule(*profile);
    table.AddRow({profile->name, std::string(AllocationUnitName(profile->unit)),
                  efficiency ? absl::StrFormat("%.3g", *efficiency / 1e9) : "",
                  Cell(std::optional(profile->busy), 1), Cell(profile->throughput, 1e12),
                  Cell(profile->throughput_fp8, 1e12), Cell(profile->idle, 1),
                  Cell(profile->free, 1), Cell(profile->embodied_per_hour, 1)});
  }
  std::cout << table.Format(Table::Style::kAligned, !options.no_header);
  return 0;
}

}  // namespace

void AddHardware(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* hardware =
      app.add_subcommand("hardware", "List the hardware profiles, the most efficient first");
  hardware->add_option("--config", options->config,
                       "Configuration that adds to the shipped profiles");
  hardware->add_flag("--json", options->json, "As JSON, with the source of each number");
  hardware->add_flag("-n,--noheader", options->no_header, "No header");
  hardware->callback([options, exit_code] { *exit_code = Print(*options); });
}

}  // namespace carbon
