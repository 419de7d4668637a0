#include "replay/forecasts/zone_record.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "core/snapshot/snapshot.h"
#include "forecast/own/hourly_intervals.h"
#include "forecast/sources/csv.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxFileBytes = 64 << 20;

}  // namespace

absl::StatusOr<ZoneRecord> ZoneRecord::Create(absl::string_view zone, absl::string_view csv,
                                              const CsvFormat& format) {
  const absl::StatusOr<IntensityHistory> history = ParseHistoryCsv(csv, format);
  if (!history.ok()) {
    return absl::Status(history.status().code(),
                        absl::StrCat(zone, ": ", history.status().message()));
  }
  IntensityHistory hours = ByHour(*history);
  if (hours.intervals().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(zone, ": no hour is known"));
  }
  std::string digest = Sha256Hex(csv);
  if (format != CsvFormat()) {
    digest = Sha256Hex(absl::StrCat(digest, "\n", format.time_column, "\n", format.value_column,
                                    "\n", format.time_zone, "\n", IntensityUnitName(format.unit)));
  }
  return ZoneRecord(std::string(zone), std::move(digest), std::move(hours));
}

ZoneRecord::ZoneRecord(std::string zone, std::string digest, IntensityHistory history)
    : zone_(std::move(zone)), digest_(std::move(digest)), history_(std::move(history)) {
  const std::vector<IntensityHistory::Interval>& hours = history_.intervals();
  begin_ = hours.front().start;
  gram_hours_.push_back(0);
  known_hours_.push_back(0);
  for (const IntensityHistory::Interval& hour : hours) {
    const auto index = static_cast<size_t>(absl::ToInt64Hours(hour.start - begin_));
    gram_hours_.resize(index + 1, gram_hours_.back());  // unknown hours
    known_hours_.resize(index + 1, known_hours_.back());
    gram_hours_.push_back(gram_hours_.back() + hour.value.value());
    known_hours_.push_back(known_hours_.back() + 1);
  }
}

ZoneRecord::Sums ZoneRecord::UpTo(absl::Time time) const {
  const double hours = std::clamp(absl::ToDoubleHours(time - begin_), 0.0,
                                  static_cast<double>(gram_hours_.size() - 1));
  const size_t whole = std::min(static_cast<size_t>(hours), gram_hours_.size() - 2);
  const double part = hours - static_cast<double>(whole);
  return {gram_hours_[whole] + part * (gram_hours_[whole + 1] - gram_hours_[whole]),
          static_cast<double>(known_hours_[whole]) +
              part * static_cast<double>(known_hours_[whole + 1] - known_hours_[whole])};
}

std::optional<GramsPerKilowattHour> ZoneRecord::Mean(absl::Time from, absl::Time to) const {
  const double hours = absl::ToDoubleHours(to - from);
  if (hours <= 0) return std::nullopt;
  const Sums before = UpTo(from), after = UpTo(to);
  // One second of an unknown hour makes a larger difference than rounding.
  if (after.known_hours - before.known_hours < hours - 1e-6) return std::nullopt;
  return GramsPerKilowattHour((after.gram_hours - before.gram_hours) / hours);
}

std::optional<GramsPerKilowattHour> ZoneRecord::MeanOfKnown(absl::Time from, absl::Time to,
                                                            int64_t min_hours) const {
  const Sums before = UpTo(from), after = UpTo(to);
  const double hours = after.known_hours - before.known_hours;
  if (hours <= 0 || hours < static_cast<double>(min_hours)) return std::nullopt;
  return GramsPerKilowattHour((after.gram_hours - before.gram_hours) / hours);
}

absl::StatusOr<ZoneRecord> ReadZoneRecord(const std::string& folder, absl::string_view zone) {
  const absl::StatusOr<std::string> text =
      ReadFile(absl::StrCat(folder, "/", zone, ".csv"), kMaxFileBytes);
  if (!text.ok()) return text.status();
  return ZoneRecord::Create(zone, *text);
}

}  // namespace carbon
