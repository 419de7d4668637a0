// Reads what a user asks of carbon in `--comment="carbon:…"`: a list of hints, separated by commas.
// The comment may contain other text before `carbon:`; then a blank or one of , ; | & or an opening
// bracket or quote must precede it. The hints end at the next blank, semicolon, ampersand, closing
// bracket or quote. If the word after that blank is wait, runtime, flops or precision with a value
// ("wait=1h"), it is read too: the user wrote a blank instead of a comma. A site or hardware there
// is not read, since it may be for another tool.
//
//   carbon:off                     leave this job alone
//   carbon:now                     place it, but start it at once
//   carbon:wait=12h                delay it by at most 12 hours
//   carbon:site=oslo|lyon          only at these sites
//   carbon:runtime=8h              it runs about 8 hours on the hardware it asked for
//   carbon:flops=3e21              it computes this many floating-point operations
//   carbon:precision=fp8           it computes at fp8, not at bf16: hardware's speed depends on it
//   carbon:hardware=any|NAME       it may run on any modelled hardware, or on NAME
//
// Durations are written as in core/base/duration.h. Pure; no I/O.
#ifndef CORE_JOB_HINTS_H_
#define CORE_JOB_HINTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/duration.h"
#include "core/base/precision.h"
#include "core/base/quantities.h"

namespace carbon {

struct Hints {
  bool off = false;
  bool now = false;
  std::optional<absl::Duration> wait;
  std::vector<std::string> sites;  // empty: any
  std::optional<absl::Duration> runtime;
  std::optional<Flops> flops;
  std::optional<Precision> precision;  // absent: not stated, which means bf16
  bool any_hardware = false;
  std::vector<std::string> hardware;  // names; empty: the policy decides

  friend bool operator==(const Hints&, const Hints&) = default;
};

// Returns default Hints if the comment has no `carbon:`. Returns InvalidArgument, naming the hint
// and its fault, for a hint that is unknown (with the nearest known one), has no value, occurs
// twice or contradicts another (`now` and `wait=`, `runtime=` and `flops=`), for a duration or
// count that is not positive and finite, and for hints of more than 1,024 bytes.
absl::StatusOr<Hints> ParseHints(absl::string_view comment);

}  // namespace carbon

#endif  // CORE_JOB_HINTS_H_
