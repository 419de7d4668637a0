#include "core/capacity.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace carbon {

Resources& Resources::operator+=(const Resources& other) {
  nodes += other.nodes;
  devices += other.devices;
  cpus += other.cpus;
  memory_mib += other.memory_mib;
  return *this;
}

Resources& Resources::operator-=(const Resources& other) {
  nodes -= other.nodes;
  devices -= other.devices;
  cpus -= other.cpus;
  memory_mib -= other.memory_mib;
  return *this;
}

CapacityCalendar::CapacityCalendar(Resources total, const std::vector<CapacityUse>& uses)
    : total_(total) {
  struct Change {
    int64_t at;
    Resources by;
  };
  std::vector<Change> changes;
  changes.reserve(2 * uses.size());
  for (const CapacityUse& use : uses) {
    const int64_t start = absl::ToUnixSeconds(use.when.start);
    const int64_t end = absl::ToUnixSeconds(use.when.end);
    if (start >= end) continue;
    Resources less;
    less -= use.amount;
    changes.push_back({start, use.amount});
    changes.push_back({end, less});
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.at < b.at; });
  Resources used;
  for (auto change = changes.begin(); change != changes.end();) {
    const int64_t at = change->at;
    const Resources before = used;
    for (; change != changes.end() && change->at == at; ++change) used += change->by;
    if (!(used == before)) used_.emplace_hint(used_.end(), at, used);
  }
}

void CapacityCalendar::Book(TimeInterval when, const Resources& amount) {
  const int64_t start = absl::ToUnixSeconds(when.start);
  const int64_t end = absl::ToUnixSeconds(when.end);
  if (start >= end) return;
  // Splits the step function at both ends, so that the change covers whole steps.
  for (int64_t at : {start, end}) {
    const auto next = used_.lower_bound(at);
    if (next != used_.end() && next->first == at) continue;
    used_.emplace_hint(next, at, next == used_.begin() ? Resources{} : std::prev(next)->second);
  }
  const auto first = used_.find(start);
  const auto last = used_.find(end);
  for (auto step = first; step != last; ++step) step->second += amount;
  // Steps that no longer change anything go, so that the calendar does not grow with its history.
  for (auto step : {last, first}) {
    const Resources before = step == used_.begin() ? Resources{} : std::prev(step)->second;
    if (step->second == before) used_.erase(step);
  }
}

Resources CapacityCalendar::UsedAt(absl::Time when) const {
  const auto next = used_.upper_bound(absl::ToUnixSeconds(when));
  return next == used_.begin() ? Resources{} : std::prev(next)->second;
}

std::vector<TimeInterval> CapacityCalendar::FeasibleStarts(TimeInterval window,
                                                           absl::Duration runtime,
                                                           const Resources& demand) const {
  std::vector<TimeInterval> starts;
  if (window.start > window.end || !total_.Covers(demand)) return starts;
  const int64_t first = absl::ToUnixSeconds(window.start);
  const int64_t last = absl::ToUnixSeconds(window.end);
  const int64_t length = absl::ToInt64Seconds(runtime);
  const auto emit = [&starts](int64_t from, int64_t to) {
    starts.push_back({absl::FromUnixSeconds(from), absl::FromUnixSeconds(to)});
  };
  if (length <= 0) {
    emit(first, last);
    return starts;
  }
  // A step [a, b) with too little free rules out the starts in (a - length, b). What is left
  // between one such gap and the next is feasible.
  int64_t open = first;  // the earliest start not ruled out so far
  auto step = used_.upper_bound(first);
  if (step != used_.begin()) --step;
  for (; step != used_.end() && open <= last; ++step) {
    if (step->first >= last + length) break;
    Resources need = step->second;
    need += demand;
    if (total_.Covers(need)) continue;
    const auto next = std::next(step);
    // The last step lasts for ever, but every booking ends: it is always empty and covers.
    if (next != used_.end() && next->first <= open) continue;
    const int64_t until = step->first - length;
    if (until >= open) emit(open, std::min(until, last));
    if (next == used_.end()) return starts;
    open = next->first;
  }
  if (open <= last) emit(open, last);
  return starts;
}

}  // namespace carbon
