// Estimates a training run from numbers that are given on the command line or looked up by the name
// of a profile or a site. It names the source of each number. Reads only carbon.json.
#ifndef CLI_ESTIMATE_TRAINING_ESTIMATE_H_
#define CLI_ESTIMATE_TRAINING_ESTIMATE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/config/profile.h"
#include "core/decision/accounting.h"

namespace carbon {

// The user's options. Each is a number in its range; whether they fit together is not checked yet.
struct EstimateOptions {
  std::optional<std::string> hardware, site;
  Precision precision = Precision::kBf16;  // which speed of the hardware counts
  std::optional<std::string> config;       // a path; absent: the default file, if it exists
  std::optional<double> devices, hours, flops, params, active_params, tokens;
  std::optional<double> tflops, watts, pue, intensity, net_intensity;
};

// A number on which the estimate rests.
struct EstimateInput {
  std::string name;
  double value;
  std::string unit;
  std::string source;              // "--watts", "hardware h100-sxm", "site oslo"
  std::string detail;              // the source that the profile or site names; may be empty
  std::optional<Quality> quality;  // absent for what the user gave
};

// The footprint, and in `inputs` everything from which it was computed.
struct Estimate {
  std::vector<EstimateInput> inputs;
  Footprint footprint;
  std::optional<GramsCo2e> embodied;  // of the hardware reserved; not part of the gross
  std::string note;                   // something the user should know; empty: nothing
};

// Returns InvalidArgument, naming the option, if the options conflict, one is missing or a name is
// unknown. Returns another code if the configuration cannot be read or is wrong.
absl::StatusOr<Estimate> EstimateTraining(const EstimateOptions& options);

}  // namespace carbon

#endif  // CLI_ESTIMATE_TRAINING_ESTIMATE_H_
