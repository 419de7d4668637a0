#include "core/cluster/capacity.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace carbon {
namespace {

// A block that would grow beyond this size is split in two.
constexpr size_t kMaxChanges = 64;
// A block's bounds are computed again after this many changes.
constexpr int kMaxLoosened = 8;

}  // namespace

CapacityCalendar::CapacityCalendar(Resources total, const std::vector<CapacityUse>& uses)
    : total_(total) {
  std::vector<Change> changes;
  changes.reserve(2 * uses.size());
  for (const CapacityUse& use : uses) {
    const int64_t start = absl::ToUnixSeconds(use.when.start);
    const int64_t end = absl::ToUnixSeconds(use.when.end);
    if (start >= end) continue;
    changes.push_back({start, Resources{} + use.amount});
    changes.push_back({end, Resources{} - use.amount});
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.at < b.at; });
  for (auto change = changes.begin(); change != changes.end();) {
    Change merged = *change;
    while (++change != changes.end() && change->at == merged.at) merged.by += change->by;
    if (merged.by == Resources{}) continue;
    // A block starts half full, so that later bookings find room in it.
    if (blocks_.empty() || blocks_.back().changes.size() == kMaxChanges / 2) {
      blocks_.emplace_back();
    }
    blocks_.back().changes.push_back(merged);
  }
  for (Block& block : blocks_) block.Summarize();
}

void CapacityCalendar::Block::Summarize() {
  begin = changes.front().at;
  sum = changes.front().by;
  least = most = sum;
  loosened = 0;
  for (auto change = std::next(changes.begin()); change != changes.end(); ++change) {
    sum += change->by;
    for (const auto amount : kDimensions) {
      least.*amount = std::min(least.*amount, sum.*amount);
      most.*amount = std::max(most.*amount, sum.*amount);
    }
  }
}

void CapacityCalendar::Block::Loosen(const Resources& by) {
  if (++loosened > kMaxLoosened) return Summarize();
  sum += by;
  // The use is by so much higher from the change on, and as before until then.
  for (const auto amount : kDimensions) {
    least.*amount += std::min<int64_t>(0, by.*amount);
    most.*amount += std::max<int64_t>(0, by.*amount);
  }
}

size_t CapacityCalendar::BlockOf(int64_t at) const {
  const auto after =
      std::upper_bound(blocks_.begin(), blocks_.end(), at,
                       [](int64_t time, const Block& block) { return time < block.begin; });
  return after == blocks_.begin() ? 0 : static_cast<size_t>(after - blocks_.begin()) - 1;
}

void CapacityCalendar::Book(TimeInterval when, const Resources& amount) {
  const int64_t start = absl::ToUnixSeconds(when.start);
  const int64_t end = absl::ToUnixSeconds(when.end);
  const Resources taken = Resources{} + amount;
  if (start >= end || taken == Resources{}) return;
  Add(start, taken);
  Add(end, Resources{} - taken);
}

void CapacityCalendar::Add(int64_t at, const Resources& by) {
  if (blocks_.empty()) {
    blocks_.push_back({.changes = {{at, by}}});
    blocks_.back().Summarize();
    return;
  }
  const auto block = blocks_.begin() + static_cast<std::ptrdiff_t>(BlockOf(at));
  std::vector<Change>& changes = block->changes;
  const auto change =
      std::lower_bound(changes.begin(), changes.end(), at,
                       [](const Change& change, int64_t time) { return change.at < time; });
  bool is_first = change == changes.begin();
  if (change == changes.end() || change->at != at) {
    changes.insert(change, {at, by});
  } else if ((change->by += by) == Resources{}) {
    changes.erase(change);
    if (changes.empty()) {
      blocks_.erase(block);
      return;
    }
  } else {
    is_first = false;
  }
  if (changes.size() > kMaxChanges) {
    const auto middle = changes.begin() + kMaxChanges / 2;
    Block second;
    second.changes.assign(middle, changes.end());
    second.Summarize();
    changes.erase(middle, changes.end());
    block->Summarize();
    blocks_.insert(std::next(block), std::move(second));
  } else if (is_first) {
    block->Summarize();
  } else {
    block->Loosen(by);
  }
}

