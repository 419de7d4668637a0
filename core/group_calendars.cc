#include "core/group_calendars.h"

#include <algorithm>
#include <utility>

namespace carbon {

GroupCalendars::GroupCalendars(const std::vector<NodeGroup>& groups,
                               const std::vector<QueuedUse>& uses) {
  for (size_t i = 0; i < groups.size(); ++i) index_.emplace(groups[i].name, i);
  std::vector<std::vector<size_t>> holders(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    for (const std::string& name : groups[i].within) {
      const auto found = index_.find(name);
      if (found != index_.end() && found->second != i) holders[i].push_back(found->second);
    }
  }
  std::vector<std::vector<CapacityUse>> uses_of(groups.size());
  for (const QueuedUse& use : uses) {
    const auto found = index_.find(use.group);
    if (found == index_.end()) continue;
    uses_of[found->second].push_back({use.when, use.amount});
    for (size_t holder : holders[found->second]) {
      uses_of[holder].push_back({use.when, use.amount});
    }
  }
  entries_.reserve(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    entries_.push_back({CapacityCalendar(groups[i].total, uses_of[i]), std::move(holders[i])});
  }
}

void GroupCalendars::Book(absl::string_view group, TimeInterval when, const Resources& amount) {
  const auto found = index_.find(group);
  if (found == index_.end()) return;
  Entry& entry = entries_[found->second];
  entry.calendar.Book(when, amount);
  for (size_t holder : entry.holders) entries_[holder].calendar.Book(when, amount);
}

void GroupCalendars::Release(absl::string_view group, TimeInterval when, const Resources& amount) {
  Resources less;
  less -= amount;
  Book(group, when, less);
}

std::vector<TimeInterval> GroupCalendars::FeasibleStarts(absl::string_view group,
                                                         TimeInterval window,
                                                         absl::Duration runtime,
                                                         const Resources& demand) const {
  const auto found = index_.find(group);
  if (found == index_.end()) return {};
  const Entry& entry = entries_[found->second];
  std::vector<TimeInterval> starts = entry.calendar.FeasibleStarts(window, runtime, demand);
  for (size_t holder : entry.holders) {
    if (starts.empty()) break;
    starts = Intersect(starts, entries_[holder].calendar.FeasibleStarts(
                                   {starts.front().start, starts.back().end}, runtime, demand));
  }
  return starts;
}

std::optional<absl::Time> GroupCalendars::FirstStart(absl::string_view group, absl::Time from,
                                                     absl::Time until, absl::Duration runtime,
                                                     const Resources& demand) const {
  // In windows that grow: most find room soon, and a window costs what lies in it.
  for (absl::Duration width = absl::Hours(1); from < until; width *= 4) {
    const absl::Time end = std::min(until - absl::Seconds(1), from + width);
    const std::vector<TimeInterval> starts = FeasibleStarts(group, {from, end}, runtime, demand);
    if (!starts.empty()) return starts.front().start;
    from = end + absl::Seconds(1);
  }
  return std::nullopt;
}

const CapacityCalendar* GroupCalendars::Find(absl::string_view group) const {
  const auto found = index_.find(group);
  return found == index_.end() ? nullptr : &entries_[found->second].calendar;
}

std::vector<TimeInterval> Intersect(const std::vector<TimeInterval>& a,
                                    const std::vector<TimeInterval>& b) {
  std::vector<TimeInterval> both;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    const absl::Time start = std::max(i->start, j->start);
    const absl::Time end = std::min(i->end, j->end);
    if (start <= end) both.push_back({start, end});
    i->end < j->end ? ++i : ++j;
  }
  return both;
}

}  // namespace carbon
