// Two partitions and a user of both, for the tests of what is proven of an admission.
#ifndef TESTS_CORE_ADMISSION_CLUSTER_H_
#define TESTS_CORE_ADMISSION_CLUSTER_H_

#include <functional>
#include <string>
#include <vector>

#include "core/admission/admission.h"
#include "gtest/gtest.h"

namespace carbon {

inline PartitionRules Partition(const std::string& name) {
  PartitionRules rules;
  rules.name = name;
  rules.nodes = 4;
  rules.least = rules.most = {.cpus = 64, .threads_per_core = 1, .devices = 8, .memory_mib = 1024};
  return rules;
}

// Empty: nothing prevents it.
inline std::string TextOf(std::optional<Reason> reason) {
  return reason.has_value() ? std::string(ReasonText(*reason)) : "";
}

// Two partitions, "home" and "there", two accounts under a root, and a user of both, 1000.
struct Cluster {
  AdmissionRules rules;
  JobRequest job;

  Cluster() {
    rules.enforces_associations = rules.enforces_limits = rules.enforces_qos = true;
    rules.accounting_known = true;
    rules.qos = {{.name = "normal"}, {.name = "long"}, {.name = "own"}};
    rules.accounts = {
        {.name = "root"}, {.name = "physics", .parent = 0}, {.name = "biology", .parent = 0}};
    rules.default_qos = 0;
    rules.users = {{.user_id = 1000,
                    .default_account = "physics",
                    .associations = {{.account = 1, .default_qos = 0, .qos = {0, 1}},
                                     {.account = 2, .default_qos = 0, .qos = {0}}}}};
    rules.partitions = {Partition("home"), Partition("there")};
    job.user_id = 1000;
    job.time_limit = absl::Hours(4);
    job.demand = {.nodes = 1, .devices = 2, .cpus = 4, .memory_mib = 100};
    job.per_node = {.devices = 2, .cpus = 4, .memory_mib = 100};
  }

  PartitionRules& home() { return rules.partitions[0]; }
  PartitionRules& there() { return rules.partitions[1]; }
  QosRules& normal() { return rules.qos[0]; }
  QosRules& own() { return rules.qos[2]; }  // to be a partition's
  AssociationRules& association() { return rules.users[0].associations[0]; }
  // Gives the user an association of its own in "there".
  AssociationRules& AddAssociationThere() {
    AssociationRules association = rules.users[0].associations[0];
    association.partition = "there";
    rules.users[0].associations.push_back(association);
    return rules.users[0].associations.back();
  }

  std::string Why() const {
    const AdmissionProof proof(job, job.time_limit.value_or(absl::Hours(4)), rules,
                               rules.FindPartition("home"));
    return TextOf(proof.WhyNot(rules.FindPartition("there")));
  }
};

struct Case {
  std::string name;
  std::function<void(Cluster&)> change;
  std::string why;  // empty: proven
};

// Each change alone.
inline void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    Cluster cluster;
    c.change(cluster);
    EXPECT_EQ(cluster.Why(), c.why) << c.name;
  }
}

}  // namespace carbon

#endif  // TESTS_CORE_ADMISSION_CLUSTER_H_
