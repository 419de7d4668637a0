#include "core/statement/statement_json.h"

#include <optional>
#include <set>
#include <utility>

#include "core/base/timestamp.h"
#include "core/statement/methodology.h"
#include "core/statement/sci.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json OrNull(const std::optional<T>& value) {
  return value.has_value() ? Json(*value) : Json();
}

template <class Unit>
Json OrNull(const std::optional<Quantity<Unit>>& quantity) {
  return quantity.has_value() ? Json(quantity->value()) : Json();
}

Json TimeOrNull(const std::optional<absl::Time>& time) {
  return time.has_value() ? Json(FormatTimestamp(*time)) : Json();
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json Names(const std::set<std::string>& names) {
  Json array = Json::array();
  for (const std::string& name : names) array.push_back(name);
  return array;
}

double Days(absl::Duration duration) { return absl::ToDoubleHours(duration) / 24; }

// The two bounds, or null.
template <class Q>
Json Interval(const Ranged<Q>& figure) {
  if (!figure.low.has_value() || !figure.high.has_value()) return Json();
  return Json::array({figure.low->value(), figure.high->value()});
}

// Sets the members `key` and `key`_90.
template <class Q>
void SetRanged(const std::string& key, const std::optional<Ranged<Q>>& figure, Json* object) {
  (*object)[key] = figure.has_value() ? Json(figure->value.value()) : Json();
  (*object)[key + "_90"] = figure.has_value() ? Interval(*figure) : Json();
}

// "gross", "effective", or null if it is not known what was counted.
Json KindOrNull(const std::optional<ValueKind>& kind) {
  return kind.has_value() ? Json(std::string(ValueKindName(*kind))) : Json();
}

Json FlopsKind(const TrainingStatement& statement) {
  return statement.work.has_value() ? KindOrNull(statement.work->kind) : Json();
}

Json CoverageObject(const Coverage& coverage) {
  Json object;
  object["runs"] = coverage.runs;
  object["covered_runs"] = coverage.covered_runs;
  object["hours"] = Json::array();
  for (const auto& [unit, hours] : coverage.hours) {
    Json entry;
    entry["unit"] = std::string(AllocationUnitName(unit));
    entry["reserved"] = hours.reserved;
    entry["covered"] = hours.covered;
    entry["share"] = OrNull(hours.share());
    object["hours"].push_back(std::move(entry));
  }
  return object;
}

Json TrainingObject(const TrainingStatement& statement) {
  const TrainingFacts& facts = statement.facts;
  Json training;
  training["type"] = OrNull(facts.training_type);
  training["location"] = OrNull(facts.location);
  training["precision"] = OrNull(facts.precision);
  training["tokens"] = OrNull(facts.tokens);
  training["tokens_kind"] = KindOrNull(facts.tokens_kind);
  training["epochs"] = OrNull(facts.epochs);
  training["parameters"] = OrNull(facts.parameters);
  training["active_parameters"] = OrNull(facts.active_parameters);
  training["flops"] = statement.work.has_value() ? Json(statement.work->flops.value()) : Json();
  training["flops_source"] = statement.work.has_value() ? Json(statement.work->source) : Json();
  training["flops_kind"] = FlopsKind(statement);
  return training;
}

Json JobsObject(const TrainingStatement& statement) {
  Json jobs;
  jobs["ids"] = Names(statement.jobs);
  jobs["runs"] = statement.runs.size();
  jobs["array_tasks"] = statement.array_tasks;
  jobs["restarts"] = statement.restarts;
  jobs["ended"] = Json::object();
  for (const auto& [state, count] : statement.states) jobs["ended"][state] = count;
  jobs["still_running"] = statement.still_running;
  jobs["never_ran"] = statement.never_ran;
  jobs["start"] = TimeOrNull(statement.start);
  jobs["end"] = TimeOrNull(statement.end);
  jobs["wall_clock_days"] = Days(statement.elapsed);
  jobs["running_days"] = Days(statement.active);
  return jobs;
}

Json HardwareArray(const TrainingStatement& statement) {
  Json array = Json::array();
  for (const StatedHardware& hardware : statement.hardware) {
    Json entry;
    entry["name"] = TextOrNull(hardware.name);
    entry["unit"] = std::string(AllocationUnitName(hardware.unit));
    entry["most_at_once"] = hardware.most_at_once;
    entry["unit_hours"] = hardware.unit_hours;
    entry["unit_days"] = hardware.unit_hours / 24;
    array.push_back(std::move(entry));
  }
  return array;
}

Json SitesArray(const TrainingStatement& statement) {
  Json array = Json::array();
  for (const StatedSite& site : statement.sites) {
    Json entry;
    entry["site"] = site.site;
    entry["zone"] = site.zone;
    entry["pue"] = site.pue.value;
    entry["pue_quality"] = std::string(QualityName(site.pue.quality));
    entry["pue_source"] = TextOrNull(site.pue.source);
    entry["pue_period"] = nullptr;
    array.push_back(std::move(entry));
  }
  return array;
}

Json EnergyObject(const TrainingStatement& statement) {
  Json energy;
  SetRanged("it_kwh", statement.it.sum, &energy);
  SetRanged("at_meter_kwh", statement.at_meter.sum, &energy);
  energy["coverage"] = CoverageObject(statement.it.coverage);
  energy["methods"] = Json::array();
  for (const StatedMethod& method : statement.methods) {
    Json entry;
    entry["method"] = std::string(EnergyBasisName(method.basis));
    entry["is_measured"] = method.basis != EnergyBasis::kProfile;
    entry["source"] = TextOrNull(method.source);
    entry["it_kwh"] = method.it.value();
    energy["methods"].push_back(std::move(entry));
  }
  energy["network_share"] = nullptr;
  return energy;
}

Json LocationBasedObject(const TrainingStatement& statement) {
  Json object;
  SetRanged("g", statement.location_based.sum, &object);
  object["coverage"] = CoverageObject(statement.location_based.coverage);
  object["mean_intensity_g_per_kwh"] = OrNull(statement.mean_intensity);
  object["kinds"] = Names(statement.kinds);
  object["providers"] = Names(statement.providers);
  object["actual_share"] =
      statement.mean_intensity.has_value() ? Json(statement.actual_share) : Json();
  return object;
}

Json MarketBasedObject(const TrainingStatement& statement) {
  Json object;
  object["g"] = statement.market_based.sum.has_value()
                    ? Json(statement.market_based.sum->value.value())
                    : Json();
  object["coverage"] = CoverageObject(statement.market_based.coverage);
  object["instruments"] = statement.instruments.empty() ? Json() : Names(statement.instruments);
  return object;
}

Json EmbodiedObject(const TrainingStatement& statement) {
  Json object;
  object["g"] =
      statement.embodied.sum.has_value() ? Json(statement.embodied.sum->value.value()) : Json();
  object["coverage"] = CoverageObject(statement.embodied.coverage);
  object["share"] = "of the units reserved, by hours reserved";
  object["lifetime_years"] = nullptr;
  object["sources"] = Names(statement.embodied_sources);
  return object;
}

Json AvoidedObject(const TrainingStatement& statement) {
  if (!statement.avoided.has_value()) return Json();
  const StatedAvoided& avoided = *statement.avoided;
  Json object;
  object["against"] = "home: the partition that the jobs asked for, as soon as it had room";
  object["sign"] = std::string("positive: less was emitted than at home");
  object["decisions"] = avoided.decisions;
  object["actual_decisions"] = avoided.actual;
  SetRanged("attributional_g", std::optional(avoided.attributional), &object);
  SetRanged("consequential_g", avoided.consequential, &object);
  object["mean_delay_s"] = absl::ToInt64Seconds(avoided.mean_delay);
  object["longest_delay_s"] = absl::ToInt64Seconds(avoided.longest_delay);
  return object;
}

Json RunObject(const StatedRun& run) {
  Json object;
  object["job"] = run.job;
  object["state"] = run.state;
  object["start"] = TimeOrNull(run.start);
  object["ran_s"] = absl::ToInt64Seconds(run.ran);
  object["ended"] = run.has_ended;
  object["partition"] = TextOrNull(run.partition);
  object["pool"] = TextOrNull(run.pool);
  object["site"] = TextOrNull(run.site);
  object["zone"] = TextOrNull(run.zone);
  object["nodes"] = run.nodes;
  object["hardware"] = TextOrNull(run.hardware);
  object["unit"] = std::string(AllocationUnitName(run.unit));
  object["units"] = run.units;
  const std::optional<RunEnergy>& energy = run.energy;
  object["it_kwh"] = energy.has_value() ? Json(energy->it.value.value()) : Json();
  object["method"] =
      energy.has_value() ? Json(std::string(EnergyBasisName(energy->basis))) : Json();
  object["pue"] = energy.has_value() ? Json(energy->pue.value) : Json();
  const std::optional<RunEmission>& emission = run.emission;
  object["location_based_g"] =
      emission.has_value() ? Json(emission->location_based.value.value()) : Json();
  object["actual_share"] = emission.has_value() ? Json(emission->actual_share) : Json();
  object["market_based_g"] = OrNull(run.market_based);
  object["embodied_g"] = run.embodied.has_value() ? Json(run.embodied->value.value()) : Json();
  object["not_covered"] = TextOrNull(run.why_not_covered);
  return object;
}

Json PartsObject(const Provenance& provenance) {
  Json parts = Json::object();
  for (const auto& [part, hashes] : provenance.part_hashes) parts[part] = Names(hashes);
  return parts;
}

Json SciObject(const TrainingStatement& statement) {
  Json sci;
  sci["standard"] = "SCI for AI (Green Software Foundation), which extends ISO/IEC 21031:2024";
  sci["persona"] = "provider";
  sci["boundary"] = std::string(kSciBoundary);
  sci["formula"] =
      "(operational_g + embodied_g) / count; operational_g = energy_kwh x intensity_g_per_kwh, "
      "location-based, PUE included";
  // Terms of a part of the runs would not give the scores.
  const bool is_complete = statement.is_complete();
  sci["energy_kwh"] = is_complete ? Json(statement.at_meter.sum->value.value()) : Json();
  sci["intensity_g_per_kwh"] = is_complete ? OrNull(statement.mean_intensity) : Json();
  sci["operational_g"] = is_complete ? Json(statement.location_based.sum->value.value()) : Json();
  sci["embodied_g"] =
      statement.embodied.is_full() ? Json(statement.embodied.sum->value.value()) : Json();
  sci["flops_source"] = statement.work.has_value() ? Json(statement.work->source) : Json();
  sci["flops_kind"] = FlopsKind(statement);
  sci["scores"] = Json::array();
  for (const SciScore& score : SciScores(statement)) {
    Json entry;
    entry["per"] = std::string(score.unit);
    entry["reason"] = std::string(score.reason);
    entry["count"] = OrNull(score.count);
    entry["values"] = KindOrNull(score.kind);
    entry["operational_g"] = OrNull(score.operational);
    entry["embodied_g"] = OrNull(score.embodied);
    entry["sci_g"] = OrNull(score.total);
    entry["text"] = SciText(score);
    sci["scores"].push_back(std::move(entry));
  }
  return sci;
}

std::string Printed(const Json& json) {
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string SciJson(const TrainingStatement& statement) {
  Json sci = SciObject(statement);
  sci["methodology"] = Methodology(statement);
  return Printed(sci);
}

std::string StatementJson(const TrainingStatement& statement) {
  Json root;
  root["statement_version"] = kStatementVersion;
  root["name"] = OrNull(statement.facts.name);
  root["made_at"] = FormatTimestamp(statement.provenance.made_at);
  root["made_by"] = statement.provenance.program;
  root["accounting"] = TextOrNull(statement.provenance.accounting);
  root["training"] = TrainingObject(statement);
  root["jobs"] = JobsObject(statement);
  root["hardware"] = HardwareArray(statement);
  root["sites"] = SitesArray(statement);
  root["energy"] = EnergyObject(statement);
  root["location_based"] = LocationBasedObject(statement);
  root["market_based"] = MarketBasedObject(statement);
  root["embodied"] = EmbodiedObject(statement);
  root["sci"] = SciObject(statement);
  root["avoided"] = AvoidedObject(statement);
  root["snapshot_parts"] = PartsObject(statement.provenance);
  root["runs"] = Json::array();
  for (const StatedRun& run : statement.runs) root["runs"].push_back(RunObject(run));
  root["unknown"] = Json::object();
  for (const UnknownFigure& unknown : statement.unknown)
    root["unknown"][unknown.field] = unknown.why;
  root["methodology"] = Methodology(statement);
  return Printed(root);
}

}  // namespace carbon
