#include "replay/trace/sacct_trace.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "core/base/duration.h"

namespace carbon {
namespace {

constexpr size_t kMaxRowBytes = 256 << 10;
constexpr absl::Duration kMaxElapsed = absl::Hours(24 * 400);
constexpr int64_t kMaxAmount = int64_t{1} << 40;
// If nothing holds the job, submission and eligibility differ by a second or two.
constexpr absl::Duration kEligibleAtOnce = absl::Seconds(5);

// The columns that are read.
enum Column : size_t {
  kJobId,
  kJobIdRaw,
  kUid,
  kUser,
  kAccount,
  kQos,
  kPartition,
  kState,
  kSubmit,
  kEligible,
  kStart,
  kElapsedRaw,
  kElapsed,
  kTimelimitRaw,
  kTimelimit,
  kNNodes,
  kReqTres,
  kAllocTres,
  kPriority,
  kReservation,
  kJobName,
  kComment,
  kSubmitLine,
  kColumns,
};
constexpr std::array<absl::string_view, kColumns> kColumnNames = {
    "JobID",     "JobIDRaw",     "UID",       "User",     "Account",   "QOS",
    "Partition", "State",        "Submit",    "Eligible", "Start",     "ElapsedRaw",
    "Elapsed",   "TimelimitRaw", "Timelimit", "NNodes",   "ReqTRES",   "AllocTRES",
    "Priority",  "Reservation",  "JobName",   "Comment",  "SubmitLine"};

struct Header {
  char delimiter = '|';
  bool ends_with_delimiter = false;
  size_t fields = 0;
  std::array<int, kColumns> at;  // -1: the column does not exist

  bool Has(Column column) const { return at[column] >= 0; }
};

// Examples: "17", "17_3", "17_[4-9%2]", "17+1", "17.batch", "17_3.0".
bool IsJobId(absl::string_view text) {
  if (text.empty() || !absl::ascii_isdigit(text[0])) return false;
  const size_t digits =
      std::find_if_not(text.begin(), text.end(), absl::ascii_isdigit) - text.begin();
  return digits == text.size() || absl::StrContains("_+.", text[digits]);
}

absl::Status WrongHeader(absl::string_view fact) {
  return absl::InvalidArgumentError(absl::StrCat("line 1: ", fact));
}

absl::StatusOr<Header> ParseHeader(absl::string_view line) {
  Header header;
  header.at.fill(-1);
  const auto other = std::find_if_not(line.begin(), line.end(),
                                      [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
  if (other != line.end()) header.delimiter = *other;
  header.ends_with_delimiter = other != line.end() && line.back() == header.delimiter;
  if (header.ends_with_delimiter) line.remove_suffix(1);
  for (const absl::string_view name : absl::StrSplit(line, header.delimiter)) {
    for (size_t i = 0; i < kColumns; ++i) {
      if (header.at[i] < 0 && absl::EqualsIgnoreCase(name, kColumnNames[i])) {
        header.at[i] = static_cast<int>(header.fields);
      }
    }
    ++header.fields;
  }
  if (header.delimiter == ' ' && absl::StrContains(line, "  ")) {
    return WrongHeader("its columns are aligned with blanks, as sacct prints without --parsable2");
  }
  if (!header.Has(kJobId) && !header.Has(kJobIdRaw)) {
    return WrongHeader(IsJobId(line.substr(0, line.find_first_of("|, \t;")))
                           ? "is a job and not a header, as sacct prints with --noheader"
                           : "names no column JobID or JobIDRaw");
  }
  const auto missing = [](absl::string_view names) {
    return WrongHeader(absl::StrCat("has no column ", names));
  };
  for (const Column column : {kPartition, kState, kSubmit, kStart, kAllocTres}) {
    if (!header.Has(column)) return missing(kColumnNames[column]);
  }
  if (!header.Has(kElapsedRaw) && !header.Has(kElapsed)) return missing("ElapsedRaw or Elapsed");
  return header;
}

// The values in "cpu=8,gres/gpu=2,gres/gpu:h100=2,mem=64G,node=1".
struct Tres {
  int64_t nodes = 0;
  int64_t cpus = 0;
  int64_t devices = 0;
  absl::string_view device_type;
};

Tres ParseTres(absl::string_view text) {
  Tres tres;
  int64_t typed = 0;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const size_t equals = part.find('=');
    if (equals == part.npos) continue;
    const absl::string_view name = part.substr(0, equals);
    int64_t amount = 0;
    if (!absl::SimpleAtoi(part.substr(equals + 1), &amount) || amount < 0 || amount > kMaxAmount) {
      continue;
    }
    if (name == "cpu") {
      tres.cpus = amount;
    } else if (name == "node") {
      tres.nodes = amount;
    } else if (name == "gres/gpu") {
      tres.devices = amount;
    } else if (absl::StartsWith(name, "gres/gpu:")) {
      typed = std::min(kMaxAmount, typed + amount);
      tres.device_type = name.substr(absl::string_view("gres/gpu:").size());
    }
  }
  tres.devices = std::max(tres.devices, typed);
  return tres;
}

bool IsUnset(absl::string_view text) {
  for (const absl::string_view word : {"", "Unknown", "None", "NONE", "N/A", "INVALID", "0"}) {
    if (text == word) return true;
  }
  return false;
}

// The two instants that a local time may mean. They are equal except for an hour that occurs twice.
struct Instants {
  absl::Time first, second;
};

std::optional<Instants> ParseTime(absl::string_view text, absl::TimeZone zone) {
  int64_t seconds = 0;
  if (absl::SimpleAtoi(text, &seconds)) {
    if (seconds <= 0 || seconds > int64_t{1} << 34) return std::nullopt;
    return Instants{absl::FromUnixSeconds(seconds), absl::FromUnixSeconds(seconds)};
  }
  absl::CivilSecond civil;
  if (!absl::ParseCivilTime(text, &civil) || civil.year() < 1971 || civil.year() > 2400) {
    return std::nullopt;
  }
  const absl::TimeZone::TimeInfo info = zone.At(civil);
  if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) return std::nullopt;
  return Instants{info.pre, info.post};
}

// Splits a command line, as a shell wrote it to accounting, at blanks.
class SubmitLine {
 public:
  explicit SubmitLine(absl::string_view text)
      : words_(absl::StrSplit(text, absl::ByAnyChar(" \t\n"), absl::SkipEmpty())) {}

