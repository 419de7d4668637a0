#include "store/placement_log.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "core/record/record.h"
#include "core/record/record_reader.h"
#include "core/snapshot/snapshot.h"
#include "store/log_file.h"

namespace carbon {

std::vector<std::string> LogDamage::Lines(const std::string& path) const {
  std::vector<std::string> lines;
  for (const std::string& gap : gaps) lines.push_back(absl::StrCat(path, ": ", gap));
  if (!end.empty()) {
    // What could be read of it is shown.
    lines.push_back(absl::StrCat(path, ": ", end, "; what follows in it is left out"));
  }
  if (unreadable > 0) {
    lines.push_back(
        absl::StrCat(path, ": ", unreadable,
                     unreadable == 1 ? " line is not a record" : " lines are not records",
                     " of version ", kMinRecordVersion, " to ", kRecordVersion, " and left out"));
  }
  if (faulty > 0) {
    lines.push_back(absl::StrCat(path, ": ", faulty, faulty == 1 ? " record has" : " records have",
                                 " fields that cannot be read; the first is ", first_fault));
  }
  return lines;
}

absl::StatusOr<bool> ReadPlacementLogFrom(const std::string& path, bool is_live, int64_t max_bytes,
                                          LogPlace* place, SequencesByBoot* sequences,
                                          LogDamage* damage, const LogVisitor& visit) {
  absl::StatusOr<LogFile> file = LogFile::Open(path);
  if (!file.ok()) return file.status();
  if (place->offset > 0) file->Skip(place->offset);
  const int64_t begin = place->offset;
  bool is_at_end = true, is_excerpt = false;
  std::string last;
  for (std::string line; file->Next(&line);) {
    if (is_live && !file->had_newline()) break;
    place->line_offset = place->offset;
    place->offset = file->offset();
    last = line;
    if (line.empty()) continue;
    absl::StatusOr<LogEntry> entry = ReadLogLine(line);
    if (!entry.ok()) {
      ++damage->unreadable;
      continue;
    }
    // What an excerpt does not have is not lost.
    is_excerpt |= std::holds_alternative<ExcerptRecord>(*entry);
    const RecordHead& head = HeadOf(*entry);
    const auto [last, is_first] = sequences->emplace(head.id.boot, head.id.sequence);
    if (!is_excerpt && !is_first && head.id.sequence > last->second + 1) {
      const uint64_t missing = head.id.sequence - last->second - 1;
      damage->gaps.push_back(absl::StrCat(missing, missing == 1 ? " record" : " records",
                                          " missing between ", head.id.boot, "-", last->second,
                                          " and ", DecisionId(head.id)));
    }
    last->second = std::max(last->second, head.id.sequence);
    if (!head.fault.empty() && ++damage->faulty == 1) {
      damage->first_fault = absl::StrCat(DecisionId(head.id), ": ", head.fault);
    }
    visit(*std::move(entry), line);
    if (place->offset - begin >= max_bytes) {
      is_at_end = false;
      break;
    }
  }
  if (place->offset > begin) place->line_digest = Sha256Hex(last);
  if (!file->status().ok()) {
    if (!file->is_compressed()) return file->status();
    damage->end =
        std::string(absl::StripPrefix(file->status().message(), absl::StrCat(path, ": ")));
  }
  return is_at_end;
}

absl::StatusOr<bool> HasPlace(const std::string& path, const LogPlace& place) {
  absl::StatusOr<LogFile> file = LogFile::Open(path);
  if (!file.ok()) return file.status();
  if (place.line_digest.empty()) return true;
  file->Skip(place.line_offset);
  std::string line;
  return file->Next(&line) && file->offset() == place.offset &&
         Sha256Hex(line) == place.line_digest;
}

absl::Status ReadPlacementLog(const std::string& path, SequencesByBoot* sequences,
                              const LogVisitor& visit,
                              const std::function<void(const std::string&)>& complain) {
  LogDamage damage;
  LogPlace place;
  const absl::StatusOr<bool> read =
      ReadPlacementLogFrom(path, /*is_live=*/false, std::numeric_limits<int64_t>::max(), &place,
                           sequences, &damage, visit);
  if (!read.ok()) return read.status();
  for (const std::string& line : damage.Lines(path)) complain(line);
  return absl::OkStatus();
}

}  // namespace carbon
