#include "forecast/zones/zone_histories.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "forecast/live/zone_history_source.h"
#include "forecast/own/hourly_history.h"
#include "forecast/own/hourly_intervals.h"
#include "forecast/sources/csv.h"
#include "forecast/sources/forecast_file.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr absl::Duration kKept = absl::Hours(24 * HourlyHistory::kMaxDays);
// A longer gap in the archive's data is fetched: the archive may have been unavailable for writing.
constexpr absl::Duration kMaxGap = absl::Hours(24 * 5);

// A rejected hour is a problem for this long.
constexpr absl::Duration kToldFor = absl::Hours(24 * 7);

IntensityHistory Nothing() { return *IntensityHistory::Create({}); }

bool IsSame(const HistorySource& a, const HistorySource& b) {
  if (a.index() != b.index()) return false;
  if (const auto* provider = std::get_if<ForecastProvider>(&a)) {
    return *provider == std::get<ForecastProvider>(b);
  }
  return std::get<HistoryFile>(a) == std::get<HistoryFile>(b);
}

// Returns the part that was over at `now` and ends after `from`.
IntensityHistory Between(const IntensityHistory& history, absl::Time from, absl::Time now) {
  std::vector<IntensityHistory::Interval> intervals;
  for (const IntensityHistory::Interval& interval : history.intervals()) {
    if (interval.end <= now && interval.end > from) intervals.push_back(interval);
  }
  return *IntensityHistory::Create(std::move(intervals));
}

}  // namespace

void ZoneHistories::Configure(const DaemonConfig& config, absl::Time now,
                              ReconnectingArchive* archive) {
  std::map<std::string, Zone> before = std::exchange(zones_, {});
  held_.clear();
  now_ = now;
  for (const ZoneConfig& zone : config.zones) {
    const auto known = before.find(zone.name);
    Zone& entry =
        zones_.emplace(zone.name, Zone{{}, zone.plausibility, {Nothing(), 0, {}}}).first->second;
    for (const HistorySource& source : HistorySourcesOf(zone)) {
      Source made{source,
                  {zone.name, HistorySourceName(source), zone.kind},
                  Nothing(),
                  "",
                  absl::OkStatus(),
                  "",
                  JudgedHistory{Nothing(), {}, {}}};
      bool is_known = false;
      if (known != before.end()) {
        for (const Source& other : known->second.sources) {
          if (!IsSame(other.config, source) || other.feed.kind != zone.kind) continue;
          made = other;
          is_known = true;
        }
      }
      if (!is_known) ReadArchive(&made, now, archive);
      entry.sources.push_back(std::move(made));
    }
    if (known != before.end() && HasSameSources(entry, known->second)) {
      entry.known = std::move(known->second.known);
    } else {
      Merge(&entry);
    }
  }
}

bool ZoneHistories::HasSameSources(const Zone& a, const Zone& b) {
  return a.plausibility == b.plausibility &&
         std::equal(a.sources.begin(), a.sources.end(), b.sources.begin(), b.sources.end(),
                    [](const Source& one, const Source& other) {
                      return one.feed == other.feed && IsSame(one.config, other.config);
                    });
}

void ZoneHistories::ReadArchive(Source* source, absl::Time now, ReconnectingArchive* archive) {
  // A file is read again anyway.
  const auto* provider = std::get_if<ForecastProvider>(&source->config);
  Archive* reader = provider == nullptr ? nullptr : archive->Use(now);
  if (reader == nullptr) return;
  const absl::StatusOr<IntensityHistory> history =
      reader->History(source->feed, now - kKept, now, absl::InfiniteFuture());
  archive->Observe(history.status(), now);
  if (!history.ok() || history->intervals().empty()) return;
  source->hours = ByHour(*history);
  const std::vector<IntensityHistory::Interval>& intervals = history->intervals();
  size_t first = intervals.size() - 1;
  while (first > 0 && intervals[first].start - intervals[first - 1].end <= kMaxGap) --first;
  held_.push_back({source->feed.zone, *provider, intervals[first].start, intervals.back().end});
}

void ZoneHistories::Merge(Zone* zone) {
  zone->known.hours = Nothing();
  for (Source& source : zone->sources) {
    source.judged = JudgeHistory(source.hours, zone->plausibility);
    zone->known.hours = MergeHours(zone->known.hours, source.judged.hours);
  }
  zone->known.habits = JudgeHistory(zone->known.hours, zone->plausibility).habits;
  zone->known.version = ++versions_;
}

void ZoneHistories::Keep(const Feed& feed, const IntensityHistory& history, absl::Time fetched_at,
                         ReconnectingArchive* archive) {
  Archive* writer = archive->Use(fetched_at);
  if (writer == nullptr) return;
  const IntensityHistory known = Between(history, fetched_at - archive->retention(), fetched_at);
  archive->Observe(writer->AddActuals(feed, known, fetched_at).status(), fetched_at);
}

