#include "core/statement/statement_text.h"

#include <map>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "core/base/duration.h"
#include "core/base/mass_text.h"
#include "core/base/timestamp.h"
#include "core/statement/methodology.h"
#include "core/statement/numbers.h"
#include "core/statement/sci.h"

namespace carbon {
namespace {

constexpr size_t kWidth = 100;

// Lines of a label and a text. A long text goes on under its beginning.
class Section {
 public:
  explicit Section(absl::string_view title) : text_(absl::StrCat("\n", title, "\n")) {}

  Section& Line(absl::string_view label, absl::string_view text) {
    constexpr size_t kLabel = 28;
    const std::string indent(kLabel, ' ');
    std::string lines = Wrapped(text, kWidth, indent);
    if (lines.empty()) lines = absl::StrCat(indent, "\n");
    lines.replace(0, kLabel, absl::StrFormat("  %-*s", static_cast<int>(kLabel) - 2, label));
    text_ += lines;
    return *this;
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string DaysText(absl::Duration duration) {
  return absl::StrCat(SignificantText(absl::ToDoubleHours(duration) / 24), " days");
}

std::string CountOrUnknown(const std::optional<double>& count) {
  return count.has_value() ? CountText(*count) : "unknown";
}

// ", of 5 of 6 runs, with 92% of the device-hours reserved", or nothing.
template <class Q>
std::string PartText(const CoveredSum<Q>& sum) {
  if (sum.is_full()) return "";
  return absl::StrCat(", of ", CoverageText(sum.coverage));
}

// ", effective", or nothing.
std::string KindText(const std::optional<ValueKind>& kind) {
  return kind.has_value() ? absl::StrCat(", ", ValueKindName(*kind)) : "";
}

std::string TokensText(const TrainingFacts& facts) {
  if (!facts.tokens.has_value()) return "unknown";
  return absl::StrCat(CountText(*facts.tokens), KindText(facts.tokens_kind),
                      facts.epochs.has_value()
                          ? absl::StrFormat(", in %g passes over the data", *facts.epochs)
                          : "");
}

std::string RunsText(const TrainingStatement& statement) {
  std::vector<std::string> parts;
  for (const auto& [state, count] : statement.states) {
    parts.push_back(absl::StrCat(count, " ", state));
  }
  if (statement.still_running > 0) {
    parts.push_back(absl::StrCat(statement.still_running, " still running"));
  }
  return absl::StrCat(statement.runs.size(), parts.empty() ? "" : ": ", absl::StrJoin(parts, ", "),
                      "; ", CountText(statement.array_tasks, "array task", "array tasks"), ", ",
                      CountText(statement.restarts, "restart", "restarts"));
}

std::string RunSection(const TrainingStatement& statement) {
  Section section("The run");
  section.Line("jobs", absl::StrJoin(statement.jobs, ", "));
  section.Line("runs", RunsText(statement));
  if (!statement.never_ran.empty()) {
    section.Line("never ran", absl::StrJoin(statement.never_ran, ", "));
  }
  if (statement.start.has_value()) {
    section.Line("time (UTC)", absl::StrCat(FormatTimestamp(*statement.start), " to ",
                                            FormatTimestamp(*statement.end)));
    section.Line("wall clock", absl::StrCat(DaysText(statement.elapsed), ", with runs on ",
                                            DaysText(statement.active)));
  }
  for (const StatedHardware& used : statement.hardware) {
    const absl::string_view unit = AllocationUnitName(used.unit);
    section.Line("hardware",
                 absl::StrCat(HardwareText(used.name, used.unit, used.most_at_once), " at once; ",
                              SignificantText(used.unit_hours), " ", unit, "-hours, ",
                              SignificantText(used.unit_hours / 24), " ", unit, "-days"));
  }
  const TrainingFacts& facts = statement.facts;
  section.Line("location", facts.location.value_or("unknown"));
  section.Line("training type", facts.training_type.value_or("unknown"));
  section.Line("precision", facts.precision.value_or("unknown"));
  section.Line("tokens", TokensText(facts));
  section.Line("parameters",
               facts.active_parameters.has_value()
                   ? absl::StrCat(CountOrUnknown(facts.parameters), ", active per token ",
                                  CountText(*facts.active_parameters))
                   : CountOrUnknown(facts.parameters));
  section.Line("FLOP",
               statement.work.has_value()
                   ? absl::StrCat(SignificantText(statement.work->flops.value()), " (",
                                  statement.work->source, KindText(statement.work->kind), ")")
                   : "unknown");
  return section.text();
}

std::string EnergySection(const TrainingStatement& statement) {
  Section section("Energy");
  if (!statement.it.sum.has_value()) return section.Line("IT", "unknown").text();
  section.Line("IT", absl::StrCat(EnergyText(*statement.it.sum), PartText(statement.it)));
  section.Line("at the meter",
               absl::StrCat(EnergyText(*statement.at_meter.sum), PartText(statement.at_meter)));
  for (const StatedMethod& method : statement.methods) {
    section.Line("method", absl::StrCat(EnergyBasisName(method.basis), ": ", EnergyText(method.it),
                                        method.source.empty() ? "" : ", ", method.source));
  }
  for (const StatedSite& site : statement.sites) {
    section.Line("PUE", absl::StrFormat("%g in %s (%s%s%s)", site.pue.value, site.site,
                                        QualityName(site.pue.quality),
                                        site.pue.source.empty() ? "" : ": ", site.pue.source));
  }
  return section.text();
}

template <class Q>
std::string SumText(const CoveredSum<Q>& sum) {
  return sum.sum.has_value() ? absl::StrCat(EmissionText(*sum.sum), PartText(sum)) : "unknown";
}

std::string EmissionSection(const TrainingStatement& statement) {
  Section section("Emission");
  section.Line("location-based", SumText(statement.location_based));
  if (statement.mean_intensity.has_value()) {
    std::string intensity = absl::StrCat(
        SignificantText(statement.mean_intensity->value()), " g/kWh on average, ",
        absl::StrJoin(statement.kinds, ", "), ", ", ShareText(statement.actual_share), " actual");
    if (!statement.providers.empty()) {
      absl::StrAppend(&intensity, ", from ", absl::StrJoin(statement.providers, ", "));
    }
    section.Line("intensity", intensity);
  }
  section.Line("market-based", absl::StrCat(SumText(statement.market_based),
                                            statement.instruments.empty() ? "" : ", from ",
                                            absl::StrJoin(statement.instruments, ", ")));
  section.Line("embodied", SumText(statement.embodied));
  return section.text();
}

std::string SciSection(const TrainingStatement& statement) {
  Section section("Software Carbon Intensity of the training");
  for (const SciScore& score : SciScores(statement)) {
    section.Line(absl::StrCat("per ", score.unit), SciText(score));
  }
  return section.text();
}

std::string AvoidedSection(const TrainingStatement& statement) {
  Section section("Avoided against home, apart from the emission above");
  if (!statement.avoided.has_value()) return section.Line("avoided", "unknown").text();
  const StatedAvoided& avoided = *statement.avoided;
  section.Line("attributional", EmissionText(avoided.attributional));
  section.Line("consequential", avoided.consequential.has_value()
                                    ? EmissionText(*avoided.consequential)
                                    : "unknown");
  section.Line("rests on", absl::StrCat(CountText(avoided.decisions, "decision", "decisions"), ", ",
                                        avoided.actual, " by what happened, ",
                                        avoided.decisions - avoided.actual, " as predicted"));
  section.Line("delay", absl::StrCat(DurationText(avoided.mean_delay), " on average, ",
                                     DurationText(avoided.longest_delay), " at most"));
  return section.text();
}

std::string NotCoveredSection(const TrainingStatement& statement) {
  struct Rest {
    std::vector<std::string> jobs;
    HoursByUnit hours;
  };
  std::map<std::string, Rest> rests;  // by the reason
  for (const StatedRun& run : statement.runs) {
    if (run.is_covered()) continue;
    Rest& rest = rests[run.why_not_covered.empty() ? "not known" : run.why_not_covered];
    rest.jobs.push_back(run.job);
    rest.hours.Add(run);
  }
  if (rests.empty()) return "";
  Section section("Not covered");
  for (const auto& [why, rest] : rests) {
    section.Line(CountText(static_cast<int64_t>(rest.jobs.size()), "run", "runs"),
                 absl::StrCat(absl::StrJoin(rest.jobs, ", "), "; ", rest.hours.Text(), ": ", why));
  }
  return section.text();
}

std::string UnknownSection(const TrainingStatement& statement) {
  if (statement.unknown.empty()) return "";
  Section section("Not known");
  for (const UnknownFigure& unknown : statement.unknown) section.Line(unknown.field, unknown.why);
  return section.text();
}

std::string OriginSection(const TrainingStatement& statement) {
  Section section("Where this comes from");
  const Provenance& provenance = statement.provenance;
  section.Line("made", absl::StrCat(FormatTimestamp(provenance.made_at), " by ", provenance.program,
                                    provenance.accounting.empty() ? "" : ", accounting of ",
                                    provenance.accounting));
  for (const auto& [part, hashes] : provenance.part_hashes) {
    for (const std::string& hash : hashes) section.Line(absl::StrCat("part ", part), hash);
  }
  return section.text();
}

}  // namespace

std::string StatementText(const TrainingStatement& statement) {
  return absl::StrCat("Statement of a training run", statement.facts.name.has_value() ? ": " : "",
                      statement.facts.name.value_or(""), "\n", RunSection(statement),
                      EnergySection(statement), EmissionSection(statement), SciSection(statement),
                      AvoidedSection(statement), NotCoveredSection(statement),
                      UnknownSection(statement), OriginSection(statement), "\nMethod\n",
                      Wrapped(Methodology(statement), kWidth, "  "));
}

}  // namespace carbon
