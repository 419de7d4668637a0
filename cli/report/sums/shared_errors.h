// The errors that predictions share because the jobs share the hardware or the site: what the
// profile says of its watts, and what carbon.json says of the PUE. They are the factors by which
// decisions are judged, so they err according to the quality of these numbers. No I/O.
#ifndef CLI_REPORT_SUMS_SHARED_ERRORS_H_
#define CLI_REPORT_SUMS_SHARED_ERRORS_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/config/placement_config.h"
#include "core/grid/error_factors.h"
#include "core/record/decision_summary.h"

namespace carbon {

class SharedErrors {
 public:
  // `config` must outlive it. nullptr: carbon.json could not be read, so nothing is known.
  explicit SharedErrors(const PlacementConfig* config);

  // The errors of two plans of one job.
  struct OfPlans {
    size_t home = 0, run = 0;  // numbers of factors
    // One standard deviation of the factor of `run` divided by that of `home`; 0 if it is the same.
    double ratio_spread = 0;
  };
  // Absent if the hardware or the site of one of them is not known.
  std::optional<OfPlans> Find(const PlanSummary& home, const PlanSummary& run);

  // The factor on an energy, in each error scenario.
  const ErrorDraws& factor(size_t number) const { return factors_[number]; }

 private:
  const HardwareProfile* HardwareOf(const PlanSummary& plan) const;
  const SiteConfig* SiteOf(const PlanSummary& plan) const;
  size_t FactorOf(const HardwareProfile& hardware, const SiteConfig& site, bool with_speed);

  const PlacementConfig* const config_;
  std::map<std::string, const SiteConfig*> sites_;
  std::map<std::string, std::string> hardware_;  // by pool
  std::vector<ErrorDraws> factors_;
  std::map<std::string, size_t> numbers_;
  std::unordered_map<std::string, std::optional<OfPlans>> found_;
};

}  // namespace carbon

#endif  // CLI_REPORT_SUMS_SHARED_ERRORS_H_
