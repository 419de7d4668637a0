// Hardware efficiency profiles: how much power an allocated unit draws at the plug, and how fast it
// works. Every number carries its source and quality. No I/O.
//
// Rank by measured efficiency, never by peak or TDP: V100 beats TPUv3 1.5x on paper and loses 2.0x
// when measured (Patterson et al. 2021, section 4).
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

// "measured", "specified", "estimated".
absl::string_view QualityName(Quality quality);
absl::StatusOr<Quality> ParseQuality(absl::string_view name);

// One standard deviation of the relative error to expect of a number of this quality: 5% measured
// (Patterson et al. 2021, Table 4 notes: 2-11%), 30% specified (predictions from TDP are 27-37%
// off) and 40% estimated.
double RelativeSpread(Quality quality);

template <class T>
struct Sourced {
  T value{};
  Quality quality = Quality::kEstimated;
  std::string source;
};

// What the watts are counted per: a device with its host's share, a core, or a whole node.
enum class AllocationUnit { kDevice, kCore, kNode };

// "device", "core", "node".
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

// Energy to solution at bf16: operations per joule at the plug. Absent where the throughput is
// unknown.
std::optional<double> FlopsPerJoule(const HardwareProfile& profile);

// The profiles by name. A library is built from the shipped data and then the administrator's
// entries, which add to it or override single fields of it.
using ProfileLibrary = std::map<std::string, HardwareProfile>;

// Reads one profile from a JSON object, as core/config/profiles.json and "hardware" in carbon.json
// write it:
//
//   {"extends": "h100-sxm", "unit": "device",
//    "busy_watts": {"value": 960, "quality": "measured", "source": "our rack's meter, May 2026"},
//    "idle_watts": …, "free_watts": …, "tflops": …, "tflops_fp8": …, "embodied_g_per_hour": …}
//
// Free watts are at most the idle ones and below the busy ones, and idle at most busy. An inherited
// number that contradicts one of the object's is left out.
//
// What the object leaves out is taken from the profile in `bases` that "extends" names, or without
// "extends" from the one called `name`; `"extends": null` starts from nothing. A "unit" other than
// the base's inherits no number. The whole must have "unit" and "busy_watts".
//
// InvalidArgument with the first thing that is wrong, after its JSON pointer within the object:
// `/busy_watts/quality: "guess" is none of …`, or without a pointer where the whole is not an
// object. Unknown keys are refused with the nearest known one.
absl::StatusOr<HardwareProfile> ParseProfile(absl::string_view name, absl::string_view json,
                                             const ProfileLibrary& bases);

// The object that ParseProfile reads back, whatever `bases` holds, to the same profile: canonical
// JSON on one line.
std::string SerializeProfile(const HardwareProfile& profile);

// The profiles that ship with the product (core/config/profiles.json, compiled in). Never fails: a
// test parses the same bytes.
const ProfileLibrary& ShippedProfiles();

// By FlopsPerJoule, best first; profiles without a throughput come last, by name.
std::vector<const HardwareProfile*> RankByEfficiency(const ProfileLibrary& library);

}  // namespace carbon

#endif  // CORE_CONFIG_PROFILE_H_
