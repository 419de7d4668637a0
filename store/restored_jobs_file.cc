#include "store/restored_jobs_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/json/json_document.h"
#include "core/json/json_reader.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
// The year 9999, which is far from every overflow.
constexpr int64_t kLastSecond = 253402300799;

Json SecondsOf(absl::Time time) { return absl::ToUnixSeconds(time); }
Json OrNull(std::optional<absl::Time> time) {
  return time.has_value() ? SecondsOf(*time) : Json(nullptr);
}
Json OrNull(std::optional<absl::Duration> duration) {
  return duration.has_value() ? Json(absl::ToInt64Seconds(*duration)) : Json(nullptr);
}

Json JobJson(const RestoredJob& job) {
  const JobRestore& restore = job.restore;
  Json json = {{"decision", restore.decision_id},
               {"job_id", restore.job_id},
               {"newest_task", restore.newest_task},
               {"is_done", job.is_done},
               {"asked_at", SecondsOf(job.asked_at)}};
  if (job.is_done) return json;
  json["user_id"] = restore.user_id;
  json["pool"] = restore.pool;
  json["placed_in"] = restore.placed_in;
  json["planned"] = SecondsOf(restore.planned);
  json["reason"] = restore.reason;
  json["latest_safe_start"] = OrNull(restore.latest_safe_start);
  json["expected_start"] = OrNull(restore.expected_start);
  json["partitions"] = restore.partitions;
  json["pool_is_behind"] = restore.pool_is_behind;
  json["begin"] = SecondsOf(restore.begin);
  json["time_limit_s"] = OrNull(restore.limit);
  json["time_min_s"] = OrNull(restore.time_min);
  return json;
}

// Reads whole seconds since 1970.
std::optional<absl::Time> UnixTime(const JsonValue& json) {
  const JsonValue::Json& value = json.json();
  const bool fits = value.is_number_unsigned()
                        ? value.get<uint64_t>() <= static_cast<uint64_t>(kLastSecond)
                        : value.is_number_integer() && value.get<int64_t>() >= -kLastSecond;
  if (fits) return absl::FromUnixSeconds(value.get<int64_t>());
  json.RefuseType("whole seconds since 1970");
  return std::nullopt;
}

std::optional<absl::Duration> WholeSeconds(const JsonValue& json) {
  const std::optional<int64_t> seconds = WholeNumber{kLastSecond}(json);
  if (!seconds.has_value()) return std::nullopt;
  return absl::Seconds(*seconds);
}

RestoredJob ReadJob(const JsonValue& json) {
  RestoredJob job;
  JobRestore& restore = job.restore;
  JsonObject object(json, JsonObject::UnknownKeys::kIgnored);
  object.Require("decision", &restore.decision_id, AnyText);
  object.Require("job_id", &restore.job_id, Uint32);
  object.Require("newest_task", &restore.newest_task, Uint32);
  object.Require("is_done", &job.is_done, Boolean);
  object.Require("asked_at", &job.asked_at, UnixTime);
  if (job.is_done) return job;
  object.Require("user_id", &restore.user_id, Uint32);
  object.Require("pool", &restore.pool, AnyText);
  object.Require("placed_in", &restore.placed_in, AnyText);
  object.Require("planned", &restore.planned, UnixTime);
  object.Require("reason", &restore.reason, AnyText);
  object.Require("latest_safe_start", &restore.latest_safe_start, NullOr(UnixTime));
  object.Require("expected_start", &restore.expected_start, NullOr(UnixTime));
  object.Require("partitions", &restore.partitions, EachOf(AnyText));
  if (restore.partitions.empty()) json.Refuse("must not be empty", "/partitions");
  object.Require("pool_is_behind", &restore.pool_is_behind, Boolean);
  object.Require("begin", &restore.begin, UnixTime);
  object.Require("time_limit_s", &restore.limit, NullOr(WholeSeconds));
  object.Require("time_min_s", &restore.time_min, NullOr(WholeSeconds));
  return job;
}

absl::Status InFile(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
}

}  // namespace

std::string RestoredJobsPath(absl::string_view snapshot_folder) {
  return absl::StrCat(snapshot_folder, "/scarbond-restored.json");
}

std::string SerializeRestoredJobs(const std::vector<RestoredJob>& jobs) {
  // One job a line, so that a person can read it.
  std::string text = absl::StrCat("{\"v\":", kVersion, ",\"jobs\":[");
  for (size_t i = 0; i < jobs.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "\n" : ",\n",
                    JobJson(jobs[i]).dump(-1, ' ', true, Json::error_handler_t::replace));
  }
  absl::StrAppend(&text, "]}\n");
  return text;
}

absl::StatusOr<std::vector<RestoredJob>> ParseRestoredJobs(absl::string_view text) {
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(text);
  if (!document.ok()) return document.status();
  const absl::StatusOr<int> version = document->ReadVersion("v", kVersion, kVersion);
  if (!version.ok()) return version.status();
  std::vector<RestoredJob> jobs;
  {
    JsonObject object(document->root(), JsonObject::UnknownKeys::kIgnored);
    ForEach(object.Demand("jobs"), [&](const JsonValue& json) { jobs.push_back(ReadJob(json)); });
  }
  return document->Result(std::move(jobs));
}

absl::StatusOr<std::vector<RestoredJob>> ReadRestoredJobs(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok() && errno == ENOENT) return std::vector<RestoredJob>();
  if (!file.ok() && errno == ELOOP) {
    return absl::PermissionDeniedError(absl::StrCat(path, ": is a symbolic link"));
  }
  struct stat facts;
  if (!file.ok() || fstat(file.get(), &facts) != 0) return absl::ErrnoToStatus(errno, path);
  if (absl::Status trust = CheckTrusted(path, facts); !trust.ok()) return trust;
  const absl::StatusOr<std::string> text = ReadOpenFile(file.get(), path, facts, kMaxRestoredBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<std::vector<RestoredJob>> jobs = ParseRestoredJobs(*text);
  if (!jobs.ok()) return InFile(path, jobs.status());
  return jobs;
}

absl::Status WriteRestoredJobs(const std::string& path, const std::vector<RestoredJob>& jobs,
                               const FileAccess& access) {
  return WriteFileAtomically(path, SerializeRestoredJobs(jobs), access);
}

}  // namespace carbon
