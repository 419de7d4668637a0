#include "core/config/profile.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/config/profile_reader.h"
#include "core/json/json_reader.h"
#include "nlohmann/json.hpp"

namespace carbon {

extern const char kShippedProfilesJson[];

namespace {

using Json = nlohmann::json;

ProfileLibrary ReadShippedProfiles() {
  ProfileLibrary library;
  const Json all = Json::parse(kShippedProfilesJson, nullptr, /*allow_exceptions=*/false);
  std::vector<ConfigError> errors;
  for (const auto& [name, json] : JsonValue(all, "", &errors).Members()) {
    std::optional<HardwareProfile> profile = ReadProfile(name, json, {});
    if (profile.has_value()) library.emplace(name, *std::move(profile));
  }
  return library;
}

}  // namespace

absl::string_view QualityName(Quality quality) {
  switch (quality) {
    case Quality::kMeasured:
      return "measured";
    case Quality::kSpecified:
      return "specified";
    case Quality::kEstimated:
      return "estimated";
  }
  return "";
}

absl::StatusOr<Quality> ParseQuality(absl::string_view name) {
  for (Quality quality : {Quality::kMeasured, Quality::kSpecified, Quality::kEstimated}) {
    if (QualityName(quality) == name) return quality;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(name), " is not measured, specified or estimated"));
}

double RelativeSpread(Quality quality) {
  switch (quality) {
    case Quality::kMeasured:
      return 0.05;
    case Quality::kSpecified:
      return 0.30;
    case Quality::kEstimated:
      return 0.40;
  }
  return 0.40;
}

absl::string_view AllocationUnitName(AllocationUnit unit) {
  switch (unit) {
    case AllocationUnit::kDevice:
      return "device";
    case AllocationUnit::kCore:
      return "core";
    case AllocationUnit::kNode:
      return "node";
  }
  return "";
}

absl::StatusOr<AllocationUnit> ParseAllocationUnit(absl::string_view name) {
  for (AllocationUnit unit :
       {AllocationUnit::kDevice, AllocationUnit::kCore, AllocationUnit::kNode}) {
    if (AllocationUnitName(unit) == name) return unit;
  }
  return absl::InvalidArgumentError(absl::StrCat(Quoted(name), " is not device, core or node"));
}

const std::optional<Sourced<FlopsPerSecond>>& ThroughputAt(const HardwareProfile& profile,
                                                           Precision precision) {
  return precision == Precision::kFp8 ? profile.throughput_fp8 : profile.throughput;
}

std::optional<double> FlopsPerJoule(const HardwareProfile& profile) {
  if (!profile.throughput || !(profile.busy.value > Watts(0))) return std::nullopt;
  return profile.throughput->value.value() / profile.busy.value.value();
}

absl::StatusOr<HardwareProfile> ParseProfile(absl::string_view name, absl::string_view json,
                                             const ProfileLibrary& bases) {
  const Json object = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded()) return absl::InvalidArgumentError("not JSON");
  std::vector<ConfigError> errors;
  std::optional<HardwareProfile> profile =
      ReadProfile(std::string(name), JsonValue(object, "", &errors), bases);
  if (errors.empty() && profile.has_value()) return *std::move(profile);
  const ConfigError error = errors.empty() ? ConfigError{.message = "is wrong"} : errors.front();
  return absl::InvalidArgumentError(
      error.path.empty() ? error.message : absl::StrCat(error.path, ": ", error.message));
}

std::string SerializeProfile(const HardwareProfile& profile) {
  return ProfileJson(profile).dump(-1, ' ', false, Json::error_handler_t::replace);
}

const ProfileLibrary& ShippedProfiles() {
  static const ProfileLibrary* const library = new ProfileLibrary(ReadShippedProfiles());
  return *library;
}

std::vector<const HardwareProfile*> RankByEfficiency(const ProfileLibrary& library) {
  std::vector<const HardwareProfile*> ranked;
  for (const auto& [name, profile] : library) ranked.push_back(&profile);
  // The library is sorted by name, and the stable sort keeps this order among equals.
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto* a, const auto* b) {
    return FlopsPerJoule(*a).value_or(-1) > FlopsPerJoule(*b).value_or(-1);
  });
  return ranked;
}

}  // namespace carbon
