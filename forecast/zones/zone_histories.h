// What is known of each zone's past: by its sources as they are configured, from the archive at
// first, then from their replies and files as they come, all of which the archive is given. Hours
// that are not plausible count as missing, source by source (forecast/plausibility/). Of each hour
// the first source that knows it is believed. Blocks on the disk; for one thread.
#ifndef FORECAST_ZONES_ZONE_HISTORIES_H_
#define FORECAST_ZONES_ZONE_HISTORIES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/finding.h"
#include "core/config/daemon_config.h"
#include "core/grid/intensity_history.h"
#include "forecast/archive/archive.h"
#include "forecast/archive/reconnecting_archive.h"
#include "forecast/live/live_history.h"
#include "forecast/plausibility/judged_history.h"

namespace carbon {

// Larger history files are refused unread.
inline constexpr int64_t kMaxHistoryFileBytes = 64 << 20;

class ZoneHistories {
 public:
  struct History {
    IntensityHistory hours;
    int64_t version = 0;  // changes whenever `hours` does; never goes back to one before
    ZoneHabits habits;    // what is usual of `hours`
  };
  // How many hours of a source's history are not plausible.
  struct RejectedCount {
    std::string zone;
    std::string source;
    int64_t hours = 0;
  };
  // What of a provider's past is known without a gap of days, up to its last value.
  struct HeldSpan {
    std::string zone;
    ForecastProvider source;
    absl::Time from;
    absl::Time to;
  };

  // Goes on with the zones and sources of another configuration: what is new of them is read from
  // the archive where that can be.
  void Configure(const DaemonConfig& config, absl::Time now, ReconnectingArchive* archive);

  void Take(const HistoryReply& reply, ReconnectingArchive* archive);
  // Reads the files that changed.
  void ReadFiles(absl::Time now, ReconnectingArchive* archive);

  // Of a zone of the configuration.
  const History& Of(const std::string& zone) const { return zones_.at(zone).known; }
  // Of the providers of which something was read from an archive.
  const std::vector<HeldSpan>& held() const { return held_; }
  // A warning for each file that cannot be read, and for each rule by which a source's hours of the
  // last 7 days were rejected: its text stays the same while the trouble does. A note for each file
  // that others than root and this process's user may write.
  std::vector<Finding> Findings() const;
  // Of every source.
  std::vector<RejectedCount> Rejected() const;

 private:
  struct Source {
    HistorySource config;
    Feed feed;
    IntensityHistory hours;
    std::string mark;  // FileMark of a file as it was read last
    absl::Status trouble;
    std::string note = {};
    JudgedHistory judged;  // of `hours`
  };
  struct Zone {
    std::vector<Source> sources;
    PlausibilityConfig plausibility;
    History known;
  };

  static bool HasSameSources(const Zone& a, const Zone& b);
  // Judges a zone's sources and puts them together.
  void Merge(Zone* zone);
  void ReadArchive(Source* source, absl::Time now, ReconnectingArchive* archive);
  static void Keep(const Feed& feed, const IntensityHistory& history, absl::Time fetched_at,
                   ReconnectingArchive* archive);

  std::map<std::string, Zone> zones_;
  std::vector<HeldSpan> held_;
  int64_t versions_ = 0;
  absl::Time now_ = absl::InfinitePast();  // of the last call that was given it
};

}  // namespace carbon

#endif  // FORECAST_ZONES_ZONE_HISTORIES_H_
