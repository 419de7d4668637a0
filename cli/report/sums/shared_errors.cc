#include "cli/report/sums/shared_errors.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/config/profile.h"

namespace carbon {

SharedErrors::SharedErrors(const PlacementConfig* config) : config_(config) {
  if (config == nullptr) return;
  for (const SiteConfig& site : config->sites) sites_.emplace(site.name, &site);
  for (const PoolConfig& pool : config->pools) hardware_.emplace(pool.name, pool.hardware);
}

const HardwareProfile* SharedErrors::HardwareOf(const PlanSummary& plan) const {
  // The index of the log has only the pool.
  std::string name = plan.hardware;
  if (const auto pool = hardware_.find(plan.pool); name.empty() && pool != hardware_.end()) {
    name = pool->second;
  }
  const auto found = config_->hardware.find(name);
  return found == config_->hardware.end() ? nullptr : &found->second;
}

const SiteConfig* SharedErrors::SiteOf(const PlanSummary& plan) const {
  const auto found = sites_.find(plan.site);
  return found == sites_.end() ? nullptr : found->second;
}

size_t SharedErrors::FactorOf(const HardwareProfile& hardware, const SiteConfig& site,
                              bool with_speed) {
  const auto [number, is_new] = numbers_.try_emplace(
      absl::StrCat(hardware.name, "/", site.name, with_speed ? "/speed" : ""), factors_.size());
  if (!is_new) return number->second;
  // The same draws as of decisions and of outcomes.
  const double overhead = (site.pue.value - 1) / site.pue.value;
  ErrorDraws factor =
      DrawFactor(absl::StrCat("watts/", hardware.name), RelativeSpread(hardware.busy.quality));
  const ErrorDraws pue =
      DrawFactor(absl::StrCat("pue/", site.name), RelativeSpread(site.pue.quality) * overhead);
  for (size_t s = 0; s < factor.size(); ++s) factor[s] *= pue[s];
  if (with_speed && hardware.throughput.has_value()) {
    const ErrorDraws speed = DrawFactor(absl::StrCat("speed/", hardware.name),
                                        RelativeSpread(hardware.throughput->quality));
    for (size_t s = 0; s < factor.size(); ++s) factor[s] /= speed[s];
  }
  factors_.push_back(factor);
  return number->second;
}

std::optional<SharedErrors::OfPlans> SharedErrors::Find(const PlanSummary& home,
                                                        const PlanSummary& run) {
  if (config_ == nullptr) return std::nullopt;
  const auto [found, is_new] =
      found_.try_emplace(absl::StrCat(home.pool, "\n", home.hardware, "\n", home.site, "\n",
                                      run.pool, "\n", run.hardware, "\n", run.site));
  if (!is_new) return found->second;
  const HardwareProfile *from = HardwareOf(home), *to = HardwareOf(run);
  const SiteConfig *there = SiteOf(home), *here = SiteOf(run);
  if (from == nullptr || to == nullptr || there == nullptr || here == nullptr) return std::nullopt;
  // How long a job takes on other hardware rests on the speeds of both.
  const bool with_speed = from != to;
  OfPlans of_plans = {.home = FactorOf(*from, *there, with_speed),
                      .run = FactorOf(*to, *here, with_speed)};
  double squares = 0;
  if (of_plans.home != of_plans.run) {
    const ErrorDraws &at_home = factors_[of_plans.home], &as_run = factors_[of_plans.run];
    for (size_t s = 0; s < at_home.size(); ++s) {
      const double error = as_run[s] / at_home[s] - 1;
      squares += error * error;
    }
    of_plans.ratio_spread = std::sqrt(squares / static_cast<double>(at_home.size()));
  }
  found->second = of_plans;
  return of_plans;
}

}  // namespace carbon
