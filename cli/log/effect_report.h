// scarbon log --effect: what the policies' plans changed, estimated from the jobs that were exempt
// by lot (Policy::exempt). A decision is added once and not kept. Pure.
//
// Of each job that was drawn and has ended it takes how long the job waited, and what it emitted:
// the predicted emission of the run that it had, times the share of the predicted time that it ran.
// A placed job that scarbond restored, or that somebody moved or started early, had its run at
// home. Emissions are divided by the device-hours that the same work takes at home, so that slower
// hardware does not look better for taking longer. A job that asks for no devices counts its nodes.
#ifndef CLI_LOG_EFFECT_REPORT_H_
#define CLI_LOG_EFFECT_REPORT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/log/logged_decision.h"
#include "cli/text/table.h"
#include "core/trial/arm.h"
#include "core/trial/effect.h"

namespace carbon {

class EffectReport {
 public:
  // The columns of the index that Add() reads, besides those of ColumnsForSums().
  static std::set<std::string> Columns();

  // Ignores a decision whose job was not drawn.
  void Add(const LoggedDecision& decision);

  // A line for each figure.
  Table ToTable() const;
  // What stands below the table: how many jobs there are, and what does not count. Lines, each with
  // its newline.
  std::string Text() const;
  // All of it as one object, with a newline.
  std::string Json() const;

 private:
  // Why a job that was drawn does not count.
  enum class Missing { kNotQueued, kUnknown, kNotEnded, kNeverRan, kNoEmission };
  struct PerArm {
    std::array<int64_t, 2> jobs = {};  // by Arm
    int64_t& operator[](Arm arm) { return jobs[static_cast<size_t>(arm)]; }
    int64_t operator[](Arm arm) const { return jobs[static_cast<size_t>(arm)]; }
  };
  struct Figure {
    const char* title;
    const char* key;
    bool is_wait;
    Effect effect;
  };

  static std::optional<Missing> WhyMissing(const LoggedDecision& decision);
  static const char* NameOf(Missing why);
  std::vector<Figure> Figures() const;

  PerArm drawn_, counted_;
  std::map<Missing, PerArm> missing_;
  std::vector<TrialJob> waits_, emissions_, at_home_, consequential_;
};

}  // namespace carbon

#endif  // CLI_LOG_EFFECT_REPORT_H_