Resources CapacityCalendar::UsedAt(absl::Time when) const {
  Resources used;
  if (blocks_.empty()) return used;
  const int64_t at = absl::ToUnixSeconds(when);
  const size_t last = BlockOf(at);
  for (size_t i = 0; i < last; ++i) used += blocks_[i].sum;
  for (const Change& change : blocks_[last].changes) {
    if (change.at > at) break;
    used += change.by;
  }
  return used;
}

template <bool kFirstOnly, class Emit>
void CapacityCalendar::ForEachStart(TimeInterval window, absl::Duration runtime,
                                    const Resources& demand, Emit emit) const {
  Resources needed = demand;
  if (demand.apart > 0) {
    int64_t& nodes = demand.halves > 0 ? needed.half_nodes : needed.quarter_nodes;
    nodes = std::max(nodes, demand.apart);
  }
  if (window.start > window.end || !total_.Covers(needed)) return;
  const int64_t first = absl::ToUnixSeconds(window.start);
  const int64_t last = absl::ToUnixSeconds(window.end);
  const int64_t length = absl::ToInt64Seconds(runtime);
  if (length <= 0 || blocks_.empty()) return emit(first, last);
  const size_t begin = BlockOf(first);
  Resources room = total_ - needed;
  for (size_t i = 0; i < begin; ++i) room -= blocks_[i].sum;

  // A time [a, b) with too little room rules out the starts in (a - length, b). The starts between
  // one such gap and the next are feasible.
  bool is_full = !room.IsNotNegative();
  int64_t open = first;  // while there is room: the earliest start not ruled out so far
  // From `at` on there is too little room if `full`. Returns false once later changes cannot
  // matter.
  const auto turn = [&](int64_t at, bool full) {
    if (at >= last + length) return false;
    // There was room for all of the run that starts at `open`.
    if (kFirstOnly && !is_full && at - length >= open) return false;
    if (full == is_full) return true;
    is_full = full;
    if (full) {
      const int64_t to = std::min(at - length, last);
      if (open <= to) emit(open, to);
    } else {
      open = std::max(first, at);
    }
    return full || open <= last;
  };
  bool matters = true;
  for (size_t i = begin; i < blocks_.size() && matters; ++i) {
    const Block& block = blocks_[i];
    if (block.begin >= last + length) break;
    if (kFirstOnly && !is_full && block.begin - length >= open) break;
    if (room.Covers(block.most)) {
      matters = !is_full || turn(block.begin, false);
    } else if (!room.Covers(block.least)) {
      matters = is_full || turn(block.begin, true);
    } else {
      Resources left = room;
      for (auto change = block.changes.begin(); change != block.changes.end() && matters;
           ++change) {
        left -= change->by;
        matters = turn(change->at, !left.IsNotNegative());
      }
    }
    room -= block.sum;
  }
  if (!is_full && open <= last) emit(open, last);
}

std::vector<TimeInterval> CapacityCalendar::FeasibleStarts(TimeInterval window,
                                                           absl::Duration runtime,
                                                           const Resources& demand) const {
  std::vector<TimeInterval> starts;
  ForEachStart<false>(window, runtime, demand, [&starts](int64_t from, int64_t to) {
    starts.push_back({absl::FromUnixSeconds(from), absl::FromUnixSeconds(to)});
  });
  return starts;
}

std::optional<absl::Time> CapacityCalendar::FirstStart(TimeInterval window, absl::Duration runtime,
                                                       const Resources& demand) const {
  std::optional<absl::Time> start;
  ForEachStart<true>(window, runtime, demand,
                     [&start](int64_t from, int64_t) { start = absl::FromUnixSeconds(from); });
  return start;
}

}  // namespace carbon
