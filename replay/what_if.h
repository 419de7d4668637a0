// Two replays of one history against each other. Pure.
#ifndef REPLAY_WHAT_IF_H_
#define REPLAY_WHAT_IF_H_

#include <cstdint>

#include "replay/replay.h"

namespace carbon {

struct WhatIf {
  // The jobs that both replayed. `home` is what they did with `a` enforced, `enforced` what they
  // did with `b` enforced: what replay/savings.h says of the result is about the step from `a` to
  // `b`.
  ReplayResult versus;
  // Jobs that only one of the two replayed.
  int64_t only_a = 0;
  int64_t only_b = 0;
};

// Both are results of the same trace.
WhatIf CompareReplays(const ReplayResult& a, const ReplayResult& b);

}  // namespace carbon

#endif  // REPLAY_WHAT_IF_H_
