#include "core/config/profile_reader.h"

#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

using Json = JsonValue::Json;

constexpr double kFlopsPerTera = 1e12;

// A number that is finite after multiplication by `scale`, not negative, and not zero if it must be
// positive.
struct ScaledNumber {
  double scale;
  bool may_be_zero;

  std::optional<double> operator()(const JsonValue& json) const {
    if (!json.json().is_number()) {
      json.RefuseType("a number");
      return std::nullopt;
    }
    const double number = json.json().get<double>() * scale;
    const auto refuse = [&](absl::string_view fact) {
      json.Refuse(absl::StrCat(json.json().dump(), " ", fact));
      return std::nullopt;
    };
    if (!std::isfinite(number)) return refuse("is not finite");
    if (number < 0) return refuse("is negative");
    if (number == 0 && !may_be_zero) return refuse("is not positive");
    return number;
  }
};

// Reads {"value": 960, "quality": "measured", "source": "…"}.
template <class T>
std::optional<Sourced<T>> ReadSourced(const JsonValue& json, const ScaledNumber& number) {
  if (!json.json().is_object()) {
    json.Refuse(R"(is not an object with "value", "quality" and "source")");
    return std::nullopt;
  }
  JsonObject object(json);
  std::optional<double> value;
  std::optional<Quality> quality;
  std::optional<std::string> source;
  object.Require("value", &value, number);
  object.Require(
      "quality", &quality,
      OneOf<Quality>({Quality::kMeasured, Quality::kSpecified, Quality::kEstimated}, QualityName));
  object.Require("source", &source, Text);
  if (!value.has_value() || !quality.has_value() || !source.has_value()) return std::nullopt;
  return Sourced<T>{T(*value), *quality, *std::move(source)};
}

// Returns the profile on which the object builds, or nullopt if that is refused.
std::optional<HardwareProfile> Base(const std::string& name,
                                    const std::optional<JsonValue>& extends,
                                    const ProfileLibrary& bases) {
  if (!extends.has_value()) {
    const auto same = bases.find(name);
    return same == bases.end() ? HardwareProfile() : same->second;
  }
  if (extends->json().is_null()) return HardwareProfile();
  const std::optional<std::string> base_name = Text(*extends);
  if (!base_name.has_value()) return std::nullopt;
  const auto found = bases.find(*base_name);
  if (found != bases.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [known_name, profile] : bases) known.push_back(known_name);
  extends->Refuse(
      absl::StrCat("unknown hardware ", Quoted(*base_name), DidYouMean(*base_name, known)));
  return std::nullopt;
}

// Checks that more work draws more watts. An inherited number that contradicts one of the object is
// removed. Two numbers of the object must agree. Returns true if they do.
bool CheckOrder(const JsonValue& json, HardwareProfile* profile) {
  const Json& object = json.json();
  const auto check = [&](absl::string_view lower_word, std::optional<Sourced<Watts>>* lower,
                         absl::string_view upper_word, Watts upper, bool may_be_equal) {
    if (!lower->has_value()) return true;
    const Watts watts = (*lower)->value;
    if (watts < upper || (may_be_equal && watts == upper)) return true;
    const std::string key = absl::StrCat(lower_word, "_watts");
    if (!object.contains(key)) {
      lower->reset();
      return true;
    }
    json.Refuse(
        absl::StrCat(lower_word, " ", watts.value(), " W is ",
                     may_be_equal ? "above " : "not below ", upper_word, " ", upper.value(), " W"),
        absl::StrCat("/", key, "/value"));
    return false;
  };
  bool is_right = check("idle", &profile->idle, "busy", profile->busy.value, true);
  // If a free node drew as much as a busy one, a job would add nothing.
  is_right &= check("free", &profile->free, "busy", profile->busy.value, false);
  if (!profile->idle.has_value()) return is_right;
  // A measured free node says more than an inherited guess of an idle one.
  if (object.contains("free_watts") && !object.contains("idle_watts") && profile->free &&
      profile->free->value > profile->idle->value) {
    profile->idle.reset();
    return is_right;
  }
  // A number is refused only once.
  return is_right && check("free", &profile->free, "idle", profile->idle->value, true);
}

// Returns a number that gives exactly `scaled` after it is read back and multiplied by `scale`. The
// plain quotient can be wrong by one rounding.
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

}  // namespace

std::optional<HardwareProfile> ReadProfile(const std::string& name, const JsonValue& json,
                                           const ProfileLibrary& bases) {
  if (!json.json().is_object()) {
    json.Refuse("a hardware profile is a JSON object");
    return std::nullopt;
  }
  JsonObject object(json);
  const std::optional<HardwareProfile> base = Base(name, object.Find("extends"), bases);
  bool is_right = base.has_value();
  HardwareProfile profile = base.value_or(HardwareProfile());
  const bool from_nothing = profile.name.empty();
  profile.name = name;

  if (const auto field = object.Find("unit"); field.has_value()) {
    const std::optional<AllocationUnit> unit = OneOf<AllocationUnit>(
        {AllocationUnit::kDevice, AllocationUnit::kCore, AllocationUnit::kNode},
        AllocationUnitName)(*field);
    is_right &= unit.has_value();
    if (unit.has_value()) {
      // Watts per device are not watts per node: an object with another unit inherits no number.
      if (!from_nothing && *unit != profile.unit) profile = HardwareProfile{.name = name};
      profile.unit = *unit;
    }
  } else if (from_nothing && is_right) {
    json.Refuse("missing; device, core or node", "/unit");
    is_right = false;
  }

  const auto read = [&]<class T>(const char* key, ScaledNumber number,
                                 std::optional<Sourced<T>>* into) {
    const std::optional<JsonValue> field = object.Find(key);
    if (!field.has_value()) return;
    std::optional<Sourced<T>> value = ReadSourced<T>(*field, number);
    is_right &= value.has_value();
    if (value.has_value()) *into = std::move(value);
  };
  std::optional<Sourced<Watts>> busy;
  read("busy_watts", {1, false}, &busy);
  if (busy.has_value()) {
    profile.busy = *std::move(busy);
  } else if (profile.busy.source.empty() && is_right) {
    json.Refuse("missing", "/busy_watts");
    is_right = false;
  }
  read("idle_watts", {1, true}, &profile.idle);
  read("free_watts", {1, true}, &profile.free);
  read("tflops", {kFlopsPerTera, false}, &profile.throughput);
  read("tflops_fp8", {kFlopsPerTera, false}, &profile.throughput_fp8);
  read("embodied_g_per_hour", {1, true}, &profile.embodied_per_hour);
  if (!is_right || !CheckOrder(json, &profile)) return std::nullopt;
  return profile;
}

JsonValue::Json ProfileJson(const HardwareProfile& profile) {
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
  return object;
}

}  // namespace carbon
