#include "scarbond/part_keeper.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/record/log_entry.h"
#include "core/record/record_chain.h"
#include "core/record/record_reader.h"
#include "core/snapshot/part.h"
#include "nlohmann/json.hpp"
#include "spdlog/spdlog.h"
#include "store/file.h"

namespace carbon {
namespace {

using Json = nlohmann::json;

// The most that is read of the log per look, so that a tick takes a fraction of a second.
constexpr int64_t kMaxBytesPerLook = 8 << 20;
// A part that was archived is not looked at again for this long.
constexpr absl::Duration kRemembered = absl::Hours(1);
// The newest record is logged for at most this many boots. A log does not have more in one hour.
constexpr size_t kMaxBoots = 64;
constexpr char kPositionFile[] = "position.json";

std::string PositionPath(const std::string& folder) {
  return absl::StrCat(folder, "/", kPositionFile);
}

// Returns nullopt if there is no position that can be read. The log is then read again from an
// earlier place.
std::optional<LogPosition> ReadPosition(const std::string& folder) {
  const absl::StatusOr<std::string> bytes = ReadFile(PositionPath(folder), 4096);
  if (!bytes.ok()) return std::nullopt;
  const Json json = Json::parse(*bytes, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  for (const char* key : {"device", "inode", "offset"}) {
    if (!json.contains(key) || !json[key].is_number_unsigned()) return std::nullopt;
  }
  return LogPosition{json["device"].get<uint64_t>(), json["inode"].get<uint64_t>(),
                     json["offset"].get<int64_t>()};
}

// Returns whether the text has 16 hexadecimal digits.
bool IsBoot(absl::string_view text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

void PartKeeper::Look(const Paths& paths, std::optional<uid_t> slurm_user, absl::Time now) {
  if (paths != paths_) {
    paths_ = paths;
    archive_.reset();
    follower_.reset();
    archived_.clear();
    newest_.clear();
    looked_at_ = absl::InfinitePast();
  }
  // A clock that was set back must not delay it.
  const bool is_due = now - looked_at_ >= kPeriod || now < looked_at_;
  if (!is_due && !is_behind_) return;
  looked_at_ = now;
  absl::Status status = Open(slurm_user);
  if (status.ok()) status = Follow(now);
  if (!status.ok()) is_behind_ = false;  // the snapshot's folder must not grow for it
  // The codes are compared: the message names a part, another one each time.
  if (status.code() != last_code_) {
    if (status.ok()) {
      spdlog::info("archive of parts: kept again");
    } else {
      spdlog::warn("archive of parts: {}; decisions cannot be repeated later",
                   std::string(status.message()));
    }
  }
  last_code_ = status.code();
  trouble_ = std::string(status.message());
  SayNewest(now);
}

absl::Status PartKeeper::Open(std::optional<uid_t> slurm_user) {
  if (paths_.max_bytes > 0 && !archive_.has_value()) {
    absl::StatusOr<PartArchive> archive =
        PartArchive::Create({.folder = paths_.parts, .max_bytes = paths_.max_bytes});
    if (!archive.ok()) return archive.status();
    archive_ = *std::move(archive);
    kept_position_ = ReadPosition(paths_.parts);
  }
  if (archive_.has_value()) archive_->set_slurm_user(slurm_user);
  if (!follower_.has_value()) follower_.emplace(paths_.log, kept_position_);
  return absl::OkStatus();
}

absl::Status PartKeeper::Follow(absl::Time now) {
  const absl::StatusOr<bool> has_more = follower_->Follow(
      kMaxBytesPerLook, now, [&](absl::string_view line) { return Visit(line, now); });
  std::erase_if(archived_, [now](const auto& part) { return part.second + kRemembered < now; });
  if (!archive_.has_value()) return has_more.status();
  // The position is written after the parts that the log names up to there: a reader that was
  // killed reads some lines twice.
  const std::optional<LogPosition>& position = follower_->position();
  if (position.has_value() && position != kept_position_) {
    const Json json = {{"device", position->device},
                       {"inode", position->inode},
                       {"offset", static_cast<uint64_t>(position->offset)}};
    const absl::Status written = WriteFileAtomically(PositionPath(paths_.parts), json.dump() + "\n",
                                                     FileAccess{.mode = 0600});
    if (!written.ok()) return written;
    kept_position_ = position;
  }
  if (!has_more.ok()) return has_more.status();
  is_behind_ = *has_more;
  return archive_->Trim();
}

absl::Status PartKeeper::Visit(absl::string_view line, absl::Time now) {
  const absl::StatusOr<LogEntry> entry = ReadLogLine(line);
  if (!entry.ok()) return absl::OkStatus();
  const RecordId& id = HeadOf(*entry).id;
  if (IsBoot(id.boot) && (newest_.contains(id.boot) || newest_.size() < kMaxBoots)) {
    newest_[id.boot] = {id.sequence, LineDigest(line)};
  }
  const auto* decision = std::get_if<PlacementRecord>(&*entry);
  if (!archive_.has_value() || decision == nullptr) return absl::OkStatus();
  for (const PartInfo& info : kParts) {
    if (info.is_optional) continue;  // the record has what it says of the job
    absl::Status status = Archive(decision->snapshot.FileOf(info.part), now);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Returns an error only if another try may help.
absl::Status PartKeeper::Archive(const std::string& name, absl::Time now) {
  const std::optional<int64_t> max_bytes = MaxPartBytes(name);
  if (!max_bytes.has_value() || archived_.contains(name)) return absl::OkStatus();
  const absl::StatusOr<std::string> bytes =
      ReadFile(absl::StrCat(paths_.snapshot, "/", name), *max_bytes);
  if (bytes.ok()) {
    const absl::Status put = archive_->Put(name, *bytes, now);
    // A part that is damaged in the snapshot's folder stays damaged.
    if (!put.ok() && !absl::IsDataLoss(put)) return put;
    if (!put.ok()) spdlog::debug("archive of parts: {}", std::string(put.message()));
  } else if (!absl::IsNotFound(bytes.status()) && !absl::IsResourceExhausted(bytes.status())) {
    return bytes.status();
  } else if (!archive_->Has(name)) {
    spdlog::debug("archive of parts: {}", std::string(bytes.status().message()));
  }
  archived_[name] = now;
  return absl::OkStatus();
}

void PartKeeper::SayNewest(absl::Time now) {
  if (newest_.empty() || (now - said_at_ < kDigestPeriod && now >= said_at_)) return;
  for (const auto& [boot, newest] : newest_) {
    spdlog::info("placement log: newest record {}:{}:{}", boot, newest.sequence, newest.digest);
  }
  newest_.clear();
  said_at_ = now;
}

}  // namespace carbon
