// A job descriptor as sbatch sends it.
#ifndef TESTS_PLUGIN_BATCH_DESCRIPTOR_H_
#define TESTS_PLUGIN_BATCH_DESCRIPTOR_H_

#include <slurm/slurm.h>

#include <cstring>

namespace carbon {

// An ordinary batch job: what slurm_init_job_desc_msg makes of a descriptor, and a script.
inline job_desc_msg_t Batch() {
  job_desc_msg_t d;
  memset(&d, 0, sizeof(d));
  static char script[] = "#!/bin/sh\n";
  d.script = script;
  d.alloc_sid = NO_VAL;
  d.contiguous = NO_VAL16;
  d.core_spec = NO_VAL16;
  d.cores_per_socket = NO_VAL16;
  d.cpus_per_task = NO_VAL16;
  d.delay_boot = NO_VAL;
  d.group_id = NO_VAL;
  d.het_job_offset = NO_VAL;
  d.max_cpus = NO_VAL;
  d.max_nodes = NO_VAL;
  d.min_cpus = NO_VAL;
  d.min_nodes = NO_VAL;
  d.nice = NO_VAL;
  d.ntasks_per_core = NO_VAL16;
  d.ntasks_per_node = NO_VAL16;
  d.ntasks_per_socket = NO_VAL16;
  d.ntasks_per_tres = NO_VAL16;
  d.num_tasks = NO_VAL;
  d.pn_min_cpus = NO_VAL16;
  d.pn_min_memory = NO_VAL64;
  d.pn_min_tmp_disk = NO_VAL;
  d.priority = NO_VAL;
  d.req_switch = NO_VAL;
  d.shared = NO_VAL16;
  d.sockets_per_node = NO_VAL16;
  d.threads_per_core = NO_VAL16;
  d.time_limit = NO_VAL;
  d.time_min = NO_VAL;
  d.user_id = NO_VAL;
  d.wait4switch = NO_VAL;
  return d;
}

}  // namespace carbon

#endif  // TESTS_PLUGIN_BATCH_DESCRIPTOR_H_
