#include "cli/load_config.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <variant>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/file.h"
#include "core/json_lines.h"
#include "forecast/zone_source.h"

namespace carbon {
namespace {

constexpr int64_t kMaxConfigBytes = 4 << 20;

// No user has it: (uid_t)-1 stands for "none" throughout POSIX. It keeps a policy whose users are
// all unknown from naming no user, which would match everybody.
constexpr uint32_t kNobodyAtAll = 0xFFFFFFFF;

std::optional<uint32_t> FindUid(const std::string& name, std::string* why) {
  errno = 0;
  const struct passwd* entry = getpwnam(name.c_str());
  if (entry != nullptr) return entry->pw_uid;
  uint32_t uid = 0;
  if (absl::SimpleAtoi(name, &uid) && uid != kNobodyAtAll) return uid;
  // Several errno values mean "not found"; only trouble with the database is worth telling apart.
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

}  // namespace

std::vector<ConfigError> CheckProviders(const Config& config, absl::string_view json) {
  std::vector<ConfigError> errors;
  std::vector<ConfigError> faults;  // none: it was parsed
  const JsonLines lines = JsonLines::Scan(json, &faults);
  for (const ZoneConfig& zone : config.zones) {
    for (size_t i = 0; i < zone.forecasts.size(); ++i) {
      const auto* provider = std::get_if<ForecastProvider>(&zone.forecasts[i]);
      if (provider == nullptr) continue;
      if (absl::Status status = CheckProvider(zone, *provider); !status.ok()) {
        std::string path = absl::StrCat("/zones/", EscapePointer(zone.name), "/forecast/", i);
        if (FindProvider(provider->provider) == nullptr) path += "/provider";
        const std::optional<int> line = lines.Find(path);
        errors.push_back({std::move(path), line, std::string(status.message())});
      }
    }
  }
  return errors;
}

std::optional<Config> LoadConfig(const std::string& path, std::vector<std::string>* errors,
                                 std::vector<std::string>* warnings) {
  errors->clear();
  absl::StatusOr<std::string> bytes = ReadFile(path, kMaxConfigBytes);
  if (!bytes.ok()) {
    errors->push_back(std::string(bytes.status().message()));
    return std::nullopt;
  }
  std::vector<ConfigError> faults;
  std::optional<Config> config = ParseConfig(*bytes, &faults);
  for (const ConfigError& fault : faults) errors->push_back(FormatConfigError(path, fault));
  if (!config.has_value()) return std::nullopt;

  for (const ConfigError& fault : CheckProviders(*config, *bytes)) {
    errors->push_back(FormatConfigError(path, fault));
  }
  if (!errors->empty()) return std::nullopt;

  std::error_code error;
  const std::filesystem::path folder = std::filesystem::absolute(path, error).parent_path();
  if (error) {
    errors->push_back(absl::StrCat(path, ": its folder cannot be told: ", error.message()));
    return std::nullopt;
  }
  for (ZoneConfig& zone : config->zones) {
    for (size_t i = 0; i < zone.forecasts.size(); ++i) {
      if (auto* file = std::get_if<ForecastFile>(&zone.forecasts[i])) {
        file->path = (folder / file->path).lexically_normal();
      }
      auto* provider = std::get_if<ForecastProvider>(&zone.forecasts[i]);
      if (provider == nullptr) continue;
      if (!provider->secret_file.empty()) {
        provider->secret_file = (folder / provider->secret_file).lexically_normal();
      }
    }
  }
  for (Policy& policy : config->policies) ResolveUsers(&policy, warnings);
  return config;
}

}  // namespace carbon
