#include "cli/outcome/run_readings.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/outcome/prometheus_query.h"
#include "forecast/http/http_client.h"
#include "forecast/http/http_url.h"
#include "forecast/http/known_secrets.h"
#include "forecast/http/secret_file.h"

namespace carbon {
namespace {

using Complain = std::function<void(const std::string&)>;

constexpr int kAtOnce = 4;
constexpr int kMaxFailures = 3;  // in a row

// The PUE of a partition's pools. Absent: it has none, or they differ.
std::optional<double> PueOf(const PlacementConfig& config, const std::string& partition) {
  std::optional<double> pue;
  for (const PoolConfig& pool : config.pools) {
    if (pool.partition != partition) continue;
    for (const SiteConfig& site : config.sites) {
      if (site.name != pool.site) continue;
      if (pue.has_value() && *pue != site.pue.value) return std::nullopt;
      pue = site.pue.value;
    }
  }
  return pue;
}

std::string RunsText(size_t runs) { return absl::StrCat(runs, runs == 1 ? " run" : " runs"); }

}  // namespace

// Asks for the runs of a list, and writes into it what came.
class RunReadings::Asker {
 public:
  Asker(const Config& config, const Complain& complain)
      : config_(config), meter_(*config.daemon.meter.prometheus), complain_(complain) {}

  void Add(Reading* reading) { readings_.push_back(reading); }

  void Ask() {
    if (readings_.empty()) return;
    // The newest first.
    std::stable_sort(readings_.begin(), readings_.end(),
                     [](const Reading* a, const Reading* b) { return a->run.end > b->run.end; });
    const size_t most = std::min(readings_.size(), static_cast<size_t>(meter_.max_queries));
    std::string secret;
    KnownSecret known_secret;
    if (!meter_.secret_file.empty()) {
      const absl::StatusOr<Secret> read = ReadSecretFile(meter_.secret_file);
      if (!read.ok()) {
        Fail(read.status());
        return Report(0);
      }
      secret = std::string(read->Reveal());
      known_secret = RememberSecret(meter_.user, secret);
    }
    HttpClientOptions options;
    options.limits.connect = std::min(options.limits.connect, meter_.timeout);
    options.limits.transfer = meter_.timeout;
    options.limits.body_bytes = 1 << 20;
    options.most_per_host = kAtOnce;
    options.rate = {.burst = kAtOnce, .every = absl::ZeroDuration()};
    options.longest_wait = kMaxMetering;
    options.cache_bytes = 0;
    HttpClient client(std::move(options));
    const absl::Time begun = absl::Now();
    size_t next = 0;
    while (true) {
      // A clock that is set back ends it too.
      const absl::Duration spent = absl::Now() - begun;
      if (spent > kMaxMetering || spent < absl::ZeroDuration()) {
        is_out_of_time_ = true;
        break;
      }
      if (failures_in_a_row_ >= kMaxFailures) break;
      while (next < most && client.pending() < kAtOnce) Start(readings_[next++], secret, &client);
      if (client.pending() == 0) break;
      client.Poll(absl::Seconds(1));
    }
    Report(most);
  }

 private:
  void Start(Reading* reading, const std::string& secret, HttpClient* client) {
    const ActualRun& run = reading->run;
    client->Start(
        PrometheusRequest(meter_, secret, *run.own_id, run.start, run.end),
        [this, reading](const absl::StatusOr<HttpReply>& reply) { Take(reading, reply); });
  }

  void Take(Reading* reading, const absl::StatusOr<HttpReply>& reply) {
    absl::StatusOr<std::optional<double>> value =
        reply.ok() ? ParsePrometheusReply(*reply) : reply.status();
    if (!value.ok()) {
      reading->why_not = WhyNotBelieved::kNoAnswer;
      return Fail(value.status());
    }
    failures_in_a_row_ = 0;
    if (!value->has_value()) {
      reading->why_not = WhyNotBelieved::kNoReading;
      return;
    }
    double joules = **value * JoulesIn(meter_.unit);
    if (meter_.includes_pue) {
      const std::optional<double> pue = PueOf(config_.placement, reading->run.partition);
      if (!pue.has_value()) {
        reading->why_not = WhyNotBelieved::kNothingToCompare;
        return;
      }
      joules /= *pue;
    }
    reading->joules = joules;
  }

