#include "core/record/user_message.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/duration.h"
#include "core/base/mass_text.h"
#include "core/decision/decision_reason.h"

namespace carbon {
namespace {

// The names come from carbon.json and a bad hint from the user: one line, whatever they hold.
std::string OneLine(std::string text) {
  for (char& c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = '?';
  }
  return text;
}

std::string DurationForPeople(absl::Duration duration) {
  const auto rounded = [duration](absl::Duration unit) {
    return std::llround(absl::FDivDuration(duration, unit));
  };
  if (duration < absl::Minutes(2)) return absl::StrCat(rounded(absl::Seconds(1)), " s");
  if (duration < absl::Minutes(119.5)) return absl::StrCat(rounded(absl::Minutes(1)), " min");
  if (duration < absl::Hours(47.5)) return absl::StrCat(rounded(absl::Hours(1)), " h");
  return absl::StrCat(rounded(absl::Hours(24)), " days");
}

bool IsNow(absl::Time start, absl::Time now) { return start < now + absl::Seconds(1); }

// "now", or "at 02:00"; with the day if it is not today's, and with the second if it is close.
std::string When(absl::Time start, absl::Time now, absl::TimeZone zone) {
  if (IsNow(start, now)) return "now";
  static constexpr absl::string_view kMonths[] = {"Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ",
                                                  "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "};
  // Not absl::FormatTime, which takes four times as long while slurmctld waits.
  const absl::CivilSecond at = zone.At(start).cs;
  const bool is_today = absl::CivilDay(at) == absl::CivilDay(zone.At(now).cs);
  const bool is_close = start - now < absl::Minutes(2);
  std::string text = "at ";
  if (!is_today) {
    absl::StrAppend(&text, kMonths[at.month() - 1], absl::Dec(at.day(), absl::kZeroPad2), " ");
  }
  absl::StrAppend(&text, absl::Dec(at.hour(), absl::kZeroPad2), ":",
                  absl::Dec(at.minute(), absl::kZeroPad2));
  if (is_close) absl::StrAppend(&text, ":", absl::Dec(at.second(), absl::kZeroPad2));
  return text;
}

long long Percent(double share) { return std::llround(share * 100); }

// "63% (58-67%) less than"; a saving below zero is "more". Without a finite share, empty.
std::string Comparison(const Saving& saving) {
  if (!std::isfinite(saving.share) || !std::isfinite(saving.share_low) ||
      !std::isfinite(saving.share_high)) {
    return "";
  }
  long long mean = Percent(saving.share);
  long long low = Percent(saving.share_low);
  long long high = Percent(saving.share_high);
  const bool is_more = mean < 0;
  if (is_more) {
    mean = -mean;
    std::swap(low, high);
    low = -low;
    high = -high;
  }
  return absl::StrCat(mean, "% (", low, low < 0 ? " to " : "-", high, "%) ",
                      is_more ? "more" : "less", " than");
}

// "14.2 kg CO2e", or "adds 14.2 kg CO2e" where that is what is emitted more than without the job.
std::string EmissionText(const Decision& decision, const Plan& plan) {
  return absl::StrCat(decision.minimised == Figure::kConsequential ? "adds " : "",
                      FormatMass(MinimisedEmission(decision, plan)), " CO2e");
}

std::string PlacedMessage(const Decision& decision, absl::Time now, absl::TimeZone zone) {
  const Plan& chosen = *decision.chosen;
  const PlannedRun &first = chosen.first(), &home = decision.home->first();
  const bool is_delayed = first.start > home.start;
  std::string message = absl::StrCat("carbon: planned for ", first.site(), "/", first.hardware(),
                                     " ", When(first.start, now, zone));
  if (!IsNow(first.start, now)) {
    absl::StrAppend(&message, " (in ", DurationForPeople(first.start - now), ")");
  }
  if (HasNewTimeLimit(decision)) {
    absl::StrAppend(&message, ", time limit ", DurationText(first.time_limit));
  }
  absl::StrAppend(&message, ": ", EmissionText(decision, chosen));
  const std::optional<Saving>& saving = MinimisedSaving(decision);
  const std::string comparison = saving.has_value() ? Comparison(*saving) : std::string();
  if (!comparison.empty()) {
    absl::StrAppend(&message, ", ", comparison,
                    is_delayed ? absl::StrCat(" ", When(home.start, now, zone)) : "", " in ",
                    home.site());
  }
  return absl::StrCat(message, is_delayed ? "; --comment=carbon:now to run at once"
                                          : "; --comment=carbon:off to stay there");
}

}  // namespace

std::string UserMessage(const Decision& decision, absl::Time now, absl::TimeZone zone) {
  if (decision.message == Notice::kNone) return "";
  if (decision.bad_hint) {
    return OneLine(
        absl::StrCat("carbon: ", ReasonText(decision.reason), "; the job is submitted unplaced"));
  }
  if (decision.mode != Mode::kEnforce || !decision.chosen.has_value() ||
      !decision.home.has_value()) {
    return "";
  }
  switch (decision.outcome) {
    case Outcome::kPlaced:
      return OneLine(PlacedMessage(decision, now, zone));
    case Outcome::kKeptHome:
      if (decision.message == Notice::kPlaced) break;
      // Without a candidate nothing was compared.
      if (decision.best.empty()) {
        return OneLine(absl::StrCat("carbon: planned to stay in ", decision.home->first().site(),
                                    ": ", ReasonText(decision.reason)));
      }
      return OneLine(absl::StrCat("carbon: planned to stay in ", decision.home->first().site(),
                                  ", ", When(decision.home->start(), now, zone), ": ",
                                  EmissionText(decision, *decision.home), "; ",
                                  ReasonText(decision.reason)));
    case Outcome::kLeftAlone:
      break;
  }
  return "";
}

}  // namespace carbon
