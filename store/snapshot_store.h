// The folder in which scarbond publishes the snapshot and the plugin finds it (the parts are kParts
// of core/snapshot/part.h):
//
//   manifest.json                 replaced by atomic rename; names the parts by hash
//   config-<sha256>.json          immutable parts
//   forecast-<sha256>.bin
//   capacity-<sha256>.json
//   admission-<sha256>.json
//
// Publishing is for one writer at a time (a lock file keeps a second one out); reading is possible
// at any moment, and sees one publish or the next. Capacity and admission tell of users and their
// jobs, which Slurm's PrivateData may hide: they are for root, for the publisher's user and for the
// user that slurmctld runs as (store/private_access.h); the rest is for everybody. Blocks on the
// disk.
#ifndef STORE_SNAPSHOT_STORE_H_
#define STORE_SNAPSHOT_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/snapshot/part.h"
#include "core/snapshot/snapshot.h"
#include "store/file.h"

namespace carbon {

inline constexpr char kManifestFile[] = "manifest.json";

class SnapshotReader {
 public:
  // Files above their cap are refused unread; that of each part is in kParts.
  static constexpr int64_t kMaxManifestBytes = 64 << 10;

  // Whose files are believed. The plugin acts on them and takes kTrusted; a program that only shows
  // them to people may take kAnyone, and does without the private parts where it may not read them.
  enum class Owner { kTrusted, kAnyone };

  explicit SnapshotReader(std::string folder, Owner owner = Owner::kTrusted);

  // A user whose files kTrusted believes besides root's and this process's own.
  void set_publisher(uid_t publisher) { publisher_ = publisher; }

  // The snapshot of the manifest as it is now; nullptr when it is still the one that the last
  // successful call returned. Parts that did not change since then are not read again, and what
  // follows from the configuration and the admission rules alone is not computed again: successive
  // snapshots share it. Blocks on the disk: never call it under Slurm's locks.
  //
  // Symbolic links are not followed. Refused, the message naming the file, the fact and the limit:
  // NotFound where there is no manifest; PermissionDenied for a folder or file owned by none of
  // root, this process's user, and the publisher, or writable by group or others, or that is no
  // regular file;
  // DataLoss for a hash that does not match or bytes that do not parse; ResourceExhausted above a
  // cap; InvalidArgument for another version or parts that do not belong together.
  //
  // What an older scarbond published in the configuration part is where this release has it: the
  // manifest's `readers` are filled in, and the capacity's `watched_until`.
  absl::StatusOr<std::shared_ptr<const Snapshot>> ReadIfChanged();

  // With kAnyone: why the private parts of the last snapshot are empty, PermissionDenied, "path:
  // fact"; OK where they were read.
  const absl::Status& withheld() const { return withheld_; }

 private:
  // Fails if the folder cannot be opened or, with kTrusted, is not to be trusted.
  absl::StatusOr<Descriptor> OpenFolder() const;
  absl::StatusOr<std::shared_ptr<const Snapshot>> Read(int folder_fd, Manifest manifest);
  // Whether to go on without a private part, whose reading came to `status`.
  bool IsWithheld(const absl::Status& status);

  absl::Status CheckOwner(const std::string& path, struct stat facts) const;
  absl::StatusOr<std::string> ReadIn(int folder_fd, const std::string& name,
                                     int64_t max_bytes) const;

  std::string folder_;
  Owner owner_;
  std::optional<uid_t> publisher_;
  absl::Status withheld_;
  std::shared_ptr<const Snapshot> last_;
  std::string last_manifest_bytes_;
};

// What one publish consists of: the parts as bytes, and what the manifest says besides.
struct SnapshotParts {
  PerPart<std::string> bytes;
  ReaderSettings readers = {};
};

class SnapshotPublisher {
 public:
  // Creates the folder (mode 0755), takes the writer's lock and removes what a writer that was
  // killed left half written. FailedPrecondition, naming the holder's pid, where another process
  // has the lock; PermissionDenied for a folder that readers would refuse.
  static absl::StatusOr<SnapshotPublisher> Open(std::string folder);

  SnapshotPublisher(SnapshotPublisher&&) noexcept;
  SnapshotPublisher& operator=(SnapshotPublisher&&) noexcept;
  ~SnapshotPublisher();

  // For how long parts are kept that no manifest names any more, and how many bytes of them.
  struct Retention {
    absl::Duration keep = absl::Hours(1);
    int64_t bytes = 64 << 20;
  };

  // The user that slurmctld runs as, who may read the private parts from the next publish on
  // (store/private_access.h). Until it is known, they are for this process's user alone. Blocks on
  // the name service where that is another user.
  void set_slurm_user(uid_t user);

  // Writes the parts that are new (temporary file, fsync, rename, fsync of the folder), then the
  // manifest in the same way, then removes parts beyond `retention`, the oldest first, but none
  // that the manifest before named. Any error leaves the previous publish in place; it names the
  // kind of part, "FOLDER: capacity: fact". ResourceExhausted also for a part above its cap, which
  // readers would refuse.
  absl::StatusOr<Manifest> Publish(const SnapshotParts& parts, absl::Time now,
                                   const Retention& retention = DefaultRetention());

 private:
  // A default argument of a nested type with initializers may not be written in place.
  static Retention DefaultRetention() { return {}; }
  SnapshotPublisher(std::string folder, int lock_fd);
  void RemoveOldParts(const std::set<std::string>& named, absl::Time now,
                      const Retention& retention) const;
  std::string folder_;
  int lock_fd_ = -1;
  std::optional<uid_t> slurm_user_;
  FileAccess private_access_ = FileAccess::OwnerAlone(std::nullopt);
};

}  // namespace carbon

#endif  // STORE_SNAPSHOT_STORE_H_
