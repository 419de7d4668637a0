// Runs the built scarbon, as a shell would.
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/cli/run_scarbon.h"

namespace carbon {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string TemporaryPath(const std::string& name) {
  return absl::StrCat(testing::TempDir(), "/scarbon-estimate-", getpid(), "-", name);
}

constexpr char kGpt3[] =
    "estimate --flops 3.14e23 --devices 10000 --tflops 24.6 --watts 330 --pue 1.1 "
    "--intensity 429 ";

TEST(Estimate, PrintsEveryInputWithItsOriginAndThenTheResult) {
  const Ran result = RunScarbon(kGpt3);
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_EQ(result.out,
            R"(INPUT     VALUE                   FROM
--------- ----------------------- -----------
devices   10000 devices           --devices
flops     3.14e+23 FLOP           --flops
tflops    24.6 TFLOP/s per device --tflops
watts     330 W per device        --watts
pue       1.1                     --pue
intensity 429 gCO2e/kWh           --intensity

RESULT     VALUE         WHAT
---------- ------------- --------------
duration   354.562 h     14.8 days
operations 3.14e+23 FLOP all devices
energy     1287 MWh      with PUE
gross CO2e 552 t         location-based
)");
}

TEST(Estimate, SaysWhatAProfileSuppliedAndHowGoodItIs) {
  const Ran result = RunScarbon(
      "estimate --hardware v100-sxm2 --devices 8 --hours 10 --intensity 400 "
      "--net-intensity 20");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out,
            R"(INPUT         VALUE                   FROM
------------- ----------------------- -----------------------------
devices       8 devices               --devices
hours         10 h                    --hours
tflops        24.6 TFLOP/s per device hardware v100-sxm2 (measured)
watts         325 W per device        hardware v100-sxm2 (measured)
pue           1                       default
intensity     400 gCO2e/kWh           --intensity
net intensity 20 gCO2e/kWh            --net-intensity

RESULT     VALUE           WHAT
---------- --------------- --------------
duration   10 h            0.417 days
operations 7.0848e+18 FLOP all devices
energy     26 kWh          with PUE
gross CO2e 10.4 kg         location-based
net CO2e   520 g           market-based

tflops: GPT-3 (Patterson et al. 2021, arXiv 2104.10350, Table 4)
watts: mean system power per processor, host included, with a deviation of 2% (Patterson et al. 2021, arXiv 2104.10350, section 4)
pue: not given: the datacenter's overhead is left out
)");
}

