#include "cli/report/forms/figure_text.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "cli/log/fields.h"
#include "cli/report/sums/added_waits.h"
#include "core/base/mass_text.h"

namespace carbon {
namespace {

constexpr char kNotKnown[] = "not known";

std::string Thousands(double value, int digits) {
  std::string text = absl::StrFormat("%.*f", digits, value);
  const size_t dot = std::min(text.find('.'), text.size());
  const size_t first = text[0] == '-' ? 1 : 0;
  for (size_t i = dot; i > first + 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

}  // namespace

std::string NumberText(double value) {
  if (std::abs(value) >= 1000) return Thousands(value, 0);
  if (std::abs(value) >= 100) return absl::StrFormat("%.0f", value);
  if (value == 0) return "0";
  return absl::StrFormat("%.3g", value);
}

std::string AmountText(const std::optional<double>& amount, const char* unit) {
  if (!amount.has_value() || !std::isfinite(*amount)) return kNotKnown;
  if (absl::string_view(unit) == "g") return FormatMass(GramsCo2e(*amount));
  const absl::string_view rate = unit;
  if (rate.substr(0, 2) == "g/" && rate != "g/kWh") {
    return absl::StrCat(FormatMass(GramsCo2e(*amount)), rate.substr(1));
  }
  if (rate == "kWh" && std::abs(*amount) >= 1e8) {
    return absl::StrCat(NumberText(*amount / 1e6), " GWh");
  }
  if (rate == "kWh" && std::abs(*amount) >= 1e5) {
    return absl::StrCat(NumberText(*amount / 1e3), " MWh");
  }
  return absl::StrCat(NumberText(*amount), " ", unit);
}

std::string ShareText(const std::optional<double>& share) {
  return share.has_value() && std::isfinite(*share) ? PercentText(*share) : kNotKnown;
}

std::string PartText(absl::Duration part, absl::Duration whole) {
  if (whole <= absl::ZeroDuration()) return "";
  return ShareText(absl::FDivDuration(part, whole));
}

std::string SavedIntervalText(const std::optional<double>& low, const std::optional<double>& high,
                              const char* unit) {
  if (!low.has_value() || !high.has_value()) return "";
  const std::string from = AmountText(low, unit), to = AmountText(high, unit);
  // The unit stands once if both have the same.
  const auto blank = [](const std::string& text) { return text.rfind(' '); };
  if (blank(from) != std::string::npos && blank(to) != std::string::npos &&
      from.substr(blank(from)) == to.substr(blank(to))) {
    return absl::StrCat(from.substr(0, blank(from)), " to ", to);
  }
  return absl::StrCat(from, " to ", to);
}

std::string SavedShareText(const ReportFigure& figure) {
  if (!figure.saved_share().has_value()) return "";
  std::string text = ShareText(figure.saved_share());
  if (!figure.share_low.has_value() || !figure.share_high.has_value()) return text;
  std::string low = ShareText(figure.share_low);
  const std::string high = ShareText(figure.share_high);
  // The sign of percent stands once.
  if (low.back() == '%' && high.back() == '%') low.pop_back();
  return absl::StrCat(text, " (", low, " to ", high, ")");
}

std::string SavedShareText(const PredictedSums& sums) {
  const PairSum<GramsCo2e>& emission = sums.attributional;
  ReportFigure figure;
  if (emission.jobs > 0) {
    figure.home = emission.home.value();
    figure.saved = emission.saved().value();
  }
  if (sums.saved.has_value()) {
    figure.share_low = sums.saved->share_low;
    figure.share_high = sums.saved->share_high;
  }
  return SavedShareText(figure);
}

std::string RunText(const ReportFigure& figure) {
  if (!figure.run.has_value()) return "";
  const std::string interval = SavedIntervalText(figure.run_low, figure.run_high, figure.unit);
  return absl::StrCat(AmountText(figure.run, figure.unit),
                      interval.empty() ? "" : absl::StrCat(" (", interval, ")"));
}

std::string OfText(const ReportFigure& figure) {
  if (figure.jobs == figure.of) return CountText(figure.jobs);
  return absl::StrCat(CountText(figure.jobs), " of ", CountText(figure.of));
}

std::string CountText(int64_t count) { return Thousands(static_cast<double>(count), 0); }

std::string WaitText(absl::Duration wait) {
  const int64_t minutes = std::llabs(absl::ToInt64Minutes(wait + absl::Seconds(30)));
  const char* const sign = wait < -absl::Seconds(30) ? "-" : "";
  if (minutes < 60) return absl::StrCat(sign, minutes, " min");
  if (minutes < 48 * 60) return absl::StrFormat("%s%d:%02d h", sign, minutes / 60, minutes % 60);
  const int64_t hours = (minutes + 30) / 60;
  return absl::StrCat(sign, CountText(hours / 24), " d ", hours % 24, " h");
}

std::string BucketText(const Report& report, absl::Time start) {
  const char* const format = report.step == TimeStep::kHour    ? "%Y-%m-%d %H:%M"
                             : report.step == TimeStep::kMonth ? "%Y-%m"
                                                               : "%Y-%m-%d";
  return absl::FormatTime(format, start, report.time_zone);
}

std::string PeriodText(const Report& report) {
  // What was asked for, otherwise the decisions that there are.
  const bool is_empty = report.first > report.last;
  const absl::Time from =
      report.from == absl::InfinitePast() && !is_empty ? report.first : report.from;
  const absl::Time to = report.to == absl::InfiniteFuture() && !is_empty ? report.last : report.to;
  const auto day = [&report](absl::Time time) {
    return absl::FormatTime("%Y-%m-%d", time, report.time_zone);
  };
  const bool has_from = from != absl::InfinitePast(), has_to = to != absl::InfiniteFuture();
  if (!has_from && !has_to) return "the whole log";
  if (!has_from) return absl::StrCat("until ", day(to));
  if (!has_to) return absl::StrCat("from ", day(from));
  if (day(from) == day(to)) return day(from);
  return absl::StrCat(day(from), " to ", day(to));
}

std::string ZoneText(const Report& report) {
  const std::string name = report.time_zone.name();
  const bool is_file = name.empty() || name[0] == '/' || name == "localtime";
  return is_file ? absl::FormatTime("%Z", report.made_at, report.time_zone) : name;
}

std::vector<std::string> WaitBinTexts() {
  std::vector<std::string> texts = {"sooner", "as at home"};
  for (size_t i = 2; i < AddedWaits::kBounds.size(); ++i) {
    const auto hours = [](absl::Duration bound) { return absl::ToInt64Hours(bound); };
    texts.push_back(i == 2 ? absl::StrCat("up to ", hours(AddedWaits::kBounds[i]), " h")
                           : absl::StrCat(hours(AddedWaits::kBounds[i - 1]), " to ",
                                          hours(AddedWaits::kBounds[i]), " h"));
  }
  texts.push_back(absl::StrCat("over ", absl::ToInt64Hours(AddedWaits::kBounds.back()), " h"));
  return texts;
}

std::string HarmsText(const std::vector<Harm>& harms) {
  return absl::StrJoin(harms, "; ",
                       [](std::string* out, Harm harm) { out->append(HarmText(harm)); });
}

}  // namespace carbon
