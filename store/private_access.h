// Decides who may read what scarbond writes about users and jobs: root, scarbond's own user, and
// the user that slurmctld runs as. It asks the name service, and so may block.
#ifndef STORE_PRIVATE_ACCESS_H_
#define STORE_PRIVATE_ACCESS_H_

#include <optional>
#include <string>

#include "store/file.h"

namespace carbon {

// Returns how this process writes such a file if slurmctld runs as `slurm_user`. Absent:
// slurmctld's user is not known yet.
//
//   this process runs as     the file's owner    mode
//   root                     slurm_user          0600
//   slurm_user               slurm_user          0600
//   another user             that user           0640, if slurm_user is in this process's group
//                                                0600 otherwise: slurm_user cannot read it
FileAccess PrivateAccess(std::optional<uid_t> slurm_user);

// Returns why slurm_user cannot read such a file, and what an administrator can do about it: "slurm
// cannot read … ; usermod -aG scarbond slurm". Empty: it can read it.
std::string WhyNotReadable(uid_t slurm_user);

}  // namespace carbon

#endif  // STORE_PRIVATE_ACCESS_H_
