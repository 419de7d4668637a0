// Submits jobs through libslurm as fast as slurmctld takes them, from several processes:
//
//   submit_storm --clients N (--jobs N | --seconds S) [--seed N] [--pause MS] [--keep]
//   >acknowledged
//
// Jobs are of all kinds (times, deadlines, arrays, partitions, hints), but none is to begin within
// the hour; unless --keep, each is cancelled a little later, so that the queue does not grow. A
// line for each job that slurmctld acknowledged, in JSON: its name (no other has it), id, when it
// was acknowledged, how long that took, and slurmctld's message. A controller that does not answer
// is tried again. Exits 1 where a job was refused, with why on standard error.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <deque>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>

#include "plugin/words/slurm_release.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  int clients = 8;
  int jobs = 0;  // in all
  double seconds = 10;
  uint64_t seed = 1;
  int pause_ms = 0;
  bool keep = false;
};

constexpr size_t kInQueue = 50;  // for each client

// Returns true if slurmctld itself refused: its errors are numbered from 2000, except for those of
// the protocol. Other errors occur when it was killed, is starting, or is reconfigured: 22.05 then
// drops connections, with or without a plugin.
bool IsRefusal(int error) {
  const bool is_of_the_protocol = error >= 5000 && error < 6000;
  return error >= 2000 && !is_of_the_protocol && error != ESLURM_IN_STANDBY_MODE;
}

class Client {
 public:
  Client(const Options& options, int number)
      : options_(options),
        number_(number),
        random_(options.seed * 100 + static_cast<uint64_t>(number)) {}

  int Run() {
    const int jobs = options_.jobs / options_.clients;
    const Clock::time_point end =
        Clock::now() + std::chrono::milliseconds(static_cast<int64_t>(options_.seconds * 1000));
    for (int i = 0; options_.jobs > 0 ? i < jobs : Clock::now() < end; ++i) {
      if (!Submit(i)) return 1;
      while (!options_.keep && waiting_.size() > kInQueue) CancelOldest();
      std::this_thread::sleep_for(std::chrono::milliseconds(options_.pause_ms));
    }
    while (!options_.keep && !waiting_.empty()) CancelOldest();
    return 0;
  }

 private:
  template <size_t n>
  const char* Pick(const char* const (&choices)[n]) {
    return choices[random_() % n];
  }

  bool Submit(int i) {
    const std::string name = "storm-" + std::to_string(options_.seed) + "-" +
                             std::to_string(number_) + "-" + std::to_string(i);
    static const char* const kPartitions[] = {nullptr, nullptr, "oslo", "frankfurt,lyon"};
    static const char* const kArrays[] = {nullptr, nullptr, nullptr, "0-9%2"};
    static const std::string kOne = std::string(carbon::kGpuTres) + ":1";
    static const std::string kEight = std::string(carbon::kGpuTres) + ":8";
    static const char* const kDevices[] = {kOne.c_str(), kEight.c_str()};
    static const char* const kComments[] = {nullptr,      nullptr,          "carbon:off",
                                            "carbon:now", "carbon:wait=5h", "carbon:wiat=3h"};
    static char script[] = "#!/bin/sh\ntrue\n";
    static char here[] = "/tmp";
    static char nowhere[] = "/dev/null";
    static char* environment[] = {const_cast<char*>("PATH=/usr/bin:/bin"), nullptr};
    job_desc_msg_t d;
    slurm_init_job_desc_msg(&d);
    d.name = const_cast<char*>(name.c_str());
    d.script = script;
    d.work_dir = here;
    d.std_out = d.std_err = d.std_in = nowhere;
    d.environment = environment;
    d.env_size = 1;
    d.user_id = getuid();
    d.group_id = getgid();
    d.min_nodes = 1;
    d.time_limit = 1 + static_cast<uint32_t>(random_() % 120);
    d.begin_time = time(nullptr) + 3600 + static_cast<time_t>(random_() % 7200);
    if (random_() % 4 == 0) {
      d.deadline = d.begin_time + d.time_limit * 60 + 600 + static_cast<time_t>(random_() % 36000);
    }
    d.partition = const_cast<char*>(Pick(kPartitions));
    d.array_inx = const_cast<char*>(Pick(kArrays));
    d.tres_per_node = const_cast<char*>(Pick(kDevices));
    d.comment = const_cast<char*>(Pick(kComments));

    while (true) {
      submit_response_msg_t* response = nullptr;
      const Clock::time_point start = Clock::now();
      errno = 0;
      if (slurm_submit_batch_job(&d, &response) == SLURM_SUCCESS && response != nullptr) {
        const double took = std::chrono::duration<double>(Clock::now() - start).count();
        Tell(name, *response, took);
        waiting_.push_back(carbon::JobIdOf(*response));
        slurm_free_submit_response_response_msg(response);
        return true;
      }
      const int error = errno;
      if (IsRefusal(error)) {
        fprintf(stderr, "submit_storm: %s was refused: %s (%d)\n", name.c_str(),
                slurm_strerror(error), error);
        return false;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  static void Tell(const std::string& name, const submit_response_msg_t& response, double took) {
    const double now =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    const char* message = response.job_submit_user_msg;
    const std::string line = nlohmann::json({{"name", name},
                                             {"job_id", carbon::JobIdOf(response)},
                                             {"at", now},
                                             {"seconds", took},
                                             {"message", message == nullptr ? "" : message}})
                                 .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
                             "\n";
    // One write() each: lines of several clients do not mix.
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(2);
  }

  void CancelOldest() {
    // One that a killed controller forgot is as good as cancelled.
    carbon::KillJob(waiting_.front(), SIGKILL);
    waiting_.pop_front();
  }

  const Options& options_;
  const int number_;
  std::mt19937_64 random_;
  std::deque<uint32_t> waiting_;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("submits jobs as fast as slurmctld takes them");
  app.add_option("--clients", options.clients);
  app.add_option("--jobs", options.jobs, "so many in all, instead of --seconds");
  app.add_option("--seconds", options.seconds);
  app.add_option("--seed", options.seed);
  app.add_option("--pause", options.pause_ms, "milliseconds after each job of a client");
  app.add_flag("--keep", options.keep, "leave the jobs in the queue");
  CLI11_PARSE(app, argc, argv);
  slurm_init(nullptr);
  for (int c = 0; c < options.clients; ++c) {
    const pid_t pid = fork();
    if (pid < 0) return 2;
    if (pid == 0) {
      // Killing the parent kills all of them.
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      _exit(Client(options, c).Run());
    }
  }
  int worst = 0;
  for (int c = 0; c < options.clients; ++c) {
    int status = 0;
    wait(&status);
    worst = std::max(worst, WIFEXITED(status) ? WEXITSTATUS(status) : 3);
  }
  return worst;
}
