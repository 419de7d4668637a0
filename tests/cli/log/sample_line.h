// Lines of a placement log, made of real records.
#ifndef TESTS_CLI_LOG_SAMPLE_LINE_H_
#define TESTS_CLI_LOG_SAMPLE_LINE_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "core/record/record.h"
#include "tests/core/record/sample_decision.h"

namespace carbon {

inline const absl::Time kStart = kNow;  // 2026-11-24T19:00:00Z
inline constexpr char kBoot[] = "3f9c21aa04d7be15";

// A run of 30 hours.
inline Plan LongRunAt(const std::string& site, absl::Time start, double grams) {
  Plan plan = At(site, start, grams);
  plan.first().runtime = absl::Hours(30);
  return plan;
}

struct Sample {
  uint64_t sequence = 1;
  std::string name = "train";
  uint32_t uid = 4242424;
  std::string account = "ml";
  std::string home = "frankfurt";
  std::string chosen = "oslo";
  absl::Duration after;  // kStart
  absl::Duration delay = absl::Hours(7);
  double home_grams = 38400;
  double chosen_grams = 14200;
  Mode mode = Mode::kEnforce;
  bool is_stated = false;       // by its user, that it runs for the 30 hours
  std::optional<Arm> arm = {};  // into which it was drawn, each as often as the other
};

inline std::string Line(const Sample& sample,
                        std::optional<double> home_consequential = std::nullopt,
                        std::optional<double> chosen_consequential = std::nullopt) {
  const absl::Time now = kStart + sample.after;
  JobRequest job;
  job.name = sample.name;
  job.user_id = sample.uid;
  job.account = sample.account;
  job.partitions = {sample.home};
  Decision decision;
  decision.mode = sample.mode;
  decision.policy = "all";
  if (sample.is_stated) decision.hints.runtime = absl::Hours(30);
  decision.reason = {Reason::kGreenest, AsRecorded{"emits less"}};
  decision.outcome = sample.chosen == sample.home ? Outcome::kKeptHome : Outcome::kPlaced;
  decision.home = LongRunAt(sample.home, now, sample.home_grams);
  decision.chosen = LongRunAt(sample.chosen, now + sample.delay, sample.chosen_grams);
  if (sample.arm.has_value()) decision.trial = Trial{*sample.arm, 0.5};
  const double saved = sample.home_grams - sample.chosen_grams;
  const auto [low, high] = std::minmax({saved * 0.9, saved * 1.1});
  decision.saving = Saving{.mean = GramsCo2e(saved),
                           .low = GramsCo2e(low),
                           .high = GramsCo2e(high),
                           .share = saved / sample.home_grams,
                           .share_low = low / sample.home_grams,
                           .share_high = high / sample.home_grams};
  if (home_consequential.has_value() && chosen_consequential.has_value()) {
    decision.minimised = Figure::kConsequential;
    decision.home->first().consequential = GramsCo2e(*home_consequential);
    decision.chosen->first().consequential = GramsCo2e(*chosen_consequential);
    const double added = *home_consequential - *chosen_consequential;
    decision.consequential_saving =
        Saving{.mean = GramsCo2e(added), .share = added / *home_consequential};
  }
  return WriteRecord(RecordOfDecision({kBoot, sample.sequence}, now, job, decision));
}

}  // namespace carbon

#endif  // TESTS_CLI_LOG_SAMPLE_LINE_H_
