// ZoneHistories merges each zone's measured history from its configured sources. It starts with the
// archive and adds their replies and files as they come; the archive stores all of these. Hours
// that are not plausible count as missing, source by source (forecast/plausibility/). For each hour
// the first source that knows it is used. Blocks on the disk; for one thread.
#ifndef FORECAST_ZONES_ZONE_HISTORIES_H_
#define FORECAST_ZONES_ZONE_HISTORIES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/finding/finding.h"
#include "core/grid/intensity_history.h"
#include "forecast/archive/archive.h"
#include "forecast/archive/reconnecting_archive.h"
#include "forecast/live/live_history.h"
#include "forecast/plausibility/judged_history.h"

namespace carbon {

// Larger history files are refused without being read.
inline constexpr int64_t kMaxHistoryFileBytes = 64 << 20;

class ZoneHistories {
 public:
  struct History {
    IntensityHistory hours;
    int64_t version = 0;  // changes whenever `hours` does; never goes back to one before
    ZoneHabits habits;    // the usual values of `hours`
  };
  // How many hours of a source's history are not plausible.
  struct RejectedCount {
    std::string zone;
    std::string source;
    int64_t hours = 0;
  };
  // The part of a provider's past that is known without a gap of days, up to its last value.
  struct HeldSpan {
    std::string zone;
    ForecastProvider source;
    absl::Time from;
    absl::Time to;
  };

  // Continues with the zones and sources of another configuration. New ones are read from the
  // archive if that is possible.
  void Configure(const DaemonConfig& config, absl::Time now, ReconnectingArchive* archive);

  void Take(const HistoryReply& reply, ReconnectingArchive* archive);
  // Reads the files that changed.
  void ReadFiles(absl::Time now, ReconnectingArchive* archive);

  // Returns the history of a zone of the configuration.
  const History& Of(const std::string& zone) const { return zones_.at(zone).known; }
  // Returns the spans of the providers of which something was read from an archive.
  const std::vector<HeldSpan>& held() const { return held_; }
  // Returns a warning for each file that cannot be read, and for each rule by which a source's
  // hours of the last 7 days were rejected. Its text stays the same while its problem does. Returns
  // a note for each file that others than root and this process's user may write.
  std::vector<Finding> Findings() const;
  // Returns the counts of every source.
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
  // Judges a zone's sources and merges them.
  void Merge(Zone* zone);
  void ReadArchive(Source* source, absl::Time now, ReconnectingArchive* archive);
  static void Keep(const Feed& feed, const IntensityHistory& history, absl::Time fetched_at,
                   ReconnectingArchive* archive);

  std::map<std::string, Zone> zones_;
  std::vector<HeldSpan> held_;
  int64_t versions_ = 0;
  absl::Time now_ = absl::InfinitePast();  // of the last call that had it as an argument
};

}  // namespace carbon

#endif  // FORECAST_ZONES_ZONE_HISTORIES_H_
