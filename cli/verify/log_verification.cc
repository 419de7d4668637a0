#include "cli/verify/log_verification.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/json/json_bounds.h"
#include "core/record/record_chain.h"
#include "core/record/record_reader.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 64;
constexpr absl::string_view kBeginning = "{\"v\":";  // of each record

bool IsHex(absl::string_view text, size_t length) {
  return text.size() == length && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string PlaceText(const LogVerification::Place& place) {
  return absl::StrCat(place.file, ":", place.line);
}

// Returns "record 7" or "records 7 to 9".
std::string Numbers(uint64_t first, uint64_t last) {
  return first == last ? absl::StrCat("record ", first)
                       : absl::StrCat("records ", first, " to ", last);
}

}  // namespace

// The fields by which a chain is checked. They are not read as a LogEntry, because a record of any
// version, and a record with an unreadable field, is a link of its chain too.
struct LogVerification::Record {
  std::string boot, type;
  uint64_t sequence = 0;
  bool has_link = false;
  std::string link;      // empty: the record says that it is its boot's first
  uint64_t dropped = 0;  // of a "dropped" record, how many it says were lost
};

std::optional<LogVerification::Record> LogVerification::ParseRecord(absl::string_view line) {
  if (!IsWithinBounds(line, kMaxDepth, kMaxLogLine)) return std::nullopt;
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const auto boot = json.find("boot"), sequence = json.find("seq"), type = json.find("type");
  if (boot == json.end() || !boot->is_string() || sequence == json.end() ||
      !sequence->is_number_unsigned() || type == json.end() || !type->is_string()) {
    return std::nullopt;
  }
  Record record = {.boot = boot->get<std::string>(),
                   .type = type->get<std::string>(),
                   .sequence = sequence->get<uint64_t>()};
  if (!IsHex(record.boot, 16)) return std::nullopt;
  const auto link = json.find("chain"), count = json.find("count");
  record.has_link = link != json.end() && (link->is_null() || link->is_string());
  if (record.has_link && link->is_string()) record.link = link->get<std::string>();
  if (record.type == "dropped" && count != json.end() && count->is_number_unsigned()) {
    record.dropped = count->get<uint64_t>();
  }
  return record;
}

const char* LogVerification::KindName(Kind kind) {
  constexpr const char* kNames[] = {"broken-link", "lost-link",     "out-of-order", "not-a-record",
                                    "cut-short",   "missing-start", "missing",      "unexpected",
                                    "torn",        "dropped",       "earlier",      "as-expected"};
  return kNames[static_cast<int>(kind)];
}

bool LogVerification::Report::is_whole() const {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& finding) { return IsDamage(finding.kind); });
}

absl::StatusOr<LogVerification::Expected> LogVerification::ParseExpected(absl::string_view text) {
  const std::vector<std::string> fields = absl::StrSplit(text, ':');
  Expected expected;
  if (fields.size() != 3 || !IsHex(fields[0], 16) ||
      !absl::SimpleAtoi(fields[1], &expected.sequence) || !IsHex(fields[2], 64)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text,
                     "\" is not BOOT:SEQ:DIGEST, as scarbond's journal has it: 16 hexadecimal "
                     "digits, a number and 64 hexadecimal digits"));
  }
  expected.boot = fields[0];
  expected.digest = fields[2];
  return expected;
}

void LogVerification::Find(Kind kind, Place place, std::string fact) {
  findings_.push_back({kind, std::move(place), std::move(fact)});
}

void LogVerification::BeginFile(const std::string& path) { place_ = {path, 0}; }

