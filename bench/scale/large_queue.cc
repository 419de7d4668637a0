// Fills the queue of the Slurm of SLURM_CONF through libslurm, as root for many users:
//
//   large_queue run COUNT FIRST      allocations that start at once, and launch nothing
//   large_queue wait COUNT FIRST     batch jobs that wait
//   large_queue place COUNT FIRST    the same, under the name that the plugin's policy places
//   large_queue submit SECONDS FIRST batch jobs for so long, which are cancelled afterwards
//
// Jobs are numbered from FIRST. The number alone determines the job: its user, one of 300; its
// partition, one of PARTITIONS in the environment; its nodes, CPUs, GPUs and time limit. 100,000
// jobs have 24,500 shapes. Prints how many jobs were accepted, and in how many seconds.
#include <signal.h>
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "plugin/words/slurm_release.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr uint32_t kFirstUser = 20000, kUsers = 300;

double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// The strings that a descriptor points to.
struct Job {
  std::string name, partition, devices;
  uint32_t user = 0, nodes = 1, cpus = 1, minutes = 60;

  Job(uint64_t number, uint32_t partitions, const char* kind) {
    // A multiplicative hash, so that neighbours differ in everything.
    auto draw = [state = number * 0x9e3779b97f4a7c15U + 1](uint32_t below) mutable {
      state ^= state >> 29;
      state *= 0xbf58476d1ce4e5b9U;
      return static_cast<uint32_t>((state >> 33) % below);
    };
    name = std::string(kind) + "-" + std::to_string(number);
    char text[16];
    std::snprintf(text, sizeof text, "p%02u", draw(partitions));
    partition = text;
    user = kFirstUser + draw(kUsers);
    const uint32_t per_node = 1U << draw(4);
    devices = std::string(carbon::kGpuTres) + ":" + std::to_string(per_node);
    nodes = draw(10) < 7 ? 1 : 1U << draw(4);
    cpus = nodes * per_node * (1 + draw(8));
    minutes = 10 * (1 + draw(288));
    // The job must not end during the measurement.
    if (name.starts_with("run")) minutes += 1440;
  }

  // The library only reads the strings, but does not declare it.
  void Describe(job_desc_msg_t* description) const {
    static char folder[] = "/", path[] = "PATH=/usr/bin:/bin", null[] = "/dev/null";
    static char* environment[] = {path, nullptr};
    slurm_init_job_desc_msg(description);
    description->name = const_cast<char*>(name.c_str());
    description->partition = const_cast<char*>(partition.c_str());
    description->tres_per_node = const_cast<char*>(devices.c_str());
    description->user_id = description->group_id = user;
    description->min_nodes = description->max_nodes = nodes;
    description->num_tasks = nodes;
    description->min_cpus = cpus;
    description->cpus_per_task = static_cast<uint16_t>(cpus / nodes);
    description->time_limit = minutes;
    description->work_dir = folder;
    description->std_in = description->std_out = description->std_err = null;
    description->environment = environment;
    description->env_size = 1;
  }
};

bool Allocate(const Job& job) {
  job_desc_msg_t description;
  job.Describe(&description);
  description.immediate = 1;
  resource_allocation_response_msg_t* response = nullptr;
  if (slurm_allocate_resources(&description, &response) != SLURM_SUCCESS) return false;
  slurm_free_resource_allocation_response_msg(response);
  return true;
}

// Returns the job's id, or 0 if it was refused.
uint32_t Submit(const Job& job) {
  static char script[] = "#!/bin/sh\nexit 0\n";
  job_desc_msg_t description;
  job.Describe(&description);
  description.script = script;
  submit_response_msg_t* response = nullptr;
  if (slurm_submit_batch_job(&description, &response) != SLURM_SUCCESS) {
    std::fprintf(stderr, "large_queue: %s: %s\n", job.name.c_str(), slurm_strerror(errno));
    return 0;
  }
  const uint32_t id = carbon::JobIdOf(*response);
  slurm_free_submit_response_response_msg(response);
  return id;
}

int Report(uint64_t count, double seconds) {
  std::printf("%lu %.6f\n", static_cast<unsigned long>(count), seconds);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const char* partitions_text = std::getenv("PARTITIONS");
  if (argc != 4 || partitions_text == nullptr) {
    std::fprintf(stderr, "usage: PARTITIONS=N large_queue run|wait|place|submit COUNT FIRST\n");
    return 2;
  }
  slurm_init(nullptr);
  const std::string command = argv[1];
  const auto partitions = static_cast<uint32_t>(std::atoi(partitions_text));
  const uint64_t count = std::strtoull(argv[2], nullptr, 10);
  const uint64_t first = std::strtoull(argv[3], nullptr, 10);
  const Clock::time_point begin = Clock::now();
  if (command == "submit") {
    std::vector<uint32_t> ids;
    while (SecondsSince(begin) < static_cast<double>(count)) {
      const uint32_t id = Submit(Job(first + ids.size(), partitions, "place"));
      if (id == 0) return 1;
      ids.push_back(id);
    }
    Report(ids.size(), SecondsSince(begin));
    std::fflush(stdout);
    for (const uint32_t id : ids) carbon::KillJob(id, SIGKILL);
    return 0;
  }
  uint64_t accepted = 0;
  for (uint64_t number = first; number < first + count; ++number) {
    const Job job(number, partitions, command.c_str());
    if (command == "run") {
      // A job without room is left out, which the count shows.
      accepted += Allocate(job) ? 1 : 0;
    } else {
      if (Submit(job) == 0) return 1;
      ++accepted;
    }
  }
  return Report(accepted, SecondsSince(begin));
}
