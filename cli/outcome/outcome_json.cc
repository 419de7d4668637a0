#include "cli/outcome/outcome_json.h"

#include <optional>
#include <utility>

#include "core/base/timestamp.h"
#include "core/grid/intensity.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

Json SecondsJson(absl::Duration duration) { return absl::ToDoubleSeconds(duration); }

template <class Q>
Json BoundsJson(const Estimated<Q>& estimated) {
  return {{"mean", estimated.value.value()},
          {"low", estimated.low().value()},
          {"high", estimated.high().value()}};
}

// Writes figures, and collects why others are not known.
class Writer {
 public:
  // `name` is the path of the figure: "attributional.saved_g".
  template <class T, class Write>
  Json Figure(const std::string& name, const Known<T>& figure, Write write) {
    if (figure.has_value()) return write(*figure);
    unknown_[name] = std::string(WhyUnknownCode(figure.why()));
    return nullptr;
  }
  template <class Unit>
  Json Value(const std::string& name, const Known<Quantity<Unit>>& figure) {
    return Figure(name, figure, [](Quantity<Unit> value) { return Json(value.value()); });
  }
  template <class Q>
  Json Bounds(const std::string& name, const Known<Estimated<Q>>& figure) {
    return Figure(name, figure, [](const Estimated<Q>& one) { return BoundsJson(one); });
  }
  Json Time(const std::string& name, const Known<absl::Time>& time) {
    return Figure(name, time, [](absl::Time one) { return Json(FormatTimestamp(one)); });
  }
  Json Duration(const std::string& name, const Known<absl::Duration>& duration) {
    return Figure(name, duration, SecondsJson);
  }

  Json Emission(const std::string& name, const EmissionOutcome& emission) {
    const auto path = [&name](const char* member) { return name + "." + member; };
    return {{"predicted_g", Value(path("predicted_g"), emission.predicted)},
            {"predicted_home_g", Value(path("predicted_home_g"), emission.predicted_home)},
            {"actual_g", Bounds(path("actual_g"), emission.actual)},
            {"home_g", Bounds(path("home_g"), emission.at_home)},
            {"chosen_g", Bounds(path("chosen_g"), emission.as_chosen)},
            {"saved_g", Bounds(path("saved_g"), emission.saved)}};
  }

  Json TakeUnknown() { return std::move(unknown_); }

 private:
  Json unknown_ = Json::object();
};

Json RanJson(const RunFacts& ran) {
  return {{"start", FormatTimestamp(ran.start)},
          {"end", FormatTimestamp(ran.end)},
          {"longest_task_s", SecondsJson(ran.longest)},
          {"total_s", SecondsJson(ran.total)},
          {"unfinished_s", SecondsJson(ran.unfinished)},
          {"runs", ran.runs},
          {"tasks", ran.tasks},
          {"partitions", ran.partitions}};
}

Json MeasuredJson(const MeasuredEnergy& measured) {
  const auto text = [](const std::string& one) { return one.empty() ? Json() : Json(one); };
  Json json = {{"it_kwh", measured.energy.has_value() ? Json(measured.energy->value()) : Json()},
               {"meter", text(measured.meter.plugin)},
               {"slurm", text(measured.meter.release)},
               {"not_believed", measured.why_not.has_value()
                                    ? Json(std::string(WhyNotBelievedCode(*measured.why_not)))
                                    : Json()},
               {"plausible_kwh", nullptr}};
  if (measured.plausible.has_value()) {
    json["plausible_kwh"] = {measured.plausible->low.value(), measured.plausible->high.value()};
  }
  return json;
}

Json ActualsJson(const ActualsUsed& used) {
  return {{"zone", used.zone},
          {"source", used.source.empty() ? Json() : Json(used.source)},
          {"kind", std::string(SignalKindName(used.kind))},
          {"needed_s", SecondsJson(used.needed)},
          {"known_s", SecondsJson(used.known)},
          {"estimated_s", SecondsJson(used.estimated)},
          {"fetched_at",
           used.fetched_at.has_value() ? Json(FormatTimestamp(*used.fetched_at)) : Json()}};
}

}  // namespace

std::string OutcomeJson(const JobOutcome& outcome) {
  Writer writer;
  Json json = {{"course", std::string(CourseName(outcome.course))},
               {"ran", writer.Figure("ran", outcome.ran, RanJson)},
               {"planned_start", writer.Time("planned_start", outcome.planned_start)},
               {"planned_task_s", writer.Duration("planned_task_s", outcome.planned_runtime)},
               {"wait_s", writer.Duration("wait_s", outcome.wait)},
               {"wait_home_s", writer.Duration("wait_home_s", outcome.wait_at_home)}};
  const auto energy_json = [&writer](const EnergyOutcome& energy) {
    return Json{{"method", std::string(EnergyMethodName(energy.method))},
                {"by", energy.by},
                {"it_kwh", writer.Bounds("energy.it_kwh", energy.it)},
                {"meter_kwh", BoundsJson(energy.at_meter)}};
  };
  json["predicted_kwh"] = writer.Value("predicted_kwh", outcome.predicted_energy);
  json["energy"] = writer.Figure("energy", outcome.energy, energy_json);
  json["measured"] = MeasuredJson(outcome.measured);
  const IntensityOutcome& intensity = outcome.intensity;
  json["intensity_g_per_kwh"] = {
      {"predicted", writer.Value("intensity_g_per_kwh.predicted", intensity.predicted)},
      {"actual_as_planned",
       writer.Value("intensity_g_per_kwh.actual_as_planned", intensity.actual_as_planned)},
      {"actual", writer.Value("intensity_g_per_kwh.actual", intensity.actual)}};
  json["attributional"] = writer.Emission("attributional", outcome.attributional);
  json["consequential"] = writer.Emission("consequential", outcome.consequential);
  json["interval"] = 0.9;
  json["actual_values"] = Json::array();
  for (const ActualsUsed& used : outcome.actuals) {
    json["actual_values"].push_back(ActualsJson(used));
  }
  json["unknown"] = writer.TakeUnknown();
  return json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

}  // namespace carbon
