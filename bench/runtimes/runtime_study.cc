#include "bench/runtimes/runtime_study.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <memory>
#include <numeric>
#include <queue>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace carbon {
namespace {

// Fields of the format, from 0.
enum Field : size_t {
  kSubmit = 1,
  kWait = 2,
  kRun = 3,
  kAllocated = 4,
  kRequested = 7,
  kLimit = 8,
  kStatus = 10,
  kUser = 11,
  kGroup = 12,
  kExecutable = 13,
  kQueue = 14,
  kFields = 18,
};
constexpr double kCompleted = 1;
// Logs give the time of a job that was stopped at its limit to within a per cent or so.
constexpr double kStoppedAt = 0.98;

struct Expected {
  double seconds;
  double spread = 0;  // 0: not known
};

class Rule {
 public:
  virtual ~Rule() = default;
  virtual std::string name() const = 0;
  virtual Expected Expect(const LoggedJob& job) const = 0;
  virtual void Learn(const LoggedJob& job) = 0;
};

double LimitOf(const LoggedJob& job) { return absl::ToDoubleSeconds(job.ended.limit); }
double RunOf(const LoggedJob& job) { return absl::ToDoubleSeconds(job.ended.ran); }

class ByLimit : public Rule {
 public:
  std::string name() const override { return "limit"; }
  Expected Expect(const LoggedJob& job) const override { return {LimitOf(job)}; }
  void Learn(const LoggedJob&) override {}
};

class ByLastTwo : public Rule {
 public:
  ByLastTwo(std::string name, std::string RuntimeKeys::* key) : name_(std::move(name)), key_(key) {}
  std::string name() const override { return name_; }
  Expected Expect(const LoggedJob& job) const override {
    const auto last = last_.find(job.ended.keys.*key_);
    if (last == last_.end()) return {LimitOf(job)};
    const double sum = std::accumulate(last->second.begin(), last->second.end(), 0.0);
    return {std::min(LimitOf(job), sum / static_cast<double>(last->second.size()))};
  }
  void Learn(const LoggedJob& job) override {
    std::deque<double>& last = last_[job.ended.keys.*key_];
    last.push_back(RunOf(job));
    if (last.size() > 2) last.pop_front();
  }

 private:
  const std::string name_;
  std::string RuntimeKeys::* const key_;
  std::map<std::string, std::deque<double>> last_;
};

class ByMeanShare : public Rule {
 public:
  std::string name() const override { return "mean share of the user"; }
  Expected Expect(const LoggedJob& job) const override {
    const auto mean = means_.find(job.ended.keys.user);
    if (mean == means_.end()) return {LimitOf(job)};
    return {LimitOf(job) * mean->second.sum / mean->second.count};
  }
  void Learn(const LoggedJob& job) override {
    Mean& mean = means_[job.ended.keys.user];
    mean.sum += RunOf(job) / LimitOf(job);
    mean.count += 1;
  }

 private:
  struct Mean {
    double sum = 0, count = 0;
  };
  std::map<std::string, Mean> means_;
};

class Learnt : public Rule {
 public:
  std::string name() const override { return "learnt"; }
  Expected Expect(const LoggedJob& job) const override {
    const ExpectedRuntime expected = learner_.Expect(job.ended.keys);
    return {LimitOf(job) * expected.share, LimitOf(job) * expected.spread};
  }
  void Learn(const LoggedJob& job) override { learner_.Learn(job.ended); }

 private:
  RuntimeLearner learner_;
};

}  // namespace