nlohmann::json MustParse(const Ran& result) {
  EXPECT_EQ(result.code, 0) << result.err;
  const nlohmann::json json = nlohmann::json::parse(result.out, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << result.out;
  return json;
}

TEST(Estimate, GivesThePublishedGpt3FiguresAsJson) {
  const nlohmann::json json = MustParse(RunScarbon(absl::StrCat(kGpt3, "--json")));
  EXPECT_NEAR(json.at("hours").get<double>(), 14.7734 * 24, 0.001);
  EXPECT_NEAR(json.at("energy_kwh").get<double>(), 1287060, 1);
  EXPECT_NEAR(json.at("co2e_kg").get<double>(), 552148.6, 0.1);
  EXPECT_TRUE(json.at("net_co2e_kg").is_null());
  EXPECT_TRUE(json.at("embodied_co2e_kg").is_null());
  EXPECT_DOUBLE_EQ(json.at("flops").get<double>(), 3.14e23);
  const nlohmann::json expected = {
      {"value", 330.0}, {"unit", "W per device"}, {"source", "--watts"}, {"quality", nullptr}};
  EXPECT_EQ(json.at("inputs").at("watts"), expected);
  for (const auto& input : json.at("inputs").items()) {
    for (const char* key : {"value", "unit", "source", "quality"}) {
      EXPECT_TRUE(input.value().contains(key)) << input.key() << " " << key;
    }
  }
}

TEST(Estimate, TakesTheSpeedAtThePrecision) {
  const auto hours = [](const std::string& precision) {
    const nlohmann::json json = MustParse(RunScarbon(
        absl::StrCat("estimate --hardware h100-sxm --flops 1e20 --intensity 1 --json", precision)));
    return json.at("hours").get<double>();
  };
  EXPECT_NEAR(hours(""), 1e20 / 400e12 / 3600, 1e-6);
  EXPECT_NEAR(hours(" --precision bf16"), 1e20 / 400e12 / 3600, 1e-6);
  EXPECT_NEAR(hours(" --precision fp8"), 1e20 / 813e12 / 3600, 1e-6);
}

TEST(Estimate, ReportsNetAndEmbodiedBesideGross) {
  const nlohmann::json json =
      MustParse(RunScarbon("estimate --hardware h100-sxm --hours 100 --devices 10 --intensity 400 "
                           "--net-intensity 0 --json"));
  EXPECT_DOUBLE_EQ(json.at("energy_kwh").get<double>(), 969);
  EXPECT_DOUBLE_EQ(json.at("co2e_kg").get<double>(), 387.6);
  EXPECT_EQ(json.at("net_co2e_kg").get<double>(), 0);
  EXPECT_DOUBLE_EQ(json.at("embodied_co2e_kg").get<double>(), 9.9);
  EXPECT_EQ(json.at("inputs").at("watts").at("quality"), "measured");
  EXPECT_THAT(json.at("inputs").at("watts").at("source").get<std::string>(),
              StartsWith("hardware h100-sxm: "));
}

TEST(Estimate, DerivesOperationsFromActiveParametersAndTokens) {
  const std::string rest =
      " --tokens 2e12 --tflops 34.4 --watts 245 --devices 1024 --intensity "
      "330 --pue 1.1 --json";
  const nlohmann::json sparse =
      MustParse(RunScarbon("estimate --params 1.5e12 --active-params 7.41e9" + rest));
  EXPECT_DOUBLE_EQ(sparse.at("flops").get<double>(), 6 * 7.41e9 * 2e12);
  EXPECT_EQ(sparse.at("inputs").at("flops").at("source"), "6 x active parameters x tokens");
  EXPECT_EQ(sparse.at("inputs").at("flops").at("quality"), "estimated");
  const nlohmann::json dense = MustParse(RunScarbon("estimate --params 7.41e9" + rest));
  EXPECT_EQ(dense.at("energy_kwh"), sparse.at("energy_kwh"));
  EXPECT_EQ(dense.at("inputs").at("flops").at("source"), "6 x parameters x tokens");
}

TEST(Estimate, LetsAnOptionOverrideTheProfile) {
  const nlohmann::json json = MustParse(
      RunScarbon("estimate --hardware h100-sxm --watts 700 --hours 10 --intensity 400 --json"));
  EXPECT_DOUBLE_EQ(json.at("energy_kwh").get<double>(), 7);
  EXPECT_EQ(json.at("inputs").at("watts").at("source"), "--watts");
}

TEST(Estimate, CountsCoresAndNodesWhereTheProfileDoes) {
  const nlohmann::json json = MustParse(RunScarbon(
      "estimate --hardware cpu-node-generic --devices 2 --hours 10 --intensity 400 --json"));
  EXPECT_EQ(json.at("inputs").at("devices").at("unit"), "node");
  EXPECT_EQ(json.at("inputs").at("watts").at("unit"), "W per node");
  EXPECT_TRUE(json.at("flops").is_null());
  EXPECT_DOUBLE_EQ(json.at("energy_kwh").get<double>(), 14.2);
}

TEST(Estimate, RefusesWrongUsageNamingTheOption) {
  struct Case {
    const char* arguments;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"--watts 1 --intensity 1",
       "--hours: missing; give it, or --flops, or --params and --tokens"},
      {"--hours 1 --flops 1 --watts 1 --intensity 1",
       "--hours: conflicts with --flops; give one of them"},
      {"--hours 1 --params 1 --tokens 1 --watts 1 --intensity 1",
       "--hours: conflicts with --params; give one of them"},
      {"--flops 1 --params 1 --tokens 1 --watts 1 --intensity 1",
       "--flops: conflicts with --params; give one of them"},
      {"--params 1 --hardware t4 --intensity 1", "--tokens: missing; --params needs it"},
      {"--tokens 1 --hardware t4 --intensity 1", "--params: missing; --tokens needs it"},
      {"--hours 1 --active-params 1", "--params: missing; --active-params needs it"},
      {"--params 1e9 --active-params 2e9 --tokens 1 --hardware t4 --intensity 1",
       "--active-params: 2e+09 is more than --params 1e+09"},
      {"--hours 1 --intensity 1", "--watts: missing; give it, or --hardware"},
      {"--hours 1 --watts 1", "--intensity: missing; give it, or --site"},
      {"--flops 1 --watts 1 --intensity 1", "--tflops: missing; --flops needs it, or --hardware"},
      {"--params 1 --tokens 1 --watts 1 --intensity 1",
       "--tflops: missing; --params needs it, or --hardware"},
      {"--flops 1 --hardware cpu-core-generic --intensity 1",
       "--tflops: missing; hardware \"cpu-core-generic\" has no throughput at bf16"},
      {"--flops 1 --hardware a100-sxm --precision fp8 --intensity 1",
       "--tflops: missing; hardware \"a100-sxm\" has no throughput at fp8"},
      {"--hours 1 --precision int4", "--precision: \"int4\" is not bf16 or fp8"},
      {"--hours 1 --hardware h100-smx --intensity 1",
       "--hardware: unknown hardware \"h100-smx\"; did you mean \"h100-sxm\"?"},
      {"--hours 1 --hardware zzzzzzzzzzzz --intensity 1",
       "--hardware: unknown hardware \"zzzzzzzzzzzz\"; known are a100-pcie-40gb, "},
      {"--hours soon", "--hours: \"soon\" is not a positive number"},
      {"--hours 0", "--hours: \"0\" is not a positive number"},
      {"--hours -3", "--hours: \"-3\" is not a positive number"},
      {"--flops nan", "--flops: \"nan\" is not a positive number"},
      {"--flops 1e999", "--flops: \"1e999\" is not a positive number"},
      {"--devices 1.5", "--devices: \"1.5\" is not a whole number from 1"},
      {"--devices 0", "--devices: \"0\" is not a whole number from 1"},
      {"--watts -1", "--watts: \"-1\" is not a number from 0"},
      {"--pue 0.9", "--pue: \"0.9\" is not a number from 1"},
      {"--intensity inf", "--intensity: \"inf\" is not a number from 0"},
      {"--net-intensity x", "--net-intensity: \"x\" is not a number from 0"},
      {"--tflops 0", "--tflops: \"0\" is not a positive number"},
      {"--hours 1 --hours 2", "--hours: "},
      {"--bogus",
       "The following argument was not expected: --bogus\nTry 'scarbon estimate --help'."},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.arguments);
    const Ran result = RunScarbon(absl::StrCat("estimate ", c.arguments));
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, StartsWith(absl::StrCat("scarbon: ", c.message)));
  }
}

