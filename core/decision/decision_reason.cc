#include "core/decision/decision_reason.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace carbon {
namespace {

// A function for each kind of detail.
class Composer {
 public:
  explicit Composer(Reason reason) : reason_(reason) {}

  std::string operator()(const std::monostate&) const { return std::string(ReasonText(reason_)); }

  std::string operator()(const AtHome& home) const {
    return absl::StrCat("its home", home.pool == nullptr ? "" : " ",
                        home.pool == nullptr ? absl::string_view() : home.pool->pool, ": ",
                        ReasonText(reason_));
  }

  std::string operator()(const MinutesOff& off) const {
    return absl::StrCat("the snapshot is ", off.minutes,
                        reason_ == Reason::kSnapshotFuture ? " minutes in the future, limit "
                                                           : " minutes old, limit ",
                        off.limit);
  }

  std::string operator()(const InWords& in) const {
    if (reason_ != Reason::kLogUnwritable) return in.words;
    return absl::StrCat(ReasonText(reason_), ": ", in.words);
  }

  std::string operator()(const RestsOn& plan) const {
    std::string text(ReasonText(reason_));
    if (plan.is_unwatched) {
      absl::StrAppend(&text, "; not delayed, since nothing watches over delayed jobs");
    }
    absl::string_view separator = "; rests on ";
    for (const RestsOn::Hardware& of : plan.hardware) {
      if (of.pool == nullptr) continue;
      const auto add = [&](absl::string_view what, Quality quality) {
        if (quality == Quality::kMeasured) return;
        absl::StrAppend(&text, separator, "the ", QualityName(quality), " ", what, " of ",
                        of.pool->hardware);
        separator = ", ";
      };
      add("speed", of.speed);
      add("watts", of.watts);
      add("free watts", of.free_watts);
    }
    return text;
  }

  std::string operator()(const AsRecorded& recorded) const { return recorded.text; }

 private:
  Reason reason_;
};

}  // namespace

std::string ReasonText(const DecisionReason& reason) {
  return std::visit(Composer(reason.reason), reason.detail);
}

}  // namespace carbon