std::vector<LoggedJob> ParseWorkload(absl::string_view swf) {
  std::vector<LoggedJob> jobs;
  for (const absl::string_view line : absl::StrSplit(swf, '\n')) {
    if (absl::StartsWith(line, ";")) continue;
    std::vector<double> fields;
    for (const absl::string_view word :
         absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty())) {
      double number = 0;
      if (absl::SimpleAtod(word, &number) && std::abs(number) < 1e12) fields.push_back(number);
    }
    if (fields.size() != kFields || fields[kRun] <= 0 || fields[kLimit] <= 0) continue;
    LoggedJob job;
    const bool is_stopped = fields[kRun] >= kStoppedAt * fields[kLimit];
    job.counts = fields[kStatus] == kCompleted || is_stopped;
    job.ended.limit = absl::Seconds(fields[kLimit]);
    job.ended.ran = absl::Seconds(std::min(fields[kRun], fields[kLimit]));
    job.submitted = absl::UnixEpoch() + absl::Seconds(fields[kSubmit]);
    job.ended.end = job.submitted + absl::Seconds(std::max(0.0, fields[kWait])) + job.ended.ran;
    job.processors = static_cast<int64_t>(std::max({1.0, fields[kAllocated], fields[kRequested]}));
    job.ended.keys.account = absl::StrCat(fields[kGroup]);
    job.ended.keys.user = absl::StrCat(fields[kUser]);
    job.ended.keys.name = fields[kExecutable] >= 0
                              ? absl::StrCat(fields[kUser], " ", fields[kExecutable])
                              : absl::StrCat(fields[kUser], " queue ", fields[kQueue], " ",
                                             job.processors, " ", fields[kLimit]);
    jobs.push_back(std::move(job));
  }
  std::stable_sort(jobs.begin(), jobs.end(), [](const LoggedJob& a, const LoggedJob& b) {
    return a.submitted < b.submitted;
  });
  return jobs;
}

std::vector<RuntimeScore> JudgeRuntimes(const std::vector<LoggedJob>& jobs, double warm_up) {
  std::vector<std::unique_ptr<Rule>> rules;
  rules.push_back(std::make_unique<ByLimit>());
  rules.push_back(std::make_unique<ByLastTwo>("last two of the user", &RuntimeKeys::user));
  rules.push_back(std::make_unique<ByLastTwo>("last two of the name", &RuntimeKeys::name));
  rules.push_back(std::make_unique<ByMeanShare>());
  rules.push_back(std::make_unique<Learnt>());
  std::vector<RuntimeScore> scores(rules.size());
  for (size_t i = 0; i < rules.size(); ++i) scores[i].rule = rules[i]->name();

  const auto ends_later = [](const LoggedJob* a, const LoggedJob* b) {
    return a->ended.end > b->ended.end;
  };
  std::priority_queue<const LoggedJob*, std::vector<const LoggedJob*>, decltype(ends_later)>
      running(ends_later);
  const auto first = static_cast<size_t>(warm_up * static_cast<double>(jobs.size()));
  double used = 0, judged = 0;
  for (size_t j = 0; j < jobs.size(); ++j) {
    const LoggedJob& job = jobs[j];
    for (; !running.empty() && running.top()->ended.end <= job.submitted; running.pop()) {
      for (const auto& rule : rules) rule->Learn(*running.top());
    }
    if (!job.counts) continue;
    running.push(&job);
    if (j < first) continue;
    const double ran = RunOf(job), weight = static_cast<double>(job.processors);
    used += weight * ran;
    judged += 1;
    for (size_t i = 0; i < rules.size(); ++i) {
      const Expected expected = rules[i]->Expect(job);
      const double error = expected.seconds - ran;
      scores[i].absolute_error += weight * std::abs(error);
      scores[i].bias += weight * error;
      scores[i].accuracy += std::min(expected.seconds, ran) / std::max(expected.seconds, ran);
      if (expected.spread > 0 && std::abs(error) <= 1.645 * expected.spread) scores[i].within += 1;
    }
  }
  for (RuntimeScore& score : scores) {
    if (judged == 0) break;
    score.absolute_error /= used;
    score.bias /= used;
    score.accuracy /= judged;
    score.within /= judged;
  }
  return scores;
}

}  // namespace carbon
