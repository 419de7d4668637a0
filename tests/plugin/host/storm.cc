#include "tests/plugin/host/storm.h"

#include <stdio.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <system_error>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "core/decision/admin_comment.h"
#include "tests/plugin/bent_libc.h"
#include "tests/plugin/fuzzed_descriptor.h"
#include "tests/plugin/host/promise.h"

namespace carbon {
namespace {

using Clock = std::chrono::steady_clock;

// The limit of memory growth in a storm. A sanitizer keeps a record of every block and access.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kMaxGrowthMib = 1024;
#else
constexpr double kMaxGrowthMib = 64;
#endif

}  // namespace

double ResidentMib() {
  std::ifstream statm("/proc/self/statm");
  int64_t size = 0, resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * 4096 / (1 << 20);
}

void Storm::Run() {
  begin_ = Clock::now();
  std::vector<std::thread> threads;
  for (int t = 0; t < options_.threads; ++t) threads.emplace_back([this, t] { Submit(t); });
  std::thread publisher([this] { PublishOnAndOn(); });
  std::thread trouble([this] { MakeTrouble(); });
  std::thread memory([this] { WatchMemory(); });
  for (std::thread& thread : threads) thread.join();
  done_ = true;
  publisher.join();
  trouble.join();
  memory.join();
  StepClock(absl::ZeroDuration());
}

void Storm::Tell(double started_mib) const {
  printf("%12s %12s %12s %12s %10s\n", "jobs", "median us", "p99 us", "max us", "RSS MiB");
  for (int w = 0; w < kWindows; ++w) {
    const Latencies& l = latencies_[w];
    printf("%12llu %12.1f %12.1f %12.1f %10.1f\n", static_cast<unsigned long long>(l.count()),
           l.Microseconds(0.5), l.Microseconds(0.99), l.Microseconds(0.999999), resident_[w]);
  }
  printf("%llu jobs, %llu changed, %llu decisions, RSS %.1f MiB at first\n",
         static_cast<unsigned long long>(submitted_), static_cast<unsigned long long>(changed_),
         static_cast<unsigned long long>(decided_), started_mib);
  if (changed_ == 0) Broken("no job was changed: nothing was tried");
  // The first windows fill queues, the ledger and the allocator's arenas.
  const double growth = resident_[kWindows - 1] - resident_[3];
  if (growth > kMaxGrowthMib) Broken(absl::StrFormat("memory grew by %.0f MiB", growth));
  const double before = latencies_[3].Microseconds(0.5);
  const double after = latencies_[kWindows - 1].Microseconds(0.5);
  // Between fini() and init() nothing is decided, which is fast.
  if (!options_.reload && after > 3 * before + 200) {
    Broken(absl::StrFormat("the median latency went from %.0f to %.0f us", before, after));
  }
}

int Storm::Window() const {
  const double share =
      options_.jobs > 0
          ? static_cast<double>(next_.load()) / static_cast<double>(options_.jobs)
          : std::chrono::duration<double>(Clock::now() - begin_).count() / options_.seconds;
  return std::clamp(static_cast<int>(share * kWindows), 0, kWindows - 1);
}

bool Storm::MoreToDo() {
  if (options_.jobs > 0) return next_.fetch_add(1) < options_.jobs;
  return Clock::now() - begin_ < std::chrono::duration<double>(options_.seconds);
}

void Storm::Submit(int thread) {
  std::mt19937_64 random(options_.seed * 1000 + static_cast<uint64_t>(thread));
  std::array<Latencies, kWindows> latencies;
  std::vector<uint64_t> id_hashes;
  uint64_t submitted = 0, changed = 0, decided = 0;
  std::vector<uint8_t> bytes;
  while (MoreToDo()) {
    bytes.resize(random() % 4 == 0 ? random() % 200 : random() % 12);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    const absl::Time earliest = TrueNow();
    FuzzedDescriptor job(bytes.data(), bytes.size(), earliest);
    const Clock::time_point start = Clock::now();
    const int answer = plugin_.job_submit(job.descriptor(), job.submit_uid(), job.err_msg());
    latencies[static_cast<size_t>(Window())].Add(Clock::now() - start);
    if (answer != SLURM_SUCCESS) Broken("a job was refused");
    const std::string what = job.WhatIsBroken(earliest, TrueNow());
    if (!what.empty()) Broken(what);
    ++submitted;
    changed += job.was_changed() ? 1 : 0;
    // The last of them is ours: users' words may hold another.
    const char* comment = job.descriptor()->admin_comment;
    const std::string text = comment == nullptr ? "" : comment;
    const size_t at = text.rfind("carbon:id=");
    if (at == std::string::npos) continue;
    ++decided;
    if (id_hashes.size() < 20000) {
      id_hashes.push_back(IdHash(DecisionIdInComment(text.substr(at))));
    }
  }
  std::lock_guard lock(mutex_);
  for (size_t w = 0; w < kWindows; ++w) latencies_[w].Add(latencies[w]);
  id_hashes_.insert(id_hashes_.end(), id_hashes.begin(), id_hashes.end());
  submitted_ += submitted;
  changed_ += changed;
  decided_ += decided;
}

void Storm::PublishOnAndOn() {
  for (int round = 1; !done_; ++round) {
    // The plugin looks once a second: what is broken stays so until it has been seen.
    if (round % 5 == 0) {
      publications_->PublishBroken(round / 5);
    } else {
      publications_->Publish(round);
    }
    Pause(std::chrono::milliseconds(round % 5 == 0 ? 1300 : 150));
  }
}

void Storm::WatchMemory() {
  for (; !done_; Pause(std::chrono::milliseconds(20))) {
    resident_[static_cast<size_t>(Window())] = ResidentMib();
  }
}

void Storm::MakeTrouble() {
  constexpr absl::Duration kSteps[] = {absl::Hours(1), -absl::Hours(1), absl::Hours(24 * 365),
                                       -absl::Hours(24 * 365)};
  for (int round = 0; !done_; ++round) {
    Pause(std::chrono::milliseconds(400));
    if (options_.step_clock) {
      StepClock(kSteps[round % 4]);
      Pause(std::chrono::milliseconds(300));
      StepClock(absl::ZeroDuration());
    }
    if (options_.reload) {
      plugin_.fini();
      plugin_.init();
    } else if (round % 5 == 4) {
      RotateLog();
    }
  }
}

void Storm::RotateLog() {
  if (std::filesystem::exists(publications_->rotated_log())) {
    log_.Read(publications_->rotated_log());
    std::filesystem::remove(publications_->rotated_log());
  }
  std::error_code error;
  std::filesystem::rename(publications_->log(), publications_->rotated_log(), error);
}

void Storm::Pause(std::chrono::milliseconds time) {
  const Clock::time_point end = Clock::now() + time;
  while (!done_ && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

}  // namespace carbon
