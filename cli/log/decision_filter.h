// Decides which decisions scarbon log shows. Pure, except that it asks the system for the names of
// users.
#ifndef CLI_LOG_DECISION_FILTER_H_
#define CLI_LOG_DECISION_FILTER_H_

#include <set>
#include <string>

#include "absl/time/time.h"
#include "core/record/decision_summary.h"

namespace carbon {

struct DecisionFilter {
  using Names = std::set<std::string>;

  absl::Time start = absl::InfinitePast();  // the first and the last instant that is admitted
  absl::Time end = absl::InfiniteFuture();
  // An empty set admits everything.
  Names users;  // by name or uid
  Names accounts;
  Names partitions;  // asked for, home's or the chosen one
  Names sites;       // home's or the chosen one
  Names policies;
  bool drawn_only = false;  // only jobs that were drawn into an arm of a trial

  // A decision without a time is never admitted.
  bool Admits(const DecisionSummary& decision) const;
};

}  // namespace carbon

#endif  // CLI_LOG_DECISION_FILTER_H_
