#include "core/statement/statement.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "core/grid/intensity.h"
#include "core/outcome/estimated.h"

namespace carbon {
namespace {

// Sums a figure over runs, some of which may lack it.
template <class Q>
class Summer {
 public:
  void Add(const StatedRun& run, const std::optional<Estimated<Q>>& figure) {
    coverage_.Add(run, figure.has_value());
    if (!figure.has_value()) return;
    is_known_ = true;
    sum_ += *figure;
  }
  // A figure whose interval is not known.
  void AddValue(const StatedRun& run, const std::optional<Q>& figure) {
    has_interval_ = false;
    Add(run, figure.has_value() ? std::optional(Estimated<Q>{*figure}) : std::nullopt);
  }

  CoveredSum<Q> Result() const {
    CoveredSum<Q> result;
    result.coverage = coverage_;
    if (!is_known_) return result;
    result.sum = Ranged<Q>{sum_.value};
    if (has_interval_) {
      result.sum->low = sum_.low();
      result.sum->high = sum_.high();
    }
    return result;
  }

 private:
  Estimated<Q> sum_;
  Coverage coverage_;
  bool has_interval_ = true, is_known_ = false;
};

void CountJobs(std::vector<StatedRun> runs, TrainingStatement* statement) {
  std::stable_sort(runs.begin(), runs.end(), [](const StatedRun& a, const StatedRun& b) {
    return a.start.value_or(absl::InfiniteFuture()) < b.start.value_or(absl::InfiniteFuture());
  });
  std::map<std::string, std::string> last_state;  // by job or task
  for (StatedRun& run : runs) {
    statement->jobs.insert(run.job.substr(0, run.job.find_first_of("_+")));
    if (!run.start.has_value()) {
      statement->never_ran.push_back(run.job);
      continue;
    }
    const auto [last, is_first] = last_state.try_emplace(run.job, run.state);
    if (is_first) {
      if (absl::StrContains(run.job, '_')) ++statement->array_tasks;
    } else {
      // A job that shrinks has a run for each of its sizes, and did not start again.
      if (last->second != "RESIZING") ++statement->restarts;
      last->second = run.state;
    }
    if (run.has_ended) {
      ++statement->states[run.state];
    } else {
      ++statement->still_running;
    }
    statement->runs.push_back(std::move(run));
  }
}

void MeasureTimes(TrainingStatement* statement) {
  absl::Time until = absl::InfinitePast();
  for (const StatedRun& run : statement->runs) {  // by their start
    if (!statement->start.has_value()) statement->start = run.start;
    if (run.end() > until) {
      statement->active += run.end() - std::max(*run.start, until);
      until = run.end();
    }
  }
  if (!statement->start.has_value()) return;
  statement->end = until;
  statement->elapsed = until - *statement->start;
}

// Returns the most units that ran at one instant. A run that ends does not overlap with one that
// begins then.
int64_t MostAtOnce(const std::vector<const StatedRun*>& runs) {
  std::map<absl::Time, int64_t> changes;
  for (const StatedRun* run : runs) {
    changes[*run->start] += run->units;
    changes[run->end()] -= run->units;
  }
  int64_t now = 0, most = 0;
  for (const auto& [time, change] : changes) {
    now += change;
    most = std::max(most, now);
  }
  return most;
}

void ListHardware(TrainingStatement* statement) {
  std::map<std::pair<std::string, AllocationUnit>, std::vector<const StatedRun*>> runs;
  for (const StatedRun& run : statement->runs) runs[{run.hardware, run.unit}].push_back(&run);
  for (const auto& [key, of] : runs) {
    StatedHardware hardware{key.first, key.second, MostAtOnce(of)};
    for (const StatedRun* run : of) hardware.unit_hours += run->unit_hours();
    statement->hardware.push_back(std::move(hardware));
  }
}

void SumEnergy(TrainingStatement* statement) {
  Summer<KilowattHours> it, at_meter;
  std::map<std::pair<EnergyBasis, std::string>, KilowattHours> methods;
  std::map<std::pair<std::string, std::string>, Sourced<double>> sites;
  for (const StatedRun& run : statement->runs) {
    std::optional<Estimated<KilowattHours>> of_it, of_meter;
    if (run.energy.has_value()) {
      const RunEnergy& energy = *run.energy;
      of_it = energy.it;
      of_meter = energy.at_meter;
      KilowattHours& method = methods[{energy.basis, energy.source}];
      method = method + energy.it.value;
      sites.try_emplace({run.site, run.zone}, energy.pue);
    }
    it.Add(run, of_it);
    at_meter.Add(run, of_meter);
  }
  statement->it = it.Result();
  statement->at_meter = at_meter.Result();
  for (const auto& [key, sum] : methods) statement->methods.push_back({key.first, key.second, sum});
  for (const auto& [key, pue] : sites) statement->sites.push_back({key.first, key.second, pue});
}

void SumEmission(TrainingStatement* statement) {
  Summer<GramsCo2e> location_based, market_based, embodied;
  KilowattHours energy, actual;
  GramsCo2e emitted;
  for (const StatedRun& run : statement->runs) {
    std::optional<Estimated<GramsCo2e>> of_location;
    std::optional<GramsCo2e> of_hardware;
    if (run.embodied.has_value()) {
      of_hardware = run.embodied->value;
      statement->embodied_sources.insert(run.embodied->source);
    }
    if (run.market_based.has_value() && !run.instrument.empty()) {
      statement->instruments.insert(run.instrument);
    }
    if (run.emission.has_value()) {
      const RunEmission& emission = *run.emission;
      of_location = emission.location_based;
      statement->kinds.insert(std::string(SignalKindName(emission.kind)));
      if (!emission.provider.empty()) statement->providers.insert(emission.provider);
      if (run.energy.has_value()) {
        const KilowattHours at_meter = run.energy->at_meter.value;
        energy = energy + at_meter;
        actual = actual + at_meter * emission.actual_share;
        emitted = emitted + emission.location_based.value;
      }
    }
    location_based.Add(run, of_location);
    market_based.AddValue(run, run.market_based);
    embodied.AddValue(run, of_hardware);
  }
  statement->location_based = location_based.Result();
  statement->market_based = market_based.Result();
  statement->embodied = embodied.Result();
  if (energy <= KilowattHours(0)) return;
  statement->mean_intensity = GramsPerKilowattHour(emitted.value() / energy.value());
  statement->actual_share = actual / energy;
}

// Adds one interval to another. The sum has none if either has none.
void AddTo(Ranged<GramsCo2e>* sum, const Ranged<GramsCo2e>& more) {
  sum->value = sum->value + more.value;
  const bool has_both = sum->low.has_value() && sum->high.has_value() && more.low.has_value() &&
                        more.high.has_value();
  sum->low = has_both ? std::optional(*sum->low + *more.low) : std::nullopt;
  sum->high = has_both ? std::optional(*sum->high + *more.high) : std::nullopt;
}

std::optional<StatedAvoided> SumAvoided(const std::vector<AvoidedEmission>& decisions) {
  if (decisions.empty()) return std::nullopt;
  const Ranged<GramsCo2e> none{GramsCo2e(0), GramsCo2e(0), GramsCo2e(0)};
  StatedAvoided sum;
  sum.attributional = none;
  sum.consequential = none;
  sum.longest_delay = decisions.front().delay;
  absl::Duration delays;
  for (const AvoidedEmission& avoided : decisions) {
    ++sum.decisions;
    if (avoided.is_actual) ++sum.actual;
    AddTo(&sum.attributional, avoided.attributional);
    if (!avoided.consequential.has_value()) {
      sum.consequential.reset();
    } else if (sum.consequential.has_value()) {
      AddTo(&*sum.consequential, *avoided.consequential);
    }
    sum.longest_delay = std::max(sum.longest_delay, avoided.delay);
    delays += avoided.delay;
  }
  sum.mean_delay = delays / sum.decisions;
  return sum;
}

std::vector<UnknownFigure> UnknownIn(const TrainingStatement& statement) {
  std::vector<UnknownFigure> unknown;
  const auto add = [&](bool is_unknown, absl::string_view field, absl::string_view why) {
    if (is_unknown) unknown.push_back({std::string(field), std::string(why)});
  };
  const TrainingFacts& facts = statement.facts;
  add(!facts.name.has_value(), "name", "give --name");
  add(!facts.training_type.has_value(), "training.type", "give --training-type");
  add(!facts.location.has_value(), "training.location", "give --location");
  add(!facts.precision.has_value(), "training.precision", "give --precision");
  add(!facts.tokens.has_value(), "training.tokens", "give --tokens");
  add(facts.tokens.has_value() && !facts.epochs.has_value(), "training.epochs",
      "give --epochs; a single pass over the data is assumed");
  add(facts.tokens.has_value() && !facts.tokens_kind.has_value(), "training.tokens_kind",
      "give --tokens-kind");
  add(!facts.parameters.has_value(), "training.parameters", "give --parameters");
  add(!statement.work.has_value(), "training.flops", "give --flops, or --tokens and --parameters");
  add(statement.work.has_value() && !statement.work->kind.has_value(), "training.flops_kind",
      "give --flops-kind");
  const bool ran = statement.start.has_value();
  const auto add_sum = [&](const auto& figure, absl::string_view field, absl::string_view why) {
    add(ran && !figure.sum.has_value(), field, why);
    add(figure.sum.has_value() && !figure.is_full(), field,
        "the sum lacks some runs; its coverage says how many it counts");
  };
  add(!ran, "energy", "none of the jobs has run");
  add_sum(statement.it, "energy", "no run is covered");
  add_sum(statement.location_based, "location_based", "no run is covered");
  add_sum(statement.market_based, "market_based",
          "no site of these runs has a net_intensity in carbon.json");
  add(statement.market_based.sum.has_value() && statement.instruments.empty(),
      "market_based.instruments",
      "carbon.json does not say on which contract or residual mix net_intensity rests");
  add_sum(statement.embodied, "embodied",
          "no profile of these runs has an embodied_g_per_hour in carbon.json");
  add(statement.embodied.sum.has_value(), "embodied.lifetime_years",
      "a profile states grams per hour; its source says for which lifetime and share");
  add(ran, "energy.network_share", "the interconnect is not metered");
  add(!statement.sites.empty(), "sites.pue_period",
      "carbon.json does not say for which period a PUE is");
  add(!statement.avoided.has_value(), "avoided",
      "the placement log has no decision that chose a place or time for these jobs");
  add(statement.avoided.has_value() && !statement.avoided->consequential.has_value(),
      "avoided.consequential", "the power of idle nodes is not known for one of the plans");
  add(statement.provenance.part_hashes.empty(), "snapshot_parts",
      "the placement log has no decision about these jobs");
  return unknown;
}

}  // namespace

bool TrainingStatement::is_complete() const { return it.is_full() && location_based.is_full(); }

TrainingStatement MakeStatement(std::vector<StatedRun> runs, const TrainingFacts& facts,
                                Provenance provenance) {
  TrainingStatement statement;
  statement.facts = facts;
  statement.provenance = std::move(provenance);
  statement.work = WorkOf(facts);
  CountJobs(std::move(runs), &statement);
  MeasureTimes(&statement);
  ListHardware(&statement);
  SumEnergy(&statement);
  SumEmission(&statement);
  statement.avoided = SumAvoided(statement.provenance.avoided);
  statement.unknown = UnknownIn(statement);
  return statement;
}

}  // namespace carbon
