#include "replay/trace/csv_trace.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/timestamp.h"
#include "forecast/sources/csv_records.h"

namespace carbon {
namespace {

constexpr absl::Duration kMaxElapsed = absl::Hours(24 * 400);
constexpr absl::Duration kMaxAfterBegin = absl::Hours(24 * 366 * 100);
constexpr int64_t kMaxAmount = int64_t{1} << 40;

enum Column : size_t {
  kSubmit,
  kRuntime,
  kDevices,
  kCpus,
  kNodes,
  kLimit,
  kDeadline,
  kStart,
  kJobId,
  kUser,
  kAccount,
  kQos,
  kPartition,
  kName,
  kPriority,
  kState,
  kColumns,
};
const std::array<std::vector<absl::string_view>, kColumns>& ColumnNames() {
  static const std::array<std::vector<absl::string_view>, kColumns> kNames = {{
      {"submit", "arrival_time", "arrival"},
      {"runtime", "length", "duration", "elapsed"},
      {"gpus", "devices"},
      {"cpus"},
      {"nodes"},
      {"time_limit", "limit"},
      {"deadline"},
      {"start"},
      {"job_id"},
      {"user"},
      {"account"},
      {"qos"},
      {"partition"},
      {"name"},
      {"priority"},
      {"state"},
  }};
  return kNames;
}

class CsvTraceReader {
 public:
  explicit CsvTraceReader(const CsvTraceOptions& options) : options_(options) { at_.fill(-1); }

  absl::Status ReadHeader(const CsvRecord& record) {
    for (size_t field = 0; field < record.fields.size(); ++field) {
      for (size_t i = 0; i < kColumns; ++i) {
        const auto& names = ColumnNames()[i];
        const bool is_name = std::any_of(names.begin(), names.end(), [&](absl::string_view name) {
          return absl::EqualsIgnoreCase(name, record.fields[field]);
        });
        if (is_name && at_[i] < 0) at_[i] = static_cast<int>(field);
      }
    }
    fields_ = record.fields.size();
    for (const Column column : {kSubmit, kRuntime}) {
      if (at_[column] < 0) return Missing({column});
    }
    if (at_[kDevices] < 0 && at_[kCpus] < 0) return Missing({kDevices, kCpus});
    return absl::OkStatus();
  }

  void ReadRow(const CsvRecord& record) {
    if (record.fields.size() != fields_) return LeaveOut(RowReason::kMalformed, {});
    TraceJob job;
    job.devices = Amount(record, kDevices);
    job.cpus = Amount(record, kCpus);
    if (at_[kDevices] < 0 && options_.are_cpus_devices) job.devices = job.cpus;
    job.nodes = std::clamp<int64_t>(Amount(record, kNodes), 1, 1 << 20);
    const std::optional<absl::Duration> elapsed = Length(Field(record, kRuntime));
    const std::optional<absl::Time> submit = Instant(Field(record, kSubmit));
    if (elapsed.has_value()) job.elapsed = *elapsed;
    if (!elapsed.has_value() || !submit.has_value()) return LeaveOut(RowReason::kBadTime, job);
    if (job.devices == 0 && job.cpus == 0) return LeaveOut(RowReason::kNoResources, job);
    job.submit = job.eligible = *submit;
    job.start = Instant(Field(record, kStart)).value_or(absl::InfinitePast());
    if (at_[kLimit] < 0) {
      job.limit = std::max(absl::Minutes(1), absl::Ceil(job.elapsed, absl::Minutes(1)));
    } else if (const auto limit = Length(Field(record, kLimit)); limit > absl::ZeroDuration()) {
      job.limit = limit;
    }
    const std::optional<absl::Time> deadline = Instant(Field(record, kDeadline));
    if (deadline > job.submit) job.deadline = deadline;
    ++row_;
    if (!absl::SimpleAtoi(Field(record, kJobId), &job.job_id)) job.job_id = row_;
    int64_t number = 0;
    if (absl::SimpleAtoi(Field(record, kPriority), &number)) job.priority = number;
    Names& names = trace_.names;
    job.user = names.Add(Field(record, kUser));
    if (!absl::SimpleAtoi(names[job.user], &job.user_id)) job.user_id = (1u << 31) + job.user;
    job.account = names.Add(Field(record, kAccount));
    job.qos = names.Add(Field(record, kQos));
    const absl::string_view partition = Field(record, kPartition);
    job.partition = names.Add(partition.empty() ? options_.partition : partition);
    job.name = names.Add(Field(record, kName));
    const absl::string_view state = Field(record, kState);
    job.is_typical = at_[kState] < 0 || state == "COMPLETED" || state == "TIMEOUT";
    trace_.report.read.Add(job.devices, job.cpus, job.elapsed);
    trace_.jobs.push_back(job);
  }

