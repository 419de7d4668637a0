#include "cli/forecast/chart.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace carbon {
namespace {

constexpr int kLabelWidth = 6;
constexpr int kRowsPerTick = 3;
constexpr int kMinWidth = 40;
constexpr int kMaxWidth = 250;
constexpr int kTimeWidth = 5;  // "18:00", "11-24"

struct Marks {
  const char* mean;
  const char* band;
  const char* axis;
  const char* tick;
  const char* corner;
  const char* base;
  const char* base_tick;
};
constexpr Marks kUtf8 = {"━", "░", "│", "┤", "└", "─", "┬"};
constexpr Marks kAscii = {"*", ":", "|", "+", "+", "-", "+"};

struct Column {
  absl::Time start;
  double mean = 0, low = 0, high = 0;
};

std::vector<Column> Columns(const std::vector<OutlookStep>& steps, int width) {
  const int count = static_cast<int>(steps.size());
  const int wide = std::max(1, width / count);     // columns for a step
  const int shared = (count + width - 1) / width;  // steps for a column
  std::vector<Column> columns;
  for (int first = 0; first < count; first += shared) {
    const int last = std::min(first + shared, count);
    Column column;
    for (int i = first; i < last; ++i) {
      const Band& band = steps[static_cast<size_t>(i)].band;
      column.mean += band.mean.value() / (last - first);
      column.low += band.low.value() / (last - first);
      column.high += band.high.value() / (last - first);
    }
    const OutlookStep& step = steps[static_cast<size_t>(first)];
    for (int i = 0; i < wide; ++i) {
      column.start = step.start + i * (step.end - step.start) / wide;
      columns.push_back(column);
    }
  }
  return columns;
}

// Returns 1, 2 or 5 times a power of ten, so that `range` has four or five of them.
double RoundUnit(double range) {
  const double raw = std::max(range, 1e-3) / 4;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * power) return factor * power;
  }
  return 10 * power;
}

std::string AxisLabel(double value, double unit) {
  const int decimals = unit >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(unit)));
  return absl::StrFormat("%*.*f", kLabelWidth, decimals, value);
}

// Appends a tick below each column in which a multiple of some hours begins, and its time, or the
// day at midnight. The number of hours is chosen so that the times do not touch.
void AppendTimeAxis(const std::vector<Column>& columns, const Marks& marks, absl::TimeZone zone,
                    std::string* out) {
  const absl::Duration column =
      columns.size() > 1 ? (columns.back().start - columns.front().start) / (columns.size() - 1)
                         : absl::Hours(1);
  int hours = 24 * 7;
  for (const int choice : {1, 2, 3, 6, 12, 24, 48}) {
    if (absl::Hours(choice) < column * (kTimeWidth + 2)) continue;
    hours = choice;
    break;
  }
  const absl::CivilHour first_hour = absl::ToCivilHour(columns.front().start, zone);
  const absl::CivilHour first_day(absl::ToCivilDay(columns.front().start, zone));
  absl::CivilHour next = first_day + (first_hour - first_day) / hours * hours;
  std::string times;
  absl::StrAppend(out, std::string(kLabelWidth + 1, ' '), marks.corner);
  for (size_t c = 0; c < columns.size(); ++c) {
    const absl::Time end =
        c + 1 < columns.size() ? columns[c + 1].start : columns[c].start + column;
    while (absl::FromCivil(next, zone) < columns[c].start) next += hours;
    const bool is_tick = absl::FromCivil(next, zone) < end;
    absl::StrAppend(out, is_tick ? marks.base_tick : marks.base);
    // A time that would not fit is left out.
    if (!is_tick || times.size() > c || c + kTimeWidth > columns.size()) continue;
    times.resize(c, ' ');
    const absl::Time time = absl::FromCivil(next, zone);
    absl::StrAppend(&times, absl::FormatTime(next.hour() == 0 ? "%m-%d" : "%H:%M", time, zone),
                    " ");
  }
  absl::StrAppend(out, "\n", std::string(kLabelWidth + 2, ' '), times);
  out->erase(out->find_last_not_of(' ') + 1);
  absl::StrAppend(out, "\n");
}

}  // namespace

std::string BandChart(const std::vector<OutlookStep>& steps, const ChartStyle& style) {
  if (steps.empty()) return "";
  const Marks& marks = style.is_utf8 ? kUtf8 : kAscii;
  const std::vector<Column> columns =
      Columns(steps, std::clamp(style.width, kMinWidth, kMaxWidth) - kLabelWidth - 2);
  double low = columns.front().low, high = columns.front().high;
  for (const Column& column : columns) {
    low = std::min({low, column.low, column.mean});
    high = std::max({high, column.high, column.mean});
  }
  const double unit = RoundUnit(high - low);
  const double bottom = std::floor(low / unit) * unit;
  const int ticks = std::max(1, static_cast<int>(std::ceil((high - bottom) / unit)));
  const auto row_of = [&](double value) {
    return static_cast<int>(std::lround((value - bottom) / unit * kRowsPerTick));
  };
  std::string out = "gCO2e/kWh\n";
  for (int row = ticks * kRowsPerTick; row >= 0; --row) {
    const bool is_tick = row % kRowsPerTick == 0;
    const int tick = row / kRowsPerTick;
    std::string line =
        is_tick ? AxisLabel(bottom + tick * unit, unit) : std::string(kLabelWidth, ' ');
    absl::StrAppend(&line, " ", is_tick ? marks.tick : marks.axis);
    for (const Column& column : columns) {
      const bool is_band = row >= row_of(column.low) && row <= row_of(column.high);
      absl::StrAppend(&line, row == row_of(column.mean) ? marks.mean : is_band ? marks.band : " ");
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&out, line, "\n");
  }
  AppendTimeAxis(columns, marks, style.zone, &out);
  return out;
}

ChartStyle StyleOfOutput() {
  ChartStyle style;
  style.zone = absl::LocalTimeZone();
  winsize size{};
  const char* columns = getenv("COLUMNS");
  int said = 0;
  if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    style.width = size.ws_col;
  } else if (columns != nullptr && absl::SimpleAtoi(columns, &said) && said > 0) {
    style.width = said;
  }
  setlocale(LC_CTYPE, "");
  style.is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  return style;
}

}  // namespace carbon
