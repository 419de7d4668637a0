// The folder where scarbond publishes the snapshot and the plugin finds it. The parts are kParts of
// core/snapshot/part.h:
//
//   manifest.json                 replaced by atomic rename; names the parts by hash
//   config-<sha256>.json          immutable parts
//   forecast-<sha256>.bin
//   capacity-<sha256>.json
//   admission-<sha256>.json
//   runtimes-<sha256>.json        only if a policy uses it
//
// One writer at a time can publish (a lock file keeps a second one out). Reading is possible at any
// moment, and sees one publish or the next. Capacity, admission and runtimes describe users and
// their jobs, which Slurm's PrivateData may hide. Only root, the publisher's user and the user that
// slurmctld runs as may read them (store/private_access.h). Everybody may read the other parts.
// Blocks on the disk.
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
  // Files above their maximum size are refused unread. kParts has the maximum of each part.
  static constexpr int64_t kMaxManifestBytes = 64 << 10;

  // Whose files are trusted. The plugin acts on them and uses kTrusted. A program that only shows
  // them to people may use kAnyone; it then continues without the private parts if it may not read
  // them. With kAnyoneWithoutPrivate it does not look for them: the folder is a copy without them.
  enum class Owner { kTrusted, kAnyone, kAnyoneWithoutPrivate };

  explicit SnapshotReader(std::string folder, Owner owner = Owner::kTrusted);

  // Sets a user whose files kTrusted accepts, besides root's and this process's own.
  void set_publisher(uid_t publisher) { publisher_ = publisher; }

  // Returns the snapshot of the current manifest, or nullptr if the last successful call returned
  // this snapshot. Parts that did not change since then are not read again, and what follows from
  // the configuration and the admission rules alone is not computed again: successive snapshots
  // share it. Blocks on the disk: never call it under Slurm's locks.
  //
  // Symbolic links are not followed. Errors name the file, the fact and the limit:
  //   NotFound           there is no manifest
  //   PermissionDenied   a folder or file belongs to none of root, this process's user and the
  //                      publisher, or group or others may write it, or it is not a regular file
  //   DataLoss           a hash does not match, or bytes do not parse
  //   ResourceExhausted  a file is above its maximum size
  //   InvalidArgument    another version, or parts that do not belong together
  //
  // The snapshot of an older scarbond is completed: the manifest's `readers`, which it has in the
  // configuration part, and the capacity's `watched_until`.
  absl::StatusOr<std::shared_ptr<const Snapshot>> ReadIfChanged();

  // Without kTrusted: why the private parts of the last snapshot are empty, PermissionDenied,
  // "path: fact"; OK where they were read.
  const absl::Status& withheld() const { return withheld_; }

 private:
  // Fails if the folder cannot be opened or, with kTrusted, is not trusted.
  absl::StatusOr<Descriptor> OpenFolder() const;
  absl::StatusOr<std::shared_ptr<const Snapshot>> Read(int folder_fd, Manifest manifest);
  // Returns true if the reader continues without a private part whose reading gave `status`.
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

// The content of one publish: the parts as bytes, and what else the manifest says.
struct SnapshotParts {
  PerPart<std::string> bytes;
  ReaderSettings readers = {};
};

class SnapshotPublisher {
 public:
  // Creates the folder (mode 0755), takes the writer's lock and removes incomplete files of a
  // killed writer. Returns FailedPrecondition, naming the pid of the other process, if that has the
  // lock, and PermissionDenied for a folder that readers would refuse.
  static absl::StatusOr<SnapshotPublisher> Open(std::string folder);

  SnapshotPublisher(SnapshotPublisher&&) noexcept;
  SnapshotPublisher& operator=(SnapshotPublisher&&) noexcept;
  ~SnapshotPublisher();

  // How long parts are kept after the last manifest that named them, and how many bytes of them.
  struct Retention {
    absl::Duration keep = absl::Hours(1);
    int64_t bytes = 64 << 20;
  };

  // Sets the user that slurmctld runs as, who may read the private parts from the next publish on
  // (store/private_access.h). Until it is set, only this process's user may read them. Blocks on
  // the name service if the user is not this process's own.
  void set_slurm_user(uid_t user);

  // Writes the new parts (temporary file, fsync, rename, fsync of the folder), then the manifest in
  // the same way. Then it removes parts beyond `retention`, the oldest first, except the parts of
  // the last manifest. Any error leaves the last publish in place, and names the kind of part,
  // "FOLDER: capacity: fact". A part above its maximum size, which readers would refuse, is
  // ResourceExhausted.
  absl::StatusOr<Manifest> Publish(const SnapshotParts& parts, absl::Time now,
                                   const Retention& retention = DefaultRetention());

 private:
  // C++ does not allow a default argument of a nested type with initializers here.
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
