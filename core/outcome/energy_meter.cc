#include "core/outcome/energy_meter.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "absl/strings/strip.h"

namespace carbon {
namespace {

struct Words {
  WhyNotBelieved why;
  absl::string_view code;
  absl::string_view text;
};

// The entries are in the enumeration's order.
constexpr std::array<Words, kWhysNotBelieved> kWords = {{
    {WhyNotBelieved::kNoMeter, "no-meter", "Slurm gathers no energy (AcctGatherEnergyType)"},
    {WhyNotBelieved::kMeterUnknown, "meter-unknown",
     "it is not known which meter Slurm reads (AcctGatherEnergyType)"},
    {WhyNotBelieved::kPartOfNode, "part-of-node",
     "the meter counts only a part of the node: processors, or GPUs"},
    {WhyNotBelieved::kNotReported, "not-reported",
     "accounting has no figure that spans all nodes of the job and all of its time"},
    {WhyNotBelieved::kNodesShared, "nodes-shared",
     "the job may have shared its nodes, and the meter counts whole nodes"},
    {WhyNotBelieved::kBelowIdle, "below-idle", "it is less than the nodes draw when they are idle"},
    {WhyNotBelieved::kAboveMaximum, "above-maximum", "it is more than the nodes can draw"},
    {WhyNotBelieved::kNothingToCompare, "nothing-to-compare",
     "no hardware profile or site says what is plausible"},
    {WhyNotBelieved::kNoAnswer, "no-answer", "the meter did not answer"},
    {WhyNotBelieved::kNotAsked, "not-asked",
     "the meter was not asked: the limit of its queries was reached"},
    {WhyNotBelieved::kNoReading, "no-reading", "the meter has no reading of the job"},
}};

const Words& WordsOf(WhyNotBelieved why) { return kWords[static_cast<size_t>(why)]; }

// How far a number of that quality may be off: two standard deviations.
double Tolerance(Quality quality) { return 2 * RelativeSpread(quality); }

}  // namespace

absl::string_view WhyNotBelievedCode(WhyNotBelieved why) { return WordsOf(why).code; }
absl::string_view WhyNotBelievedText(WhyNotBelieved why) { return WordsOf(why).text; }

EnergyMeter EnergyMeterOf(absl::string_view type, absl::string_view release) {
  using Scope = EnergyMeter::Scope;
  EnergyMeter meter;
  meter.release = std::string(release);
  const absl::string_view plugin = absl::StripPrefix(type, "acct_gather_energy/");
  if (plugin.empty() || plugin == "none" || plugin == "(null)") {
    meter.scope = Scope::kNone;
    return meter;
  }
  meter.plugin = std::string(plugin);
  if (plugin == "ipmi" || plugin == "xcc" || plugin == "pm_counters" || plugin == "ibmaem" ||
      plugin == "cray_aries") {
    meter.scope = Scope::kNodes;
  } else if (plugin == "rapl") {
    meter.scope = Scope::kProcessors;
  } else if (plugin == "gpu") {
    meter.scope = Scope::kDevices;
  }
  // Of several plugins together it is not known what their sum counts twice.
  return meter;
}

EnergyMeter PrometheusEnergyMeter(const EnergyMeter& slurm, std::string source) {
  EnergyMeter meter = slurm;
  meter.scope = EnergyMeter::Scope::kNodes;
  meter.plugin = "prometheus";
  meter.source = std::move(source);
  return meter;
}

PlausibleEnergy PlausibleEnergyOf(const HardwareProfile& hardware, absl::Duration unit_time) {
  PlausibleEnergy plausible;
  for (const auto* least : {&hardware.idle, &hardware.free}) {
    if (!least->has_value()) continue;
    const double share = std::max(0.0, 1 - Tolerance((*least)->quality));
    plausible.low = (*least)->value * share * unit_time;
    break;
  }
  plausible.high =
      hardware.busy.value * (kMaximumOverBusy * (1 + Tolerance(hardware.busy.quality))) * unit_time;
  return plausible;
}

std::optional<WhyNotBelieved> WhyNotBelievedOf(const EnergyMeter& meter,
                                               std::optional<KilowattHours> measured,
                                               bool had_nodes_alone,
                                               std::optional<PlausibleEnergy> plausible) {
  using Scope = EnergyMeter::Scope;
  if (meter.scope == Scope::kNone) return WhyNotBelieved::kNoMeter;
  if (meter.scope == Scope::kUnknown) return WhyNotBelieved::kMeterUnknown;
  if (meter.scope != Scope::kNodes) return WhyNotBelieved::kPartOfNode;
  if (!measured.has_value()) return WhyNotBelieved::kNotReported;
  if (!had_nodes_alone && !meter.whole_nodes) return WhyNotBelieved::kNodesShared;
  if (!plausible.has_value()) return WhyNotBelieved::kNothingToCompare;
  // A meter that does not answer reports 0.
  if (measured->value() <= 0 || *measured < plausible->low) return WhyNotBelieved::kBelowIdle;
  if (*measured > plausible->high) return WhyNotBelieved::kAboveMaximum;
  return std::nullopt;
}

}  // namespace carbon
