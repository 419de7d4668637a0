// What scrontab does, which Debian does not package: replaces this user's crontab by one entry, a
// job for every minute, through libslurm, and prints the job's id.
//
//   submit_cron NAME GPUS
#include <slurm/slurm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <string>

#include "plugin/words/slurm_release.h"

// Exported by libslurm, and declared in none of the headers that it installs.
extern "C" bitstr_t* slurm_bit_alloc(int64_t bits);

namespace {

// As slurmctld expects it in job_desc_msg_t::crontab_entry (Slurm's src/common/cron.h): a bit for
// each minute, hour, day, month and day of the week, or a flag that says any.
struct CronEntry {
  uint32_t flags = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5;
  bitstr_t* minute = slurm_bit_alloc(61);
  bitstr_t* hour = slurm_bit_alloc(25);
  bitstr_t* day_of_month = slurm_bit_alloc(32);
  bitstr_t* month = slurm_bit_alloc(13);
  bitstr_t* day_of_week = slurm_bit_alloc(8);
  char* cronspec = strdup("* * * * *");
  char* command = strdup("true");
  uint32_t line_start = 0;
  uint32_t line_end = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  slurm_init(nullptr);
  CronEntry entry;
  char* environment[] = {strdup("SLURM_GET_USER_ENV=1"), nullptr};
  std::string gpus = std::string(carbon::kGpuTres) + ":" + argv[2];
  job_desc_msg_t job;
  slurm_init_job_desc_msg(&job);
  job.name = argv[1];
  job.tres_per_job = gpus.data();
  job.crontab_entry = &entry;
  job.environment = environment;
  job.env_size = 1;
  job.script = strdup("#!/bin/sh\ntrue\n");
  job.work_dir = strdup("/tmp");
  job.time_limit = 1;
  auto* jobs = slurm_list_create(nullptr);
  slurm_list_append(jobs, &job);
  const crontab_update_response_msg_t* answer =
      slurm_update_crontab(getuid(), getgid(), strdup("* * * * * true\n"), jobs);
  if (answer->return_code != SLURM_SUCCESS || answer->jobids_count != 1) {
    fprintf(stderr, "submit_cron: %s: %s\n", slurm_strerror(static_cast<int>(answer->return_code)),
            answer->err_msg == nullptr ? "" : answer->err_msg);
    return 1;
  }
  printf("%u\n", answer->jobids[0]);
  return 0;
}
