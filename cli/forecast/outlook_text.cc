#include "cli/forecast/outlook_text.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "cli/text/slurm_time.h"
#include "cli/text/table.h"
#include "core/base/duration.h"
#include "forecast/sources/forecast_file.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr absl::Duration kSummarised = absl::Hours(24);

std::string Grams(GramsPerKilowattHour intensity) {
  return absl::StrFormat("%.1f", intensity.value());
}

std::string Percent(double share) {
  const double rounded = std::round(share * 100);
  return absl::StrFormat("%.0f", rounded == 0 ? 0.0 : rounded);  // never "-0"
}

std::string Utc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// Returns the steps with the minimum and the maximum, among those that begin within the next 24
// hours.
std::pair<const OutlookStep*, const OutlookStep*> Extremes(const ZoneOutlook& outlook) {
  const OutlookStep* least = nullptr;
  const OutlookStep* most = nullptr;
  for (const OutlookStep& step : outlook.steps) {
    if (step.start >= outlook.now + kSummarised) break;
    if (least == nullptr || step.band.mean < least->band.mean) least = &step;
    if (most == nullptr || step.band.mean > most->band.mean) most = &step;
  }
  return {least, most};
}

std::string SavingText(const BestWindow& best) {
  return absl::StrCat(Percent(best.saving), "% (", Percent(best.saving_low), " to ",
                      Percent(best.saving_high), "%)");
}

std::string BestText(const ZoneOutlook& outlook, absl::TimeZone zone) {
  const BestWindow& best = *outlook.best;
  const std::string length = DurationText(best.duration);
  if (best.start == outlook.now) {
    return absl::StrCat("Best start of a run of ", length, ": now, at ", Grams(best.band.mean),
                        " g/kWh (", Grams(best.band.low), "-", Grams(best.band.high), ")\n");
  }
  return absl::StrCat("Best start of a run of ", length, ": ", FormatSlurmTime(best.start, zone),
                      " (", FormatDistance(best.start, outlook.now), "), at ",
                      Grams(best.band.mean), " g/kWh (", Grams(best.band.low), "-",
                      Grams(best.band.high), "): ", SavingText(best), " less than the ",
                      Grams(best.now.mean), " of a start now\n");
}

Json BestJson(const BestWindow& best) {
  return {{"duration_s", absl::ToInt64Seconds(best.duration)},
          {"start", Utc(best.start)},
          {"mean", best.band.mean.value()},
          {"low", best.band.low.value()},
          {"high", best.band.high.value()},
          {"now", best.now.mean.value()},
          {"saving", best.saving},
          {"saving_low", best.saving_low},
          {"saving_high", best.saving_high}};
}

Json ExtremeJson(const OutlookStep* step) {
  if (step == nullptr) return nullptr;
  return {{"start", Utc(step->start)},
          {"mean", step->band.mean.value()},
          {"low", step->band.low.value()},
          {"high", step->band.high.value()}};
}

// Returns the text, in quotes if it needs them.
std::string Field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

}  // namespace

std::string OutlookText(const ZoneOutlook& outlook, const ChartStyle& style, bool with_header) {
  const ZoneForecast& forecast = *outlook.forecast;
  Table table({{"START"}, {"G/KWH", true}, {"LOW", true}, {"HIGH", true}, {"FROM"}});
  for (const OutlookStep& step : outlook.steps) {
    table.AddRow({FormatSlurmTime(step.start, style.zone), Grams(step.band.mean),
                  Grams(step.band.low), Grams(step.band.high),
                  std::string(OriginName(step.origin))});
  }
  const std::string rows = table.Format(Table::Style::kAligned, with_header);
  if (!with_header) return rows;
  const std::optional<absl::Time> made_at = MadeAt(forecast);
  std::string text = absl::StrCat(
      Printable(forecast.zone), ": ", Printable(forecast.source), ", ",
      SignalKindName(forecast.kind),
      made_at.has_value() ? absl::StrCat(", made ", FormatDistance(*made_at, outlook.now)) : "",
      ", until ", FormatSlurmTime(forecast.horizon, style.zone), "; bands hold 80%\n\n");
  absl::StrAppend(&text, BandChart(outlook.steps, style), "\n", rows);
  if (outlook.best.has_value()) absl::StrAppend(&text, "\n", BestText(outlook, style.zone));
  return text;
}