absl::string_view LogVerification::AddLine(absl::string_view line, bool is_whole) {
  ++place_.line;
  if (line.empty()) return {};
  std::optional<Record> record = ParseRecord(line);
  if (record.has_value() && is_whole) {
    AddRecord(*record, line);
    return line;
  }
  // A writer may have appended its record to a line in which another writer was stopped.
  const size_t second = line.rfind(kBeginning);
  if (second != absl::string_view::npos && second > 0 && is_whole) {
    record = ParseRecord(line.substr(second));
    if (record.has_value() && (absl::StartsWith(line, kBeginning) ||
                               absl::StartsWith(kBeginning, line.substr(0, second)))) {
      AddFragment(line.substr(0, second));
      AddRecord(*record, line.substr(second));
      return line.substr(second);
    }
  }
  if (absl::StartsWith(line, kBeginning) || absl::StartsWith(kBeginning, line)) {
    AddFragment(line);
  } else {
    Find(Kind::kNotARecord, place_, "is not a record");
  }
  return {};
}

// The beginning of a record usually has its boot and number.
void LogVerification::AddFragment(absl::string_view line) {
  Fragment fragment{.place = place_};
  constexpr absl::string_view kId = "\"id\":\"";
  const size_t id = line.find(kId);
  const size_t end = id == line.npos ? line.npos : line.find('"', id + kId.size());
  uint64_t sequence = 0;
  if (end != line.npos) {
    const absl::string_view text = line.substr(id + kId.size(), end - id - kId.size());
    if (text.size() > 17 && text[16] == '-' && IsHex(text.substr(0, 16), 16) &&
        absl::SimpleAtoi(text.substr(17), &sequence)) {
      fragment.id = std::string(text);
      fragment.boot = std::string(text.substr(0, 16));
      const auto state = states_.find(fragment.boot);
      fragment.records_before = state == states_.end() ? 0 : state->second.boot.records;
      fragment_by_id_[fragment.id] = fragments_.size();
    }
  }
  fragments_.push_back(std::move(fragment));
}

void LogVerification::CheckLink(const Record& record, const std::string& id, uint64_t gap,
                                State* state) {
  const bool is_first = state->boot.records == 0;
  const uint64_t sequence = record.sequence;
  if (!record.has_link) {
    ++state->boot.unchained;
    if (is_first) state->boot.begins = sequence == 1;
    if (state->is_chained) {
      Find(Kind::kLostLink, place_, absl::StrCat("record ", id, " has no link to the one before"));
    }
    state->boot.missing += gap;
    return;
  }
  state->boot.missing += gap;
  if (record.link.empty()) {
    if (is_first) {
      state->boot.begins = true;
      if (sequence > 1) {
        state->boot.missing += sequence - 1;
        Find(Kind::kDropped, place_,
             absl::StrCat(Numbers(1, sequence - 1), " of boot ", state->boot.boot,
                          " were never written"));
      }
    } else {
      Find(Kind::kBrokenLink, place_,
           absl::StrCat("record ", id,
                        " says that it is its boot's first, but there are others "
                        "before it"));
    }
  } else if (is_first) {
    const bool is_after_another = std::any_of(
        states_.begin(), states_.end(),
        [&](const auto& other) { return &other.second != state && other.second.is_plugins; });
    // Only one plugin at a time writes a log.
    if (state->is_plugins && is_after_another) {
      Find(Kind::kMissingStart, place_,
           absl::StrCat("record ", id,
                        " follows another of its boot, which is not there: the "
                        "boot's beginning was removed"));
    } else {
      Find(Kind::kEarlier, place_,
           absl::StrCat("boot ", state->boot.boot, " begins before record ", sequence,
                        ", in files that are not there"));
    }
  } else if (record.link != state->digest) {
    const std::string before =
        absl::StrCat(state->boot.boot, "-", state->boot.last, " (", PlaceText(state->place), ")");
    Find(Kind::kBrokenLink, place_,
         gap > 0 ? absl::StrCat("record ", id, " does not follow ", before, ": ",
                                Numbers(state->boot.last + 1, sequence - 1),
                                gap == 1 ? " was" : " were",
                                " removed, or "
                                "one of the two lines was changed")
                 : absl::StrCat("record ", id, " does not follow the line of ", before,
                                " as it is: one of the two was changed"));
  } else if (gap > 0) {
    Find(Kind::kDropped, place_,
         absl::StrCat(Numbers(state->boot.last + 1, sequence - 1), " of boot ", state->boot.boot,
                      gap == 1 ? " was" : " were", " never written: the chain continues"));
  }
  state->is_chained = true;
}

