#include "cli/report/forms/report_sentences.h"

#include "absl/strings/str_cat.h"
#include "cli/report/forms/figure_text.h"
#include "core/outcome/outcome.h"

namespace carbon {

std::string WithinIntervalText(const ReportActuals& actuals) {
  if (actuals.with_interval == 0) {
    return "Of no placed job both the actual saving and its predicted interval are known.";
  }
  return absl::StrCat("The share that ", CountText(actuals.within_interval), " of ",
                      CountText(actuals.with_interval),
                      " placed jobs really saved is within its predicted 90% interval.");
}

std::string UndatedText(const ReportCounts& counts) {
  if (counts.undated == 0) return "";
  return counts.undated == 1
             ? "1 record has no time. It is in the sums, but not in the timeline."
             : absl::StrCat(CountText(counts.undated),
                            " records have no time. They are in the sums, but not in the "
                            "timeline.");
}

std::string EnergySourceText(const EnergySource& source) {
  return absl::StrCat(EnergyMethodName(source.method),
                      source.method == EnergyMethod::kMeasured ? " by " : ": ", source.by);
}

std::string EnergyQualityText(const EnergySource& source) {
  if (source.method == EnergyMethod::kMeasured) return "measured";
  return source.quality.empty() ? "not known" : source.quality;
}

std::string WaitsLine(const AddedWaits& waits, const char* basis) {
  std::string text = absl::StrCat(CountText(waits.delayed), " of ", CountText(waits.jobs),
                                  " jobs start later than at home");
  if (waits.delayed > 0) {
    absl::StrAppend(&text, ", by ", WaitText(waits.mean), " on average, ", WaitText(waits.median),
                    " at the median, ", WaitText(waits.p95), " at 95%, ", WaitText(waits.longest),
                    " at most; together ", WaitText(waits.total));
  }
  if (waits.sooner > 0) absl::StrAppend(&text, "; ", CountText(waits.sooner), " start sooner");
  return absl::StrCat(text, " (", basis, ")\n");
}

std::vector<std::string> MethodTexts(const Report& report) {
  std::vector<std::string> texts = {
      "At home: where and when a job would have run without carbon. As run: the chosen plan if it "
      "was carried out, otherwise home.",
      "Predicted: from the forecasts, the runtimes and the hardware profiles as they were when the "
      "job was submitted. The placement log has them for each job.",
      "A predicted saving errs because watts, PUE and forecasts err. Watts and PUE are wrong in "
      "the "
      "same way for all jobs on the same hardware and site, so their errors do not average out. "
      "They scale home and run alike, so most of them cancel in the share that is saved: its "
      "interval is narrower than that of the mass. Forecasts are taken to be wrong in the same way "
      "for all jobs of one week, and independently from week to week: a sum over many weeks is "
      "relatively more certain than one week.",
      "The intervals of rows do not add up to the interval of the total: rows share errors.",
      "The interval of a job in a list is of its share, at the predicted emission at home.",
      "CO2e, location-based: energy at the meter times the grid's intensity over the hours of the "
      "run, in the hourly or finer steps of the forecast. Market-based: energy times the one "
      "intensity that the site states for its contracts, where it states one; it has no hours. "
      "Embodied CO2e of the hardware is shown apart and is in no other sum.",
      "Consequential: only of the power that is drawn in addition because of the jobs.",
      "A figure is of the jobs of which it is known, and says how many these are. A job that never "
      "was in the queue, never ran, or left its plan is in no predicted sum.",
      "The added wait is the planned start less the start that the queue left at home."};
  if (report.sums.saved.has_value() && report.sums.saved->in_full > 0) {
    texts.push_back(absl::StrCat(
        "Of ", CountText(report.sums.saved->in_full),
        " jobs the hardware or the site is not in carbon.json, or carbon.json was not read. Their "
        "intervals are added in full, as if all of their errors were shared, and do not have the "
        "errors of the watts. --config names the configuration."));
  }
  if (report.actuals.has_value()) {
    texts.emplace_back(
        "Actual: from the runs in Slurm's accounting, from the intensities that the grids then "
        "had, and from measured energy where a meter is believed, otherwise from the recorded "
        "power. At home, the same runs would have begun when the queue left room there. Where "
        "predicted and actual values are beside each other, they are of the same jobs.");
    texts.emplace_back(
        "An actual saving errs because watts and PUE err, in the same way for all jobs on the same "
        "hardware and site. Measured energy errs by 5%. Actual intensities are taken as they are "
        "published. What the job would have done at home is a model: it was not seen.");
  } else {
    texts.emplace_back(
        "What really came, and how far the forecasts were off, is not in this report. --outcome "
        "shows it.");
  }
  if (report.counts.in_shadow > 0 && !report.shadow.has_value()) {
    texts.push_back(absl::StrCat(CountText(report.counts.in_shadow),
                                 " decisions were in shadow: they were not carried out, so they "
                                 "save nothing here. --shadow shows what they would have saved."));
  }
  return texts;
}

}  // namespace carbon