  bool IsEmpty() const { return words_.empty(); }

  bool IsInteractive() const {
    if (words_.empty()) return false;
    const absl::string_view program = words_[0].substr(words_[0].rfind('/') + 1);
    return program == "srun" || program == "salloc";
  }

  // Returns the value of --LONG=value, --LONG value, -Xvalue or -X value. Absent: the option is not
  // there.
  std::optional<absl::string_view> Find(absl::string_view long_name, char letter) const {
    for (size_t i = 1; i < words_.size(); ++i) {
      absl::string_view word = words_[i];
      // The script and its arguments follow.
      if (word == "--") break;
      const absl::string_view next = i + 1 < words_.size() ? words_[i + 1] : "";
      if (absl::StartsWith(word, "--")) {
        word.remove_prefix(2);
        if (word == long_name) return next;
        if (absl::StartsWith(word, long_name) && word[long_name.size()] == '=') {
          return word.substr(long_name.size() + 1);
        }
      } else if (letter != 0 && word.size() >= 2 && word[0] == '-' && word[1] == letter) {
        return word.size() > 2 ? word.substr(2) : next;
      }
    }
    return std::nullopt;
  }

 private:
  std::vector<absl::string_view> words_;
};

class SacctReader {
 public:
  SacctReader(const Header& header, const SacctOptions& options)
      : header_(header), options_(options) {}

  void ReadRow(absl::string_view row) {
    std::vector<absl::string_view> fields =
        absl::StrSplit(row, absl::MaxSplits(header_.delimiter, header_.fields - 1));
    if (fields.size() < header_.fields || row.size() > kMaxRowBytes)
      return LeaveOut(RowReason::kMalformed);
    if (header_.ends_with_delimiter) {
      fields.back() = absl::StripSuffix(fields.back(), absl::string_view(&header_.delimiter, 1));
    }
    ReadFields(fields);
  }

  Trace Finish() && {
    trace_.report.lacks_command_lines = !header_.Has(kSubmitLine);
    FindDefaultPartition();
    FinishTrace(&trace_);
    return std::move(trace_);
  }

