// The differences between the supported Slurm releases, 22.05 to 26.05, in the types and calls of
// libslurm that this project uses. Each function reads or does the same thing on every release. A
// source that needs another such difference adds it here; the signature of job_modify is the only
// one elsewhere, in the plugins themselves. scripts/check-abi compiles this against each release.
#ifndef PLUGIN_SLURM_RELEASE_H_
#define PLUGIN_SLURM_RELEASE_H_

#include <slurm/slurm.h>

#include <cstdint>

namespace carbon {

// Bits of SelectTypeParameters. 25.11 renamed their macros and kept their values.
inline constexpr uint16_t kSelectsSingleThreads = 0x0001;  // CR_CPU
inline constexpr uint16_t kConsumesMemory = 0x0010;        // CR_MEMORY

// How a job descriptor names GPUs: tres_per_node = kGpuTres + ":2". 23.11 changed it and takes no
// other.
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 11, 0)
inline constexpr char kGpuTres[] = "gres/gpu";
#else
inline constexpr char kGpuTres[] = "gres:gpu";
#endif

// 25.11 moved the job id into a step id.
inline uint32_t JobIdOf(const slurm_job_info_t& job) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
  return job.step_id.job_id;
#else
  return job.job_id;
#endif
}

inline uint32_t JobIdOf(const submit_response_msg_t& response) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
  return response.step_id.job_id;
#else
  return response.job_id;
#endif
}

inline void SetJobId(job_desc_msg_t* job, uint32_t job_id) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
  job->step_id.job_id = job_id;
#else
  job->job_id = job_id;
#endif
}

// --exclusive, for whole nodes. 26.05 gave it a field of its own.
inline bool IsExclusive(const slurm_job_info_t& job) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(26, 5, 0)
  return job.exclusive == JOB_EXCLUSIVE_NODE;
#else
  return job.shared == JOB_SHARED_NONE;
#endif
}

inline void FreeConf(slurm_conf_t* conf) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(26, 5, 0)
  slurm_free_conf(conf);
#else
  slurm_free_ctl_conf(conf);
#endif
}

// Sends `signal` to all steps of the job. Returns SLURM_SUCCESS or SLURM_ERROR.
inline int KillJob(uint32_t job_id, uint16_t signal) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(26, 5, 0)
  slurm_step_id_t whole_job = SLURM_STEP_ID_INITIALIZER;
  whole_job.job_id = job_id;
  // In parentheses: the macro of this name is for C only.
  return (slurm_kill_job)(whole_job, signal, 0);
#else
  return slurm_kill_job(job_id, signal, 0);
#endif
}

// Calls visit(const T&) with each element of one of Slurm's lists, in order; nullptr is an empty
// list. 24.05 and 24.11 renamed the types of lists and iterators, which are not named here.
template <class T, class SlurmList, class Visit>
void ForEachInList(SlurmList list, Visit visit) {
  if (list == nullptr) return;
  auto* iterator = slurm_list_iterator_create(list);
  while (const void* element = slurm_list_next(iterator)) visit(*static_cast<const T*>(element));
  slurm_list_iterator_destroy(iterator);
}

}  // namespace carbon

#endif  // PLUGIN_SLURM_RELEASE_H_