// A configuration in a file of its own, removed with the object.
class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text) : path_(TemporaryPath("carbon.json")) {
    std::ofstream(path_) << text;
  }
  ~ConfigFile() { unlink(path_.c_str()); }

  std::string option() const { return absl::StrCat(" --config '", path_, "' "); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

constexpr char kConfig[] = R"({
  // Two sites, one without a climatology.
  "zones": {
    "NO-1": {"kind": "average-lifecycle", "climatology": 30},
    "DE": {"kind": "average-lifecycle"}
  },
  "sites": {
    "oslo": {"zone": "NO-1", "net_intensity": 5,
             "pue": {"value": 1.1, "quality": "measured", "source": "our meters"}},
    "frankfurt": {"zone": "DE", "pue": 1.3}
  },
  "hardware": {
    "h100-sxm": {"busy_watts": {"value": 1000, "quality": "measured", "source": "our rack"}}
  }
})";

TEST(Estimate, TakesPueAndIntensitiesFromTheSiteAndWattsFromItsProfile) {
  const ConfigFile config(kConfig);
  const Ran result = RunScarbon("estimate --site oslo --hardware h100-sxm --hours 10 --devices 8" +
                                config.option() + "--json");
  const nlohmann::json json = MustParse(result);
  EXPECT_DOUBLE_EQ(json.at("energy_kwh").get<double>(), 88);
  EXPECT_DOUBLE_EQ(json.at("co2e_kg").get<double>(), 2.64);
  EXPECT_DOUBLE_EQ(json.at("net_co2e_kg").get<double>(), 0.44);
  const nlohmann::json& inputs = json.at("inputs");
  EXPECT_EQ(inputs.at("pue").at("source"), "site oslo: our meters");
  EXPECT_EQ(inputs.at("pue").at("quality"), "measured");
  EXPECT_EQ(inputs.at("intensity").at("source"),
            "site oslo: climatology of zone NO-1, average-lifecycle");
  EXPECT_EQ(inputs.at("net_intensity").at("source"), absl::StrCat("site oslo: ", config.path()));
  EXPECT_EQ(inputs.at("watts").at("source"), "hardware h100-sxm: our rack");
}

