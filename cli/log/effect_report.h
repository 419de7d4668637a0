// scarbon log --effect: what the policies' plans changed, estimated from the jobs that were exempt
// by lot (Policy::exempt). A decision is added once and not kept. Pure.
//
// Of each job that was drawn and has ended it takes how long the job waited, and what it emitted by
// what came (core/outcome/outcome.h): the runs that accounting knows, measured or modelled energy,
// and actual intensities. Emissions are divided by the device-hours that the same work takes at
// home, so that slower hardware does not look better for taking longer. A job that asks for no
// devices counts its nodes. A job whose emission is not known counts for the wait alone, and the
// report says why.
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

#include "absl/time/time.h"
#include "cli/log/logged_decision.h"
#include "cli/text/table.h"
#include "core/outcome/energy_meter.h"
#include "core/outcome/known.h"
#include "core/outcome/outcome.h"
#include "core/trial/arm.h"
#include "core/trial/effect.h"

namespace carbon {

class EffectReport {
 public:
  // The columns of the index that Add() reads, besides those of ColumnsForSums() and
  // ColumnsForOutcomes().
  static std::set<std::string> Columns();

  // Ignores a decision whose job was not drawn.
  void Add(const LoggedDecision& decision, const JobOutcome& outcome);

  // A line for each figure.
  Table ToTable() const;
  // What stands below the table: how many jobs there are, what their figures rest on, and what does
  // not count. Lines, each with its newline.
  std::string Text() const;
  // All of it as one object, with a newline.
  std::string Json() const;

 private:
  // Why a job that was drawn does not count.
  enum class Missing { kNotQueued, kUnknown, kNotEnded, kNeverRan };
  struct PerArm {
    std::array<int64_t, 2> jobs = {};  // by Arm
    int64_t& operator[](Arm arm) { return jobs[static_cast<size_t>(arm)]; }
    int64_t operator[](Arm arm) const { return jobs[static_cast<size_t>(arm)]; }
    int64_t all() const { return jobs[0] + jobs[1]; }
    std::string Text() const;  // "3 placed and 4 exempt"
  };
  // From which actual values a zone's intensities are.
  struct ZoneBasis {
    std::set<std::string> sources;
    absl::Duration needed, estimated;
  };
  struct Figure {
    const char* title;
    const char* key;
    bool is_wait;
    Effect effect;
  };

  static std::optional<Missing> WhyMissing(const LoggedDecision& decision);
  static const char* NameOf(Missing why);
  void AddEmission(const LoggedDecision& decision, const JobOutcome& outcome);
  void AddBasis(Arm arm, const JobOutcome& outcome);
  std::vector<Figure> Figures() const;
  std::string BasisText() const;
  std::string UnknownText() const;

  PerArm drawn_, counted_, emitting_;
  std::map<Missing, PerArm> missing_;
  std::map<WhyUnknown, PerArm> unknown_;       // of those that count: why the emission is not known
  std::map<std::string, PerArm> measured_;     // by the meter's plugin
  std::map<WhyNotBelieved, PerArm> modelled_;  // why their energy is not measured
  std::map<std::string, ZoneBasis> zones_;
  std::vector<TrialJob> waits_, emissions_, at_home_, consequential_;
  TrialErrors emission_errors_, consequential_errors_;
};

}  // namespace carbon

#endif  // CLI_LOG_EFFECT_REPORT_H_
