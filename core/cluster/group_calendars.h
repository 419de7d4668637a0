// The capacity calendars of a cluster's node groups, some of which hold others.
//
// Partitions overlap, so pools do. A group is therefore any set of nodes that a job may be confined
// to, and where two overlap their union is a group as well (core/cluster/node_groups.h makes them).
// What is booked in a group counts in every group that holds it; a run fits a group where it fits
// that one and all that hold it. For runs that can be split among nodes at will this is exact, by
// Hall's marriage theorem: runs confined to sets of nodes can all be served exactly if, for every
// union of such sets, what is confined to it fits it.
//
//   A = {n1, n2}, B = {n2, n3}, A+B = {n1, n2, n3}: with 2 nodes booked in A, B still has one.
//
// Where nodes have devices of several types, each type is a group of its own: the same nodes, with
// those devices only, within the group of the nodes with all of them. What a job has to itself
// there is gone for the other types too (NodeGroup::beside).
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

// A group's name, and where it stands in the list of groups as far as the caller knows, which saves
// the search for it: a wrong place costs time only.
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
  // With the given uses booked, in n log n. Uses of unknown groups are not counted.
  GroupCalendars(const std::vector<NodeGroup>& groups, const std::vector<QueuedUse>& uses);

  // Both do nothing for a group that is not known. What is released must have been booked.
  void Book(absl::string_view group, TimeInterval when, const Resources& amount);
  void Release(absl::string_view group, TimeInterval when, const Resources& amount);

  // As CapacityCalendar::FeasibleStarts, in the group and in all that hold it. Empty for a group
  // that is not known.
  std::vector<TimeInterval> FeasibleStarts(GroupName group, TimeInterval window,
                                           absl::Duration runtime, const Resources& demand) const;

  // The first of them in the window; absent: there is none. Cheaper than all of them.
  std::optional<absl::Time> FirstStart(GroupName group, TimeInterval window, absl::Duration runtime,
                                       const Resources& demand) const;
  // The first from `from` on and before `until`.
  std::optional<absl::Time> FirstStart(absl::string_view group, absl::Time from, absl::Time until,
                                       absl::Duration runtime, const Resources& demand) const;

  // A group's own calendar, or nullptr.
  const CapacityCalendar* Find(absl::string_view group) const;

 private:
  struct Entry {
    CapacityCalendar calendar;
    std::vector<size_t> holders;  // of this group, indices into entries_
    std::optional<size_t> beside;
    Resources per_node;
    std::string name;
  };
  // nullptr: there is no such group.
  const Entry* FindEntry(const GroupName& group) const;

  // Calls `book` with each group in which `amount` of group `index` counts, and what it comes to
  // there.
  template <class BookIn>
  static void ForEachGroup(const std::vector<Entry>& entries, size_t index, const Resources& amount,
                           BookIn book);

  std::map<std::string, size_t, std::less<>> index_;
  std::vector<Entry> entries_;
};

// What both lists of disjoint closed intervals, each in order, have in common.
std::vector<TimeInterval> Intersect(const std::vector<TimeInterval>& a,
                                    const std::vector<TimeInterval>& b);

}  // namespace carbon

#endif  // CORE_CLUSTER_GROUP_CALENDARS_H_
