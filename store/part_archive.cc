#include "store/part_archive.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/snapshot/part.h"
#include "core/snapshot/snapshot.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr absl::string_view kStoredSuffix = ".zst";
constexpr int kLevel = 3;  // zstd's default: a large part takes a few hundredths of a second
constexpr size_t kHashLength = 64;

// Parts of the lowest rank are removed first.
int RemovalRank(SnapshotPart part) {
  switch (part) {
    case SnapshotPart::kCapacity:
    case SnapshotPart::kRuntimes:
      return 0;
    case SnapshotPart::kForecast:
    case SnapshotPart::kAdmission:
      return 1;
    case SnapshotPart::kConfig:
      return 2;
  }
  return 2;
}

// Returns nullptr for a name that is not a part's. Other names never get into a path.
const PartInfo* InfoOfFile(absl::string_view name, absl::string_view* hash) {
  for (const PartInfo& info : kParts) {
    absl::string_view rest = name;
    if (!absl::ConsumePrefix(&rest, info.name) || !absl::ConsumePrefix(&rest, "-") ||
        !absl::ConsumeSuffix(&rest, info.suffix)) {
      continue;
    }
    *hash = rest;
    const bool is_hash = rest.size() == kHashLength &&
                         rest.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
    return is_hash ? &info : nullptr;
  }
  return nullptr;
}

int64_t BytesOnDisk(const struct stat& facts) { return int64_t{facts.st_blocks} * 512; }

// Calls `visit` with each name in the folder and its result of lstat.
template <class Visit>
absl::Status ForEachFile(const std::string& folder, Visit visit) {
  DIR* dir = opendir(folder.c_str());
  if (dir == nullptr) return absl::ErrnoToStatus(errno, folder);
  const absl::Cleanup close_dir = [dir] { closedir(dir); };
  while (const dirent* entry = readdir(dir)) {
    struct stat facts;
    if (fstatat(dirfd(dir), entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISREG(facts.st_mode)) visit(std::string(entry->d_name), facts);
  }
  return absl::OkStatus();
}

absl::Status CheckRoom(const std::string& folder, double min_free_share) {
  struct statvfs facts;
  if (statvfs(folder.c_str(), &facts) != 0) return absl::ErrnoToStatus(errno, folder);
  // Some file systems do not state their size.
  if (facts.f_blocks == 0) return absl::OkStatus();
  const double free = static_cast<double>(facts.f_bavail) / static_cast<double>(facts.f_blocks);
  if (free >= min_free_share) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat(folder, ": less than ", 100 * min_free_share, "% of its file system is free"));
}

}  // namespace

std::string DefaultPartsFolder(const std::string& snapshot_folder) {
  return absl::StrCat(absl::StripSuffix(snapshot_folder, "/"), "-parts");
}

std::optional<int64_t> MaxPartBytes(absl::string_view name) {
  absl::string_view hash;
  const PartInfo* info = InfoOfFile(name, &hash);
  return info == nullptr ? std::nullopt : std::optional(info->max_bytes);
}

std::string CompressPart(absl::string_view bytes) {
  const std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                   &ZSTD_freeCCtx);
  if (context == nullptr) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string stored(ZSTD_compressBound(bytes.size()), '\0');
  const size_t size =
      ZSTD_compress2(context.get(), stored.data(), stored.size(), bytes.data(), bytes.size());
  // The buffer has the size of the bound, so only memory can run out.
  if (ZSTD_isError(size)) throw std::bad_alloc();
  stored.resize(size);
  return stored;
}

absl::StatusOr<std::string> DecompressPart(absl::string_view stored, int64_t max_bytes) {
  const unsigned long long stated = ZSTD_getFrameContentSize(stored.data(), stored.size());
  if (stated == ZSTD_CONTENTSIZE_ERROR || stated == ZSTD_CONTENTSIZE_UNKNOWN) {
    return absl::DataLossError("is not a zstd frame that states its size");
  }
  if (stated > static_cast<unsigned long long>(max_bytes)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("has ", stated, " bytes when decompressed, limit ", max_bytes));
  }
  std::string bytes(static_cast<size_t>(stated), '\0');
  // This writes at most bytes.size() bytes, whatever the frame contains and whatever follows it.
  const size_t size = ZSTD_decompress(bytes.data(), bytes.size(), stored.data(), stored.size());
  if (ZSTD_isError(size)) {
    return absl::DataLossError(absl::StrCat("does not decompress: ", ZSTD_getErrorName(size)));
  }
  if (size != bytes.size()) {
    return absl::DataLossError(
        absl::StrCat("has ", size, " bytes when decompressed, and states ", bytes.size()));
  }
  return bytes;
}

std::string PartArchive::PathOf(const std::string& name) const {
  return absl::StrCat(options_.folder, "/", name, kStoredSuffix);
}

