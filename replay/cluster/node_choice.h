// Which nodes of a pool a job gets, as Slurm's select/cons_tres chooses them where nodes are alike
// and topology is not configured.
//
// Slurm goes through the nodes by their order in the configuration, and takes neighbours together.
// Each unbroken row of nodes with room for the job is a set. It takes the smallest set that holds
// the whole job, or else the largest, and continues with what is left of the job. Within a set it
// takes nodes in order. Sets are measured in free CPUs, and the last or only node of a job is the
// one with the fewest free CPUs that suffice; but of a job with devices only the CPUs that it asks
// for count, so that a set is as large as it has nodes, and the first node is taken. (_eval_nodes
// and _select_cores in src/plugins/select/cons_tres/job_test.c, Slurm 22.05.)
//
// Pure.
#ifndef REPLAY_CLUSTER_NODE_CHOICE_H_
#define REPLAY_CLUSTER_NODE_CHOICE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace carbon {

// What is free on a node.
struct FreeNode {
  int64_t devices = 0;
  int64_t cpus = 0;
  int64_t jobs = 0;  // that run on it

  friend bool operator==(const FreeNode&, const FreeNode&) = default;
};

// What a job takes: the same on each of its nodes.
struct NodeDemand {
  int64_t nodes = 1;
  int64_t devices_per_node = 0;
  int64_t cpus_per_node = 0;
  bool whole_nodes = false;  // shares none of its nodes, whatever it takes of them

  friend bool operator==(const NodeDemand&, const NodeDemand&) = default;
};

// Of the nodes of a pool, by their index.
class NodeSet {
 public:
  NodeSet() = default;
  // All of `nodes` nodes.
  explicit NodeSet(size_t nodes);

  bool Has(size_t node) const { return (words_[node / 64] >> (node % 64) & 1) != 0; }
  void Remove(size_t node) { words_[node / 64] &= ~(uint64_t{1} << (node % 64)); }
  // Keeps what `other` has as well. Both are of the same pool.
  void KeepOnly(const NodeSet& other);
  int64_t Count() const;
  bool HasAll(const NodeSet& other) const;
  // Whether it has a node that one of the two lacks.
  bool HasMoreThanBoth(const NodeSet& a, const NodeSet& b) const;
  bool HasAll(const std::vector<int32_t>& nodes) const;

  friend bool operator==(const NodeSet&, const NodeSet&) = default;

 private:
  std::vector<uint64_t> words_;
};

inline bool HasRoom(const FreeNode& node, const NodeDemand& job) {
  return node.devices >= job.devices_per_node && node.cpus >= job.cpus_per_node &&
         (!job.whole_nodes || node.jobs == 0);
}

// How many nodes of `among` have room for the job; stops counting once that is enough for it.
int64_t CountRoom(const std::vector<FreeNode>& free, const NodeSet& among, const NodeDemand& job);

// The job's nodes, by index, out of `among`; empty: there are too few with room.
std::vector<int32_t> ChooseNodes(const std::vector<FreeNode>& free, const NodeSet& among,
                                 const NodeDemand& job);

// Takes the job's part of `node` (sign 1), or gives it back (-1). `whole` is a node without jobs.
void TakeNode(const NodeDemand& job, int sign, const FreeNode& whole, FreeNode* node);
// The same for each of `nodes`.
void TakeNodes(const NodeDemand& job, const std::vector<int32_t>& nodes, int sign,
               const FreeNode& whole, std::vector<FreeNode>* free);

}  // namespace carbon

#endif  // REPLAY_CLUSTER_NODE_CHOICE_H_