 private:
  // Jobs that seem to name no partition and did not run in the default one named it elsewhere.
  void FindDefaultPartition() {
    std::map<uint32_t, int64_t> unnamed;  // jobs by partition
    for (const TraceJob& job : trace_.jobs) {
      if (!job.names_partition) ++unnamed[job.partition];
    }
    int64_t most = 0;
    for (const auto& [partition, jobs] : unnamed) {
      if (jobs <= most) continue;
      most = jobs;
      trace_.default_partition = partition;
    }
    for (TraceJob& job : trace_.jobs) {
      if (job.partition != trace_.default_partition) job.names_partition = true;
    }
  }

  void LeaveOut(RowReason reason, const Tres& tres = {}, absl::Duration elapsed = {}) {
    trace_.report[reason].Add(tres.devices, tres.cpus, elapsed);
  }

  absl::string_view Field(const std::vector<absl::string_view>& fields, Column column) const {
    return header_.Has(column) ? absl::StripAsciiWhitespace(fields[header_.at[column]]) : "";
  }

  std::optional<absl::Duration> Elapsed(const std::vector<absl::string_view>& fields) const {
    std::optional<absl::Duration> elapsed;
    int64_t seconds = 0;
    if (header_.Has(kElapsedRaw)) {
      if (absl::SimpleAtoi(Field(fields, kElapsedRaw), &seconds)) elapsed = absl::Seconds(seconds);
    } else if (absl::StatusOr<absl::Duration> read = ParseDuration(Field(fields, kElapsed));
               read.ok()) {
      elapsed = *read;
    }
    if (elapsed < absl::ZeroDuration() || elapsed > kMaxElapsed) return std::nullopt;
    return elapsed;
  }

  // `is_unlimited` is set if the job has no limit.
  std::optional<absl::Duration> Limit(const std::vector<absl::string_view>& fields,
                                      bool* is_unlimited) const {
    const absl::string_view raw = Field(fields, kTimelimitRaw), text = Field(fields, kTimelimit);
    *is_unlimited =
        absl::EqualsIgnoreCase(raw, "UNLIMITED") || absl::EqualsIgnoreCase(text, "UNLIMITED");
    int64_t minutes = 0;
    if (absl::SimpleAtoi(raw, &minutes) && minutes > 0 && minutes < 10'000 * 1440) {
      return absl::Minutes(minutes);
    }
    const absl::StatusOr<absl::Duration> read = ParseDuration(text);
    if (read.ok() && *read > absl::ZeroDuration()) return *read;
    return std::nullopt;
  }

  void ReadFields(const std::vector<absl::string_view>& fields) {
    const absl::string_view id = Field(fields, header_.Has(kJobId) ? kJobId : kJobIdRaw);
    const absl::string_view raw = Field(fields, header_.Has(kJobIdRaw) ? kJobIdRaw : kJobId);
    if (!IsJobId(id)) return LeaveOut(RowReason::kMalformed);
    if (absl::StrContains(id, '.')) return LeaveOut(RowReason::kStep);

    const Tres used = ParseTres(Field(fields, kAllocTres));
    const std::optional<absl::Duration> elapsed = Elapsed(fields);
    const absl::Duration ran = elapsed.value_or(absl::ZeroDuration());
    const absl::string_view state =
        Field(fields, kState).substr(0, Field(fields, kState).find(' '));
    // A job that was cancelled while it waited has a start, but no nodes.
    if (IsUnset(Field(fields, kStart)) || state == "PENDING" ||
        (used.nodes == 0 && used.cpus == 0 && ran == absl::ZeroDuration())) {
      return LeaveOut(RowReason::kNeverStarted, used, ran);
    }
    for (const absl::string_view running : {"RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING",
                                            "SIGNALING", "STAGE_OUT", "STOPPED"}) {
      if (state == running) return LeaveOut(RowReason::kStillRunning, used, ran);
    }
    TraceJob job;
    if (!elapsed.has_value() || !ReadTimes(fields, &job)) {
      return LeaveOut(RowReason::kBadTime, used, ran);
    }
    job.elapsed = ran;
    job.is_typical = state == "COMPLETED" || state == "TIMEOUT";
    if (!absl::SimpleAtoi(raw.substr(0, raw.find_first_of("_+")), &job.job_id)) {
      return LeaveOut(RowReason::kMalformed);
    }
    if (!seen_.emplace(std::string(id), job.submit, job.start).second) {
      return LeaveOut(RowReason::kDuplicate, used, ran);
    }
    if (used.cpus == 0 && used.devices == 0) return LeaveOut(RowReason::kNoResources, used, ran);
    ReadRest(fields, id, used, &job);
    trace_.report.read.Add(used.devices, used.cpus, ran);
    trace_.jobs.push_back(job);
  }