absl::StatusOr<PartArchive> PartArchive::Create(Options options) {
  PartArchive archive(std::move(options));
  const std::string& folder = archive.options_.folder;
  if (absl::Status status = MakeFolders(folder); !status.ok()) return status;
  struct stat facts;
  if (lstat(folder.c_str(), &facts) != 0) return absl::ErrnoToStatus(errno, folder);
  if (!S_ISDIR(facts.st_mode)) {
    return absl::PermissionDeniedError(absl::StrCat(folder, ": is not a folder"));
  }
  if (absl::Status status = CheckTrusted(folder, facts); !status.ok()) return status;
  const absl::Status status =
      ForEachFile(folder, [&](const std::string& name, const struct stat& file) {
        if (absl::StrContains(name, kTemporarySuffix)) {
          unlink(absl::StrCat(folder, "/", name).c_str());
        } else {
          archive.bytes_ += BytesOnDisk(file);
        }
      });
  if (!status.ok()) return status;
  return archive;
}

bool PartArchive::Has(const std::string& name) const {
  struct stat facts;
  return lstat(PathOf(name).c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

absl::Status PartArchive::Put(const std::string& name, absl::string_view bytes, absl::Time now) {
  absl::string_view hash;
  const PartInfo* info = InfoOfFile(name, &hash);
  if (info == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is not the name of a part"));
  }
  const std::string path = PathOf(name);
  if (!Has(name)) {
    if (Sha256Hex(bytes) != hash) {
      return absl::DataLossError(absl::StrCat(name, ": its SHA-256 is not the one in its name"));
    }
    if (absl::Status room = CheckRoom(options_.folder, options_.min_free_share); !room.ok()) {
      return room;
    }
    const absl::Status written =
        WriteFileAtomically(path, CompressPart(bytes),
                            info->is_private ? FileAccess::OwnerAlone(slurm_user_) : FileAccess());
    if (!written.ok()) return written;
    struct stat facts;
    if (lstat(path.c_str(), &facts) == 0) bytes_ += BytesOnDisk(facts);
  }
  const timespec times[2] = {{0, UTIME_OMIT}, absl::ToTimespec(now)};
  if (utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    return absl::ErrnoToStatus(errno, path);
  }
  return absl::OkStatus();
}

absl::Status PartArchive::Trim() {
  if (bytes_ <= options_.max_bytes) return absl::OkStatus();
  struct Stored {
    int rank;
    absl::Time named_at;
    std::string name;
    int64_t bytes;
  };
  std::vector<Stored> all;
  bytes_ = 0;
  const absl::Status status =
      ForEachFile(options_.folder, [&](const std::string& file, const struct stat& facts) {
        bytes_ += BytesOnDisk(facts);
        absl::string_view name = file, hash;
        if (!absl::ConsumeSuffix(&name, kStoredSuffix)) return;
        const PartInfo* info = InfoOfFile(name, &hash);
        if (info == nullptr) return;
        all.push_back({RemovalRank(info->part), absl::TimeFromTimespec(facts.st_mtim), file,
                       BytesOnDisk(facts)});
      });
  if (!status.ok()) return status;
  std::sort(all.begin(), all.end(), [](const Stored& a, const Stored& b) {
    return a.rank != b.rank ? a.rank < b.rank : a.named_at < b.named_at;
  });
  // Listing the folder takes long. So enough is removed to last for a while.
  const int64_t target = options_.max_bytes / 20 * 19;
  for (const Stored& one : all) {
    if (bytes_ <= target) break;
    const std::string path = absl::StrCat(options_.folder, "/", one.name);
    if (unlink(path.c_str()) != 0 && errno != ENOENT) return absl::ErrnoToStatus(errno, path);
    bytes_ -= one.bytes;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> PartArchive::Load(const std::string& folder, const std::string& name) {
  absl::string_view hash;
  const PartInfo* info = InfoOfFile(name, &hash);
  if (info == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is not the name of a part"));
  }
  const std::string path = absl::StrCat(folder, "/", name, kStoredSuffix);
  const absl::StatusOr<std::string> stored = ReadFile(
      path, static_cast<int64_t>(ZSTD_compressBound(static_cast<size_t>(info->max_bytes))));
  if (!stored.ok()) return stored.status();
  absl::StatusOr<std::string> bytes = DecompressPart(*stored, info->max_bytes);
  if (!bytes.ok()) {
    return absl::Status(bytes.status().code(), absl::StrCat(path, ": ", bytes.status().message()));
  }
  if (Sha256Hex(*bytes) != hash) {
    return absl::DataLossError(absl::StrCat(path, ": its SHA-256 is not the one in its name"));
  }
  return bytes;
}

}  // namespace carbon
