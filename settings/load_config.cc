#include "settings/load_config.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>
#include <variant>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/json/json_lines.h"
#include "forecast/http/http_url.h"
#include "forecast/live/provider_ask.h"
#include "forecast/providers/providers.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxConfigBytes = 4 << 20;

// No user has this id: (uid_t)-1 means "none" throughout POSIX. Without it a policy whose users are
// all unknown would name no user, and so match everybody.
constexpr uint32_t kNobodyAtAll = 0xFFFFFFFF;

std::optional<uint32_t> FindUid(const std::string& name, std::string* why) {
  errno = 0;
  const struct passwd* entry = getpwnam(name.c_str());
  if (entry != nullptr) return entry->pw_uid;
  uint32_t uid = 0;
  if (absl::SimpleAtoi(name, &uid) && uid != kNobodyAtAll) return uid;
  // Several errno values mean "not found". Only errors of the database are reported as such.
  const bool trouble = errno == EIO || errno == EMFILE || errno == ENFILE || errno == ENOMEM;
  *why = trouble ? absl::StrCat("cannot be looked up: ", strerror(errno)) : "does not exist";
  return std::nullopt;
}

void ResolveUsers(Policy* policy, std::vector<std::string>* warnings) {
  if (policy->match.users.empty()) return;
  std::vector<uint32_t> uids = policy->match.uids;
  for (const std::string& name : policy->match.users) {
    std::string why;
    const std::optional<uint32_t> uid = FindUid(name, &why);
    if (!uid.has_value()) {
      warnings->push_back(absl::StrCat("policy ", policy->name, ": user \"", name, "\" ", why));
    }
    uids.push_back(uid.value_or(kNobodyAtAll));
  }
  std::sort(uids.begin(), uids.end());
  uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
  policy->match.uids = uids;
}

// Checks who may write carbon.json, or the data files that it names: these users decide where jobs
// run. Settings that may be intended are warnings. It is an error if anybody may write carbon.json.
void CheckWriters(const std::string& path, std::vector<std::string>* errors,
                  std::vector<std::string>* warnings) {
  for (const std::string& fact : OtherWriters(path)) {
    const bool is_meant = fact != "anybody may write it";
    (is_meant ? warnings : errors)->push_back(absl::StrCat(path, ": ", fact));
  }
}

std::string TimeZoneOf(const ForecastSource& source) {
  const auto* file = std::get_if<ForecastFile>(&source);
  return file == nullptr ? "" : file->csv.time_zone;
}

std::string TimeZoneOf(const HistorySource& source) {
  const auto* file = std::get_if<HistoryFile>(&source);
  return file == nullptr ? "" : file->csv.time_zone;
}

bool IsKnownTimeZone(const std::string& name) {
  absl::TimeZone zone;
  return name.empty() || absl::LoadTimeZone(name, &zone);
}

// Whether a request may be sent to the meter's URL, with a secret if there is one.
absl::Status CheckMeter(const PrometheusMeter& meter) {
  HttpRequest request{.url = meter.url};
  if (meter.url.find_first_of("?#") != std::string::npos) {
    return absl::InvalidArgumentError("has a query: the meter's \"query\" is added to it");
  }
  if (!meter.secret_file.empty()) {
    request.headers.push_back({"Authorization", "none", /*is_secret=*/true});
  }
  return CheckHttpRequest(request).status();
}

}  // namespace

