// Reads accounts, users and QOS from slurmctld: its own copy of slurmdbd's data. So the result is
// what a submission is checked against, with users resolved to their ids, and it is available while
// slurmdbd is down. No Slurm type leaves the .cc.
#ifndef PLUGIN_CLIENT_ACCOUNTING_CLIENT_H_
#define PLUGIN_CLIENT_ACCOUNTING_CLIENT_H_

#include "absl/status/status.h"
#include "core/admission/admission.h"

namespace carbon {

// Fills the QOS, accounts, users and default QOS of `rules`. It is one request to slurmctld, which
// blocks for at most Slurm's MessageTimeout: never call it inside slurmctld. Unavailable, with
// Slurm's own words, if slurmctld does not answer; `rules` are unchanged then.
//
// A user is left out if slurmctld knows no id of her, or if others have the same id. An account is
// left out if not all accounts above it are shown, which PrivateData can cause.
absl::Status ReadAccounting(AdmissionRules* rules);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_ACCOUNTING_CLIENT_H_
