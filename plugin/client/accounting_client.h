// Accounts, users and QOS as slurmctld itself goes by them: its own copy of what slurmdbd holds, so
// that it is what a submission is checked against, with users resolved to their ids, also while
// slurmdbd is down. No Slurm type leaves the .cc.
#ifndef PLUGIN_CLIENT_ACCOUNTING_CLIENT_H_
#define PLUGIN_CLIENT_ACCOUNTING_CLIENT_H_

#include "absl/status/status.h"
#include "core/admission/admission.h"

namespace carbon {

// Fills the QOS, accounts, users and default QOS of `rules`. One request to slurmctld, which blocks
// for at most Slurm's MessageTimeout: never call it inside slurmctld. Unavailable, with Slurm's own
// words, where slurmctld does not answer; `rules` are as they were then.
//
// A user of whom slurmctld knows no id, or whose id others have too, is left out; so is an account
// of which not all that are above it are shown, as PrivateData may have it.
absl::Status ReadAccounting(AdmissionRules* rules);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_ACCOUNTING_CLIENT_H_
