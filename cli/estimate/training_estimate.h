// A training run's estimate from numbers given on the command line or looked up by the name of a
// profile or a site; of each number it says where it came from. Reads carbon.json, nothing else.
#ifndef CLI_ESTIMATE_TRAINING_ESTIMATE_H_
#define CLI_ESTIMATE_TRAINING_ESTIMATE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/config/profile.h"
#include "core/decision/accounting.h"

namespace carbon {

// What the user gave; checked for being numbers in range, not yet for fitting together.
struct EstimateOptions {
  std::optional<std::string> hardware, site;
  Precision precision = Precision::kBf16;  // which speed of the hardware counts
  std::optional<std::string> config;       // a path; absent: the default one, if it is there
  std::optional<double> devices, hours, flops, params, active_params, tokens;
  std::optional<double> tflops, watts, pue, intensity, net_intensity;
};

// A number that the estimate rests on.
struct EstimateInput {
  std::string name;
  double value;
  std::string unit;
  std::string source;              // "--watts", "hardware h100-sxm", "site oslo"
  std::string detail;              // where the profile or site has it from; may be empty
  std::optional<Quality> quality;  // absent for what the user gave
};

// The footprint, and in `inputs` everything that it was computed from.
struct Estimate {
  std::vector<EstimateInput> inputs;
  Footprint footprint;
  std::optional<GramsCo2e> embodied;  // of the hardware reserved; not part of the gross
  std::string note;                   // something the user should know; empty: nothing
};

// InvalidArgument, naming the option, where the options conflict, one is missing or a name is
// unknown; another code where the configuration cannot be read or is wrong.
absl::StatusOr<Estimate> EstimateTraining(const EstimateOptions& options);

}  // namespace carbon

#endif  // CLI_ESTIMATE_TRAINING_ESTIMATE_H_
