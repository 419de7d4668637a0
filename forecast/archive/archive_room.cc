#include "forecast/archive/archive_room.h"

#include <algorithm>
#include <limits>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace carbon {
namespace {

// The bytes of a row besides its blob, including its place in the index; and the bytes of an
// actual.
constexpr int64_t kRowBytes = 64;
constexpr int64_t kActualBytes = 40;
// A blob that is larger than half a page has its pages for itself.
constexpr int64_t kPage = 4096;

int64_t ForecastBytes(size_t blob_bytes) {
  const int64_t bytes = static_cast<int64_t>(blob_bytes) + kRowBytes;
  return bytes <= kPage / 2 ? bytes : (bytes + kPage - 1) / kPage * kPage;
}

// The same in SQL, for the forecasts of a feed.
std::string ForecastBytesSql() {
  const std::string bytes = absl::StrCat("(length(series) + ", kRowBytes, ")");
  return absl::StrCat("sum(CASE WHEN ", bytes, " <= ", kPage / 2, " THEN ", bytes, " ELSE (", bytes,
                      " + ", kPage - 1, ") / ", kPage, " * ", kPage, " END)");
}

// This condition selects one zone, which is ?1.
constexpr absl::string_view kOfZone = "feed IN (SELECT id FROM feed WHERE zone = ?1)";

// One part in this many is removed at a time, so that removals are rare and do not remove
// everything.
constexpr int64_t kParts = 8;

}  // namespace

absl::Status ArchiveRoom::AddUp(int64_t before, int64_t sign, std::map<std::string, Size>* sizes) {
  for (const auto& [sql, size] :
       {std::pair(absl::StrCat("SELECT zone, ", ForecastBytesSql(),
                               " FROM feed JOIN forecast ON forecast.feed = feed.id"
                               " WHERE made_at < ?1 GROUP BY zone"),
                  &Size::forecasts),
        std::pair(absl::StrCat("SELECT zone, count(*) * ", kActualBytes,
                               " FROM feed JOIN actual ON actual.feed = feed.id"
                               " WHERE start < ?1 AND start + seconds <= ?1 GROUP BY zone"),
                  &Size::actuals)}) {
    absl::StatusOr<Statement> statement = database_->Prepare(sql, before);
    if (!statement.ok()) return statement.status();
    while (true) {
      const absl::StatusOr<bool> row = statement->Step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      (*sizes)[std::string(statement->Bytes(0))].*size += sign * statement->Integer(1);
    }
  }
  return absl::OkStatus();
}

absl::Status ArchiveRoom::LookUp() {
  if (sizes_.has_value()) return absl::OkStatus();
  std::map<std::string, Size> sizes;
  const absl::Status status = AddUp(std::numeric_limits<int64_t>::max(), 1, &sizes);
  if (status.ok()) sizes_ = std::move(sizes);
  return status;
}

absl::Status ArchiveRoom::WillRemove(int64_t before) {
  return sizes_.has_value() ? AddUp(before, -1, &*sizes_) : absl::OkStatus();
}

absl::Status ArchiveRoom::AddedForecast(const std::string& zone, size_t blob_bytes) {
  const bool is_counted = !sizes_.has_value();
  if (absl::Status status = LookUp(); !status.ok()) return status;
  if (!is_counted) (*sizes_)[zone].forecasts += ForecastBytes(blob_bytes);
  return MakeRoom(zone);
}

absl::Status ArchiveRoom::AddedActuals(const std::string& zone, int64_t count) {
  const bool is_counted = !sizes_.has_value();
  if (absl::Status status = LookUp(); !status.ok()) return status;
  if (!is_counted) (*sizes_)[zone].actuals += kActualBytes * count;
  return MakeRoom(zone);
}

absl::Status ArchiveRoom::MakeRoom(const std::string& zone) {
  while (true) {
    const auto by_size = [](const auto& a, const auto& b) {
      return a.second.sum() < b.second.sum();
    };
    const auto largest = std::max_element(sizes_->begin(), sizes_->end(), by_size);
    int64_t sum = 0;
    for (const auto& [name, size] : *sizes_) sum += size.sum();
    const bool is_zone_full = (*sizes_)[zone].sum() > limits_.zone_bytes;
    if (!is_zone_full && (sum <= limits_.bytes || largest == sizes_->end())) {
      return absl::OkStatus();
    }
    const std::string too_large = is_zone_full ? zone : largest->first;
    const Size before = (*sizes_)[too_large];
    ArchiveLoss loss{.zone = too_large, .limit = is_zone_full ? limits_.zone_bytes : limits_.bytes};
    absl::Status status = before.forecasts >= before.actuals ? RemoveForecasts(too_large, &loss)
                                                             : RemoveActuals(too_large, &loss);
    if (!status.ok()) return status;
    losses_.push_back(std::move(loss));
    // There is nothing more to remove.
    if ((*sizes_)[too_large].sum() >= before.sum()) return absl::OkStatus();
  }
}

absl::Status ArchiveRoom::RemoveForecasts(const std::string& zone, ArchiveLoss* loss) {
  const absl::string_view name(zone);
  const absl::StatusOr<int64_t> count =
      Find(absl::StrCat("SELECT count(*) FROM forecast WHERE ", kOfZone), zone);
  if (!count.ok()) return count.status();
  absl::Status status = database_->Run(
      absl::StrCat("DELETE FROM forecast WHERE id IN (SELECT id FROM forecast WHERE ", kOfZone,
                   " ORDER BY id LIMIT ?2)"),
      name, *count / kParts + 1);
  if (!status.ok()) return status;
  loss->forecasts = database_->changes();
  const absl::StatusOr<int64_t> bytes =
      Find(absl::StrCat("SELECT ", ForecastBytesSql(), " FROM forecast WHERE ", kOfZone), zone);
  if (!bytes.ok()) return bytes.status();
  (*sizes_)[zone].forecasts = *bytes;
  return absl::OkStatus();
}

absl::Status ArchiveRoom::RemoveActuals(const std::string& zone, ArchiveLoss* loss) {
  const absl::string_view name(zone);
  const absl::StatusOr<int64_t> count =
      Find(absl::StrCat("SELECT count(*) FROM actual WHERE ", kOfZone), zone);
  if (!count.ok()) return count.status();
  absl::Status status = database_->Run(
      absl::StrCat("DELETE FROM actual WHERE ", kOfZone,
                   " AND EXISTS (SELECT 1 FROM actual AS later WHERE later.feed = actual.feed"
                   " AND later.start = actual.start AND later.fetched_at > actual.fetched_at)"),
      name);
  if (!status.ok()) return status;
  loss->actuals = database_->changes();
  const int64_t wanted = *count / kParts + 1;
  if (loss->actuals < wanted) {
    // Removes all of the hours up to one of them.
    status = database_->Run(
        absl::StrCat("DELETE FROM actual WHERE ", kOfZone,
                     " AND start <= (SELECT max(start) FROM (SELECT start FROM actual WHERE ",
                     kOfZone, " ORDER BY start LIMIT ?2))"),
        name, wanted - loss->actuals);
    if (!status.ok()) return status;
    loss->actuals += database_->changes();
  }
  (*sizes_)[zone].actuals = kActualBytes * (*count - loss->actuals);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> ArchiveRoom::Find(absl::string_view sql, const std::string& zone) {
  const absl::StatusOr<std::optional<int64_t>> found =
      database_->Find(sql, absl::string_view(zone));
  if (!found.ok()) return found.status();
  return found->value_or(0);
}

}  // namespace carbon