void LogVerification::AddRecord(const Record& record, absl::string_view line) {
  const std::string& boot = record.boot;
  const uint64_t sequence = record.sequence;
  const std::string id = absl::StrCat(boot, "-", sequence);
  const std::string digest = LineDigest(line);
  for (Awaited& awaited : expected_) {
    if (awaited.expected.boot == boot && awaited.expected.sequence == sequence &&
        awaited.found != awaited.expected.digest) {
      awaited.found = digest;
    }
  }
  if (const auto fragment = fragment_by_id_.find(id); fragment != fragment_by_id_.end()) {
    fragments_[fragment->second].is_completed = true;
    fragment_by_id_.erase(fragment);
  }
  const auto [found, is_new] = states_.try_emplace(boot);
  State& state = found->second;
  if (is_new) {
    order_.push_back(boot);
    state.boot.boot = boot;
    state.boot.first = sequence;
  }
  state.is_plugins |= record.type != "return";
  state.boot.dropped += record.dropped;
  if (!is_new && sequence <= state.boot.last) {
    ++state.boot.records;
    Find(Kind::kOutOfOrder, place_,
         absl::StrCat("record ", id, " comes after ", boot, "-", state.boot.last, " (",
                      PlaceText(state.place), ")"));
    return;
  }
  CheckLink(record, id, is_new ? 0 : sequence - state.boot.last - 1, &state);
  ++state.boot.records;
  state.boot.last = sequence;
  state.boot.digest = state.digest = digest;
  state.place = place_;
}

LogVerification::Report LogVerification::Finish() {
  for (const Fragment& fragment : fragments_) {
    if (fragment.is_completed) continue;  // the writer wrote the record again
    const auto state = states_.find(fragment.boot);
    const bool is_followed =
        state != states_.end() && state->second.boot.records > fragment.records_before;
    const std::string what =
        fragment.id.empty() ? "a record" : absl::StrCat("record ", fragment.id);
    if (is_followed) {
      Find(Kind::kCutShort, fragment.place,
           absl::StrCat("is only the beginning of ", what, ", but its boot continues"));
    } else {
      Find(Kind::kTorn, fragment.place,
           absl::StrCat("is the beginning of ", what, ": its writer was stopped while writing it"));
    }
  }
  Report report;
  for (const std::string& boot : order_) {
    const State& state = states_.at(boot);
    // In a chain, each gap was already checked.
    if (!state.is_chained && state.boot.missing > state.boot.dropped) {
      Find(Kind::kMissing, state.place,
           absl::StrCat(state.boot.missing - state.boot.dropped, " of boot ", boot,
                        "'s records are missing, and no record says that they were dropped"));
    }
    report.boots.push_back(state.boot);
  }
  for (const Awaited& awaited : expected_) {
    const Expected& expected = awaited.expected;
    const std::string id = absl::StrCat(expected.boot, "-", expected.sequence);
    const auto state = states_.find(expected.boot);
    if (awaited.found == expected.digest) {
      Find(Kind::kAsExpected, {}, absl::StrCat("record ", id, " is as expected"));
    } else if (awaited.found.has_value()) {
      Find(Kind::kUnexpected, {},
           absl::StrCat("record ", id,
                        " is not as expected: it was changed, or its chain was "
                        "written again"));
    } else if (state == states_.end()) {
      Find(Kind::kUnexpected, {},
           absl::StrCat("record ", id, " is not there, nor any other of its boot"));
    } else if (expected.sequence > state->second.boot.last) {
      Find(Kind::kUnexpected, {},
           absl::StrCat("record ", id, " is not there: boot ", expected.boot, " ends with record ",
                        state->second.boot.last, ", so its end was removed"));
    } else {
      Find(Kind::kUnexpected, {}, absl::StrCat("record ", id, " is not there"));
    }
  }
  report.findings = std::move(findings_);
  return report;
}

}  // namespace carbon