void ZoneHistories::Take(const HistoryReply& reply, ReconnectingArchive* archive) {
  now_ = reply.fetched_at;
  const auto zone = zones_.find(reply.zone);
  if (zone == zones_.end()) return;
  for (Source& source : zone->second.sources) {
    if (!IsSame(source.config, reply.source) || source.feed.kind != reply.kind) continue;
    Keep(source.feed, reply.history, reply.fetched_at, archive);
    const IntensityHistory told =
        ByHour(Between(reply.history, absl::InfinitePast(), reply.fetched_at));
    source.hours = ByHour(MergeHours(told, source.hours), reply.fetched_at - kKept);
    Merge(&zone->second);
  }
}

void ZoneHistories::ReadFiles(absl::Time now, ReconnectingArchive* archive) {
  now_ = now;
  for (auto& [name, zone] : zones_) {
    bool is_changed = false;
    for (Source& source : zone.sources) {
      const auto* file = std::get_if<HistoryFile>(&source.config);
      if (file == nullptr) continue;
      std::string mark = FileMark(file->path);
      if (mark == source.mark) continue;
      source.mark = std::move(mark);
      source.note = WhoElseDecides(file->path);
      absl::StatusOr<std::string> bytes = ReadFile(file->path, kMaxHistoryFileBytes);
      source.trouble = bytes.status();
      if (!bytes.ok()) continue;  // the previous content stays
      const absl::StatusOr<IntensityHistory> history =
          ParseHistoryCsv(*bytes, file->csv, source.feed.kind);
      source.trouble = history.status();
      if (!history.ok()) continue;
      Keep(source.feed, *history, now, archive);
      // Nobody has measured the hours ahead, though they will lie behind before the file changes.
      source.hours = ByHour(Between(*history, absl::InfinitePast(), now), now - kKept);
      is_changed = true;
    }
    if (is_changed) Merge(&zone);
  }
}

namespace {

// Returns "not plausible (zero): 0 g/kWh from 2026-11-28T14:00:00Z on; counted as missing": for
// each rule the last hours that it rejected. The number of its rejections in a week is counted back
// from there, so that the line does not change as older hours leave the week.
std::vector<std::string> ReasonsSince(const std::vector<RejectedHours>& all, absl::Time from) {
  std::map<PlausibilityRule, const RejectedHours*> last;
  for (const RejectedHours& rejected : all) {
    if (rejected.end > from) last[rejected.rule] = &rejected;
  }
  std::vector<std::string> reasons;
  for (const auto& [rule, hours] : last) {
    const auto times = std::count_if(
        all.begin(), all.end(), [rule = rule, until = hours->start](const RejectedHours& rejected) {
          return rejected.rule == rule && rejected.start <= until &&
                 rejected.end > until - kToldFor;
        });
    reasons.push_back(absl::StrCat("not plausible (", PlausibilityRuleName(rule),
                                   "): ", hours->value.value(), " g/kWh from ",
                                   FormatTimestamp(hours->start), " on; counted as missing"));
    if (times > 1) absl::StrAppend(&reasons.back(), ", ", times, " times in 7 days");
    if (rule == PlausibilityRule::kZero) absl::StrAppend(&reasons.back(), "; ", kHowToAcceptZeros);
  }
  return reasons;
}

}  // namespace

std::vector<Finding> ZoneHistories::Findings() const {
  std::vector<Finding> findings;
  for (const auto& [name, zone] : zones_) {
    for (const Source& source : zone.sources) {
      const auto add = [&](Severity severity, FindingCode code, absl::string_view fact) {
        findings.push_back({severity, code, absl::StrCat("zone ", name),
                            absl::StrCat("history of ", source.feed.source, ": ", fact)});
      };
      if (!source.trouble.ok()) {
        add(Severity::kWarning, FindingCode::kHistoryFailing, source.trouble.message());
      }
      for (const std::string& reason : ReasonsSince(source.judged.rejected, now_ - kToldFor)) {
        add(Severity::kWarning, FindingCode::kHistoryImplausible, reason);
      }
      if (!source.note.empty()) {
        add(Severity::kNote, FindingCode::kHistoryWritable,
            absl::StrCat(std::get<HistoryFile>(source.config).path, " ", source.note));
      }
    }
  }
  return findings;
}

std::vector<ZoneHistories::RejectedCount> ZoneHistories::Rejected() const {
  std::vector<RejectedCount> counts;
  for (const auto& [name, zone] : zones_) {
    for (const Source& source : zone.sources) {
      absl::Duration rejected;
      for (const RejectedHours& hours : source.judged.rejected) rejected += hours.end - hours.start;
      counts.push_back({name, source.feed.source, absl::ToInt64Hours(rejected)});
    }
  }
  return counts;
}

}  // namespace carbon
