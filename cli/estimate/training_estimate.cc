#include "cli/estimate/training_estimate.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "core/base/nearest_word.h"
#include "core/config/config.h"
#include "store/snapshot_store.h"

namespace carbon {
namespace {

constexpr int64_t kMaxConfigBytes = 4 << 20;

absl::Status Misuse(absl::string_view option, absl::string_view fact) {
  return absl::InvalidArgumentError(absl::StrCat(option, ": ", fact));
}

std::string Quoted(absl::string_view text) { return absl::StrCat("\"", text, "\""); }

absl::Status UnknownName(absl::string_view option, absl::string_view kind, const std::string& name,
                         const std::vector<std::string>& known) {
  std::string fact = absl::StrCat("unknown ", kind, " ", Quoted(name));
  const std::string nearest = NearestWord(name, known);
  if (!nearest.empty()) {
    absl::StrAppend(&fact, "; did you mean ", Quoted(nearest), "?");
  } else {
    absl::StrAppend(&fact, "; known are ", known.empty() ? "none" : absl::StrJoin(known, ", "));
  }
  return Misuse(option, fact);
}

absl::StatusOr<Config> ReadConfig(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, kMaxConfigBytes);
  if (!text.ok()) return text.status();
  std::vector<ConfigError> errors;
  std::optional<Config> config = ParseConfig(*text, &errors);
  if (!config) {
    return absl::FailedPreconditionError(absl::StrCat(
        FormatConfigError(path, errors.front()),
        errors.size() == 1 ? std::string() : absl::StrCat(" (and ", errors.size() - 1, " more)")));
  }
  return *std::move(config);
}

class Estimator {
 public:
  explicit Estimator(const EstimateOptions& options) : options_(options) {}

  absl::StatusOr<Estimate> Run() {
    for (auto step : {&Estimator::CheckConflicts, &Estimator::LookUpNames, &Estimator::TakeLength,
                      &Estimator::TakePower, &Estimator::TakeSite}) {
      if (absl::Status status = (this->*step)(); !status.ok()) return status;
    }
    absl::StatusOr<Footprint> footprint = Account(run_);
    if (!footprint.ok()) return footprint.status();
    estimate_.footprint = *footprint;
    if (profile_ && profile_->embodied_per_hour) {
      const auto& embodied = *profile_->embodied_per_hour;
      Add("embodied", embodied.value.value(), absl::StrCat("gCO2e/h per ", unit_), hardware_,
          embodied.quality, embodied.source);
      estimate_.embodied = embodied.value * static_cast<double>(run_.processors) *
                           absl::ToDoubleHours(footprint->duration);
    }
    return std::move(estimate_);
  }

 private:
  absl::Status CheckConflicts() {
    const EstimateOptions& o = options_;
    if (o.hours && o.flops) return Misuse("--hours", "conflicts with --flops; give one of them");
    if (o.hours && o.params) return Misuse("--hours", "conflicts with --params; give one of them");
    if (o.flops && o.params) return Misuse("--flops", "conflicts with --params; give one of them");
    if (o.params && !o.tokens) return Misuse("--tokens", "missing; --params needs it");
    if (o.tokens && !o.params) return Misuse("--params", "missing; --tokens needs it");
    if (o.active_params && !o.params) {
      return Misuse("--params", "missing; --active-params needs it");
    }
    if (o.active_params && *o.active_params > *o.params) {
      return Misuse("--active-params",
                    absl::StrCat(*o.active_params, " is more than --params ", *o.params));
    }
    if (!o.hours && !o.flops && !o.params) {
      return Misuse("--hours", "missing; give it, or --flops, or --params and --tokens");
    }
    if (!o.watts && !o.hardware) return Misuse("--watts", "missing; give it, or --hardware");
    if (!o.intensity && !o.site) return Misuse("--intensity", "missing; give it, or --site");
    return absl::OkStatus();
  }

  absl::Status LoadConfig() {
    config_path_ = options_.config.value_or(CARBON_CONFIG_FILE);
    const bool asked_for = options_.config.has_value() || options_.site.has_value();
    std::error_code ignored;
    if (!asked_for && !std::filesystem::exists(config_path_, ignored)) return absl::OkStatus();
    absl::StatusOr<Config> config = ReadConfig(config_path_);
    if (config.ok()) {
      config_ = *std::move(config);
    } else if (asked_for) {
      return config.status();
    } else {
      estimate_.note = absl::StrCat("the shipped profiles are used: ", config.status().message());
    }
    return absl::OkStatus();
  }

  absl::Status LookUpNames() {
    if (!options_.hardware && !options_.site) return absl::OkStatus();
    if (absl::Status status = LoadConfig(); !status.ok()) return status;
    if (options_.hardware) {
      const ProfileLibrary& library = config_ ? config_->placement.hardware : ShippedProfiles();
      const auto found = library.find(*options_.hardware);
      if (found == library.end()) {
        std::vector<std::string> known;
        for (const auto& [name, profile] : library) known.push_back(name);
        return UnknownName("--hardware", "hardware", *options_.hardware, known);
      }
      profile_ = &found->second;
      hardware_ = absl::StrCat("hardware ", profile_->name);
      unit_ = std::string(AllocationUnitName(profile_->unit));
    }
    if (options_.site) {
      std::vector<std::string> known;
      for (const SiteConfig& site : config_->placement.sites) {
        known.push_back(site.name);
        if (site.name == *options_.site) site_ = &site;
      }
      if (site_ == nullptr) {
        return UnknownName("--site", "site", *options_.site, known);
      }
    }
    return absl::OkStatus();
  }

