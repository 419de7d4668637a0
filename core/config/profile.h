// Hardware efficiency profiles: how much power an allocated unit draws at the plug, and how fast it
// works. Every number has its source and quality. No I/O.
//
// Profiles are ranked by measured efficiency, never by peak or TDP: by its specification V100 is
// 1.5 times better than TPUv3, but measured it is 2.0 times worse (Patterson et al. 2021, section
// 4).
#ifndef CORE_CONFIG_PROFILE_H_
#define CORE_CONFIG_PROFILE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/precision.h"
#include "core/base/quantities.h"

namespace carbon {

enum class Quality { kMeasured, kSpecified, kEstimated };

// The names are "measured", "specified" and "estimated".
absl::string_view QualityName(Quality quality);
absl::StatusOr<Quality> ParseQuality(absl::string_view name);

// Returns one standard deviation of the expected relative error of a number of this quality: 5% if
// measured (Patterson et al. 2021, Table 4 notes: 2-11%), 30% if specified (predictions from TDP
// are 27-37% off) and 40% if estimated.
double RelativeSpread(Quality quality);

template <class T>
struct Sourced {
  T value{};
  Quality quality = Quality::kEstimated;
  std::string source;
};

// The unit for which watts are counted: a device with its host's share, a core, or a whole node.
enum class AllocationUnit { kDevice, kCore, kNode };

// The names are "device", "core" and "node".
absl::string_view AllocationUnitName(AllocationUnit unit);
absl::StatusOr<AllocationUnit> ParseAllocationUnit(absl::string_view name);

struct HardwareProfile {
  std::string name;
  AllocationUnit unit = AllocationUnit::kDevice;
  Sourced<Watts> busy;                                    // per unit, at the plug, before PUE
  std::optional<Sourced<Watts>> idle;                     // per unit, allocated but not working
  std::optional<Sourced<Watts>> free;                     // per unit of a powered node without jobs
  std::optional<Sourced<FlopsPerSecond>> throughput;      // per unit, achieved in training at bf16
  std::optional<Sourced<FlopsPerSecond>> throughput_fp8;  // the same at fp8
  std::optional<Sourced<GramsCo2e>> embodied_per_hour;    // per unit and hour reserved
};

const std::optional<Sourced<FlopsPerSecond>>& ThroughputAt(const HardwareProfile& profile,
                                                           Precision precision);

// Returns the energy efficiency at bf16: operations per joule at the plug. Absent if the throughput
// is unknown.
std::optional<double> FlopsPerJoule(const HardwareProfile& profile);

// The profiles by name. A library has the shipped profiles, and the administrator's entries, which
// add profiles or override single fields.
using ProfileLibrary = std::map<std::string, HardwareProfile>;

// Reads one profile from a JSON object, as core/config/profiles.json and "hardware" in carbon.json
// write it:
//
//   {"extends": "h100-sxm", "unit": "device",
//    "busy_watts": {"value": 960, "quality": "measured", "source": "our rack's meter, May 2026"},
//    "idle_watts": …, "free_watts": …, "tflops": …, "tflops_fp8": …, "embodied_g_per_hour": …}
//
// Free watts are at most the idle watts and below the busy watts, and idle watts are at most the
// busy watts. An inherited number that contradicts a number of the object is left out.
//
// Fields that the object leaves out are inherited from the profile in `bases` that "extends" names,
// or without "extends" from the profile called `name`. `"extends": null` inherits nothing. If the
// object's "unit" differs from the base's, no number is inherited. The result must have "unit" and
// "busy_watts".
//
// Returns InvalidArgument for the first fault, after its JSON pointer within the object:
// `/busy_watts/quality: "guess" is none of …`. The pointer is missing if the whole is not an
// object. Unknown keys are refused, with the nearest known one.
absl::StatusOr<HardwareProfile> ParseProfile(absl::string_view name, absl::string_view json,
                                             const ProfileLibrary& bases);

// Returns the object that ParseProfile reads back to the same profile, whatever `bases` has:
// canonical JSON on one line.
std::string SerializeProfile(const HardwareProfile& profile);

// Returns the profiles that ship with the product (core/config/profiles.json, compiled in). It
// never fails: a test parses the same bytes.
const ProfileLibrary& ShippedProfiles();

// Sorts profiles by FlopsPerJoule, best first. Profiles without a throughput come last, by name.
std::vector<const HardwareProfile*> RankByEfficiency(const ProfileLibrary& library);

}  // namespace carbon

#endif  // CORE_CONFIG_PROFILE_H_