std::string SummaryText(const std::vector<ZoneOutlook>& outlooks, absl::TimeZone zone,
                        bool with_header) {
  const bool with_best = std::any_of(outlooks.begin(), outlooks.end(),
                                     [](const ZoneOutlook& o) { return o.best.has_value(); });
  std::vector<TableColumn> columns = {{"ZONE"},           {"NOW", true}, {"24H LOW", true}, {"AT"},
                                      {"24H HIGH", true}, {"AT"},        {"HORIZON"}};
  if (with_best) {
    columns.push_back({"BEST START"});
    columns.push_back({"MEAN", true});
    columns.push_back({"SAVING"});
  }
  for (const char* title : {"SOURCE", "KIND", "AGE"}) columns.push_back({title});
  Table table(std::move(columns));
  for (const ZoneOutlook& outlook : outlooks) {
    const ZoneForecast& forecast = *outlook.forecast;
    const auto [least, most] = Extremes(outlook);
    std::vector<std::string> cells = {forecast.zone,
                                      Grams(outlook.at_now),
                                      Grams(least->band.mean),
                                      FormatSlurmTime(least->start, zone),
                                      Grams(most->band.mean),
                                      FormatSlurmTime(most->start, zone),
                                      FormatSlurmTime(forecast.horizon, zone)};
    if (with_best && outlook.best.has_value()) {
      cells.push_back(FormatSlurmTime(outlook.best->start, zone));
      cells.push_back(Grams(outlook.best->band.mean));
      cells.push_back(SavingText(*outlook.best));
    } else if (with_best) {
      cells.insert(cells.end(), 3, "");
    }
    cells.push_back(forecast.source);
    cells.push_back(std::string(SignalKindName(forecast.kind)));
    const std::optional<absl::Time> made_at = MadeAt(forecast);
    cells.push_back(made_at.has_value() ? FormatSlurmDuration(outlook.now - *made_at) : "");
    table.AddRow(std::move(cells));
  }
  return table.Format(Table::Style::kAligned, with_header);
}

std::string OutlooksJson(const std::vector<ZoneOutlook>& outlooks, absl::Time now,
                         bool with_steps) {
  Json json = {{"now", Utc(now)}, {"zones", Json::array()}};
  for (const ZoneOutlook& outlook : outlooks) {
    const ZoneForecast& forecast = *outlook.forecast;
    const auto [least, most] = Extremes(outlook);
    Json zone = {{"zone", forecast.zone},
                 {"source", forecast.source},
                 {"kind", std::string(SignalKindName(forecast.kind))},
                 {"issued_at", forecast.issued_at ? Json(Utc(*forecast.issued_at)) : Json(nullptr)},
                 {"fetched_at", Utc(forecast.fetched_at)},
                 {"valid_until", Utc(forecast.valid_until)},
                 {"own_from", forecast.own_from ? Json(Utc(*forecast.own_from)) : Json(nullptr)},
                 {"horizon", Utc(forecast.horizon)},
                 {"now", outlook.at_now.value()},
                 {"low_24h", ExtremeJson(least)},
                 {"high_24h", ExtremeJson(most)},
                 {"best", outlook.best.has_value() ? BestJson(*outlook.best) : Json(nullptr)}};
    if (with_steps) {
      zone["steps"] = Json::array();
      for (const OutlookStep& step : outlook.steps) {
        zone["steps"].push_back({{"start", Utc(step.start)},
                                 {"end", Utc(step.end)},
                                 {"mean", step.band.mean.value()},
                                 {"low", step.band.low.value()},
                                 {"high", step.band.high.value()},
                                 {"from", std::string(OriginName(step.origin))}});
      }
    }
    json["zones"].push_back(std::move(zone));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string OutlooksCsv(const std::vector<ZoneOutlook>& outlooks, bool with_header) {
  std::string text = with_header ? "zone,start,end,mean,low,high,from\n" : "";
  for (const ZoneOutlook& outlook : outlooks) {
    for (const OutlookStep& step : outlook.steps) {
      absl::StrAppend(&text, Field(outlook.forecast->zone), ",", Utc(step.start), ",",
                      Utc(step.end), ",", step.band.mean.value(), ",", step.band.low.value(), ",",
                      step.band.high.value(), ",", OriginName(step.origin), "\n");
    }
  }
  return text;
}

std::string SummaryCsv(const std::vector<ZoneOutlook>& outlooks, bool with_header) {
  std::string text =
      with_header ? "zone,now,low_24h,low_24h_start,high_24h,high_24h_start,horizon,best_start,"
                    "best_mean,saving,saving_low,saving_high,source,kind,issued_at,fetched_at\n"
                  : "";
  for (const ZoneOutlook& outlook : outlooks) {
    const ZoneForecast& forecast = *outlook.forecast;
    const auto [least, most] = Extremes(outlook);
    absl::StrAppend(&text, Field(forecast.zone), ",", outlook.at_now.value(), ",",
                    least->band.mean.value(), ",", Utc(least->start), ",");
    absl::StrAppend(&text, most->band.mean.value(), ",", Utc(most->start), ",",
                    Utc(forecast.horizon), ",");
    if (outlook.best.has_value()) {
      const BestWindow& best = *outlook.best;
      absl::StrAppend(&text, Utc(best.start), ",", best.band.mean.value(), ",", best.saving, ",");
      absl::StrAppend(&text, best.saving_low, ",", best.saving_high, ",");
    } else {
      absl::StrAppend(&text, ",,,,,");
    }
    absl::StrAppend(&text, Field(forecast.source), ",", SignalKindName(forecast.kind), ",");
    absl::StrAppend(&text, forecast.issued_at ? Utc(*forecast.issued_at) : "", ",",
                    Utc(forecast.fetched_at), "\n");
  }
  return text;
}

}  // namespace carbon
