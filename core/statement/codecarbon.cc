#include "core/statement/codecarbon.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {
namespace {

constexpr absl::string_view kColumns[] = {"timestamp",
                                          "project_name",
                                          "run_id",
                                          "experiment_id",
                                          "duration",
                                          "emissions",
                                          "emissions_rate",
                                          "cpu_power",
                                          "gpu_power",
                                          "ram_power",
                                          "cpu_energy",
                                          "gpu_energy",
                                          "ram_energy",
                                          "energy_consumed",
                                          "water_consumed",
                                          "country_name",
                                          "country_iso_code",
                                          "region",
                                          "cloud_provider",
                                          "cloud_region",
                                          "os",
                                          "python_version",
                                          "codecarbon_version",
                                          "cpu_count",
                                          "cpu_model",
                                          "gpu_count",
                                          "gpu_model",
                                          "longitude",
                                          "latitude",
                                          "ram_total_size",
                                          "tracking_mode",
                                          "cpu_utilization_percent",
                                          "gpu_utilization_percent",
                                          "ram_utilization_percent",
                                          "ram_used_gb",
                                          "on_cloud",
                                          "pue",
                                          "wue"};

// A text that a spreadsheet would take for a formula begins with an apostrophe.
std::string Cell(absl::string_view given) {
  double number = 0;
  const bool looks_like_formula =
      !given.empty() && absl::string_view("=+-@\t\r").find(given[0]) != absl::string_view::npos &&
      !absl::SimpleAtod(given, &number);
  const std::string text = absl::StrCat(looks_like_formula ? "'" : "", given);
  if (!absl::StrContains(text, ',') && !absl::StrContains(text, '"') &&
      !absl::StrContains(text, '\n') && !absl::StrContains(text, '\r')) {
    return text;
  }
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::string Number(double value) { return absl::StrFormat("%.10g", value); }

using Row = std::map<absl::string_view, std::string>;  // by column

Row RowOf(const StatedRun& run, const std::string& run_id, const TrainingStatement& statement) {
  Row row;
  row["timestamp"] = absl::FormatTime("%Y-%m-%dT%H:%M:%S", run.end(), absl::UTCTimeZone());
  row["project_name"] = statement.facts.name.value_or("scarbon");
  row["run_id"] = run_id;
  const double seconds = absl::ToDoubleSeconds(run.ran);
  row["duration"] = Number(seconds);
  if (run.emission.has_value()) {
    const double kilograms = run.emission->location_based.value.value() / 1e3;
    row["emissions"] = Number(kilograms);
    if (seconds > 0) row["emissions_rate"] = Number(kilograms / seconds);
  }
  if (run.energy.has_value()) {
    row["energy_consumed"] = Number(run.energy->at_meter.value.value());
    row["pue"] = Number(run.energy->pue.value);
  }
  row["on_cloud"] = "N";
  if (run.units <= 0) return row;
  if (run.unit == AllocationUnit::kDevice) {
    row["gpu_count"] = absl::StrCat(run.units);
    // codecarbon's form: "8 x NVIDIA H100 80GB HBM3".
    if (!run.hardware.empty()) {
      row["gpu_model"] = absl::StrCat(run.units, " x ", run.hardware);
    }
  } else if (run.unit == AllocationUnit::kCore) {
    row["cpu_count"] = absl::StrCat(run.units);
    row["cpu_model"] = run.hardware;
  }
  return row;
}

}  // namespace

std::string CodecarbonCsv(const TrainingStatement& statement) {
  std::string csv;
  for (const absl::string_view column : kColumns) {
    absl::StrAppend(&csv, csv.empty() ? "" : ",", column);
  }
  csv += "\n";
  std::map<std::string, int> earlier;  // runs, by job
  for (const StatedRun& run : statement.runs) {
    const int restarts = earlier[run.job]++;
    const std::string run_id =
        restarts == 0 ? run.job : absl::StrCat(run.job, "-restart-", restarts);
    Row row = RowOf(run, run_id, statement);
    bool is_first = true;
    for (const absl::string_view column : kColumns) {
      absl::StrAppend(&csv, is_first ? "" : ",", Cell(row[column]));
      is_first = false;
    }
    csv += "\n";
  }
  return csv;
}

}  // namespace carbon
