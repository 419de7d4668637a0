#include "store/fetched_forecasts.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/json/json_document.h"
#include "core/json/json_reader.h"
#include "core/snapshot/part.h"
#include "store/file.h"
#include "store/report_json.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr int64_t kMaxPartBytes = InfoOf(SnapshotPart::kForecast).max_bytes;
// A mean error of a million times the value is a fault of the data.
constexpr double kMaxRatio = 1e6;
constexpr int64_t kMaxLeadHours = 24 * 400;

Json ReportJson(const FetchedForecasts& fetched) {
  Json json = {
      {"v", kVersion}, {"pid", fetched.pid}, {"started_at", TimeOrNull(fetched.started_at)}};
  if (fetched.updated_at.has_value()) json["updated_at"] = TimeOrNull(fetched.updated_at);
  json["findings"] = Json::array();
  for (const Finding& finding : fetched.findings) {
    json["findings"].push_back(WriteFinding(finding));
  }
  json["sources"] = Json::array();
  for (const SourceState& source : fetched.sources) json["sources"].push_back(WriteSource(source));
  json["errors"] = Json::array();
  for (const SourceErrorRatio& error : fetched.errors) {
    if (!(error.ratio >= 0 && error.ratio <= kMaxRatio)) continue;
    json["errors"].push_back({{"zone", error.zone},
                              {"source", error.source},
                              {"lead_hours", absl::ToInt64Hours(error.lead)},
                              {"ratio", error.ratio}});
  }
  json["implausible"] = Json::array();
  for (const ImplausibleHours& source : fetched.implausible) {
    json["implausible"].push_back(
        {{"zone", source.zone}, {"source", source.source}, {"hours", source.hours}});
  }
  json["forecast_bytes"] = fetched.part.size();
  return json;
}

// Paths in texts may have any bytes.
std::string ReportLine(const FetchedForecasts& fetched) {
  return absl::StrCat(ReportJson(fetched).dump(-1, ' ', false, Json::error_handler_t::replace),
                      "\n");
}

// A list is read up to its first fault. The list of all faults of a large one could be larger
// still.
template <class Item, class Reader>
void ReadList(const std::string& key, JsonObject* object, std::vector<Item>* items,
              const Reader& reader) {
  ForEach(object->Demand(key), [&](const JsonValue& json) {
    if (std::optional<Item> item = reader(json)) items->push_back(*std::move(item));
  });
}

std::optional<Finding> ReadReport(const JsonValue& json) {
  std::optional<Finding> finding = ReadFinding(json);
  if (finding.has_value() && finding->severity != Severity::kWarning &&
      finding->severity != Severity::kNote) {
    json.Refuse("is neither a warning nor a note", "/severity");
  }
  return finding;
}

std::optional<SourceErrorRatio> ReadErrorRatio(const JsonValue& json) {
  JsonObject object(json, JsonObject::UnknownKeys::kIgnored);
  SourceErrorRatio error;
  int64_t hours = 0;
  object.Require("zone", &error.zone, AnyText);
  object.Require("source", &error.source, AnyText);
  object.Require("lead_hours", &hours, WholeNumber{kMaxLeadHours});
  object.Require("ratio", &error.ratio, NumberRange{0, kMaxRatio});
  error.lead = absl::Hours(hours);
  return error;
}

std::optional<ImplausibleHours> ReadImplausible(const JsonValue& json) {
  JsonObject object(json, JsonObject::UnknownKeys::kIgnored);
  ImplausibleHours source;
  object.Require("zone", &source.zone, AnyText);
  object.Require("source", &source.source, AnyText);
  object.Require("hours", &source.hours, WholeNumber());
  return source;
}

absl::Status Denied(const std::string& path, absl::string_view fact) {
  return absl::PermissionDeniedError(absl::StrCat(path, ": ", fact));
}

