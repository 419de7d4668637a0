#include "forecast/providers/reply_points.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

using Interval = IntensityHistory::Interval;

absl::Duration LengthOf(const Interval& interval) { return interval.end - interval.start; }

bool IsOfOneTime(const Interval& a, const Interval& b) {
  return a.start == b.start && a.end == b.end;
}

absl::Status OfInterval(const Interval& interval, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("interval ", FormatTimestamp(interval.start), ": ", what));
}

// A series without gaps: a part of a forecast that has some.
struct Run {
  std::vector<IntensitySeries::Step> steps;
  absl::Time end;
};

// Returns the total length of the holes that are short enough to be filled.
absl::Duration ShortHoles(const std::vector<Interval>& intervals) {
  absl::Duration sum;
  for (size_t i = 1; i < intervals.size(); ++i) {
    const absl::Duration hole = intervals[i].start - intervals[i - 1].end;
    if (hole <= kMaxFilledHole) sum += hole;
  }
  return sum;
}

std::vector<Run> SplitAtHoles(const std::vector<Interval>& intervals, bool fills_short_holes) {
  std::vector<Run> runs;
  for (size_t i = 0; i < intervals.size(); ++i) {
    const Interval& interval = intervals[i];
    const absl::Duration hole =
        i == 0 ? absl::InfiniteDuration() : interval.start - intervals[i - 1].end;
    const bool is_filled = fills_short_holes && hole <= kMaxFilledHole;
    if (hole > absl::ZeroDuration() && !is_filled) runs.emplace_back();
    Run& run = runs.back();
    if (hole > absl::ZeroDuration() && is_filled) {
      run.steps.push_back({run.end, 0.5 * (intervals[i - 1].value + interval.value)});
    }
    run.steps.push_back({interval.start, interval.value});
    run.end = interval.end;
  }
  return runs;
}

void Append(std::string* note, absl::string_view more) {
  absl::StrAppend(note, note->empty() ? "" : "; ", more);
}

}  // namespace

void ReplyPoints::Add(const Record& record) {
  Count(record.status());
  if (record.ok() && record->has_value()) AddValue(**record);
}

void ReplyPoints::Count(const absl::Status& record) {
  ++records_;
  if (!record.ok()) LeaveOut(record);
}

void ReplyPoints::AddValue(const IntensityHistory::Interval& interval) {
  const absl::Status status = IntensityHistory::Create({interval}).status();
  if (!status.ok()) return LeaveOut(status);
  intervals_.push_back(interval);
}

void ReplyPoints::LeaveOut(const absl::Status& why) {
  ++left_out_;
  if (first_reason_.empty()) first_reason_ = std::string(why.message());
}

void ReplyPoints::LeaveOutContradictions() {
  std::vector<Interval> kept;
  for (size_t i = 0, end = 0; i < intervals_.size(); i = end) {
    const Interval& first = intervals_[i];
    std::optional<GramsPerKilowattHour> other;
    for (end = i; end < intervals_.size() && IsOfOneTime(intervals_[end], first); ++end) {
      if (intervals_[end].value != first.value) other = intervals_[end].value;
    }
    if (!other.has_value()) {
      kept.push_back(first);
      continue;
    }
    for (size_t j = i; j < end; ++j) {
      LeaveOut(OfInterval(first, absl::StrCat("is said to be both ", first.value.value(), " and ",
                                              other->value(), " g/kWh")));
    }
  }
  intervals_ = std::move(kept);
}

void ReplyPoints::LeaveOutOverlaps() {
  std::vector<Interval> kept;
  for (const Interval& interval : intervals_) {
    if (kept.empty() || interval.start >= kept.back().end) {
      kept.push_back(interval);
      continue;
    }
    LeaveOut(OfInterval(interval,
                        absl::StrCat("overlaps the one of ", FormatTimestamp(kept.back().start))));
    if (LengthOf(interval) < LengthOf(kept.back())) kept.back() = interval;
  }
  intervals_ = std::move(kept);
}

absl::StatusOr<IntensityHistory> ReplyPoints::Finish() {
  std::stable_sort(intervals_.begin(), intervals_.end(), [](const Interval& a, const Interval& b) {
    return std::pair(a.start, a.end) < std::pair(b.start, b.end);
  });
  intervals_.erase(std::unique(intervals_.begin(), intervals_.end()), intervals_.end());
  LeaveOutContradictions();
  LeaveOutOverlaps();
  if (left_out_ > 0 && 2 * left_out_ >= records_) {
    return absl::InvalidArgumentError(first_reason_);
  }
  return IntensityHistory::Create(std::move(intervals_));
}

ReplyRemark ReplyPoints::Remark() const {
  ReplyRemark remark{.left_out = left_out_};
  if (remark.left_out > 0) {
    remark.note = absl::StrCat(remark.left_out, " of ", records_,
                               " records left out, the first because of ", first_reason_);
  }
  return remark;
}

absl::StatusOr<ProviderHistory> ReplyPoints::History(const ProviderAsk& ask) && {
  absl::StatusOr<IntensityHistory> history = Finish();
  if (!history.ok()) return history.status();
  return ProviderHistory{ask.kind, *std::move(history), Remark()};
}

absl::StatusOr<ProviderForecast> ReplyPoints::Forecast(const ProviderAsk& ask,
                                                       std::optional<absl::Time> issued_at) && {
  const absl::StatusOr<IntensityHistory> history = Finish();
  if (!history.ok()) return history.status();
  const std::vector<Interval>& intervals = history->intervals();
  if (intervals.empty()) return absl::UnavailableError("the reply has no values");
  const absl::Duration holes = ShortHoles(intervals);
  const bool fills = holes <= kMaxFilledPart * (intervals.back().end - intervals.front().start);
  const std::vector<Run> runs = SplitAtHoles(intervals, fills);
  const auto found =
      std::find_if(runs.begin(), runs.end(), [&](const Run& run) { return run.end > ask.now; });
  const Run& run = found == runs.end() ? runs.back() : *found;
  absl::StatusOr<IntensitySeries> series = IntensitySeries::Create(run.steps, run.end);
  if (!series.ok()) return series.status();
  ReplyRemark remark = Remark();
  if (fills && holes > absl::ZeroDuration()) {
    Append(&remark.note, absl::StrCat("holes of ", absl::FormatDuration(holes), " in all filled"));
  }
  if (&run != &runs.back()) {
    Append(&remark.note, absl::StrCat("nothing is said of ", FormatTimestamp(run.end), " to ",
                                      FormatTimestamp((&run + 1)->steps.front().start)));
  }
  return ProviderForecast{ask.kind, issued_at, *std::move(series), std::move(remark)};
}

}  // namespace carbon
