#include "core/config/profile.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/base/nearest_word.h"
#include "core/config/config.h"
#include "nlohmann/json.hpp"

namespace carbon {

extern const char kShippedProfilesJson[];

namespace {

using Json = nlohmann::json;

constexpr double kFlopsPerTera = 1e12;

absl::Status Invalid(absl::string_view path, absl::string_view fact) {
  return absl::InvalidArgumentError(path.empty() ? std::string(fact)
                                                 : absl::StrCat(path, ": ", fact));
}

// RFC 6901: "~" and "/" in a key are escaped.
std::string Pointer(absl::string_view path, absl::string_view key) {
  return absl::StrCat(path, "/", absl::StrReplaceAll(key, {{"~", "~0"}, {"/", "~1"}}));
}

std::string Quoted(absl::string_view text) { return absl::StrCat("\"", text, "\""); }

absl::Status CheckKeys(const Json& object, absl::string_view path,
                       const std::vector<std::string>& known) {
  for (const auto& item : object.items()) {
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    const std::string nearest = NearestWord(item.key(), known);
    return Invalid(Pointer(path, item.key()),
                   nearest.empty()
                       ? absl::StrCat("unknown key; known are ", absl::StrJoin(known, ", "))
                       : absl::StrCat("unknown key; did you mean ", Quoted(nearest), "?"));
  }
  return absl::OkStatus();
}

// A string that is present and not empty.
absl::StatusOr<std::string> ReadText(const Json& object, absl::string_view path,
                                     const std::string& key) {
  const auto found = object.find(key);
  const std::string at = Pointer(path, key);
  if (found == object.end()) return Invalid(at, "missing");
  if (!found->is_string()) return Invalid(at, absl::StrCat(found->dump(), " is not a string"));
  if (found->get_ref<const std::string&>().empty()) return Invalid(at, "is empty");
  return found->get<std::string>();
}

// {"value": 960, "quality": "measured", "source": "…"}, the value finite, not negative, and not
// zero where it must be positive; then multiplied by `scale`.
template <class T>
absl::StatusOr<Sourced<T>> ReadSourced(const Json& field, const std::string& path, double scale,
                                       bool may_be_zero) {
  if (!field.is_object()) {
    return Invalid(path, R"(is not an object with "value", "quality" and "source")");
  }
  absl::Status keys = CheckKeys(field, path, {"value", "quality", "source"});
  if (!keys.ok()) return keys;
  const auto value = field.find("value");
  const std::string at = Pointer(path, "value");
  if (value == field.end()) return Invalid(at, "missing");
  if (!value->is_number()) return Invalid(at, absl::StrCat(value->dump(), " is not a number"));
  const double number = value->get<double>() * scale;
  if (!std::isfinite(number)) return Invalid(at, absl::StrCat(value->dump(), " is not finite"));
  if (number < 0) return Invalid(at, absl::StrCat(value->dump(), " is negative"));
  if (number == 0 && !may_be_zero) return Invalid(at, "0 is not positive");

  absl::StatusOr<std::string> quality_name = ReadText(field, path, "quality");
  if (!quality_name.ok()) return quality_name.status();
  absl::StatusOr<Quality> quality = ParseQuality(*quality_name);
  if (!quality.ok()) return Invalid(Pointer(path, "quality"), quality.status().message());
  absl::StatusOr<std::string> source = ReadText(field, path, "source");
  if (!source.ok()) return source.status();
  return Sourced<T>{T(number), *quality, *std::move(source)};
}

// The profile that the object builds on.
absl::StatusOr<HardwareProfile> Base(absl::string_view name, const Json& object,
                                     const ProfileLibrary& bases) {
  const auto extends = object.find("extends");
  if (extends == object.end()) {
    const auto same = bases.find(std::string(name));
    return same == bases.end() ? HardwareProfile() : same->second;
  }
  if (extends->is_null()) return HardwareProfile();
  absl::StatusOr<std::string> base_name = ReadText(object, "", "extends");
  if (!base_name.ok()) return base_name.status();
  const auto found = bases.find(*base_name);
  if (found != bases.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [known_name, profile] : bases) known.push_back(known_name);
  const std::string nearest = NearestWord(*base_name, known);
  return Invalid("/extends", absl::StrCat("unknown hardware ", Quoted(*base_name),
                                          nearest.empty() ? std::string()
                                                          : absl::StrCat("; did you mean ",
                                                                         Quoted(nearest), "?")));
}

// More work draws more. A number that is inherited gives way to one that the object itself gives;
// two of its own must agree.
absl::Status CheckOrder(const Json& object, HardwareProfile* profile) {
  const auto check = [&](absl::string_view lower_word, std::optional<Sourced<Watts>>* lower,
                         absl::string_view upper_word, Watts upper,
                         bool may_be_equal) -> absl::Status {
    if (!lower->has_value()) return absl::OkStatus();
    const Watts watts = (*lower)->value;
    if (watts < upper || (may_be_equal && watts == upper)) return absl::OkStatus();
    const std::string key = absl::StrCat(lower_word, "_watts");
    if (!object.contains(key)) {
      lower->reset();
      return absl::OkStatus();
    }
    return Invalid(
        absl::StrCat("/", key, "/value"),
        absl::StrCat(lower_word, " ", watts.value(), " W is ",
                     may_be_equal ? "above " : "not below ", upper_word, " ", upper.value(), " W"));
  };
  absl::Status status = check("idle", &profile->idle, "busy", profile->busy.value, true);
  // With a free node that draws as much as a busy one, a job would add nothing.
  status.Update(check("free", &profile->free, "busy", profile->busy.value, false));
  if (!profile->idle.has_value()) return status;
  // A measured free node tells more than an inherited guess at an idle one.
  if (object.contains("free_watts") && !object.contains("idle_watts") && profile->free &&
      profile->free->value > profile->idle->value) {
    profile->idle.reset();
    return status;
  }
  status.Update(check("free", &profile->free, "idle", profile->idle->value, true));
  return status;
}

absl::StatusOr<HardwareProfile> ReadProfile(absl::string_view name, const Json& object,
                                            const ProfileLibrary& bases) {
  if (!object.is_object()) return Invalid("", "a hardware profile is a JSON object");
  absl::Status keys = CheckKeys(object, "",
                                {"extends", "unit", "busy_watts", "idle_watts", "free_watts",
                                 "tflops", "tflops_fp8", "embodied_g_per_hour"});
  if (!keys.ok()) return keys;
  absl::StatusOr<HardwareProfile> base = Base(name, object, bases);
  if (!base.ok()) return base.status();
  HardwareProfile profile = *std::move(base);
  const bool from_nothing = profile.name.empty();
  profile.name = std::string(name);

  if (object.contains("unit")) {
    absl::StatusOr<std::string> unit_name = ReadText(object, "", "unit");
    if (!unit_name.ok()) return unit_name.status();
    absl::StatusOr<AllocationUnit> unit = ParseAllocationUnit(*unit_name);
    if (!unit.ok()) return Invalid("/unit", unit.status().message());
    // Watts per device are no watts per node: a changed unit inherits no number.
    if (!from_nothing && *unit != profile.unit) profile = HardwareProfile{.name = profile.name};
    profile.unit = *unit;
  } else if (from_nothing) {
    return Invalid("/unit", "missing; device, core or node");
  }

  if (const auto field = object.find("busy_watts"); field != object.end()) {
    auto busy = ReadSourced<Watts>(*field, "/busy_watts", 1, false);
    if (!busy.ok()) return busy.status();
    profile.busy = *std::move(busy);
  } else if (profile.busy.source.empty()) {
    return Invalid("/busy_watts", "missing");
  }
  absl::Status read = absl::OkStatus();
  const auto read_optional = [&]<class T>(const char* key, double scale, bool may_be_zero,
                                          std::optional<Sourced<T>>* into) {
    const auto field = object.find(key);
    if (!read.ok() || field == object.end()) return;
    auto number = ReadSourced<T>(*field, Pointer("", key), scale, may_be_zero);
    if (number.ok()) {
      *into = *std::move(number);
    } else {
      read = number.status();
    }
  };
  read_optional("idle_watts", 1, true, &profile.idle);
  read_optional("free_watts", 1, true, &profile.free);
  read_optional("tflops", kFlopsPerTera, false, &profile.throughput);
  read_optional("tflops_fp8", kFlopsPerTera, false, &profile.throughput_fp8);
  read_optional("embodied_g_per_hour", 1, true, &profile.embodied_per_hour);
  if (!read.ok()) return read;
  if (absl::Status order = CheckOrder(object, &profile); !order.ok()) return order;
  return profile;
}

// A number that, read back and multiplied by `scale`, is `scaled` to the bit. The quotient can be
// one rounding off.
double Unscaled(double scaled, double scale) {
  const double quotient = scaled / scale;
  for (double candidate :
       {quotient, std::nextafter(quotient, 0.0), std::nextafter(quotient, 1e308)}) {
    if (candidate * scale == scaled) return candidate;
  }
  return quotient;
}

template <class T>
Json WriteSourced(const Sourced<T>& field, double scale) {
  return {{"value", Unscaled(field.value.value(), scale)},
          {"quality", std::string(QualityName(field.quality))},
          {"source", field.source}};
}

ProfileLibrary ReadShippedProfiles() {
  ProfileLibrary library;
  const Json all = Json::parse(kShippedProfilesJson, nullptr, /*allow_exceptions=*/false);
  if (!all.is_object()) return library;
  for (const auto& item : all.items()) {
    absl::StatusOr<HardwareProfile> profile = ReadProfile(item.key(), item.value(), {});
    if (profile.ok()) library.emplace(item.key(), *std::move(profile));
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
  if (object.is_discarded()) return Invalid("", "not JSON");
  return ReadProfile(name, object, bases);
}

std::string SerializeProfile(const HardwareProfile& profile) {
  Json object = {{"extends", nullptr},
                 {"unit", std::string(AllocationUnitName(profile.unit))},
                 {"busy_watts", WriteSourced(profile.busy, 1)}};
  if (profile.idle) object["idle_watts"] = WriteSourced(*profile.idle, 1);
  if (profile.free) object["free_watts"] = WriteSourced(*profile.free, 1);
  if (profile.throughput) object["tflops"] = WriteSourced(*profile.throughput, kFlopsPerTera);
  if (profile.throughput_fp8) {
    object["tflops_fp8"] = WriteSourced(*profile.throughput_fp8, kFlopsPerTera);
  }
  if (profile.embodied_per_hour) {
    object["embodied_g_per_hour"] = WriteSourced(*profile.embodied_per_hour, 1);
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const ProfileLibrary& ShippedProfiles() {
  static const ProfileLibrary* const library = new ProfileLibrary(ReadShippedProfiles());
  return *library;
}

std::vector<const HardwareProfile*> RankByEfficiency(const ProfileLibrary& library) {
  std::vector<const HardwareProfile*> ranked;
  for (const auto& [name, profile] : library) ranked.push_back(&profile);
  // The library is in order of name, which the stable sort keeps among equals.
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto* a, const auto* b) {
    return FlopsPerJoule(*a).value_or(-1) > FlopsPerJoule(*b).value_or(-1);
  });
  return ranked;
}

}  // namespace carbon