// Whether nobody but the owner of the folder can have written the file.
absl::Status CheckWriter(const std::string& path, const struct stat& folder,
                         const struct stat& file) {
  if (!S_ISREG(file.st_mode)) return Denied(path, "is not a regular file");
  if (file.st_uid != folder.st_uid) {
    return Denied(
        path, absl::StrCat("belongs to uid ", file.st_uid, ", its folder to uid ", folder.st_uid));
  }
  if ((file.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Denied(path, "is writable by group or others");
  }
  if ((folder.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Denied(path, "its folder is writable by group or others");
  }
  return absl::OkStatus();
}

}  // namespace

std::string SerializeFetchedForecasts(const FetchedForecasts& fetched) {
  std::string line = ReportLine(fetched);
  if (static_cast<int64_t>(line.size()) > kMaxFetchedReportBytes) {
    line = ReportLine(
        {.pid = fetched.pid,
         .started_at = fetched.started_at,
         .updated_at = fetched.updated_at,
         .findings = {{Severity::kWarning, FindingCode::kFetchedForecastsUnusable, "scarbond-fetch",
                       absl::StrCat("its reports have ", line.size(),
                                    " bytes and are left out, limit ", kMaxFetchedReportBytes)}},
         .sources = {},
         .errors = {},
         .implausible = {},
         .part = fetched.part});
  }
  return line + fetched.part;
}

absl::StatusOr<FetchedForecasts> ParseFetchedForecasts(absl::string_view bytes) {
  const size_t end = bytes.substr(0, static_cast<size_t>(kMaxFetchedReportBytes)).find('\n');
  if (end == absl::string_view::npos) {
    return absl::DataLossError(
        absl::StrCat("has no line of JSON of at most ", kMaxFetchedReportBytes, " bytes"));
  }
  absl::StatusOr<JsonDocument> document = JsonDocument::Parse(bytes.substr(0, end));
  if (!document.ok()) return document.status();
  const absl::StatusOr<int> version = document->ReadVersion("v", kVersion, kVersion);
  if (!version.ok()) return version.status();
  FetchedForecasts fetched;
  int64_t part_bytes = 0;
  {
    JsonObject object(document->root(), JsonObject::UnknownKeys::kIgnored);
    object.Require("pid", &fetched.pid, WholeNumber());
    object.Require("started_at", &fetched.started_at, Timestamp);
    object.Require("updated_at", &fetched.updated_at, Timestamp);
    ReadList("findings", &object, &fetched.findings, ReadReport);
    ReadList("sources", &object, &fetched.sources,
             [](const JsonValue& json) { return ReadSource(json, SourceNotes::kRequired); });
    ReadList("errors", &object, &fetched.errors, ReadErrorRatio);
    ReadList("implausible", &object, &fetched.implausible, ReadImplausible);
    object.Require("forecast_bytes", &part_bytes, WholeNumber{kMaxPartBytes});
  }
  if (absl::Status refused = document->status(); !refused.ok()) return refused;
  const absl::string_view part = bytes.substr(end + 1);
  if (static_cast<int64_t>(part.size()) != part_bytes) {
    return absl::DataLossError(absl::StrCat(
        "has ", part.size(), " bytes after its first line, not ", part_bytes, " as it says"));
  }
  fetched.part = std::string(part);
  return fetched;
}

absl::StatusOr<FetchedForecasts> ReadFetchedForecasts(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder_path = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  const Descriptor folder(open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat folder_facts;
  if (!folder.ok() || fstat(folder.get(), &folder_facts) != 0) {
    return absl::ErrnoToStatus(errno, path);
  }
  // In the folder whose owner is known, wherever its path leads to by now.
  const Descriptor file(
      openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok() && errno == ELOOP) return Denied(path, "is a symbolic link");
  struct stat facts;
  if (!file.ok() || fstat(file.get(), &facts) != 0) return absl::ErrnoToStatus(errno, path);
  if (absl::Status trust = CheckWriter(path, folder_facts, facts); !trust.ok()) return trust;
  const absl::StatusOr<std::string> bytes =
      ReadOpenFile(file.get(), path, facts, kMaxFetchedReportBytes + kMaxPartBytes);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<FetchedForecasts> fetched = ParseFetchedForecasts(*bytes);
  if (fetched.ok()) return fetched;
  return absl::Status(fetched.status().code(),
                      absl::StrCat(path, ": ", fetched.status().message()));
}

}  // namespace carbon
