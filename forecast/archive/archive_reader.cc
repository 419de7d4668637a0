#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forecast/archive/archive.h"
#include "forecast/archive/archive_file.h"
#include "forecast/archive/archive_rows.h"
#include "forecast/archive/series_blob.h"
#include "store/sqlite.h"

namespace carbon {
namespace {

// No interval of an IntensityHistory is longer. So the intervals that reach into a window are found
// by their starts.
constexpr int64_t kMaxIntervalSeconds = int64_t{31} * 86400;

// Lays an interval over the existing ones: they lose the part that it covers.
void Cover(ActualsByStart* actuals, int64_t start, const Actual& actual) {
  auto it = actuals->lower_bound(start);
  if (it != actuals->begin()) {
    Actual& before = std::prev(it)->second;
    if (before.end > actual.end) actuals->emplace(actual.end, before);
    before.end = std::min(before.end, start);
  }
  while (it != actuals->end() && it->first < actual.end) {
    if (it->second.end > actual.end) actuals->emplace(actual.end, it->second);
    it = actuals->erase(it);
  }
  actuals->insert_or_assign(start, actual);
}

// Reads the rows of issued_at, fetched_at, last_fetched_at and series.
absl::StatusOr<std::vector<ArchivedForecast>> ReadForecasts(const std::string& path,
                                                            const Feed& feed,
                                                            absl::StatusOr<Statement> statement) {
  if (!statement.ok()) return statement.status();
  std::vector<ArchivedForecast> forecasts;
  while (true) {
    const absl::StatusOr<bool> row = statement->Step();
    if (!row.ok()) return row.status();
    if (!*row) return forecasts;
    absl::StatusOr<IntensitySeries> series = DecodeSeries(statement->Bytes(3));
    if (!series.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": forecast of zone ", feed.zone, ": ", series.status().message()));
    }
    std::optional<absl::Time> issued_at;
    if (const std::optional<int64_t> second = statement->OptionalInteger(0)) {
      issued_at = absl::FromUnixSeconds(*second);
    }
    forecasts.push_back({issued_at, absl::FromUnixSeconds(statement->Integer(1)),
                         absl::FromUnixSeconds(statement->Integer(2)), *std::move(series)});
  }
}

absl::StatusOr<std::optional<ArchivedForecast>> FirstOf(
    absl::StatusOr<std::vector<ArchivedForecast>> forecasts) {
  if (!forecasts.ok()) return forecasts.status();
  if (forecasts->empty()) return std::nullopt;
  return std::move(forecasts->front());
}

}  // namespace

absl::StatusOr<std::optional<int64_t>> FindFeed(Database* database, const Feed& feed) {
  return database->Find("SELECT id FROM feed WHERE zone = ? AND source = ? AND kind = ?",
                        absl::string_view(feed.zone), absl::string_view(feed.source),
                        SignalKindName(feed.kind));
}

absl::StatusOr<ActualsByStart> ReadActuals(Database* database, int64_t feed, int64_t from,
                                           int64_t to, int64_t known_at) {
  absl::StatusOr<Statement> statement = database->Prepare(
      "SELECT start, seconds, value, estimated, fetched_at FROM actual"
      " WHERE feed = ? AND start > ? AND start < ? AND fetched_at <= ? ORDER BY fetched_at, start",
      feed, std::max(from, int64_t{0}) - kMaxIntervalSeconds, to, known_at);
  if (!statement.ok()) return statement.status();
  ActualsByStart actuals;
  while (true) {
    const absl::StatusOr<bool> row = statement->Step();
    if (!row.ok()) return row.status();
    if (!*row) return actuals;
    const int64_t start = statement->Integer(0);
    const int64_t seconds = statement->Integer(1);
    if (start > kMaxSeriesBlobStart || seconds <= 0 || seconds > kMaxIntervalSeconds) {
      return absl::DataLossError(
          absl::StrCat(database->path(), ": an actual lasts ", seconds, " s from ", start));
    }
    Cover(&actuals, start,
          {.end = start + seconds,
           .milligrams = statement->Integer(2),
           .is_estimated = statement->Integer(3) != 0,
           .fetched_at = statement->Integer(4)});
  }
}

ArchiveReader::ArchiveReader(std::unique_ptr<Database> database) : database_(std::move(database)) {}
ArchiveReader::~ArchiveReader() = default;

absl::StatusOr<std::unique_ptr<ArchiveReader>> ArchiveReader::Open(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Database>> database = OpenArchiveToRead(path);
  if (!database.ok()) return database.status();
  return std::unique_ptr<ArchiveReader>(new ArchiveReader(*std::move(database)));
}

