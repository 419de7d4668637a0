// The archive of parts: a folder with the snapshot's parts that records of the placement log name.
// With it a decision can be made again long after scarbond has removed the parts from the
// snapshot's folder. Each file is one zstd frame, named by the SHA-256 of the part's own bytes:
//
//   capacity-<sha256>.json.zst
//   forecast-<sha256>.bin.zst
//
// `zstdcat FILE | sha256sum` checks it. Only the user who may read capacity and admission parts in
// the snapshot's folder (store/snapshot_store.h) may read them here; everybody may read the others.
//
// One writer at a time; reading is possible at any moment. Not thread-safe. Blocks on the disk.
#ifndef STORE_PART_ARCHIVE_H_
#define STORE_PART_ARCHIVE_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

// The default folder for archived parts of the snapshot in `snapshot_folder`:
// "/var/lib/slurm-carbon/snapshot-parts".
std::string DefaultPartsFolder(const std::string& snapshot_folder);

// Returns the maximum of bytes that a part of this name may have. Absent if the name is not a
// part's.
std::optional<int64_t> MaxPartBytes(absl::string_view name);

// Returns `bytes` as one zstd frame that states their number and has a checksum.
std::string CompressPart(absl::string_view bytes);
// Returns the bytes of such a frame. Trusts nothing: returns DataLoss if `stored` is not such a
// frame, or contains another number of bytes than it states. Returns ResourceExhausted, before
// decompression, if it states more than `max_bytes`.
absl::StatusOr<std::string> DecompressPart(absl::string_view stored, int64_t max_bytes);

class PartArchive {
 public:
  struct Options {
    std::string folder;
    // The maximum of bytes that all files together take on the disk.
    int64_t max_bytes = 10'000'000'000;
    // Put() leaves at least this share of the file system free.
    double min_free_share = 0.05;
  };

  // Creates the folder (mode 0755) and removes files that a killed writer left incomplete.
  // PermissionDenied for a folder that others may write.
  static absl::StatusOr<PartArchive> Create(Options options);

  // The user that slurmctld runs as. If this process is root's, private parts are given to that
  // user from the next Put on.
  void set_slurm_user(std::optional<uid_t> user) { slurm_user_ = user; }

  // Keeps the part `name`, and notes that a record last named it at `now`. The part is on the disk
  // when this returns. An existing part is not written again. Returns DataLoss if the part's
  // SHA-256 is not the one in its name, InvalidArgument for a name that is not a part's, and
  // ResourceExhausted if the file system is nearly full. Other errors are those of the disk.
  absl::Status Put(const std::string& name, absl::string_view bytes, absl::Time now);

  // Returns true if the part exists. Its content is not checked.
  bool Has(const std::string& name) const;

  // If the files take more than the limit, removes files until they take nineteen twentieths of it:
  // capacity parts first, which take most of the space, then admission and forecast parts, then
  // configurations; of each kind first the parts whose last record is the oldest.
  absl::Status Trim();

  // Returns the bytes that the files take on the disk, as far as this writer knows.
  int64_t bytes() const { return bytes_; }

  // Returns the part `name` of the archive in `folder`. Returns NotFound if it does not exist, and
  // DataLoss if it is damaged or its SHA-256 is not the one in its name. Other errors are those of
  // ReadFile and DecompressPart.
  static absl::StatusOr<std::string> Load(const std::string& folder, const std::string& name);

 private:
  explicit PartArchive(Options options) : options_(std::move(options)) {}
  std::string PathOf(const std::string& name) const;

  Options options_;
  std::optional<uid_t> slurm_user_;
  int64_t bytes_ = 0;
};

}  // namespace carbon

#endif  // STORE_PART_ARCHIVE_H_
