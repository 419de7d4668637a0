// The placement log as scarbon reads it: records of decisions, of their jobs and of jobs given
// back, one per line, with what was lost between them. Fields are those of docs/placement-log.md.
#ifndef STORE_PLACEMENT_LOG_H_
#define STORE_PLACEMENT_LOG_H_

#include <functional>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace carbon {

// One record. What is absent, null or of another type than expected reads as empty.
class LogRecord {
 public:
  using Path = std::initializer_list<const char*>;

  explicit LogRecord(nlohmann::ordered_json json) : json_(std::move(json)) {}

  const nlohmann::ordered_json& json() const { return json_; }
  // Adds to a decision's record the return of its job, as "returned".
  void AddReturn(const LogRecord& given_back) { json_["returned"] = given_back.json_; }
  // And the id of its job, as "job_id".
  void AddJobId(int64_t job_id) { json_["job_id"] = job_id; }
  // Or that the queue never showed one, as "not_queued".
  void AddNotQueued() { json_["not_queued"] = true; }
  // And what else scarbon log --json has of its job.
  void Add(const char* key, nlohmann::ordered_json value) { json_[key] = std::move(value); }
  bool Has(Path path) const { return Find(path) != nullptr; }
  std::string Text(Path path) const;
  std::optional<double> Number(Path path) const;
  std::optional<absl::Time> Time(Path path) const;
  std::vector<std::string> Texts(Path path) const;

 private:
  const nlohmann::ordered_json* Find(Path path) const;

  nlohmann::ordered_json json_;
};

// Reads the decisions, returns, what names a decision's job and what was withheld of one file in
// order ("decision", "return", "job", "booking" and "withheld"), calling `visit` with each.
// `complain` gets one line for each gap in a boot's sequence and for lines that are no records.
// `sequences` carries the last sequence number of each boot from one file to the next. An error
// only where the file cannot be read.
using SequencesByBoot = std::map<std::string, uint64_t>;
absl::Status ReadPlacementLog(const std::string& path, SequencesByBoot* sequences,
                              const std::function<void(LogRecord)>& visit,
                              const std::function<void(const std::string&)>& complain);

// Why totals count nothing of a decision, as an outcome: "not-queued", "never-ran",
// "ran-elsewhere", "ran-earlier" or "ran-longer". Empty: they count it.
std::string WhyNotCounted(const LogRecord& decision);

// `path` and the files that logrotate made of it (`path`.1, `path`-20261124, …), oldest first.
// Compressed ones are in `skipped`.
std::vector<std::string> WithRotated(const std::string& path, std::vector<std::string>* skipped);

}  // namespace carbon

#endif  // STORE_PLACEMENT_LOG_H_