absl::StatusOr<std::vector<Feed>> ArchiveReader::Feeds() const {
  absl::StatusOr<Statement> statement =
      database_->Prepare("SELECT zone, source, kind FROM feed ORDER BY zone, source, kind");
  if (!statement.ok()) return statement.status();
  std::vector<Feed> feeds;
  while (true) {
    const absl::StatusOr<bool> row = statement->Step();
    if (!row.ok()) return row.status();
    if (!*row) return feeds;
    const absl::StatusOr<SignalKind> kind = ParseSignalKind(statement->Bytes(2));
    if (!kind.ok()) {
      return absl::DataLossError(absl::StrCat(database_->path(), ": ", kind.status().message()));
    }
    feeds.push_back({std::string(statement->Bytes(0)), std::string(statement->Bytes(1)), *kind});
  }
}

absl::StatusOr<IntensityHistory> ArchiveReader::History(const Feed& feed, absl::Time from,
                                                        absl::Time to, absl::Time known_at) const {
  absl::StatusOr<ArchivedHistory> history = HistoryWithTimes(feed, from, to, known_at);
  if (!history.ok()) return history.status();
  return std::move(history->history);
}

absl::StatusOr<ArchivedHistory> ArchiveReader::HistoryWithTimes(const Feed& feed, absl::Time from,
                                                                absl::Time to,
                                                                absl::Time known_at) const {
  const absl::StatusOr<std::optional<int64_t>> id = FindFeed(database_.get(), feed);
  if (!id.ok()) return id.status();
  ActualsByStart actuals;
  const int64_t first = absl::ToUnixSeconds(from);
  const int64_t last = absl::ToUnixSeconds(to);
  if (id->has_value()) {
    absl::StatusOr<ActualsByStart> read =
        ReadActuals(database_.get(), **id, first, last, absl::ToUnixSeconds(known_at));
    if (!read.ok()) return read.status();
    actuals = *std::move(read);
  }
  std::vector<IntensityHistory::Interval> intervals;
  std::vector<absl::Time> fetched_at;
  for (const auto& [start, actual] : actuals) {
    const int64_t begin = std::max(start, first);
    const int64_t end = std::min(actual.end, last);
    if (begin >= end) continue;
    intervals.push_back({absl::FromUnixSeconds(begin), absl::FromUnixSeconds(end),
                         GramsPerKilowattHour(static_cast<double>(actual.milligrams) / 1000),
                         actual.is_estimated});
    fetched_at.push_back(absl::FromUnixSeconds(actual.fetched_at));
  }
  // The intervals are disjoint and in order already, so both lists stay parallel.
  absl::StatusOr<IntensityHistory> history = IntensityHistory::Create(std::move(intervals));
  if (!history.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(database_->path(), ": actuals of zone ",
                                                   feed.zone, ": ", history.status().message()));
  }
  return ArchivedHistory{*std::move(history), std::move(fetched_at)};
}

absl::StatusOr<std::vector<ArchivedForecast>> ArchiveReader::Forecasts(const Feed& feed,
                                                                       absl::Time from,
                                                                       absl::Time to) const {
  const absl::StatusOr<std::optional<int64_t>> id = FindFeed(database_.get(), feed);
  if (!id.ok()) return id.status();
  if (!id->has_value()) return std::vector<ArchivedForecast>();
  return ReadForecasts(
      database_->path(), feed,
      database_->Prepare("SELECT issued_at, fetched_at, last_fetched_at, series FROM forecast"
                         " WHERE feed = ? AND made_at >= ? AND made_at < ? ORDER BY made_at, id",
                         **id, absl::ToUnixSeconds(from), absl::ToUnixSeconds(to)));
}

absl::StatusOr<std::optional<ArchivedForecast>> ArchiveReader::LastForecast(
    const Feed& feed) const {
  const absl::StatusOr<std::optional<int64_t>> id = FindFeed(database_.get(), feed);
  if (!id.ok()) return id.status();
  if (!id->has_value()) return std::nullopt;
  return FirstOf(ReadForecasts(
      database_->path(), feed,
      database_->Prepare("SELECT issued_at, fetched_at, last_fetched_at, series FROM forecast"
                         " WHERE feed = ? ORDER BY id DESC LIMIT 1",
                         **id)));
}

absl::StatusOr<std::optional<ArchivedForecast>> ArchiveReader::ForecastInForce(
    const Feed& feed, absl::Time at) const {
  const absl::StatusOr<std::optional<int64_t>> id = FindFeed(database_.get(), feed);
  if (!id.ok()) return id.status();
  if (!id->has_value()) return std::nullopt;
  return FirstOf(ReadForecasts(
      database_->path(), feed,
      database_->Prepare("SELECT issued_at, fetched_at, last_fetched_at, series FROM forecast"
                         " WHERE feed = ? AND made_at > ? AND made_at <= ?"
                         " ORDER BY made_at DESC, id DESC LIMIT 1",
                         **id, absl::ToUnixSeconds(at - absl::Hours(24)),
                         absl::ToUnixSeconds(at))));
}

}  // namespace carbon
