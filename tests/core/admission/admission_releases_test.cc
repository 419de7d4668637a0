// Rules that came after Slurm 22.05, and those that nobody here knows.
#include "gtest/gtest.h"
#include "tests/core/admission_cluster.h"

namespace carbon {
namespace {

constexpr char kSocket[] = "its partition limits CPUs per socket";
constexpr char kMaxNodes[] = "the job asks for more nodes than its partition allows";
constexpr char kTopology[] = "its partition's topology may keep the job's nodes apart";
constexpr char kUnknown[] = "its partition has a rule that is not known";
constexpr char kUnknownQos[] = "a QOS there has a rule that is not known";
constexpr char kUsage[] = "a limit there depends on what is in use";

TEST(AdmissionReleases, ProvesMaxCpusPerSocketOnlyWhereOneSocketHoldsTheJobsShare) {
  Check({
      {"as many as the job has", [](Cluster& c) { c.there().max_cpus_per_socket = 4; }, ""},
      {"one less", [](Cluster& c) { c.there().max_cpus_per_socket = 3; }, kSocket},
      {"none", [](Cluster& c) { c.there().max_cpus_per_socket = 0; }, kSocket},
      {"whole cores of two threads",
       [](Cluster& c) {
         c.there().most.threads_per_core = 2;
         c.there().max_cpus_per_socket = 7;
       },
       kSocket},
      {"whole nodes",
       [](Cluster& c) {
         c.job.exclusive = true;
         c.there().max_cpus_per_socket = 64;
       },
       kSocket},
      {"a share and a task more of a job of at most two nodes",
       [](Cluster& c) {
         c.job.demand.nodes = c.job.max_nodes.emplace(2);
         c.job.demand.cpus = 32;
         c.job.per_node.cpus = 16;
         c.there().max_cpus_per_socket = 32;
       },
       ""},
      {"at home too, but the job may land otherwise",
       [](Cluster& c) { c.there().max_cpus_per_socket = c.home().max_cpus_per_socket = 3; },
       kSocket},
  });
}

TEST(AdmissionReleases, CountsCpusThatMaxMemPerCpuAdds) {
  // 100 MiB on 4 CPUs become 7 with 15 MiB each at most: twice as many CPUs for each task.
  const auto raise = [](Cluster& c) { c.there().max_memory = c.home().max_memory = {15, true}; };
  Check({
      {"within the node", raise, ""},
      {"beyond MaxCPUsPerNode",
       [&](Cluster& c) {
         raise(c);
         c.there().max_cpus_per_node = 7;
       },
       "its partition limits CPUs per node"},
      {"within MaxCPUsPerNode",
       [&](Cluster& c) {
         raise(c);
         c.there().max_cpus_per_node = 8;
       },
       ""},
      {"beyond MaxCPUsPerSocket",
       [&](Cluster& c) {
         raise(c);
         c.there().max_cpus_per_socket = 7;
       },
       kSocket},
      {"beyond smaller nodes",
       [&](Cluster& c) {
         raise(c);
         c.there().least.cpus = c.there().most.cpus = 7;
       },
       "the job may not fit its nodes"},
      {"to nothing, which Slurm takes for no rule",
       [](Cluster& c) {
         c.there().max_memory = c.home().max_memory = {0, true};
         c.there().max_cpus_per_node = 4;
       },
       ""},
      {"by default memory",
       [&](Cluster& c) {
         raise(c);
         c.job.demand.memory_mib = c.job.per_node.memory_mib = 0;
         c.there().default_memory = c.home().default_memory = {25, true};
         c.there().max_cpus_per_node = 7;
       },
       "its partition limits CPUs per node"},
  });
}

TEST(AdmissionReleases, TakesTasksForTheMostNodesWhereSlurmDoes) {
  const auto six_tasks = [](Cluster& c) {
    c.job.tasks = 6;
    c.there().max_nodes = 1;
  };
  Check({
      {"where it does not", six_tasks, ""},
      {"fewer nodes than tasks",
       [&](Cluster& c) {
         six_tasks(c);
         c.rules.tasks_set_max_nodes = true;
       },
       kMaxNodes},
      {"as many nodes as tasks",
       [&](Cluster& c) {
         six_tasks(c);
         c.rules.tasks_set_max_nodes = true;
         c.there().max_nodes = 6;
       },
       ""},
      {"--nodes=1",
       [&](Cluster& c) {
         six_tasks(c);
         c.rules.tasks_set_max_nodes = true;
         c.job.max_nodes = 1;
       },
       ""},
      {"says nothing of tasks",
       [&](Cluster& c) {
         six_tasks(c);
         c.rules.tasks_set_max_nodes = true;
         c.job.tasks.reset();
       },
       ""},
  });
}

TEST(AdmissionReleases, TopologyOnlyBlocksJobsOfSeveralNodes) {
  const auto block = [](Cluster& c) { c.there().topology = "topology/block"; };
  Check({
      {"one node is enough", block, ""},
      {"two nodes",
       [&](Cluster& c) {
         block(c);
         c.job.demand.nodes = 2;
       },
       kTopology},
      {"perhaps two nodes",
       [&](Cluster& c) {
         block(c);
         c.job.demand.cpus = 65;
       },
       kTopology},
      {"at home only",
       [](Cluster& c) {
         c.home().topology = "topology/block";
         c.job.demand.nodes = 2;
       },
       ""},
  });
}

TEST(AdmissionReleases, ProvesNoGpuJobWhereCpusMustBeNearGpus) {
  Check({
      {"with GPUs", [](Cluster& c) { c.rules.binds_cpus_to_devices = true; },
       "which CPUs are near its GPUs is not known"},
      {"without",
       [](Cluster& c) {
         c.rules.binds_cpus_to_devices = true;
         c.job.demand.devices = c.job.per_node.devices = 0;
       },
       ""},
  });
}

TEST(AdmissionReleases, TakesARuleThatIsNotKnownForNotProven) {
  Check({
      {"flag of the partition", [](Cluster& c) { c.there().unknown_flags = 1U << 16; }, kUnknown},
      {"the same at home",
       [](Cluster& c) { c.there().unknown_flags = c.home().unknown_flags = 1U << 16; }, kUnknown},
      {"at home only", [](Cluster& c) { c.home().unknown_flags = 1U << 16; }, ""},
      {"flag of the job's QOS", [](Cluster& c) { c.normal().unknown_flags = 1U << 20; },
       kUnknownQos},
      {"flag of the partition's QOS",
       [](Cluster& c) {
         c.own().unknown_flags = 1U << 20;
         c.there().qos = "own";
       },
       kUnknownQos},
      {"flag of a QOS that is not the job's", [](Cluster& c) { c.own().unknown_flags = 1; }, ""},
      {"AccountingStorageEnforce", [](Cluster& c) { c.rules.unknown_enforcement = 1U << 8; },
       "what is enforced of accounts is not known"},
      {"AccountingStorageEnforce, nothing else is enforced",
       [](Cluster& c) {
         c.rules.enforces_associations = c.rules.enforces_limits = c.rules.enforces_qos = false;
         c.rules.unknown_enforcement = 1U << 8;
       },
       "what is enforced of accounts is not known"},
  });
}

TEST(AdmissionReleases, ObservesAPriorityThresholdThatHomeLacks) {
  const Limit threshold = {LimitKind::kMinPrioThreshold, "", 1000};
  Check({
      {"of the partition's QOS",
       [&](Cluster& c) {
         c.own().limits = {threshold};
         c.there().qos = "own";
       },
       kUsage},
      {"of the job's QOS, in both", [&](Cluster& c) { c.normal().limits = {threshold}; }, ""},
      {"of the user's association, in both",
       [&](Cluster& c) { c.association().limits = {threshold}; }, ""},
      {"of an association there", [&](Cluster& c) { c.AddAssociationThere().limits = {threshold}; },
       kUsage},
  });
}

}  // namespace
}  // namespace carbon
