#include "store/restored_jobs_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kVersion = 1;
// The year 9999: far from every overflow.
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

// Reads the fields of one object. The first fault is kept.
class Fields {
 public:
  explicit Fields(const Json& json) : json_(json) {
    if (!json.is_object()) Refuse("jobs", "has an element that is not an object");
  }

  const absl::Status& status() const { return status_; }

  void Refuse(absl::string_view key, absl::string_view fact) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(absl::StrCat(key, ": ", fact));
  }

  // nullptr for a field that is missing, which is a fault, or null.
  const Json* Find(const char* key) {
    const auto found = json_.find(key);
    if (found == json_.end()) Refuse(key, "is missing");
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  std::optional<int64_t> Integer(const char* key, int64_t least, int64_t most) {
    const Json* found = Find(key);
    if (found == nullptr) return std::nullopt;
    if (found->is_number_unsigned() &&
        found->get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      Refuse(key, "is too large");
    } else if (found->is_number_integer() && found->get<int64_t>() >= least &&
               found->get<int64_t>() <= most) {
      return found->get<int64_t>();
    } else {
      Refuse(key, "is not a whole number in its range");
    }
    return std::nullopt;
  }
  uint32_t Uint32(const char* key) {
    return static_cast<uint32_t>(Given(key, Integer(key, 0, UINT32_MAX)));
  }
  std::optional<absl::Time> MaybeTime(const char* key) {
    const std::optional<int64_t> seconds = Integer(key, -kLastSecond, kLastSecond);
    if (!seconds.has_value()) return std::nullopt;
    return absl::FromUnixSeconds(*seconds);
  }
  absl::Time Time(const char* key) {
    return absl::FromUnixSeconds(Given(key, Integer(key, -kLastSecond, kLastSecond)));
  }
  std::optional<absl::Duration> MaybeDuration(const char* key) {
    const std::optional<int64_t> seconds = Integer(key, 0, kLastSecond);
    if (!seconds.has_value()) return std::nullopt;
    return absl::Seconds(*seconds);
  }
  bool Flag(const char* key) {
    const Json* found = Find(key);
    if (found != nullptr && found->is_boolean()) return found->get<bool>();
    Refuse(key, "is neither true nor false");
    return false;
  }
  std::string Text(const char* key) {
    const Json* found = Find(key);
    if (found != nullptr && found->is_string()) return found->get<std::string>();
    Refuse(key, "is not a text");
    return "";
  }
  std::vector<std::string> Texts(const char* key) {
    std::vector<std::string> texts;
    const Json* found = Find(key);
    if (found == nullptr || !found->is_array()) {
      Refuse(key, "is not an array");
      return texts;
    }
    for (const Json& text : *found) {
      if (!text.is_string()) {
        Refuse(key, "has an element that is not a text");
        break;
      }
      texts.push_back(text.get<std::string>());
    }
    return texts;
  }

 private:
  int64_t Given(const char* key, std::optional<int64_t> value) {
    if (!value.has_value()) Refuse(key, "is null");
    return value.value_or(0);
  }

  const Json& json_;
  absl::Status status_;
};

absl::StatusOr<RestoredJob> ReadJob(const Json& json) {
  Fields fields(json);
  if (!fields.status().ok()) return fields.status();
  RestoredJob job;
  JobRestore& restore = job.restore;
  restore.decision_id = fields.Text("decision");
  restore.job_id = fields.Uint32("job_id");
  restore.newest_task = fields.Uint32("newest_task");
  job.is_done = fields.Flag("is_done");
  job.asked_at = fields.Time("asked_at");
  if (!job.is_done) {
    restore.user_id = fields.Uint32("user_id");
    restore.pool = fields.Text("pool");
    restore.placed_in = fields.Text("placed_in");
    restore.planned = fields.Time("planned");
    restore.reason = fields.Text("reason");
    restore.latest_safe_start = fields.MaybeTime("latest_safe_start");
    restore.expected_start = fields.MaybeTime("expected_start");
    restore.partitions = fields.Texts("partitions");
    if (restore.partitions.empty()) fields.Refuse("partitions", "is empty");
    restore.pool_is_behind = fields.Flag("pool_is_behind");
    restore.begin = fields.Time("begin");
    restore.limit = fields.MaybeDuration("time_limit_s");
    restore.time_min = fields.MaybeDuration("time_min_s");
  }
  if (!fields.status().ok()) return fields.status();
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
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return absl::InvalidArgumentError("is not JSON");
  if (!json.is_object()) return absl::InvalidArgumentError("is not an object");
  Fields fields(json);
  const std::optional<int64_t> version = fields.Integer("v", 0, INT32_MAX);
  if (version != kVersion) fields.Refuse("v", "is another version");
  const Json* jobs = fields.Find("jobs");
  if (jobs == nullptr || !jobs->is_array()) fields.Refuse("jobs", "is not an array");
  if (!fields.status().ok()) return fields.status();
  std::vector<RestoredJob> read;
  for (const Json& job : *jobs) {
    absl::StatusOr<RestoredJob> one = ReadJob(job);
    if (!one.ok()) return one.status();
    read.push_back(*std::move(one));
  }
  return read;
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
