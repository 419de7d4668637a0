// The capacity calendars of a cluster's node groups. A group may contain other groups.
//
// Partitions overlap, and so pools do. A group is therefore any set of nodes to which a job may be
// confined. If two groups overlap, their union is a group as well (core/cluster/node_groups.h makes
// them). A booking in a group counts in every group that contains it. A run fits a group if it fits
// that group and all groups that contain it. For runs that can be split among nodes at will this is
// exact, by Hall's marriage theorem: runs that are confined to sets of nodes can all be served if
// and only if, for every union of such sets, the runs confined to the union fit it.
//
//   A = {n1, n2}, B = {n2, n3}, A+B = {n1, n2, n3}: with 2 nodes booked in A, B still has one.
//
// If nodes have devices of several types, each type is a group of its own: the same nodes with only
// those devices, within the group of the nodes with all devices. If a job has nodes to itself,
// their devices of the other types are in use too (NodeGroup::beside).
//
// Not thread-safe for writing; no I/O.
#ifndef CORE_CLUSTER_GROUP_CALENDARS_H_
#define CORE_CLUSTER_GROUP_CALENDARS_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/cluster/capacity.h"
#include "core/cluster/cluster_state.h"

namespace carbon {

// A group's name, and its probable index in the list of groups. A right index saves the search by
// name; a wrong one only costs time.
struct GroupName {
  GroupName(absl::string_view name, size_t place = 0) : name(name), place(place) {}
  GroupName(const std::string& name) : GroupName(absl::string_view(name)) {}
  GroupName(const char* name) : GroupName(absl::string_view(name)) {}

  absl::string_view name;
  size_t place;
};

class GroupCalendars {
 public:
  GroupCalendars() = default;
  // Books the given uses, in n log n. Uses of unknown groups are not counted.
  GroupCalendars(const std::vector<NodeGroup>& groups, const std::vector<QueuedUse>& uses);

  // Both do nothing for an unknown group. Only what was booked may be released.
  void Book(absl::string_view group, TimeInterval when, const Resources& amount);
  void Release(absl::string_view group, TimeInterval when, const Resources& amount);

  // As CapacityCalendar::FeasibleStarts, in the group and in all groups that contain it. Empty for
  // an unknown group.
  std::vector<TimeInterval> FeasibleStarts(GroupName group, TimeInterval window,
                                           absl::Duration runtime, const Resources& demand) const;

  // Returns the first of them in the window, or nullopt if there is none. It costs less than all of
  // them.
  std::optional<absl::Time> FirstStart(GroupName group, TimeInterval window, absl::Duration runtime,
                                       const Resources& demand) const;
  // Returns the first at or after `from` and before `until`.
  std::optional<absl::Time> FirstStart(absl::string_view group, absl::Time from, absl::Time until,
                                       absl::Duration runtime, const Resources& demand) const;

  // Returns a group's own calendar, or nullptr if the group is unknown.
  const CapacityCalendar* Find(absl::string_view group) const;

 private:
  struct Entry {
    CapacityCalendar calendar;
    std::vector<size_t> holders;  // the groups that contain it, as indices into entries_
    std::optional<size_t> beside;
    Resources per_node;
    std::string name;
  };
  // nullptr: there is no such group.
  const Entry* FindEntry(const GroupName& group) const;

  // Calls `book` with each group in which `amount` of group `index` counts, and with the amount
  // that counts there.
  template <class BookIn>
  static void ForEachGroup(const std::vector<Entry>& entries, size_t index, const Resources& amount,
                           BookIn book);

  std::map<std::string, size_t, std::less<>> index_;
  std::vector<Entry> entries_;
};

// Returns the intersection of two lists of disjoint closed intervals, each in order.
std::vector<TimeInterval> Intersect(const std::vector<TimeInterval>& a,
                                    const std::vector<TimeInterval>& b);

}  // namespace carbon

#endif  // CORE_CLUSTER_GROUP_CALENDARS_H_