std::vector<ConfigError> CheckProviders(const DaemonConfig& config, absl::string_view json) {
  std::vector<ConfigError> errors;
  std::vector<ConfigError> faults;  // stays empty: the text was parsed before
  const JsonLines lines = JsonLines::Scan(json, &faults);
  for (const ZoneConfig& zone : config.zones) {
    const auto check = [&](const auto& sources, absl::string_view key, GridData wanted) {
      for (size_t i = 0; i < sources.size(); ++i) {
        if (const std::string time_zone = TimeZoneOf(sources[i]); !IsKnownTimeZone(time_zone)) {
          std::string path =
              absl::StrCat("/zones/", EscapePointer(zone.name), "/", key, "/", i, "/time_zone");
          const std::optional<int> line = lines.Find(path);
          errors.push_back(
              {std::move(path), line,
               absl::StrCat("\"", time_zone, "\" is not a time zone of this machine")});
        }
        const auto* provider = std::get_if<ForecastProvider>(&sources[i]);
        if (provider == nullptr) continue;
        if (absl::Status status = CheckProvider(zone, *provider, wanted); !status.ok()) {
          std::string path = absl::StrCat("/zones/", EscapePointer(zone.name), "/", key, "/", i);
          if (FindProvider(provider->provider) == nullptr) path += "/provider";
          const std::optional<int> line = lines.Find(path);
          errors.push_back({std::move(path), line, std::string(status.message())});
        }
      }
    };
    check(zone.forecasts, "forecast", GridData::kForecast);
    if (zone.history.has_value()) check(*zone.history, "history", GridData::kHistory);
  }
  if (config.meter.prometheus.has_value()) {
    const std::string path = "/meter/prometheus/url";
    const absl::Status status = CheckMeter(*config.meter.prometheus);
    if (!status.ok()) {
      errors.push_back({path, lines.Find(path), std::string(status.message())});
    }
  }
  return errors;
}

namespace {

// LoadConfig without the names of users.
std::optional<Config> Load(const std::string& path, std::vector<std::string>* errors,
                           std::vector<std::string>* warnings) {
  errors->clear();
  absl::StatusOr<std::string> bytes = ReadFile(path, kMaxConfigBytes);
  if (!bytes.ok()) {
    errors->push_back(std::string(bytes.status().message()));
    return std::nullopt;
  }
  CheckWriters(path, errors, warnings);
  std::vector<ConfigError> faults;
  std::optional<Config> config = ParseConfig(*bytes, &faults);
  for (const ConfigError& fault : faults) errors->push_back(FormatConfigError(path, fault));
  if (!config.has_value()) return std::nullopt;

  for (const ConfigError& fault : CheckProviders(config->daemon, *bytes)) {
    errors->push_back(FormatConfigError(path, fault));
  }
  if (!errors->empty()) return std::nullopt;

  std::error_code error;
  const std::filesystem::path folder = std::filesystem::absolute(path, error).parent_path();
  if (error) {
    errors->push_back(absl::StrCat(path, ": its folder cannot be told: ", error.message()));
    return std::nullopt;
  }
  const auto from_folder = [&folder](std::string* name) {
    if (!name->empty()) *name = (folder / *name).lexically_normal();
  };
  std::set<std::string> data;
  for (ZoneConfig& zone : config->daemon.zones) {
    for (ForecastSource& source : zone.forecasts) {
      if (auto* file = std::get_if<ForecastFile>(&source)) {
        from_folder(&file->path);
        data.insert(file->path);
      }
      if (auto* provider = std::get_if<ForecastProvider>(&source)) {
        from_folder(&provider->secret_file);
      }
    }
    if (!zone.history.has_value()) continue;
    for (HistorySource& source : *zone.history) {
      if (auto* file = std::get_if<HistoryFile>(&source)) {
        from_folder(&file->path);
        data.insert(file->path);
      }
      if (auto* provider = std::get_if<ForecastProvider>(&source)) {
        from_folder(&provider->secret_file);
      }
    }
  }
  if (config->daemon.meter.prometheus.has_value()) {
    from_folder(&config->daemon.meter.prometheus->secret_file);
  }
  for (const std::string& path : data) CheckWriters(path, warnings, warnings);
  return config;
}

}  // namespace

std::optional<Config> LoadConfig(const std::string& path, std::vector<std::string>* errors,
                                 std::vector<std::string>* warnings) {
  std::optional<Config> config = Load(path, errors, warnings);
  if (!config.has_value()) return config;
  for (Policy& policy : config->placement.policies) ResolveUsers(&policy, warnings);
  return config;
}

std::optional<DaemonConfig> LoadDaemonConfig(const std::string& path,
                                             std::vector<std::string>* errors,
                                             std::vector<std::string>* warnings) {
  std::optional<Config> config = Load(path, errors, warnings);
  if (!config.has_value()) return std::nullopt;
  return std::move(config->daemon);
}

}  // namespace carbon
