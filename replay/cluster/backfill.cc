#include "replay/cluster/backfill.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace carbon {
namespace {

constexpr int64_t kFarAhead = std::numeric_limits<int64_t>::max() / 4;
constexpr absl::Duration kLongestLimit = absl::Hours(24 * 365 * 100);
// Of _will_run_test.
constexpr int64_t kFirstWindow = 30;
// KillWait: what exceeds its limit is expected to end so long after it.
constexpr int64_t kKillWait = 30;

int64_t WindowEnd(const BackfillSettings& settings, int64_t now) {
  if (settings.window == absl::InfiniteDuration()) return kFarAhead;
  const int64_t end = now + absl::ToInt64Seconds(settings.window);
  return end - end % absl::ToInt64Seconds(settings.resolution);
}

}  // namespace

absl::Time NextPass(const BackfillSettings& settings, absl::Time time) {
  if (!settings.passes.empty()) {
    const auto next = std::upper_bound(settings.passes.begin(), settings.passes.end(), time);
    return next == settings.passes.end() ? absl::InfiniteFuture() : *next;
  }
  const absl::Duration since = time - absl::UnixEpoch();
  return absl::UnixEpoch() + absl::Floor(since, settings.interval) + settings.interval;
}

bool IsPass(const BackfillSettings& settings, absl::Time time) {
  if (!settings.passes.empty()) {
    return std::binary_search(settings.passes.begin(), settings.passes.end(), time);
  }
  if (settings.interval == absl::ZeroDuration()) return true;
  const absl::Duration since = time - absl::UnixEpoch();
  return absl::Floor(since, settings.interval) == since;
}

BackfillPass::BackfillPass(const BackfillSettings& settings, absl::Time now, const FreeNode& whole,
                           std::vector<FreeNode> free, const std::vector<Running>& running)
    : settings_(settings),
      now_(absl::ToUnixSeconds(now)),
      resolution_(absl::ToInt64Seconds(settings.resolution)),
      window_end_(WindowEnd(settings, now_)),
      whole_(whole),
      all_(free.size()),
      free_(std::move(free)) {
  ends_.reserve(running.size());
  for (auto run = running.begin(); run != running.end(); ++run) {
    ends_.push_back(run->end);
    if (run->nodes == nullptr) continue;
    const auto next = std::next(run);
    running_.push_back({*run, next == running.end() ? 0 : next->end});
  }
  slots_.push_back({FloorToResolution(now_), window_end_, all_});
}

std::optional<BackfillPass::Expected> BackfillPass::WillRun(const NodeDemand& job,
                                                            const NodeSet& nodes) {
  if (std::vector<int32_t> chosen = ChooseNodes(free_, nodes, job); !chosen.empty()) {
    return Expected{now_, std::move(chosen)};
  }
  if (reservations_ >= settings_.max_reservations) return std::nullopt;
  scratch_ = free_;
  int64_t with_room = CountRoom(scratch_, nodes, job);
  int64_t window = kFirstWindow, aligned = 0, last_end = -1;
  for (auto ended = running_.begin(); ended != running_.end();) {
    // What ends within the window.
    int64_t next_end = 0;
    bool has_ended = false;
    while (ended != running_.end()) {
      const PoolRun& run = *ended++;
      bool is_here = false;
      for (const int32_t index : *run.nodes) {
        const auto node = static_cast<size_t>(index);
        if (!nodes.Has(node)) continue;
        is_here = true;
        const bool had_room = HasRoom(scratch_[node], job);
        TakeNode(run.demand, -1, whole_, &scratch_[node]);
        if (!had_room && HasRoom(scratch_[node], job)) ++with_room;
      }
      if (!is_here) continue;
      if (last_end < 0) aligned = run.end + kFirstWindow - run.end % kFirstWindow;
      last_end = run.end;
      has_ended = true;
      next_end = run.next_end > aligned + window ? run.next_end : 0;
      if (next_end > 0) break;
    }
    if (!has_ended) break;
    do {
      window *= 2;
    } while (next_end > aligned + window);
    if (with_room < job.nodes) continue;
    const int64_t start = last_end > now_ ? last_end : std::max(last_end + kKillWait, now_ + 1);
    return Expected{start, ChooseNodes(scratch_, nodes, job)};
  }
  return std::nullopt;
}

bool BackfillPass::IsReserved(const std::vector<int32_t>& nodes, int64_t begin, int64_t end) const {
  return std::any_of(slots_.begin(), slots_.end(), [&](const Slot& slot) {
    return slot.end > begin && slot.begin < end && !slot.nodes.HasAll(nodes);
  });
}

