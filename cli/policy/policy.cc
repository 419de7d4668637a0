// scarbon policy check: reports everything that is wrong with a carbon.json before it takes effect.
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/policy/policy_check.h"
#include "core/config/config.h"
#include "core/config/config_warnings.h"
#include "forecast/http/secret_file.h"
#include "forecast/live/live_history.h"
#include "nlohmann/json.hpp"
#include "settings/load_config.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxConfigBytes = 4 << 20;

struct CheckOptions {
  std::string file = CARBON_CONFIG_FILE;
  bool json = false;
};

std::string Count(size_t count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

// Returns the file that a source needs; empty for none.
template <class File, class Source>
std::string PathOf(const Source& source) {
  if (const auto* file = std::get_if<File>(&source)) return file->path;
  const auto* provider = std::get_if<ForecastProvider>(&source);
  return provider == nullptr ? "" : provider->secret_file;
}

void WarnOfZones(const Config& config, std::vector<std::string>* warnings) {
  std::set<std::string> used;
  for (const SiteConfig& site : config.placement.sites) used.insert(site.zone);
  std::map<std::string, std::string> zone_by_kind;
  for (const ZoneConfig& zone : config.daemon.zones) {
    if (used.contains(zone.name)) {
      zone_by_kind.emplace(std::string(SignalKindName(zone.kind)), zone.name);
    }
    const std::vector<HistorySource> history = HistorySourcesOf(zone);
    if (zone.forecasts.empty() && history.empty()) {
      warnings->push_back(absl::StrCat(
          "zone ", zone.name, ": has no forecast; name sources in \"forecast\" or \"history\""));
    }
    std::set<std::string> paths;
    std::set<std::string> secrets;
    const auto add = [&](const auto& source, const std::string& path) {
      paths.insert(path);
      if (std::holds_alternative<ForecastProvider>(source)) secrets.insert(path);
    };
    for (const ForecastSource& source : zone.forecasts) add(source, PathOf<ForecastFile>(source));
    for (const HistorySource& source : history) add(source, PathOf<HistoryFile>(source));
    for (const std::string& path : paths) {
      std::error_code error;
      if (path.empty()) continue;
      if (std::filesystem::exists(path, error)) {
        // scarbond would not start with this file.
        const absl::Status mode = secrets.contains(path) ? CheckSecretMode(path) : absl::OkStatus();
        if (!mode.ok()) {
          warnings->push_back(absl::StrCat("zone ", zone.name, ": ", mode.message()));
        }
        continue;
      }
      warnings->push_back(absl::StrCat("zone ", zone.name, ": ", path, ": ",
                                       error ? error.message() : "does not exist"));
    }
  }
  if (zone_by_kind.size() < 2) return;
  std::string kinds;
  for (const auto& [kind, zone] : zone_by_kind) {
    absl::StrAppend(&kinds, kinds.empty() ? "" : ", ", kind, " (", zone, ")");
  }
  warnings->push_back(absl::StrCat(
      "the sites' zones are of different kinds, which are never compared with each other: ",
      kinds));
}

// Adds what only the disk tells to the warnings of core/config.
std::vector<std::string> FindWarningsIn(const std::string& file) {
  std::vector<std::string> errors, warnings;
  const std::optional<Config> config = LoadConfig(file, &errors, &warnings);
  if (!config.has_value()) return errors;
  WarnOfZones(*config, &warnings);
  for (std::string& warning : FindWarnings(config->placement)) {
    warnings.push_back(std::move(warning));
  }
  return warnings;
}

std::vector<ConfigError> FindErrors(const std::string& file, std::optional<Config>* config) {
  std::vector<ConfigError> errors;
  const absl::StatusOr<std::string> text = ReadFile(file, kMaxConfigBytes);
  if (text.ok()) {
    *config = ParseConfig(*text, &errors);
    if (config->has_value()) errors = CheckProviders((*config)->daemon, *text);
    if (!errors.empty()) config->reset();
  } else {
    // The message is "FILE: what is wrong", and the caller names the file itself.
    absl::string_view message = text.status().message();
    const std::string prefix = file + ": ";
    if (message.substr(0, prefix.size()) == prefix) message.remove_prefix(prefix.size());
    errors.push_back({"", std::nullopt, std::string(message)});
  }
  return errors;
}

int Check(const CheckOptions& options) {
  std::optional<Config> config;
  const std::vector<ConfigError> errors = FindErrors(options.file, &config);
  const std::vector<std::string> warnings =
      config.has_value() ? FindWarningsIn(options.file) : std::vector<std::string>();
  if (options.json) {
    nlohmann::json json = {{"ok", errors.empty()},
                           {"file", options.file},
                           {"errors", nlohmann::json::array()},
                           {"warnings", warnings}};
    for (const ConfigError& error : errors) {
      nlohmann::json line = nullptr;
      if (error.line.has_value()) line = *error.line;
      json["errors"].push_back({{"path", error.path}, {"line", line}, {"message", error.message}});
    }
    std::cout << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    return errors.empty() ? 0 : 1;
  }
  for (const ConfigError& error : errors) {
    std::cerr << FormatConfigError(options.file, error) << "\n";
  }
  for (const std::string& warning : warnings) std::cout << "warning: " << warning << "\n";
  if (!config.has_value()) return 1;
  std::cout << options.file << ": " << Count(config->placement.sites.size(), "site", "sites")
            << ", " << Count(config->placement.pools.size(), "pool", "pools") << ", "
            << Count(config->placement.policies.size(), "policy", "policies") << ": ok\n";
  return 0;
}

}  // namespace

ConfigReview ReviewConfig(const std::string& file) {
  ConfigReview review;
  for (const ConfigError& error : FindErrors(file, &review.config)) {
    review.errors.push_back(FormatConfigError(file, error));
  }
  if (review.config.has_value()) review.warnings = FindWarningsIn(file);
  return review;
}

void AddPolicy(CLI::App& app, int* exit_code) {
  CLI::App* policy = app.add_subcommand("policy", "Check carbon.json");
  policy->require_subcommand(1);
  CLI::App* check =
      policy->add_subcommand("check", "Report everything that is wrong with a carbon.json");
  auto options = std::make_shared<CheckOptions>();
  check->add_option("FILE", options->file, "The file to check")->capture_default_str();
  check->add_flag("--json", options->json, "Print the result as JSON");
  check->callback([options, exit_code] { *exit_code = Check(*options); });
  AddPolicyWhatIf(*policy, exit_code);
}

}  // namespace carbon
