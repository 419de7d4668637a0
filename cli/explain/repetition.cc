#include "cli/explain/repetition.h"

#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/placer/placer.h"
#include "core/record/record.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

// Describes the first value that differs: "chosen.gross_g: 9.17 in the log, 18.3 computed". Empty:
// none differs. Fields that only the log has are not compared: readers ignore unknown fields.
std::string FirstDifference(const nlohmann::json& logged, const nlohmann::json& computed) {
  const nlohmann::json log = logged.flatten(), values = computed.flatten();
  for (const auto& [path, value] : values.items()) {
    const auto found = log.find(path);
    const std::string was = found == log.end() ? "nothing" : found->dump();
    if (was == value.dump()) continue;
    return absl::StrCat(absl::StrReplaceAll(path.substr(1), {{"/", "."}}), ": ", was,
                        " in the log, ", value.dump(), " computed");
  }
  return "";
}

}  // namespace

Repetition Repeat(absl::string_view line, const PlacementRecord& record,
                  const std::shared_ptr<const Snapshot>& snapshot,
                  const std::vector<Booking>& bookings) {
  using Result = Repetition::Result;
  if (record.arithmetic != kDecisionArithmetic) {
    return {Result::kUndecided, absl::StrCat("it was made by arithmetic ", record.arithmetic,
                                             ", and this is ", kDecisionArithmetic)};
  }
  if (!record.cut.empty()) {
    return {Result::kUndecided,
            "its record does not have all of " + absl::StrJoin(record.cut, ", ")};
  }
  // nlohmann::json sorts keys: their order does not matter.
  const nlohmann::json json = nlohmann::json::parse(line);
  // U+FFFD replaces bytes that are not UTF-8. The decision was made on the original bytes.
  if (absl::StrContains(json.value("job", nlohmann::json()).dump(), "\xef\xbf\xbd")) {
    return {Result::kUndecided, "its record does not have all bytes of the job's texts"};
  }
  // The record exists, so its user's share of the log had room for it.
  RecordBudget::Options budget;
  budget.bytes = std::numeric_limits<int32_t>::max();
  Placer placer(record.id.boot, budget);
  LedgerBase base(snapshot->capacity());
  placer.Adopt(snapshot, &base, record.time);
  placer.Resume(bookings);
  Submission again = placer.Submit(record.job, record.circumstances, record.time);
  if (again.ledger_digest != record.ledger_digest) {
    return {Result::kUndecided,
            absl::StrCat("other bookings counted (", record.ledger_digest,
                         ") than follow from these records (", again.ledger_digest, ")")};
  }
  again.id = record.id;
  const std::string made =
      WriteRecord(RecordOf(record.job, std::move(again), record.snapshot, record.time));
  // A record of a version before is compared as this one writes it.
  const nlohmann::json logged =
      record.version == kRecordVersion ? json : nlohmann::json::parse(WriteRecord(record));
  const std::string difference = FirstDifference(logged, nlohmann::json::parse(made));
  if (difference.empty()) return {Result::kSame, "the same to the last bit"};
  return {Result::kDiffers, "differs: " + difference};
}

}  // namespace carbon
