#include "plugin/client/reservations.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "plugin/words/slurm_amounts.h"

namespace carbon {
namespace {

absl::string_view Text(const char* text) { return text == nullptr ? "" : text; }

bool IsWeekend(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

// Returns the start of the repetition after the one that begins at `start`; absent if it does not
// repeat. As in slurmctld, it is the same time of another day, and of several flags the first of
// these counts.
std::optional<absl::Time> NextStart(uint64_t flags, absl::Time start, absl::TimeZone zone) {
  if ((flags & RESERVE_FLAG_HOURLY) != 0) return start + absl::Hours(1);
  const absl::CivilSecond at = absl::ToCivilSecond(start, zone);
  absl::CivilDay day = absl::CivilDay(at) + 1;
  if ((flags & RESERVE_FLAG_DAILY) != 0) {
  } else if ((flags & RESERVE_FLAG_WEEKDAY) != 0) {
    while (IsWeekend(day)) ++day;
  } else if ((flags & RESERVE_FLAG_WEEKEND) != 0) {
    while (!IsWeekend(day)) ++day;
  } else if ((flags & RESERVE_FLAG_WEEKLY) != 0) {
    day += 6;
  } else {
    return std::nullopt;
  }
  return absl::FromCivil(
      absl::CivilSecond(day.year(), day.month(), day.day(), at.hour(), at.minute(), at.second()),
      zone);
}

std::vector<TimeInterval> TimesOf(const reserve_info_t& reservation, absl::Time now,
                                  absl::TimeZone zone) {
  const TimeInterval shown = {absl::FromUnixSeconds(reservation.start_time),
                              absl::FromUnixSeconds(reservation.end_time)};
  if ((reservation.flags & RESERVE_FLAG_TIME_FLOAT) != 0) {
    return {{shown.start, std::max(shown.end, now + kUnlimitedRun)}};
  }
  std::vector<TimeInterval> times = {shown};
  for (std::optional<absl::Time> next = NextStart(reservation.flags, shown.start, zone);
       next.has_value() && *next < now + kRepetitionsAhead;
       next = NextStart(reservation.flags, *next, zone)) {
    // Each repetition begins when the one before has ended, at the earliest.
    const TimeInterval time = {std::max(*next, times.back().end),
                               *next + (shown.end - shown.start)};
    if (time.start < time.end) times.push_back(time);
  }
  return times;
}

// Returns, by the node's name, the share of its cores that is reserved; empty: all cores of all its
// nodes.
std::map<std::string, double, std::less<>> SharesOf(const reserve_info_t& reservation,
                                                    const node_info_msg_t& nodes) {
  std::map<std::string, double, std::less<>> shares;
  for (uint32_t i = 0; i < reservation.core_spec_cnt; ++i) {
    const resv_core_spec_t& spec = reservation.core_spec[i];
    const auto cores = static_cast<double>(CountArrayTasks(Text(spec.core_id)));
    for (uint32_t n = 0; n < nodes.record_count; ++n) {
      const node_info_t& node = nodes.node_array[n];
      const double has = static_cast<double>(node.cores) * node.sockets;
      if (Text(node.name) != Text(spec.node_name) || has <= 0) continue;
      shares[std::string(Text(node.name))] = std::min(1.0, cores / has);
    }
  }
  return shares;
}

}  // namespace

std::vector<ClusterReservation> ReadReservations(const reserve_info_msg_t& reservations,
                                                 const node_info_msg_t& nodes, absl::Time now,
                                                 absl::TimeZone zone) {
  std::vector<ClusterReservation> result;
  for (uint32_t i = 0; i < reservations.record_count; ++i) {
    const reserve_info_t& reservation = reservations.reservation_array[i];
    const auto shares = SharesOf(reservation, nodes);
    ClusterReservation read{.name = std::string(Text(reservation.name)),
                            .lets_jobs_out = (reservation.flags & RESERVE_FLAG_FLEX) != 0,
                            .when = TimesOf(reservation, now, zone)};
    for (const int32_t* pair = reservation.node_inx; pair != nullptr && pair[0] >= 0; pair += 2) {
      for (int32_t n = pair[0]; n <= pair[1]; ++n) {
        if (static_cast<uint32_t>(n) >= nodes.record_count) continue;
        const auto share = shares.find(Text(nodes.node_array[n].name));
        read.nodes.push_back({n, share == shares.end() ? 1 : share->second});
      }
    }
    if (!read.nodes.empty()) result.push_back(std::move(read));
  }
  return result;
}

}  // namespace carbon
