#include "core/cluster/group_calendars.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

namespace carbon {

template <class BookIn>
void GroupCalendars::ForEachGroup(const std::vector<Entry>& entries, size_t index,
                                  const Resources& amount, BookIn book) {
  book(index, amount);
  for (const size_t holder : entries[index].holders) book(holder, amount);
  const std::optional<size_t>& beside = entries[index].beside;
  if (amount.nodes == 0 || !beside.has_value()) return;
  // Negative if a booking is released.
  Resources other;
  const int64_t has = entries[*beside].per_node.devices;
  // As many of these nodes as possible are nodes without other devices.
  const int64_t without =
      entries[index].calendar.total().nodes - entries[*beside].calendar.total().nodes;
  const int64_t nodes =
      std::max<int64_t>(0, std::abs(amount.nodes) - std::max<int64_t>(0, without));
  if (nodes == 0) return;
  other.devices = has * nodes;
  AddNodeParts(nodes, has, has, &other);
  if (amount.nodes < 0) other = Resources{} - other;
  book(*beside, other);
  for (const size_t holder : entries[*beside].holders) book(holder, other);
}

GroupCalendars::GroupCalendars(const std::vector<NodeGroup>& groups,
                               const std::vector<QueuedUse>& uses) {
  for (size_t i = 0; i < groups.size(); ++i) index_.emplace(groups[i].name, i);
  for (const NodeGroup& group : groups) {
    Entry entry{
        .calendar = CapacityCalendar(group.total), .per_node = group.per_node, .name = group.name};
    for (const std::string& name : group.within) {
      const auto found = index_.find(name);
      if (found != index_.end() && found->second != entries_.size()) {
        entry.holders.push_back(found->second);
      }
    }
    const auto beside = index_.find(group.beside);
    if (beside != index_.end()) entry.beside = beside->second;
    entries_.push_back(std::move(entry));
  }
  std::vector<std::vector<CapacityUse>> uses_of(groups.size());
  for (const QueuedUse& use : uses) {
    const auto found = index_.find(use.group);
    if (found == index_.end()) continue;
    ForEachGroup(entries_, found->second, use.amount, [&](size_t group, const Resources& amount) {
      uses_of[group].push_back({use.when, amount});
    });
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    entries_[i].calendar = CapacityCalendar(groups[i].total, uses_of[i]);
  }
}

void GroupCalendars::Book(absl::string_view group, TimeInterval when, const Resources& amount) {
  const auto found = index_.find(group);
  if (found == index_.end()) return;
  ForEachGroup(entries_, found->second, amount, [&](size_t index, const Resources& part) {
    entries_[index].calendar.Book(when, part);
  });
}

void GroupCalendars::Release(absl::string_view group, TimeInterval when, const Resources& amount) {
  Resources less;
  less -= amount;
  Book(group, when, less);
}

const GroupCalendars::Entry* GroupCalendars::FindEntry(const GroupName& group) const {
  if (group.place < entries_.size() && entries_[group.place].name == group.name) {
    return &entries_[group.place];
  }
  const auto found = index_.find(group.name);
  return found == index_.end() ? nullptr : &entries_[found->second];
}

std::vector<TimeInterval> GroupCalendars::FeasibleStarts(GroupName group, TimeInterval window,
                                                         absl::Duration runtime,
                                                         const Resources& demand) const {
  const Entry* found = FindEntry(group);
  if (found == nullptr) return {};
  const Entry& entry = *found;
  const auto own = static_cast<size_t>(found - entries_.data());
  // One group may contain both this group and the one beside it.
  std::map<size_t, Resources> with_beside;
  if (demand.nodes > 0 && entry.beside.has_value()) {
    ForEachGroup(entries_, own, demand, [&](size_t index, const Resources& amount) {
      const auto [both, is_first] = with_beside.emplace(index, amount);
      if (!is_first) both->second += amount;
    });
  }
  const auto starts_in = [&](size_t index, TimeInterval when, const Resources& amount) {
    return entries_[index].calendar.FeasibleStarts(when, runtime, amount);
  };
  std::vector<TimeInterval> starts = starts_in(own, window, demand);
  const auto narrow = [&](size_t index, const Resources& amount) {
    if (starts.empty()) return;
    starts = Intersect(starts, starts_in(index, {starts.front().start, starts.back().end}, amount));
  };
  if (with_beside.empty()) {
    for (const size_t holder : entry.holders) narrow(holder, demand);
  } else {
    for (const auto& [index, amount] : with_beside) narrow(index, amount);
  }
  return starts;
}

std::optional<absl::Time> GroupCalendars::FirstStart(GroupName group, TimeInterval window,
                                                     absl::Duration runtime,
                                                     const Resources& demand) const {
  const Entry* entry = FindEntry(group);
  if (entry == nullptr) return std::nullopt;
  if (entry->holders.empty() && (demand.nodes == 0 || !entry->beside.has_value())) {
    return entry->calendar.FirstStart(window, runtime, demand);
  }
  const std::vector<TimeInterval> starts = FeasibleStarts(group, window, runtime, demand);
  if (starts.empty()) return std::nullopt;
  return starts.front().start;
}

std::optional<absl::Time> GroupCalendars::FirstStart(absl::string_view group, absl::Time from,
                                                     absl::Time until, absl::Duration runtime,
                                                     const Resources& demand) const {
  const Entry* entry = FindEntry(group);
  if (entry != nullptr && entry->holders.empty() && !entry->beside.has_value()) {
    return FirstStart(group, {from, until - absl::Seconds(1)}, runtime, demand);
  }
  // The windows grow: most runs find room soon, and the cost of a window is what lies in it.
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