  absl::Status TakeLength() {
    const EstimateOptions& o = options_;
    const double devices = o.devices.value_or(1);
    Add("devices", devices, unit_, o.devices ? "--devices" : "default");
    run_.processors = static_cast<int64_t>(devices);
    if (o.hours) {
      Add("hours", *o.hours, "h", "--hours");
      run_.duration = absl::Hours(*o.hours);
    } else if (o.flops) {
      Add("flops", *o.flops, "FLOP", "--flops");
      run_.work = Flops(*o.flops);
    } else {
      Add("params", *o.params, "parameters", "--params");
      if (o.active_params) Add("active_params", *o.active_params, "parameters", "--active-params");
      Add("tokens", *o.tokens, "tokens", "--tokens");
      run_.work = TransformerTrainingFlops(o.active_params.value_or(*o.params), *o.tokens);
      Add("flops", run_.work->value(), "FLOP",
          o.active_params ? "6 x active parameters x tokens" : "6 x parameters x tokens",
          Quality::kEstimated);
    }
    const std::string unit = absl::StrCat("TFLOP/s per ", unit_);
    if (o.tflops) {
      Add("tflops", *o.tflops, unit, "--tflops");
      run_.throughput = FlopsPerSecond(*o.tflops * 1e12);
    } else if (profile_ && ThroughputAt(*profile_, o.precision)) {
      const auto& throughput = *ThroughputAt(*profile_, o.precision);
      Add("tflops", throughput.value.value() / 1e12, unit, hardware_, throughput.quality,
          throughput.source);
      run_.throughput = throughput.value;
    } else if (run_.work) {
      return Misuse("--tflops",
                    profile_ ? absl::StrCat("missing; hardware ", Quoted(profile_->name),
                                            " has no throughput at ", PrecisionName(o.precision))
                             : absl::StrCat("missing; ", o.flops ? "--flops" : "--params",
                                            " needs it, or --hardware"));
    }
    return absl::OkStatus();
  }

  absl::Status TakePower() {
    const std::string unit = absl::StrCat("W per ", unit_);
    if (options_.watts) {
      run_.watts_per_processor = Watts(*options_.watts);
      Add("watts", *options_.watts, unit, "--watts");
    } else {
      run_.watts_per_processor = profile_->busy.value;
      Add("watts", profile_->busy.value.value(), unit, hardware_, profile_->busy.quality,
          profile_->busy.source);
    }
    return absl::OkStatus();
  }

  absl::Status TakeSite() {
    const std::string site = site_ ? absl::StrCat("site ", site_->name) : std::string();
    if (options_.pue) {
      run_.pue = *options_.pue;
      Add("pue", run_.pue, "", "--pue");
    } else if (site_) {
      run_.pue = site_->pue.value;
      Add("pue", run_.pue, "", site, site_->pue.quality, site_->pue.source);
    } else {
      Add("pue", run_.pue, "", "default", std::nullopt,
          "not given: the datacenter's overhead is left out");
    }

    const std::string unit = "gCO2e/kWh";
    if (options_.intensity) {
      run_.gross = GramsPerKilowattHour(*options_.intensity);
      Add("intensity", *options_.intensity, unit, "--intensity");
    } else {
      const auto& zones = config_->daemon.zones;
      const auto zone = std::find_if(zones.begin(), zones.end(), [&](const ZoneConfig& candidate) {
        return candidate.name == site_->zone;
      });
      if (zone == zones.end() || !zone->climatology) {
        return Misuse("--intensity", absl::StrCat("missing; zone ", Quoted(site_->zone), " of ",
                                                  site, " has no climatology in ", config_path_));
      }
      run_.gross = *zone->climatology;
      Add("intensity", run_.gross.value(), unit, site, Quality::kEstimated,
          absl::StrCat("climatology of zone ", zone->name, ", ", SignalKindName(zone->kind)));
    }

    if (options_.net_intensity) {
      run_.net = GramsPerKilowattHour(*options_.net_intensity);
      Add("net_intensity", *options_.net_intensity, unit, "--net-intensity");
    } else if (site_ && site_->net_intensity) {
      run_.net = site_->net_intensity;
      Add("net_intensity", run_.net->value(), unit, site, std::nullopt, config_path_);
    }
    return absl::OkStatus();
  }

  void Add(std::string name, double value, std::string unit, std::string source,
           std::optional<Quality> quality = std::nullopt, std::string detail = "") {
    estimate_.inputs.push_back(
        {std::move(name), value, std::move(unit), std::move(source), std::move(detail), quality});
  }

  const EstimateOptions& options_;
  std::string config_path_;
  std::optional<Config> config_;
  const HardwareProfile* profile_ = nullptr;
  std::string hardware_;  // its name as a source
  const SiteConfig* site_ = nullptr;
  std::string unit_ = "device";
  TrainingRun run_;
  Estimate estimate_;
};

}  // namespace

absl::StatusOr<Estimate> EstimateTraining(const EstimateOptions& options) {
  return Estimator(options).Run();
}

}  // namespace carbon