  void Fail(const absl::Status& status) {
    ++failures_in_a_row_;
    if (failure_.ok()) failure_ = status;
  }

  // Says what did not come. `most` runs were allowed.
  void Report(size_t most) {
    // What it did not answer in time, or after failures, had no answer either.
    const bool has_given_up = failures_in_a_row_ >= kMaxFailures || most == 0;
    size_t no_answer = 0, not_asked = 0;
    for (Reading* reading : readings_) {
      if (reading->joules.has_value()) continue;
      WhyNotBelieved& why = reading->why_not;
      if (has_given_up && why == WhyNotBelieved::kNotAsked) why = WhyNotBelieved::kNoAnswer;
      if (why == WhyNotBelieved::kNoAnswer) ++no_answer;
      if (why == WhyNotBelieved::kNotAsked) ++not_asked;
    }
    if (no_answer > 0) {
      complain_(absl::StrCat("meter: ", WithoutSecrets(Where(failure_)), ": the energy of ",
                             RunsText(no_answer), " is modelled instead of measured"));
    }
    if (not_asked > 0) {
      complain_(absl::StrCat(
          "meter: asked for the newest ", readings_.size() - not_asked, " of ",
          RunsText(readings_.size()),
          is_out_of_time_ ? absl::StrCat(", because it took ", absl::FormatDuration(kMaxMetering))
                          : std::string(" (max_queries in carbon.json)"),
          ": the energy of the others is modelled instead of measured"));
    }
  }

  // The failure, with the address if it does not say it.
  std::string Where(const absl::Status& failure) const {
    const absl::StatusOr<HttpUrl> url = ParseHttpUrl(meter_.url);
    const std::string site = url.ok() ? HttpUrl{url->scheme, url->host, url->port, ""}.Shown() : "";
    const std::string text(failure.message());
    const bool is_of_file =
        !meter_.secret_file.empty() && absl::StartsWith(text, meter_.secret_file);
    if (site.empty() || is_of_file || absl::StrContains(text, site)) return text;
    return absl::StrCat(site, ": ", text);
  }

  const Config& config_;
  const PrometheusMeter& meter_;
  const Complain& complain_;
  std::vector<Reading*> readings_;
  absl::Status failure_;  // the first
  int failures_in_a_row_ = 0;
  bool is_out_of_time_ = false;
};

void RunReadings::Need(const ActualRun& run, bool is_exclusive) {
  if (!config_.daemon.meter.prometheus.has_value()) return;
  if (run.end <= run.start || !run.own_id.has_value()) return;
  Reading reading = {.run = run};
  const bool had_nodes_alone = is_exclusive || slurm_.meter.whole_nodes ||
                               slurm_.exclusive_partitions.contains(run.partition);
  if (!had_nodes_alone) reading.why_not = WhyNotBelieved::kNodesShared;
  Reading& known = readings_.emplace(Key(*run.own_id, run.start), reading).first->second;
  if (had_nodes_alone && known.why_not == WhyNotBelieved::kNodesShared) known = std::move(reading);
}

void RunReadings::Ask(const Complain& complain) {
  if (readings_.empty()) return;
  Asker asker(config_, complain);
  for (auto& [key, reading] : readings_) {
    const bool is_new = !reading.joules.has_value() && reading.why_not == WhyNotBelieved::kNotAsked;
    if (is_new) asker.Add(&reading);
  }
  asker.Ask();
}

void RunReadings::SetIn(ActualRun* run) const {
  if (!config_.daemon.meter.prometheus.has_value()) return;
  run->joules.reset();
  run->why_no_joules = WhyNotBelieved::kNoReading;
  if (!run->own_id.has_value()) return;
  const auto found = readings_.find(Key(*run->own_id, run->start));
  if (found == readings_.end()) return;
  run->joules = found->second.joules;
  run->why_no_joules = found->second.why_not;
  if (run->joules.has_value()) run->why_no_joules.reset();
}

}  // namespace carbon
