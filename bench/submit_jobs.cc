// Submits batch jobs to the Slurm of SLURM_CONF, one after another through libslurm. Prepares COUNT
// jobs, reads from standard input how many of them to submit next, and prints how many seconds that
// took. It repeats this until the input ends:
//
//   submit_jobs COUNT SEED
//
// The same seed gives the same jobs, except for their times, which are relative to now. No job
// starts soon: all begin after an hour or later, which makes no difference to a plugin.
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "plugin/words/slurm_release.h"

namespace {

using Clock = std::chrono::steady_clock;

// The strings that a descriptor points to.
struct Job {
  std::string name, gpus, comment;
  uint32_t minutes = 0;
  time_t begin = 0;
};

std::vector<Job> MakeJobs(int count, uint32_t seed) {
  std::mt19937 random(seed);
  const time_t now = time(nullptr);
  std::vector<Job> jobs(static_cast<size_t>(count));
  for (Job& job : jobs) {
    job.name = "train-" + std::to_string(random() % 1000);
    job.gpus = std::string(carbon::kGpuTres) + ":" + std::to_string(1 + random() % 2);
    // Short runs: the bookings of a batch last half a minute longer, and must not fill the nodes.
    job.minutes = 10 + random() % 50;
    job.begin = now + 3600 + static_cast<time_t>(random() % 36000);
    if (random() % 2 == 0)
      job.comment = "carbon:runtime=" + std::to_string(5 + random() % 30) + "m";
  }
  return jobs;
}

bool Submit(const Job& job) {
  // The library only reads the strings, but does not declare it.
  static char script[] = "#!/bin/sh\nexit 0\n", folder[] = "/", path[] = "PATH=/usr/bin:/bin";
  static char null[] = "/dev/null";
  static char* environment[] = {path, nullptr};
  job_desc_msg_t description;
  slurm_init_job_desc_msg(&description);
  description.name = const_cast<char*>(job.name.c_str());
  description.comment = job.comment.empty() ? nullptr : const_cast<char*>(job.comment.c_str());
  description.tres_per_job = const_cast<char*>(job.gpus.c_str());
  description.time_limit = job.minutes;
  description.begin_time = job.begin;
  description.user_id = getuid();
  description.group_id = getgid();
  description.min_cpus = 1;
  description.num_tasks = 1;
  description.script = script;
  description.work_dir = folder;
  description.std_in = description.std_out = description.std_err = null;
  description.environment = environment;
  description.env_size = 1;
  submit_response_msg_t* response = nullptr;
  if (slurm_submit_batch_job(&description, &response) != SLURM_SUCCESS) {
    std::fprintf(stderr, "submit_jobs: %s: %s\n", job.name.c_str(), slurm_strerror(errno));
    return false;
  }
  slurm_free_submit_response_response_msg(response);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: submit_jobs COUNT SEED\n");
    return 2;
  }
  slurm_init(nullptr);
  const std::vector<Job> jobs =
      MakeJobs(std::atoi(argv[1]), static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10)));
  size_t next = 0, count = 0;
  while (std::scanf("%zu", &count) == 1 && next + count <= jobs.size()) {
    const Clock::time_point begin = Clock::now();
    for (const size_t end = next + count; next < end; ++next) {
      if (!Submit(jobs[next])) return 1;
    }
    std::printf("%.9f\n", std::chrono::duration<double>(Clock::now() - begin).count());
    std::fflush(stdout);
  }
  slurm_fini();
  return 0;
}
