#include "core/outcome/energy_meter.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace carbon {
namespace {

using Scope = EnergyMeter::Scope;

TEST(EnergyMeter, OfAPrometheusCountsWholeNodesWhateverSlurmGathers) {
  EnergyMeter slurm = EnergyMeterOf("(null)", "24.11.5");
  slurm.whole_nodes = true;
  const EnergyMeter meter = PrometheusEnergyMeter(slurm, "Prometheus http://p, query w");
  EXPECT_EQ(meter.scope, Scope::kNodes);
  EXPECT_EQ(meter.plugin, "prometheus");
  EXPECT_EQ(meter.source, "Prometheus http://p, query w");
  EXPECT_EQ(meter.release, "24.11.5");
  EXPECT_TRUE(meter.whole_nodes);
}

TEST(EnergyMeter, KnowsWhatSlurmsPluginsCount) {
  EXPECT_EQ(EnergyMeterOf("acct_gather_energy/ipmi", "24.11.5").scope, Scope::kNodes);
  EXPECT_EQ(EnergyMeterOf("acct_gather_energy/ipmi", "24.11.5").plugin, "ipmi");
  EXPECT_EQ(EnergyMeterOf("acct_gather_energy/ipmi", "24.11.5").release, "24.11.5");
  EXPECT_EQ(EnergyMeterOf("acct_gather_energy/xcc", "").scope, Scope::kNodes);
  EXPECT_EQ(EnergyMeterOf("acct_gather_energy/pm_counters", "").scope, Scope::kNodes);
  EXPECT_EQ(EnergyMeterOf("acct_gather_energy/rapl", "").scope, Scope::kProcessors);
  EXPECT_EQ(EnergyMeterOf("acct_gather_energy/gpu", "").scope, Scope::kDevices);
  EXPECT_EQ(EnergyMeterOf("acct_gather_energy/gpu,acct_gather_energy/ipmi", "").scope,
            Scope::kUnknown);
  EXPECT_EQ(EnergyMeterOf("acct_gather_energy/site", "").scope, Scope::kUnknown);
  for (const char* none : {"acct_gather_energy/none", "(null)", ""}) {
    EXPECT_EQ(EnergyMeterOf(none, "").scope, Scope::kNone) << none;
  }
}

// A device of 1000 W, idle 300 W, both measured: 10% of tolerance.
HardwareProfile Measured() {
  return {.name = "h",
          .busy = {Watts(1000), Quality::kMeasured, ""},
          .idle = Sourced<Watts>{Watts(300), Quality::kMeasured, ""},
          .free = Sourced<Watts>{Watts(200), Quality::kEstimated, ""}};
}

TEST(PlausibleEnergy, LiesBetweenIdleAndTheMaximumWithinTheProfilesErrors) {
  const PlausibleEnergy measured = PlausibleEnergyOf(Measured(), absl::Hours(10));
  EXPECT_NEAR(measured.low.value(), 3 * 0.9, 1e-9);
  EXPECT_NEAR(measured.high.value(), 10 * 1.32 * 1.1, 1e-9);

  HardwareProfile estimated = Measured();
  estimated.busy.quality = Quality::kEstimated;
  estimated.idle.reset();
  const PlausibleEnergy wide = PlausibleEnergyOf(estimated, absl::Hours(10));
  EXPECT_NEAR(wide.low.value(), 2 * 0.2, 1e-9);
  EXPECT_NEAR(wide.high.value(), 10 * 1.32 * 1.8, 1e-9);

  estimated.free.reset();
  EXPECT_EQ(PlausibleEnergyOf(estimated, absl::Hours(10)).low, KilowattHours(0));
}

TEST(MeasuredEnergy, IsBelievedOnlyIfEverythingSpeaksForIt) {
  const EnergyMeter nodes = EnergyMeterOf("acct_gather_energy/ipmi", "24.11.5");
  const PlausibleEnergy plausible = {KilowattHours(2), KilowattHours(12)};
  const auto why = [&](const EnergyMeter& meter, std::optional<double> kwh, bool alone = true) {
    const auto not_believed =
        WhyNotBelievedOf(meter, kwh.has_value() ? std::optional(KilowattHours(*kwh)) : std::nullopt,
                         alone, plausible);
    return not_believed.has_value() ? std::string(WhyNotBelievedCode(*not_believed)) : "believed";
  };
  EXPECT_EQ(why(nodes, 8), "believed");
  EXPECT_EQ(why(nodes, 2), "believed");
  EXPECT_EQ(why(nodes, 12), "believed");
  EXPECT_EQ(why(nodes, 1.99), "below-idle");
  EXPECT_EQ(why(nodes, 0), "below-idle");  // a meter that does not answer
  EXPECT_EQ(why(nodes, 12.01), "above-maximum");
  EXPECT_EQ(why(nodes, 5.1e12), "above-maximum");  // a counter that wrapped around
  EXPECT_EQ(why(nodes, std::nullopt), "not-reported");
  EXPECT_EQ(why(nodes, 8, /*alone=*/false), "nodes-shared");
  EXPECT_EQ(why(EnergyMeterOf("acct_gather_energy/rapl", ""), 8), "part-of-node");
  EXPECT_EQ(why(EnergyMeterOf("acct_gather_energy/gpu", ""), 8), "part-of-node");
  EXPECT_EQ(why(EnergyMeterOf("(null)", ""), 8), "no-meter");
  EXPECT_EQ(why({}, 8), "meter-unknown");
  EnergyMeter linear = nodes;
  linear.whole_nodes = true;
  EXPECT_EQ(why(linear, 8, /*alone=*/false), "believed");
  EXPECT_EQ(WhyNotBelievedOf(nodes, KilowattHours(8), true, std::nullopt),
            WhyNotBelieved::kNothingToCompare);
  // Without a lower bound, nothing at all is still not believed.
  EXPECT_EQ(WhyNotBelievedOf(nodes, KilowattHours(0), true,
                             PlausibleEnergy{KilowattHours(0), KilowattHours(12)}),
            WhyNotBelieved::kBelowIdle);
}

TEST(WhyNotBelievedWords, AreDistinctAndComplete) {
  std::set<std::string> codes, texts;
  for (int i = 0; i < kWhysNotBelieved; ++i) {
    codes.insert(std::string(WhyNotBelievedCode(static_cast<WhyNotBelieved>(i))));
    texts.insert(std::string(WhyNotBelievedText(static_cast<WhyNotBelieved>(i))));
  }
  EXPECT_EQ(codes.size(), kWhysNotBelieved);
  EXPECT_EQ(texts.size(), kWhysNotBelieved);
  EXPECT_FALSE(codes.contains(""));
  EXPECT_FALSE(texts.contains(""));
}

}  // namespace
}  // namespace carbon
