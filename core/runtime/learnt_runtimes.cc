// Its fields are in docs/snapshot.md; change both together.
#include "core/runtime/learnt_runtimes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/json/json_document.h"
#include "core/json/json_reader.h"
#include "core/json/json_text.h"

namespace carbon {
namespace {

constexpr int kVersion = 1;
// The year 9999: far from every overflow.
constexpr int64_t kLastSecond = 253402300799;
constexpr int64_t kScale = LearntRuntimes::kScale;
constexpr int64_t kMaxJobs = int64_t{1} << 52;

using Entry = LearntRuntimes::Entry;

const Entry* FindKey(const std::vector<Entry>& entries, const std::string& key) {
  if (key.empty()) return nullptr;
  const auto found =
      std::lower_bound(entries.begin(), entries.end(), key,
                       [](const Entry& entry, const std::string& k) { return entry.key < k; });
  return found != entries.end() && found->key == key ? &*found : nullptr;
}

void AppendEntry(const Entry& entry, std::string* json) {
  absl::StrAppend(json, "[");
  if (!entry.key.empty()) absl::StrAppend(json, JsonText(entry.key).text(), ",");
  absl::StrAppend(json, entry.share, ",", entry.spread, ",", entry.jobs, "]");
}

void AppendEntries(absl::string_view name, const std::vector<Entry>& entries, std::string* json) {
  absl::StrAppend(json, ",\"", name, "\":[");
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) json->push_back(',');
    AppendEntry(entries[i], json);
  }
  json->push_back(']');
}

// Reads an array of `is_keyed ? 4 : 3`. Refuses what is out of range.
std::optional<Entry> ReadEntry(const JsonValue& value, bool is_keyed) {
  const size_t fields = is_keyed ? 4 : 3;
  if (!value.json().is_array() || value.json().size() != fields) {
    value.Refuse(absl::StrCat("is not an array of ", fields));
    return std::nullopt;
  }
  Entry entry;
  size_t i = 0;
  if (is_keyed) {
    const std::optional<std::string> key = Text(value.Element(i++));
    if (!key.has_value()) return std::nullopt;
    if (key->size() > LearntRuntimes::kMaxKey) {
      value.Refuse(absl::StrCat("has a key of more than ", LearntRuntimes::kMaxKey, " bytes"));
      return std::nullopt;
    }
    entry.key = *key;
  }
  const std::optional<int64_t> share = WholeNumber{kScale}(value.Element(i++));
  const std::optional<int64_t> spread = WholeNumber{kScale}(value.Element(i++));
  const std::optional<int64_t> jobs = WholeNumber{kMaxJobs}(value.Element(i++));
  if (!share.has_value() || !spread.has_value() || !jobs.has_value()) return std::nullopt;
  if (*share == 0 || *jobs == 0) {
    value.Refuse("has a share or a number of jobs of 0");
    return std::nullopt;
  }
  entry.share = *share;
  entry.spread = *spread;
  entry.jobs = *jobs;
  return entry;
}

void ReadEntries(const std::optional<JsonValue>& array, std::vector<Entry>* entries) {
  if (array.has_value() && array->json().is_array() &&
      array->json().size() > LearntRuntimes::kMaxEntries) {
    return array->Refuse(absl::StrCat("has more than ", LearntRuntimes::kMaxEntries, " entries"));
  }
  ForEach(array, [&](const JsonValue& value) {
    std::optional<Entry> entry = ReadEntry(value, /*is_keyed=*/true);
    if (!entry.has_value()) return;
    if (!entries->empty() && entry->key <= entries->back().key) {
      return value.Refuse("is not above the key before it");
    }
    entries->push_back(*std::move(entry));
  });
}

}  // namespace

std::optional<ExpectedRuntime> LearntRuntimes::Find(const RuntimeKeys& keys) const {
  const auto expected = [](const Entry& entry, RuntimeLevel level) {
    return ExpectedRuntime{.share = static_cast<double>(entry.share) / kScale,
                           .spread = static_cast<double>(entry.spread) / kScale,
                           .jobs = entry.jobs,
                           .level = level};
  };
  if (const Entry* name = FindKey(names, keys.name)) return expected(*name, RuntimeLevel::kName);
  if (const Entry* user = FindKey(users, keys.user)) return expected(*user, RuntimeLevel::kUser);
  if (const Entry* account = FindKey(accounts, keys.account)) {
    return expected(*account, RuntimeLevel::kAccount);
  }
  if (cluster.has_value()) return expected(*cluster, RuntimeLevel::kCluster);
  return std::nullopt;
}

std::string SerializeRuntimes(const LearntRuntimes& runtimes) {
  std::string json =
      absl::StrCat("{\"version\":", kVersion, ",\"newest\":", absl::ToUnixSeconds(runtimes.newest),
                   ",\"cluster\":");
  if (runtimes.cluster.has_value()) {
    AppendEntry(*runtimes.cluster, &json);
  } else {
    json += "null";
  }
  AppendEntries("accounts", runtimes.accounts, &json);
  AppendEntries("users", runtimes.users, &json);
  AppendEntries("names", runtimes.names, &json);
  return json += "}\n";
}

absl::StatusOr<LearntRuntimes> ParseRuntimes(absl::string_view bytes) {
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(bytes, "runtimes part");
  if (!document.ok()) return document.status();
  const absl::StatusOr<int> version = document->ReadVersion("version", kVersion, kVersion);
  if (!version.ok()) return version.status();
  LearntRuntimes runtimes;
  {
    JsonObject top(document->root());
    top.Find("version");  // looked at before
    int64_t newest = 0;
    top.Require("newest", &newest, WholeNumber{kLastSecond});
    runtimes.newest = absl::FromUnixSeconds(newest);
    if (const std::optional<JsonValue> cluster = top.Demand("cluster");
        cluster.has_value() && !cluster->json().is_null()) {
      runtimes.cluster = ReadEntry(*cluster, /*is_keyed=*/false);
    }
    ReadEntries(top.Demand("accounts"), &runtimes.accounts);
    ReadEntries(top.Demand("users"), &runtimes.users);
    ReadEntries(top.Demand("names"), &runtimes.names);
  }
  return document->Result(std::move(runtimes));
}

}  // namespace carbon
