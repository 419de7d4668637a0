#include "forecast/live/zone_history_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "forecast/live/provider_ask.h"

namespace carbon {
namespace {

constexpr BackoffPolicy kRecentBackoff;
// Older history is not urgent.
constexpr BackoffPolicy kOlderBackoff{.first = absl::Minutes(1), .most = absl::Hours(6)};
// If a provider has given nothing for longer than this, only this much is asked for again.
constexpr absl::Duration kMaxSilence = absl::Hours(24 * 4);

// After this many failures in a row, a missed piece of the past no longer delays recent history.
constexpr int kMaxCatchUpFailures = 3;
// After this many failures in a row, the older history is reported as unavailable.
constexpr int kFailuresToReport = 3;

// Servers round the requested times, to a day at most.
constexpr absl::Duration kRounding = absl::Hours(24);

bool Overlaps(const IntensityHistory::Interval& interval, const TimeSpan& span) {
  return interval.end > span.from && interval.start < span.to;
}

bool IsRefusal(const absl::Status& status) {
  return absl::IsPermissionDenied(status) || absl::IsNotFound(status);
}

// Of equal problems in a row the first is reported.
void Report(const absl::Status& status, absl::Status* reported) {
  if (reported->code() != status.code()) *reported = status;
}

}  // namespace

ZoneHistorySource::ZoneHistorySource(const ZoneConfig& zone, const ForecastProvider& source,
                                     Credential credential, absl::Duration refresh)
    : zone_(zone.name),
      source_(source),
      provider_(FindProvider(source.provider)),
      ask_(AskOf(zone, source)),
      session_(provider_, std::move(credential)),
      refresh_(refresh) {}

bool ZoneHistorySource::IsOf(const ZoneConfig& zone, const ForecastProvider& source) const {
  return zone.name == zone_ && zone.kind == ask_.kind && source == source_;
}

void ZoneHistorySource::Hold(absl::Time from, absl::Time to) {
  if (from >= to || from_ < to_) return;
  from_ = FloorToHour(from);
  to_ = to;
  known_until_ = to;
}

void ZoneHistorySource::Inherit(const ZoneHistorySource& before) {
  from_ = before.from_;
  to_ = before.to_;
  known_until_ = before.known_until_;
  empty_pieces_ = before.empty_pieces_;
  if (!session_.HasCredentialOf(before.session_)) return;
  recent_ = before.recent_;
  older_ = before.older_;
  answered_at_ = before.answered_at_;
  trouble_ = before.trouble_;
  older_trouble_ = before.older_trouble_;
  note_ = before.note_;
  older_note_ = before.older_note_;
}

std::optional<TimeSpan> ZoneHistorySource::NextPiece(absl::Time now, Part part) const {
  const bool is_empty = from_ >= to_;
  if (part == Part::kOlder) {
    if (is_empty || from_ <= now - kHistoryReach) return std::nullopt;
    return TimeSpan{std::max(from_ - kHistoryPiece, FloorToHour(now - kHistoryReach)), from_};
  }
  absl::Time from = now - kHistoryPiece + absl::Hours(1);
  // There is no gap between the known time and the piece, unless a clock that was ahead stamped
  // `to_`.
  if (!is_empty && to_ <= now + kHistoryPiece) {
    const absl::Time known = std::clamp(known_until_, to_ - kMaxSilence, to_);
    from = std::min(known, now) - kHistoryOverlap;
  }
  from = std::max(FloorToHour(from), FloorToHour(now - kHistoryReach));
  return TimeSpan{from, std::min(now, from + kHistoryPiece)};
}

std::optional<HttpRequest> ZoneHistorySource::NextRequest(absl::Time now, Part part) {
  if (is_pending_) return std::nullopt;
  if (now < answered_at_ - kSetBack) {
    answered_at_ = now;
    session_.Forget();
    recent_.due = older_.due = absl::InfinitePast();
  }
  if (requests_.empty()) {
    if (now < (part == Part::kRecent ? recent_ : older_).due) return std::nullopt;
    const std::optional<TimeSpan> piece = NextPiece(now, part);
    if (!piece.has_value()) return std::nullopt;
    part_ = part;
    piece_ = *piece;
    piece_ends_now_ = piece->to == now;
    piece_has_values_ = false;
  } else if (part != part_ || now < pace().due) {
    return std::nullopt;
  }
  is_login_ = session_.NeedsLogin(now);
  const absl::StatusOr<HttpRequest> request = is_login_ ? session_.Login(ask_) : PieceRequest();
  if (!request.ok()) {
    Fail(request.status(), std::nullopt, now, 0);
    return std::nullopt;
  }
  is_pending_ = true;
  return *request;
}

absl::StatusOr<HttpRequest> ZoneHistorySource::PieceRequest() {
  if (requests_.empty()) {
    absl::StatusOr<std::vector<HttpRequest>> all =
        provider_->history(ask_, session_.credential(), piece_.from, piece_.to);
    if (!all.ok()) return all.status();
    if (all->empty()) return absl::InternalError("history: no request can be made");
    requests_.assign(all->begin(), all->end());
  }
  return requests_.front();
}

std::optional<IntensityHistory> ZoneHistorySource::Take(const absl::StatusOr<HttpReply>& reply,
                                                        absl::Time now, double random) {
  is_pending_ = false;
  answered_at_ = now;
  const auto fail = [&](const absl::Status& status) {
    Fail(session_.WithoutSecrets(status), reply.ok() ? reply->retry_after : std::nullopt, now,
         random);
    return std::nullopt;
  };
  if (!reply.ok()) return fail(reply.status());
  if (is_login_) {
    // The remaining requests carry the previous credential.
    requests_.clear();
    if (absl::Status status = session_.TakeLogin(ask_, *reply, now); !status.ok()) {
      return fail(status);
    }
    return std::nullopt;
  }
  absl::StatusOr<ProviderHistory> told = provider_->parse_history(ask_, *reply);
  if (!told.ok()) {
    if (session_.NeedsNewLogin(told.status())) {
      requests_.clear();
      return std::nullopt;
    }
    return fail(told.status());
  }
  session_.Accepted();
  if (absl::Status status = TakeTold(*told, now); !status.ok()) {
    return fail(OfProvider(provider_->name, ask_, status));
  }
  requests_.pop_front();
  if (requests_.empty() && part_ == Part::kRecent && !piece_has_values_) {
    return fail(
        OfProvider(provider_->name, ask_, absl::UnavailableError("the reply has no values")));
  }
  if (requests_.empty()) EndPiece(now);
  if (told->history.intervals().empty()) return std::nullopt;
  return std::move(told->history);
}

absl::Status ZoneHistorySource::TakeTold(const ProviderHistory& told, absl::Time now) {
  const std::vector<IntensityHistory::Interval>& intervals = told.history.intervals();
  const TimeSpan around{piece_.from - kRounding, piece_.to + kRounding};
  bool is_around = intervals.empty();
  for (const IntensityHistory::Interval& interval : intervals) {
    piece_has_values_ |= Overlaps(interval, piece_);
    is_around |= Overlaps(interval, around);
  }
  if (!is_around) {
    return absl::OutOfRangeError(
        absl::StrCat("asked for ", FormatTimestamp(piece_.from), " to ", FormatTimestamp(piece_.to),
                     ", the server answers with ", FormatTimestamp(intervals.front().start), " to ",
                     FormatTimestamp(intervals.back().end), ": it ignores the time range"));
  }
  for (const IntensityHistory::Interval& interval : intervals) {
    if (interval.end <= now) known_until_ = std::max(known_until_, interval.end);
  }
  const std::string note = session_.WithoutSecrets(told.remark.note);
  std::string& told_note = part_ == Part::kRecent ? note_ : older_note_;
  const bool is_over = note.empty() && part_ == Part::kRecent;
  if (is_over || told_note.empty()) told_note = note;
  return absl::OkStatus();
}

void ZoneHistorySource::EndPiece(absl::Time now) {
  pace().failures = 0;
  if (part_ == Part::kOlder) {
    from_ = piece_.from;
    older_trouble_ = absl::OkStatus();
    empty_pieces_ = piece_has_values_ ? 0 : empty_pieces_ + 1;
    older_.due = now + kBetweenPieces;
    if (empty_pieces_ == kMaxEmptyPieces) {
      // The empty pieces may also have been an outage, so they are asked for again.
      from_ = std::min(from_ + kMaxEmptyPieces * kHistoryPiece, to_);
      empty_pieces_ = 0;
      older_.due = now + kNothingFurtherBack;
    }
    return;
  }
  from_ = std::min(from_, piece_.from);
  to_ = piece_.to;
  trouble_ = absl::OkStatus();
  recent_.due = now + (piece_ends_now_ ? refresh_ : kBetweenPieces);
}

void ZoneHistorySource::Fail(const absl::Status& status, std::optional<absl::Duration> retry_after,
                             absl::Time now, double random) {
  requests_.clear();
  Pace& failed = pace();
  ++failed.failures;
  const bool is_recent = part_ == Part::kRecent;
  failed.due = NextAttempt(is_recent ? kRecentBackoff : kOlderBackoff, failed.failures, retry_after,
                           random, now);
  const bool is_ignored = !is_recent && absl::IsOutOfRange(status);
  if (IsRefusal(status) || is_ignored) failed.due = std::max(failed.due, now + kRefusedWait);
  if (!is_recent) {
    const bool is_reported = is_ignored || failed.failures >= kFailuresToReport;
    if (is_reported && !IsRefusal(status)) Report(status, &older_trouble_);
    return;
  }
  Report(status, &trouble_);
  // The time between the known history and now cannot be fetched, perhaps for ever. So begin again
  // from now back.
  const bool is_refused = IsRefusal(status) || absl::IsFailedPrecondition(status);
  if (!piece_ends_now_ && (is_refused || failed.failures >= kMaxCatchUpFailures)) {
    from_ = absl::InfiniteFuture();
    to_ = absl::InfinitePast();
    failed = {};
  }
}

}  // namespace carbon
