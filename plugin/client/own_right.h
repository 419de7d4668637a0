// What this process's user may do in Slurm: whether slurmctld lets it see and change all jobs.
#ifndef PLUGIN_CLIENT_OWN_RIGHT_H_
#define PLUGIN_CLIENT_OWN_RIGHT_H_

#include <slurm/slurm.h>

#include <string>

#include "absl/time/time.h"
#include "plugin/client/user_rights.h"

namespace carbon {

class OwnRight {
 public:
  // Asks slurmctld at most once a minute, and not at all where this process is root's or
  // SlurmUser's. One request, which blocks for at most Slurm's MessageTimeout. Where slurmctld does
  // not answer, what it said last counts.
  void Refresh(const slurm_conf_t& settings, absl::Time now);

  SlurmRight right() const { return right_; }
  // An operator may change begin, partition, and time limit of any job, and sees what PrivateData
  // hides.
  bool may_update() const { return right_ >= SlurmRight::kOperator; }
  // Why it may not, and the command that lets it; empty: it may.
  const std::string& why_not() const { return why_not_; }

 private:
  SlurmRight right_ = SlurmRight::kNone;
  std::string why_not_;
  absl::Time asked_at_ = absl::InfinitePast();
};

// For the user of this name, whose AdminLevel is `right`, and for slurmctld's user. Pure.
std::string WhyNotUpdate(SlurmRight right, const std::string& user, const std::string& slurm_user,
                         bool has_slurmdbd, bool hides_data);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_OWN_RIGHT_H_
