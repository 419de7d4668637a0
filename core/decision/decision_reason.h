// Why a decision is as it is: a reason, and typed data that its text names. No text is composed
// while a job is decided on: ReasonText() does that when a record, or the line for the user, is
// written. Outlives the snapshot on which it was made. Pure.
#ifndef CORE_DECISION_DECISION_REASON_H_
#define CORE_DECISION_DECISION_REASON_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "core/config/profile.h"
#include "core/reason/reason.h"
#include "core/snapshot/pool_names.h"

namespace carbon {

// The reason keeps the job from its home: from this pool, or, if `pool` is nullptr, from every
// partition that it names. "its home oslo: no forecast for its zone".
struct AtHome {
  std::shared_ptr<const PoolNames> pool;
};

// How far off a time is, and how far off it may be. "the snapshot is 12 minutes old, limit 10".
struct MinutesOff {
  int64_t minutes = 0;
  int64_t limit = 0;
};

// What a hint, the log's error or the request says in its own words.
struct InWords {
  std::string words;
};

// What a plan rests on besides the reason: "; rests on the estimated speed of mi300x".
struct RestsOn {
  // In the order of the text. A quality that is measured, or does not matter, is kMeasured.
  struct Hardware {
    std::shared_ptr<const PoolNames> pool;  // nullptr: the text does not mention it
    Quality speed = Quality::kMeasured;
    Quality watts = Quality::kMeasured;
    Quality free_watts = Quality::kMeasured;
  };
  bool is_unwatched = false;              // the job is not delayed because nothing watches over it
  std::array<Hardware, 2> hardware = {};  // of the pool chosen, and of home
};

// The whole text, from a record that was read back.
struct AsRecorded {
  std::string text;
};

struct DecisionReason {
  Reason reason = Reason::kUnknown;
  std::variant<std::monostate, AtHome, MinutesOff, InWords, RestsOn, AsRecorded> detail;
};

// One phrase for people.
std::string ReasonText(const DecisionReason& reason);

}  // namespace carbon

#endif  // CORE_DECISION_DECISION_REASON_H_
