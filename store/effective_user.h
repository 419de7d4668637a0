// EffectiveUser lets root touch the files in a user's folder as that user. What the user put there,
// links and files of SQLite's recovery among it, can then make root do nothing that the user could
// not do. Changes the whole process while it exists: for programs with one thread.
#ifndef STORE_EFFECTIVE_USER_H_
#define STORE_EFFECTIVE_USER_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace carbon {

// Whose a folder is.
struct FolderOwner {
  uid_t user = 0;
  gid_t group = 0;
};

// Returns the system's error if the folder cannot be seen.
absl::StatusOr<FolderOwner> OwnerOf(const std::string& folder);

class EffectiveUser {
 public:
  // Does nothing if the program is not root's, or the owner is root. If the system refuses, ends
  // the program: it must not go on as root.
  explicit EffectiveUser(const FolderOwner& owner);
  EffectiveUser(const EffectiveUser&) = delete;
  EffectiveUser& operator=(const EffectiveUser&) = delete;
  // Becomes root again. If the system refuses that, ends the program.
  ~EffectiveUser();

  // PermissionDenied if the system refuses, as in a container: then nothing has changed.
  const absl::Status& status() const { return status_; }

 private:
  void Return() const;

  bool is_changed_ = false;
  absl::Status status_;
  std::vector<gid_t> groups_;  // of root
};

}  // namespace carbon

#endif  // STORE_EFFECTIVE_USER_H_
