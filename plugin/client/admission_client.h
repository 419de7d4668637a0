// AdmissionClient reads whom each partition admits: the partitions' rules, the groups that they
// name, and accounts, users and QOS. It asks slurmctld through libslurm. No Slurm type leaves the
// .cc. Blocks on slurmctld, for at most Slurm's MessageTimeout at each of up to four requests, and
// on the name service: never call it inside slurmctld. One thread.
#ifndef PLUGIN_CLIENT_ADMISSION_CLIENT_H_
#define PLUGIN_CLIENT_ADMISSION_CLIENT_H_

#include <ctime>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/admission/admission.h"
#include "plugin/client/group_members.h"
#include "plugin/client/hidden_nodes.h"

namespace carbon {

class AdmissionClient {
 public:
  // Updates the rules: reads all of them again if they are older than `max_age`, or if a partition
  // changed. Unavailable, with Slurm's own words, for what could not be read; the rules are valid
  // in either case. `hidden_nodes` is the object that the looks at the cluster use too.
  absl::Status Refresh(absl::Time now, absl::Duration max_age, HiddenNodes* hidden_nodes);

  const AdmissionRules& rules() const { return rules_; }
  // Counts the changes of `rules`.
  uint64_t version() const { return version_; }

 private:
  absl::Status Read(absl::Time now, HiddenNodes* hidden_nodes);
  bool PartitionsChanged() const;
  void Adopt(AdmissionRules rules);

  AdmissionRules rules_;
  uint64_t version_ = 0;
  GroupMembers groups_;
  absl::Time read_at_ = absl::InfinitePast();  // when everything was read last
  absl::Time accounting_read_at_ = absl::InfinitePast();
  time_t partitions_changed_at_ = 0;  // as slurmctld says
};

}  // namespace carbon

#endif  // PLUGIN_CLIENT_ADMISSION_CLIENT_H_
