#include "core/decision/accounting.h"

#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace carbon {
namespace {

// `value` with as many digits as `printed` has: "1287", "0.1357", "2.91E+21".
std::string AsPrinted(double value, const std::string& printed) {
  const size_t exponent = printed.find('E');
  const std::string mantissa = printed.substr(0, exponent);
  const size_t point = mantissa.find('.');
  const int decimals =
      point == std::string::npos ? 0 : static_cast<int>(mantissa.size() - point - 1);
  char text[64];
  std::snprintf(text, sizeof text, exponent == std::string::npos ? "%.*f" : "%.*E", decimals,
                value);
  return text;
}

double MegawattHours(KilowattHours energy) { return energy.value() / 1e3; }
double Tonnes(GramsCo2e mass) { return mass.value() / 1e6; }
GramsPerKilowattHour KilogramsPerKwh(double kg) { return GramsPerKilowattHour(kg * 1e3); }
FlopsPerSecond Tera(double tera) { return FlopsPerSecond(tera * 1e12); }
absl::Duration Days(double days) { return absl::Hours(24) * days; }

Footprint MustAccount(const TrainingRun& run) {
  absl::StatusOr<Footprint> footprint = Account(run);
  EXPECT_TRUE(footprint.ok()) << footprint.status();
  return footprint.ok() ? *footprint : Footprint{};
}

// Patterson et al. 2021, arXiv 2104.10350, Table 4. Its days are printed rounded (T5 20, GShard
// 3.1, Switch 27, GPT-3 14.8) and do not give its energies; these are the days that do. For GPT-3
// the operations are the input and the days derived.
struct Table4Row {
  const char* model;
  double gross_kg_per_kwh;
  double net_kg_per_kwh;
  double pue;
  double watts;
  double tflops;
  int64_t processors;
  double days;  // zero: from `flops_input`
  double flops_input;
  const char* flops;
  const char* megawatt_hours;
  const char* gross_tonnes;
  const char* net_tonnes;
};

constexpr Table4Row kTable4[] = {
    {"ET-NAS", .431, .431, 1.10, 208, 24.8, 200, 6.8, 0, "2.91E+21", "7.5", "3.2", "3.2"},
    {"T5", .545, .545, 1.12, 310, 45.6, 512, 20.09, 0, "4.05E+22", "85.7", "46.7", "46.7"},
    {"Meena", .415, .415, 1.09, 289, 42.3, 1024, 30.0, 0, "1.12E+23", "232", "96.4", "96.4"},
    {"GShard-600B", .201, .177, 1.09, 288, 48.0, 1024, 3.124, 0, "1.33E+22", "24.1", "4.8", "4.3"},
    // The table prints 8.22E22: no number of days gives that and its energy.
    {"Switch", .403, .330, 1.10, 245, 34.4, 1024, 27.035, 0, "8.23E+22", "179", "72.2", "59.1"},
    {"GPT-3", .429, .429, 1.10, 330, 24.6, 10000, 0, 3.14e23, "3.14E+23", "1287", "552.1", "552.1"},
};

TrainingRun RunOf(const Table4Row& row) {
  TrainingRun run{.throughput = Tera(row.tflops),
                  .processors = row.processors,
                  .watts_per_processor = Watts(row.watts),
                  .pue = row.pue,
                  .gross = KilogramsPerKwh(row.gross_kg_per_kwh),
                  .net = KilogramsPerKwh(row.net_kg_per_kwh)};
  if (row.days > 0) {
    run.duration = Days(row.days);
  } else {
    run.work = Flops(row.flops_input);
  }
  return run;
}

TEST(Account, ReproducesTable4OfPattersonToThePrintedDigits) {
  for (const Table4Row& row : kTable4) {
    SCOPED_TRACE(row.model);
    const Footprint footprint = MustAccount(RunOf(row));
    EXPECT_EQ(AsPrinted(MegawattHours(footprint.energy), row.megawatt_hours), row.megawatt_hours);
    EXPECT_EQ(AsPrinted(Tonnes(footprint.gross), row.gross_tonnes), row.gross_tonnes);
    ASSERT_TRUE(footprint.net.has_value());
    EXPECT_EQ(AsPrinted(Tonnes(*footprint.net), row.net_tonnes), row.net_tonnes);
    ASSERT_TRUE(footprint.work.has_value());
    EXPECT_EQ(AsPrinted(footprint.work->value(), row.flops), row.flops);
  }
}

TEST(Account, SwitchComesWithinAThousandthOfItsPrintedOperations) {
  EXPECT_NEAR(MustAccount(RunOf(kTable4[4])).work->value() / 8.22e22, 1, 0.0011);
}

TEST(Account, DerivesTheDaysOfGpt3FromItsOperations) {
  const Footprint footprint = MustAccount(RunOf(kTable4[5]));
  EXPECT_NEAR(absl::ToDoubleHours(footprint.duration) / 24, 14.7734, 0.00005);
  EXPECT_EQ(AsPrinted(absl::ToDoubleHours(footprint.duration) / 24, "14.8"), "14.8");
}

// The same paper, Table 1: eight processors each.
struct Table1Row {
  const char* run;
  double gross_kg_per_kwh;
  double net_kg_per_kwh;
  double pue;
  double watts;
  double tflops;
  double days;
  const char* kilowatt_hours;
  const char* gross_tonnes;
  const char* net_tonnes;
};

constexpr Table1Row kTable1[] = {
    {"Transformer Big, P100, US", .429, .429, 1.59, 296, 6.7, 3.5, "316", "0.1357", "0.1357"},
    {"Transformer Big, P100, Iowa", .478, .080, 1.11, 296, 6.7, 3.5, "221", "0.1055", "0.0177"},
    {"Evolved Transformer, P100, Iowa", .478, .080, 1.11, 271, 4.7, 3.2, "185", "0.0883", "0.0148"},
    {"Transformer Big, TPUv2, Iowa", .478, .080, 1.11, 229, 28.8, .81, "40", "0.0189", "0.0032"},
    {"Evolved Transformer, TPUv2, Iowa", .478, .080, 1.11, 227, 24.0, .62, "30", "0.0143",
     "0.0024"},
};

Footprint FootprintOf(const Table1Row& row) {
  return MustAccount({.duration = Days(row.days),
                      .throughput = Tera(row.tflops),
                      .processors = 8,
                      .watts_per_processor = Watts(row.watts),
                      .pue = row.pue,
                      .gross = KilogramsPerKwh(row.gross_kg_per_kwh),
                      .net = KilogramsPerKwh(row.net_kg_per_kwh)});
}

TEST(Account, ReproducesTable1OfPattersonToThePrintedDigits) {
  for (const Table1Row& row : kTable1) {
    SCOPED_TRACE(row.run);
    const Footprint footprint = FootprintOf(row);
    EXPECT_EQ(AsPrinted(footprint.energy.value(), row.kilowatt_hours), row.kilowatt_hours);
    EXPECT_EQ(AsPrinted(Tonnes(footprint.gross), row.gross_tonnes), row.gross_tonnes);
    EXPECT_EQ(AsPrinted(Tonnes(*footprint.net), row.net_tonnes), row.net_tonnes);
  }
}

TEST(Account, ReproducesTheFactorsThatPattersonDrawsFromTable1) {
  const Footprint us = FootprintOf(kTable1[0]);
  const Footprint big_p100 = FootprintOf(kTable1[1]);
  const Footprint evolved_p100 = FootprintOf(kTable1[2]);
  const Footprint evolved_tpu = FootprintOf(kTable1[4]);
  // "57x" is taken from the printed tonnes.
  EXPECT_EQ(AsPrinted(*us.net / *evolved_tpu.net, "57"), "57");
  EXPECT_EQ(AsPrinted(*big_p100.work / *evolved_p100.work, "1.6"), "1.6");
  EXPECT_EQ(AsPrinted(kTable1[0].pue / kTable1[1].pue, "1.4"), "1.4");
  EXPECT_EQ(AsPrinted(kTable1[0].net_kg_per_kwh / kTable1[1].net_kg_per_kwh, "5.4"), "5.4");
  EXPECT_EQ(AsPrinted(kTable1[3].tflops / kTable1[1].tflops, "4.3"), "4.3");
  // The paper prints 5.2x for Evolved Transformer, from days (3.2 / .62 = 5.16); the printed
  // speeds give 5.1.
  EXPECT_EQ(AsPrinted(kTable1[2].days / kTable1[4].days, "5.2"), "5.2");
}

// Strubell et al. estimated the search at 284 t, "88x too high" (appendix D of the same paper).
TEST(Account, ShowsTheEstimateOfTheArchitectureSearch88TimesTooHigh) {
  EXPECT_EQ(AsPrinted(284 / Tonnes(MustAccount(RunOf(kTable4[0])).gross), "88"), "88");
}

// Runs whose processor-hours are published. Empty strings: not published.
struct HoursRow {
  const char* run;  // and its source
  double processor_hours;
  double watts;
  double pue;
  double kg_per_kwh;
  const char* megawatt_hours;
  double megawatt_hours_tolerance;  // zero: to the printed digits
  const char* tonnes;
  double tonnes_tolerance;
};

constexpr double kUnpublished = 0;
constexpr HoursRow kByHours[] = {
    // Luccioni et al. 2022, arXiv 2211.02001; no PUE.
    {"BLOOM-176B", 1082990, 400, 1, .057, "433.196", 0, "24.69", 0},
    // Touvron et al. 2023, arXiv 2302.13971, Table 15, one PUE and one intensity for all.
    {"OPT-175B", 809472, 400, 1.1, .385, "356", 0, "137", 0},
    {"LLaMA 7B", 82432, 400, 1.1, .385, "36", 0, "14", 0},
    {"LLaMA 13B", 135168, 400, 1.1, .385, "59", 0, "23", 0},
    {"LLaMA 33B", 530432, 400, 1.1, .385, "233", 0, "90", 0},
    // 449.84 is printed truncated.
    {"LLaMA 65B", 1022362, 400, 1.1, .385, "449", 1, "173", 0},
    // Touvron et al. 2023, arXiv 2307.09288, Table 2.
    {"Llama 2 7B", 184320, 400, 1.1, .385, "", 0, "31.22", 0},
    // 62.4476 is printed truncated.
    {"Llama 2 13B", 368640, 400, 1.1, .385, "", 0, "62.44", 0.01},
    {"Llama 2 70B", 1720320, 400, 1.1, .385, "", 0, "291.42", 0},
    // Thoppilan et al. 2022, arXiv 2201.08239: 1024 TPUv3 for 57.7 days.
    {"LaMDA", 1024 * 57.7 * 24, 289, 1.10, .056, "451", 0, "25.2", 0},
    // Du et al. 2021, arXiv 2112.06905: 1024 TPUv4 for 574 hours.
    {"GLaM", 1024 * 574, 326, 1.11, kUnpublished, "213", 0, "", 0},
};

void ExpectPrinted(double value, const std::string& printed, double tolerance) {
  if (printed.empty()) return;
  if (tolerance > 0) {
    EXPECT_NEAR(value, std::stod(printed), tolerance);
  } else {
    EXPECT_EQ(AsPrinted(value, printed), printed);
  }
}

TEST(Account, ReproducesFurtherPublishedRunsFromProcessorHours) {
  for (const HoursRow& row : kByHours) {
    SCOPED_TRACE(row.run);
    const Footprint footprint = MustAccount({.duration = absl::Hours(row.processor_hours),
                                             .watts_per_processor = Watts(row.watts),
                                             .pue = row.pue,
                                             .gross = KilogramsPerKwh(row.kg_per_kwh)});
    ExpectPrinted(MegawattHours(footprint.energy), row.megawatt_hours,
                  row.megawatt_hours_tolerance);
    ExpectPrinted(Tonnes(footprint.gross), row.tonnes, row.tonnes_tolerance);
  }
}

// From 6 x active parameters x tokens and a share of the peak, with the other inputs of Table 4.
// `computed` is what the arithmetic gives, to its digits; `reported` is what the paper says, met
// within `tolerance`: the share of peak is itself a rounded estimate, and the rule leaves out
// attention and the embedding. GShard and Switch are compared in net tonnes.
struct WorkRow {
  const char* model;
  double active_params;
  double tokens;
  double peak_tflops;
  double share_of_peak;
  double watts;
  double pue;
  double kg_per_kwh;
  const char* computed;
  double reported;
  double tolerance;
};

constexpr WorkRow kByWork[] = {
    {"T5", 11e9, 600e9, 123, .37, 310, 1.12, .545, "45.7", 46.7, .03},
    {"GPT-3", 175e9, 300e9, 125, .197, 330, 1.10, .429, "553.3", 552.1, .01},
    {"GShard", 2.3e9, 1000e9, 123, .39, 288, 1.09, .177, "4.44", 4.3, .04},
    {"Switch", 7.41e9, 2000e9, 123, .28, 245, 1.10, .330, "63.8", 59.1, .09},
};

TEST(Account, ComesNearPublishedRunsFromParametersAndTokens) {
  for (const WorkRow& row : kByWork) {
    SCOPED_TRACE(row.model);
    const Footprint footprint =
        MustAccount({.work = TransformerTrainingFlops(row.active_params, row.tokens),
                     .throughput = Tera(row.peak_tflops * row.share_of_peak),
                     .processors = 1024,
                     .watts_per_processor = Watts(row.watts),
                     .pue = row.pue,
                     .gross = KilogramsPerKwh(row.kg_per_kwh)});
    EXPECT_EQ(AsPrinted(Tonnes(footprint.gross), row.computed), row.computed);
    EXPECT_NEAR(Tonnes(footprint.gross) / row.reported, 1, row.tolerance);
  }
}

TEST(TransformerTrainingFlops, IsSixTimesParametersTimesTokens) {
  EXPECT_DOUBLE_EQ(TransformerTrainingFlops(175e9, 300e9).value(), 3.15e23);
}

TrainingRun ValidRun() {
  return {.duration = absl::Hours(10),
          .processors = 4,
          .watts_per_processor = Watts(500),
          .pue = 1.2,
          .gross = GramsPerKilowattHour(400)};
}

TEST(Account, LeavesNetAndWorkAbsentWhereTheirInputsAre) {
  const Footprint footprint = MustAccount(ValidRun());
  EXPECT_DOUBLE_EQ(footprint.energy.value(), 24);
  EXPECT_DOUBLE_EQ(footprint.gross.value(), 9600);
  EXPECT_FALSE(footprint.net.has_value());
  EXPECT_FALSE(footprint.work.has_value());
}

TEST(Account, TakesNetFromItsOwnIntensity) {
  TrainingRun run = ValidRun();
  run.net = GramsPerKilowattHour(0);
  EXPECT_EQ(MustAccount(run).net, GramsCo2e(0));
}

TEST(Account, GivesNothingForARunOfNoLength) {
  TrainingRun run = ValidRun();
  run.duration = absl::ZeroDuration();
  EXPECT_EQ(MustAccount(run).energy, KilowattHours(0));
}

TEST(Account, SharesWorkAmongProcessors) {
  TrainingRun run = ValidRun();
  run.duration.reset();
  run.work = Flops(4e12 * 3600);
  run.throughput = FlopsPerSecond(1e12);
  EXPECT_EQ(MustAccount(run).duration, absl::Hours(1));
}

TEST(Account, RefusesEachBadInputNamingItAndItsValue) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  struct Case {
    const char* message;
    void (*spoil)(TrainingRun&, double);
    double value;
  };
  const auto watts = [](TrainingRun& run, double v) { run.watts_per_processor = Watts(v); };
  const auto pue = [](TrainingRun& run, double v) { run.pue = v; };
  const auto gross = [](TrainingRun& run, double v) { run.gross = GramsPerKilowattHour(v); };
  const auto net = [](TrainingRun& run, double v) { run.net = GramsPerKilowattHour(v); };
  const auto duration = [](TrainingRun& run, double v) { run.duration = absl::Hours(v); };
  const auto processors = [](TrainingRun& run, double v) {
    run.processors = static_cast<int64_t>(v);
  };
  const auto throughput = [](TrainingRun& run, double v) { run.throughput = FlopsPerSecond(v); };
  const auto work = [](TrainingRun& run, double v) {
    run.duration.reset();
    run.work = Flops(v);
    run.throughput = FlopsPerSecond(1e12);
  };
  const std::vector<Case> cases = {
      {"watts_per_processor: -1 is negative", watts, -1},
      {"watts_per_processor: nan is not finite", watts, nan},
      {"watts_per_processor: inf is not finite", watts, inf},
      {"pue: 0.9 is below 1", pue, 0.9},
      {"pue: nan is not finite", pue, nan},
      {"pue: inf is not finite", pue, inf},
      {"gross: -5 is negative", gross, -5},
      {"gross: nan is not finite", gross, nan},
      {"net: -5 is negative", net, -5},
      {"net: inf is not finite", net, inf},
      {"duration: -2 is negative", duration, -2},
      {"duration: inf is not finite", duration, inf},
      {"processors: 0 is not positive", processors, 0},
      {"processors: -3 is not positive", processors, -3},
      {"throughput: 0 is not positive", throughput, 0},
      {"throughput: -1 is negative", throughput, -1},
      {"throughput: nan is not finite", throughput, nan},
      {"work: -1 is negative", work, -1},
      {"work: nan is not finite", work, nan},
      {"work: inf is not finite", work, inf},
      {"derived energy: inf is not finite", watts, 1e308},
      {"derived gross: inf is not finite", gross, 1e308},
      {"derived net: inf is not finite", net, 1e308},
      {"derived work: inf is not finite", throughput, 1e308},
      {"derived duration: inf is not finite", work, 1e300},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.message);
    TrainingRun run = ValidRun();
    c.spoil(run, c.value);
    const absl::StatusOr<Footprint> footprint = Account(run);
    EXPECT_EQ(footprint.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(std::string(footprint.status().message()), c.message);
  }
}

TEST(Account, RefusesARunWithoutLengthOrWithTwo) {
  TrainingRun neither = ValidRun();
  neither.duration.reset();
  EXPECT_EQ(Account(neither).status(),
            absl::InvalidArgumentError(
                "duration: missing, and so is work; exactly one of them is needed"));
  TrainingRun both = ValidRun();
  both.work = Flops(1e20);
  both.throughput = FlopsPerSecond(1e12);
  EXPECT_EQ(Account(both).status(),
            absl::InvalidArgumentError("duration: given together with work; exactly one of them is "
                                       "needed"));
}

TEST(Account, RefusesWorkWithoutThroughput) {
  TrainingRun run = ValidRun();
  run.duration.reset();
  run.work = Flops(1e20);
  EXPECT_EQ(Account(run).status(),
            absl::InvalidArgumentError("throughput: missing; work needs it to give a duration"));
}

}  // namespace
}  // namespace carbon
