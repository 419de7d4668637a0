// The differences between the supported Slurm releases, 22.05 to 26.05, in the types and calls of
// libslurm that this project uses. Each function reads or does the same thing on every release. A
// source that needs another such difference adds it here. Only the signature of job_modify is
// elsewhere, in the plugins themselves. scripts/check-abi compiles this against each release.
#ifndef PLUGIN_WORDS_SLURM_RELEASE_H_
#define PLUGIN_WORDS_SLURM_RELEASE_H_

#include <slurm/slurm.h>

#include <cstdint>

namespace carbon {

// Bits of SelectTypeParameters. 25.11 renamed their macros and kept their values.
inline constexpr uint16_t kSelectsSingleThreads = 0x0001;  // CR_CPU
inline constexpr uint16_t kConsumesMemory = 0x0010;        // CR_MEMORY
inline constexpr uint16_t kBindsCpusToGres = 0x0040;       // ENFORCE_BINDING_GRES, since 24.05

// A value of job_desc_msg_t::shared, since 24.05: --exclusive=topo.
inline constexpr uint16_t kSharesNoTopology = 0x0004;  // JOB_SHARED_TOPO

// The bits of a partition's flags that are understood. The first seven are from 22.05, and
// PowerDownOnIdle came with 23.02. The last two are slurmctld's notes on its own scheduling, since
// 24.11. Exclusive=TOPO (bit 16, since 24.05) is left out on purpose: how much such a job occupies
// is not known.
inline constexpr uint32_t kKnownPartitionFlags = 0x7f | 0x80 | 1U << 18 | 1U << 19;

// PowerDownOnIdle=YES, since 23.02.
inline constexpr uint32_t kPowersDownOnIdle = 0x80;

// The bits of a QOS's flags that are understood: those of 22.05, and from 23.11 "relative" (10),
// "its shares are computed" (11) and "it is a partition's" (12).
inline constexpr uint32_t kKnownQosFlags = 0x1fff;
inline constexpr uint32_t kQosIsRelative = 1U << 10;
inline constexpr uint32_t kQosSharesAreComputed = 1U << 11;

// The bits of an association's flags that are understood: how it came about and who coordinates,
// but not "it is deleted" (0).
inline constexpr uint32_t kKnownAssociationFlags = 0x1e | 1U << 16 | 1U << 17;

// MaxCPUsPerSocket. 23.02 added it.
inline uint32_t MaxCpusPerSocket([[maybe_unused]] const partition_info_t& partition) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
  return partition.max_cpus_per_socket;
#else
  return INFINITE;
#endif
}

// The cores that are reserved for each GPU's jobs (RestrictedCoresPerGPU). 24.05 added it.
inline uint16_t CoresKeptPerGpu([[maybe_unused]] const node_info_t& node) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(24, 5, 0)
  return node.res_cores_per_gpu;
#else
  return 0;
#endif
}

// How long the node waits without jobs before it is powered down, in seconds; INFINITE: for ever;
// NO_VAL: not shown. 26.05 added it.
inline uint32_t SuspendTimeOf([[maybe_unused]] const node_info_t& node) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(26, 5, 0)
  return node.suspend_time;
#else
  return NO_VAL;
#endif
}

// SuspendExcStates. 23.02 added it.
inline const char* ExemptStates([[maybe_unused]] const slurm_conf_t& conf) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
  return conf.suspend_exc_states;
#else
  return nullptr;
#endif
}

// The topology of topology.yaml that the partition is in; nullptr: the cluster's. 25.05 added it.
inline const char* TopologyName([[maybe_unused]] const partition_info_t& partition) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 5, 0)
  return partition.topology_name;
#else
  return nullptr;
#endif
}

// The node's places in the topologies, "tree:core:leaf1,blocks:b1"; nullptr: in none. 25.05 added
// it.
inline const char* PlaceInTopology([[maybe_unused]] const node_info_t& node) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 5, 0)
  return node.topology_str;
#else
  return nullptr;
#endif
}

// --nodes=1,3,5. 23.02 added it.
inline const char* JobSizes([[maybe_unused]] const job_desc_msg_t& job) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
  return job.job_size_str;
#else
  return nullptr;
#endif
}

// --segment. 24.05 added it.
inline uint16_t SegmentSize([[maybe_unused]] const job_desc_msg_t& job) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(24, 5, 0)
  return job.segment_size;
#else
  return NO_VAL16;
#endif
}

// The name of GPUs in a job descriptor: tres_per_node = kGpuTres + ":2". 23.11 changed it and
// accepts no other name.
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

// Has the signature of slurm_load_job in the releases before 26.05.
inline int LoadJob(job_info_msg_t** reply, uint32_t job_id, uint16_t show) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(26, 5, 0)
  slurm_step_id_t whole_job = SLURM_STEP_ID_INITIALIZER;
  whole_job.job_id = job_id;
  return slurm_load_job(reply, whole_job, show);
#else
  return slurm_load_job(reply, job_id, show);
#endif
}

// Of a job_desc_msg_t or a slurm_job_info_t.
template <class Job>
void SetJobId(Job* job, uint32_t job_id) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
  job->step_id.job_id = job_id;
#else
  job->job_id = job_id;
#endif
}

// Returns whether the job has --exclusive, for whole nodes. 26.05 gave it a field of its own.
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
  // The parentheses avoid the macro of this name, which is for C only.
  return (slurm_kill_job)(whole_job, signal, 0);
#else
  return slurm_kill_job(job_id, signal, 0);
#endif
}

// Calls visit(const T&) with each element of one of Slurm's lists, in order; nullptr is an empty
// list. 24.05 and 24.11 renamed the types of lists and iterators, so they are not named here.
template <class T, class SlurmList, class Visit>
void ForEachInList(SlurmList list, Visit visit) {
  if (list == nullptr) return;
  auto* iterator = slurm_list_iterator_create(list);
  while (const void* element = slurm_list_next(iterator)) visit(*static_cast<const T*>(element));
  slurm_list_iterator_destroy(iterator);
}

}  // namespace carbon

#endif  // PLUGIN_WORDS_SLURM_RELEASE_H_