TEST(Estimate, LetsAnOptionOverrideTheSite) {
  const ConfigFile config(kConfig);
  const nlohmann::json json = MustParse(RunScarbon(
      "estimate --site frankfurt --watts 1000 --hours 10 --pue 2 --intensity 100 --json" +
      config.option()));
  EXPECT_DOUBLE_EQ(json.at("energy_kwh").get<double>(), 20);
  EXPECT_DOUBLE_EQ(json.at("co2e_kg").get<double>(), 2);
  EXPECT_EQ(json.at("inputs").at("pue").at("source"), "--pue");
}

TEST(Estimate, NeedsAnIntensityWhereTheSitesZoneHasNoClimatology) {
  const ConfigFile config(kConfig);
  const Ran result =
      RunScarbon("estimate --site frankfurt --watts 1000 --hours 10" + config.option());
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err,
            absl::StrCat("scarbon: --intensity: missing; zone \"DE\" of site frankfurt has no "
                         "climatology in ",
                         config.path(), "\n"));
}

TEST(Estimate, RefusesAnUnknownSiteNamingTheNearest) {
  const ConfigFile config(kConfig);
  const Ran result = RunScarbon("estimate --site osol --watts 1 --hours 1" + config.option());
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err, "scarbon: --site: unknown site \"osol\"; did you mean \"oslo\"?\n");
}

TEST(Estimate, FailsWhereTheConfigurationIsWrong) {
  const ConfigFile config("{\n  \"sitse\": {}\n}\n");
  const Ran result = RunScarbon("estimate --site oslo --watts 1 --hours 1" + config.option());
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, StartsWith(absl::StrCat("scarbon: ", config.path(), ":2: /sitse: ")));
}

TEST(Estimate, FailsWhereTheConfigurationAskedForCannotBeRead) {
  const Ran result =
      RunScarbon("estimate --site oslo --config /nonexistent/carbon.json --hours 1 --watts 1");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, HasSubstr("/nonexistent/carbon.json"));
}

TEST(Scarbon, AnswersHelpAndVersion) {
  EXPECT_EQ(RunScarbon("--version").code, 0);
  EXPECT_THAT(RunScarbon("--version").out, StartsWith("scarbon "));
  const Ran help = RunScarbon("estimate --help");
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("--net-intensity"));
}

TEST(Scarbon, RefusesAMissingOrUnknownSubcommand) {
  for (const char* arguments : {"", "estimat"}) {
    const Ran result = RunScarbon(arguments);
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, StartsWith("scarbon: "));
  }
}

TEST(Scarbon, FailsWhereTheResultCannotBeWritten) {
  EXPECT_EQ(RunScarbon(absl::StrCat(kGpt3, ">/dev/full")).code, 1);
}

}  // namespace
}  // namespace carbon