  bool ReadTimes(const std::vector<absl::string_view>& fields, TraceJob* job) {
    const std::optional<Instants> submit = ParseTime(Field(fields, kSubmit), options_.zone);
    const std::optional<Instants> start = ParseTime(Field(fields, kStart), options_.zone);
    if (!submit.has_value() || !start.has_value()) return false;
    job->submit = submit->first;
    job->start = start->first < job->submit ? start->second : start->first;
    if (job->start < job->submit) return false;
    // Ambiguous if both instants of the hour are after the submission, or both submissions before
    // the start.
    if ((start->first != start->second && start->first >= job->submit) ||
        (submit->first != submit->second && submit->second <= job->start)) {
      ++trace_.report.ambiguous_times;
    }
    job->eligible = job->submit;
    const std::optional<Instants> eligible = ParseTime(Field(fields, kEligible), options_.zone);
    if (eligible.has_value()) job->eligible = std::max(job->submit, eligible->first);
    job->eligible = std::min(job->eligible, job->start);
    return true;
  }

  void ReadRest(const std::vector<absl::string_view>& fields, absl::string_view id,
                const Tres& used, TraceJob* job) {
    Names& names = trace_.names;
    bool is_unlimited = false;
    job->limit = Limit(fields, &is_unlimited);
    job->cpus = used.cpus;
    job->devices = used.devices;
    job->nodes = used.nodes;
    int64_t number = 0;
    if (job->nodes == 0 && absl::SimpleAtoi(Field(fields, kNNodes), &number)) job->nodes = number;
    job->nodes = std::clamp<int64_t>(job->nodes, 1, 1 << 20);
    if (absl::SimpleAtoi(Field(fields, kPriority), &number)) job->priority = number;
    job->user = names.Add(Field(fields, kUser));
    // Without uids, users are distinguished by their names.
    if (!absl::SimpleAtoi(Field(fields, kUid), &job->user_id))
      job->user_id = (1u << 31) + job->user;
    job->account = names.Add(Field(fields, kAccount));
    job->qos = names.Add(Field(fields, kQos));
    job->partition = names.Add(Field(fields, kPartition));
    job->name = names.Add(Field(fields, kJobName));
    job->device_type = names.Add(ParseTres(Field(fields, kReqTres)).device_type);
    if (const size_t task = id.find('_'); task != id.npos) {
      if (absl::SimpleAtoi(id.substr(0, task), &number)) job->array = number;
    }
    const SubmitLine line(Field(fields, kSubmitLine));
    const std::optional<Instants> deadline =
        ParseTime(line.Find("deadline", 0).value_or(""), options_.zone);
    if (deadline.has_value() && deadline->first > job->submit) job->deadline = deadline->first;
    absl::string_view comment = Field(fields, kComment);
    if (comment.empty()) comment = line.Find("comment", 0).value_or("");
    for (const char quote : {'"', '\''}) {
      comment = absl::StripSuffix(absl::StripPrefix(comment, absl::string_view(&quote, 1)),
                                  absl::string_view(&quote, 1));
    }
    job->comment = names.Add(comment);
    job->names_partition = line.IsEmpty() || line.Find("partition", 'p').has_value();
    job->leave_alone = WhyLeaveAlone(fields, id, line, is_unlimited, *job);
    job->pinned_by = names.Add(WhyPinned(line));
  }

  std::optional<Reason> WhyLeaveAlone(const std::vector<absl::string_view>& fields,
                                      absl::string_view id, const SubmitLine& line,
                                      bool is_unlimited, const TraceJob& job) const {
    if (absl::StrContains(id, '+')) return Reason::kHeterogeneous;
    if (line.IsInteractive()) return Reason::kInteractive;
    if (!IsUnset(Field(fields, kReservation))) return Reason::kReservation;
    if (line.Find("dependency", 'd').has_value()) return Reason::kDependency;
    if (is_unlimited) return Reason::kUnlimitedTime;
    // Whether by --begin, by a dependency or by a hold, the history does not say.
    if (job.eligible > job.submit + kEligibleAtOnce) return Reason::kEligibleLater;
    return std::nullopt;
  }