// Makes a slot begin at `time`, which lies in the window. Returns its index.
size_t BackfillPass::SplitAt(int64_t time) {
  const auto slot = std::find_if(slots_.begin(), slots_.end(),
                                 [time](const Slot& each) { return each.end > time; });
  const auto index = static_cast<size_t>(slot - slots_.begin());
  if (slot->begin == time) return index;
  Slot later = *slot;
  later.begin = slot->end = time;
  slots_.insert(slot + 1, std::move(later));
  return index + 1;
}

void BackfillPass::Reserve(const std::vector<int32_t>& nodes, int64_t begin, int64_t end) {
  begin = std::max(begin, slots_.front().begin);
  end = std::max(end, begin + resolution_);
  if (begin >= window_end_) return;
  const size_t first = SplitAt(begin);
  const size_t last = end >= window_end_ ? slots_.size() : SplitAt(end);
  for (size_t i = first; i < last; ++i) {
    for (const int32_t node : nodes) slots_[i].nodes.Remove(static_cast<size_t>(node));
  }
  // Neighbours may be alike now, at both ends.
  for (const size_t i : {last, first}) {
    if (i == 0 || i >= slots_.size() || slots_[i - 1].nodes != slots_[i].nodes) continue;
    slots_[i - 1].end = slots_[i].end;
    slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void BackfillPass::Start(const NodeDemand& job, int64_t end, const std::vector<int32_t>& nodes) {
  started_.push_back(std::make_unique<std::vector<int32_t>>(nodes));
  const auto next =
      std::upper_bound(running_.begin(), running_.end(), end,
                       [](int64_t time, const PoolRun& other) { return time < other.end; });
  PoolRun run = {{.demand = job, .end = end, .nodes = started_.back().get()}};
  if (next != running_.end()) run.next_end = next->end;
  const auto elsewhere = std::upper_bound(ends_.begin(), ends_.end(), end);
  if (elsewhere != ends_.end() && (run.next_end == 0 || *elsewhere < run.next_end)) {
    run.next_end = *elsewhere;
  }
  if (next != running_.begin()) {
    int64_t& next_end = std::prev(next)->next_end;
    if (next_end == 0 || next_end > end) next_end = end;
  }
  running_.insert(next, run);
}

std::vector<int32_t> BackfillPass::Plan(const NodeDemand& job, absl::Duration limit) {
  const int64_t length = absl::ToInt64Seconds(std::min(limit, kLongestLimit));
  const bool may_reserve = reservations_ < settings_.max_reservations;
  bool is_counted = false;
  int64_t from = now_;
  while (true) {
    // The nodes that are not reserved while it would run, and when there may be others.
    const int64_t end = from + length;
    std::optional<int64_t> later;
    NodeSet nodes = all_;
    for (size_t i = 0; i < slots_.size(); ++i) {
      const Slot& slot = slots_[i];
      if (slot.end <= from) continue;
      if (!later.has_value() && i + 1 < slots_.size()) {
        if (slots_[i + 1].nodes.HasMoreThanBoth(nodes, slot.nodes)) later = slot.end;
      }
      if (slot.begin > end) break;
      nodes.KeepOnly(slot.nodes);
    }
    std::optional<Expected> expected;
    if (nodes.Count() >= job.nodes) {
      if (!is_counted) ++planned_;
      is_counted = true;
      expected = WillRun(job, nodes);
    }
    if (expected.has_value()) {
      const int64_t start = std::max(expected->start, from);
      if (start <= now_) {
        TakeNodes(job, expected->nodes, 1, whole_, &free_);
        const int64_t run_end = now_ + length;
        Start(job, run_end, expected->nodes);
        if (job.whole_nodes) Reserve(expected->nodes, 0, FloorToResolution(run_end));
        return std::move(expected->nodes);
      }
      if (!may_reserve) return {};
      if (!later.has_value() || start <= *later) {
        if (settings_.window != absl::InfiniteDuration() &&
            start > now_ + absl::ToInt64Seconds(settings_.window)) {
          return {};
        }
        const int64_t begin = FloorToResolution(start);
        const int64_t reserved_end = FloorToResolution(start + length);
        if (!IsReserved(expected->nodes, begin, reserved_end)) {
          Reserve(expected->nodes, begin, reserved_end);
          ++reservations_;
          return {};
        }
        // By what runs alone it would start then, but others are planned there.
        later = start;
      }
    }
    if (!later.has_value() || !may_reserve || *later <= from) return {};
    from = *later;
  }
}

}  // namespace carbon