  Trace Finish() && {
    FinishTrace(&trace_);
    return std::move(trace_);
  }

 private:
  static absl::Status Missing(std::initializer_list<Column> columns) {
    std::vector<absl::string_view> names;
    for (const Column column : columns) {
      const auto& more = ColumnNames()[column];
      names.insert(names.end(), more.begin(), more.end());
    }
    return absl::InvalidArgumentError(
        absl::StrCat("line 1: has no column ", absl::StrJoin(names, " or ")));
  }

  void LeaveOut(RowReason reason, const TraceJob& job) {
    trace_.report[reason].Add(job.devices, job.cpus, job.elapsed);
  }

  absl::string_view Field(const CsvRecord& record, Column column) const {
    return at_[column] < 0 ? absl::string_view() : absl::string_view(record.fields[at_[column]]);
  }

  int64_t Amount(const CsvRecord& record, Column column) const {
    double amount = 0;
    if (!absl::SimpleAtod(Field(record, column), &amount)) return 0;
    // A part of a device or CPU counts as a whole one: other jobs cannot use the rest.
    if (!(amount > 0) || amount > static_cast<double>(kMaxAmount)) return 0;
    return static_cast<int64_t>(amount) +
           (amount > static_cast<double>(static_cast<int64_t>(amount)));
  }

  std::optional<absl::Duration> Length(absl::string_view text) const {
    double number = 0;
    if (!absl::SimpleAtod(text, &number) || !(number >= 0)) return std::nullopt;
    const absl::Duration length = number * options_.length_unit;
    if (length > kMaxElapsed) return std::nullopt;
    return absl::Ceil(length, absl::Seconds(1));
  }

  std::optional<absl::Time> Instant(absl::string_view text) const {
    double number = 0;
    if (absl::SimpleAtod(text, &number)) {
      const absl::Duration after = number * options_.time_unit;
      if (!(number >= 0) || after > kMaxAfterBegin) return std::nullopt;
      return options_.begin + absl::Trunc(after, absl::Seconds(1));
    }
    const absl::StatusOr<absl::Time> time = ParseInstant(text);
    if (!time.ok()) return std::nullopt;
    return *time;
  }

  const CsvTraceOptions options_;
  std::array<int, kColumns> at_;  // -1: the column does not exist
  size_t fields_ = 0;
  int64_t row_ = 0;
  Trace trace_;
};

}  // namespace

absl::StatusOr<Trace> ParseCsvTrace(absl::string_view bytes, const CsvTraceOptions& options) {
  std::string buffer;
  const absl::StatusOr<absl::string_view> text = CsvText(bytes, &buffer);
  if (!text.ok()) return text.status();
  CsvReader csv(*text, FindCsvSeparator(*text));
  CsvTraceReader reader(options);
  CsvRecord record;
  absl::StatusOr<bool> more = csv.Next(&record);
  if (more.ok() && !*more)
    return absl::InvalidArgumentError("line 1: is missing, it names the columns");
  if (more.ok()) {
    if (absl::Status header = reader.ReadHeader(record); !header.ok()) return header;
    more = csv.Next(&record);
  }
  for (; more.ok() && *more; more = csv.Next(&record)) reader.ReadRow(record);
  if (!more.ok()) return more.status();
  return std::move(reader).Finish();
}

}  // namespace carbon