  static absl::string_view WhyPinned(const SubmitLine& line) {
    if (line.Find("constraint", 'C').has_value()) return "--constraint";
    if (line.Find("nodelist", 'w').has_value()) return "--nodelist";
    if (line.Find("exclude", 'x').has_value()) return "--exclude";
    if (line.Find("licenses", 'L').has_value()) return "--licenses";
    return "";
  }

  const Header header_;
  const SacctOptions options_;
  Trace trace_;
  std::set<std::tuple<std::string, absl::Time, absl::Time>> seen_;
};

// Returns true if the line begins a row instead of continuing text of users: it begins with a job
// id and has at least half of the delimiters. (A newline in JobName cuts off the last delimiters.)
bool BeginsRow(const Header& header, absl::string_view line) {
  const auto delimiters =
      static_cast<size_t>(std::count(line.begin(), line.end(), header.delimiter));
  return 2 * delimiters + 2 >= header.fields && delimiters > 0 &&
         IsJobId(line.substr(0, line.find(header.delimiter)));
}

// Whether the last line of a text without a newline at its end is a row that was cut: sacct ends
// each with one.
bool IsCutRow(const Header& header, absl::string_view line) {
  return IsJobId(line.substr(0, line.find(header.delimiter)));
}

absl::string_view TakeLine(absl::string_view* rest) {
  const size_t end = rest->find('\n');
  absl::string_view line = rest->substr(0, end);
  rest->remove_prefix(end == rest->npos ? rest->size() : end + 1);
  return absl::StripSuffix(line, "\r");
}

}  // namespace

absl::string_view SacctCommand() {
  return "TZ=UTC SLURM_TIME_FORMAT=%s sacct --allusers --allocations --duplicates --parsable2 "
         "--starttime=2026-10-01 --endtime=2026-11-01 --format=JobID,JobIDRaw,UID,User,Account,"
         "QOS,Partition,State,Submit,Eligible,Start,ElapsedRaw,TimelimitRaw,NNodes,ReqTRES,"
         "AllocTRES,Priority,Reservation,JobName,SubmitLine";
}

bool IsSacct(absl::string_view text) {
  absl::string_view line;
  while (line.empty() && !text.empty()) line = TakeLine(&text);
  if (absl::StrContains(line, '|')) {
    return absl::StrContains(line, "JobID") || IsJobId(line.substr(0, line.find('|')));
  }
  // "JobID           JobName  Partition", or with --noheader "17              train       oslo".
  const absl::string_view first = absl::StripAsciiWhitespace(line);
  const size_t blanks = first.find("  ");
  if (blanks == first.npos || absl::StrContains(first, ',')) return false;
  return absl::StrContains(first, "JobID") || IsJobId(first.substr(0, blanks));
}

absl::StatusOr<Trace> ParseSacct(absl::string_view text, const SacctOptions& options) {
  absl::string_view line;
  while (line.empty() && !text.empty()) line = TakeLine(&text);
  const absl::StatusOr<Header> header = ParseHeader(line);
  if (!header.ok()) return header.status();
  SacctReader reader(*header, options);
  const bool is_cut = !text.empty() && text.back() != '\n';
  // A row lies in one piece in `text`, with the lines that continue it.
  absl::string_view row;
  while (!text.empty()) {
    const absl::string_view before = text;
    const absl::string_view next = TakeLine(&text);
    if (next == line) {
      // Histories of several months may be joined in one file, each with its header.
      if (!row.empty()) reader.ReadRow(row);
      row = absl::string_view();
      continue;
    }
    const bool begins_row =
        (row.empty() ? absl::StrContains(next, header->delimiter) : BeginsRow(*header, next)) ||
        (is_cut && text.empty() && IsCutRow(*header, next));
    if (!begins_row) {
      if (!row.empty()) {
        row = absl::string_view(row.data(),
                                static_cast<size_t>(next.data() + next.size() - row.data()));
      } else if (!next.empty()) {
        reader.ReadRow(next);
      }
      continue;
    }
    if (!row.empty()) reader.ReadRow(row);
    row = before.substr(0, next.size());
  }
  if (!row.empty()) reader.ReadRow(row);
  return std::move(reader).Finish();
}

}  // namespace carbon
