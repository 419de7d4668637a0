#include "replay/cluster/node_choice.h"

#include <algorithm>
#include <bit>

namespace carbon {
namespace {

// An unbroken row of nodes with room.
struct Row {
  size_t first;
  size_t nodes = 0;
  int64_t size = 0;  // of all of them
};

// How many CPUs of the node count for the job.
int64_t SizeOf(const FreeNode& node, const NodeDemand& job) {
  return job.devices_per_node > 0 ? job.cpus_per_node : node.cpus;
}

// The row that the job, of which `nodes` and `size` are left, continues in.
size_t BestRow(const std::vector<Row>& rows, int64_t nodes, int64_t size) {
  size_t best = rows.size();
  bool best_suffices = false;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].nodes == 0) continue;
    const bool suffices = rows[i].size >= size && static_cast<int64_t>(rows[i].nodes) >= nodes;
    if (best == rows.size() || (suffices && !best_suffices) ||
        (suffices ? rows[i].size < rows[best].size : rows[i].size > rows[best].size)) {
      best = i;
      best_suffices = suffices;
    }
  }
  return best;
}

}  // namespace

NodeSet::NodeSet(size_t nodes) : words_((nodes + 63) / 64, ~uint64_t{0}) {
  if (nodes % 64 != 0) words_.back() = (uint64_t{1} << (nodes % 64)) - 1;
}

void NodeSet::KeepOnly(const NodeSet& other) {
  for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
}

int64_t NodeSet::Count() const {
  int64_t count = 0;
  for (const uint64_t word : words_) count += std::popcount(word);
  return count;
}

bool NodeSet::HasAll(const NodeSet& other) const {
  for (size_t i = 0; i < words_.size(); ++i) {
    if ((other.words_[i] & ~words_[i]) != 0) return false;
  }
  return true;
}

bool NodeSet::HasMoreThanBoth(const NodeSet& a, const NodeSet& b) const {
  for (size_t i = 0; i < words_.size(); ++i) {
    if ((words_[i] & ~(a.words_[i] & b.words_[i])) != 0) return true;
  }
  return false;
}

bool NodeSet::HasAll(const std::vector<int32_t>& nodes) const {
  return std::all_of(nodes.begin(), nodes.end(),
                     [this](int32_t node) { return Has(static_cast<size_t>(node)); });
}

int64_t CountRoom(const std::vector<FreeNode>& free, const NodeSet& among, const NodeDemand& job) {
  int64_t count = 0;
  for (size_t i = 0; i < free.size() && count < job.nodes; ++i) {
    if (HasRoom(free[i], job) && among.Has(i)) ++count;
  }
  return count;
}

std::vector<int32_t> ChooseNodes(const std::vector<FreeNode>& free, const NodeSet& among,
                                 const NodeDemand& job) {
  std::vector<int32_t> nodes;
  if (CountRoom(free, among, job) < job.nodes) return nodes;
  std::vector<Row> rows;
  for (size_t i = 0; i < free.size(); ++i) {
    if (!HasRoom(free[i], job) || !among.Has(i)) continue;
    if (rows.empty() || rows.back().first + rows.back().nodes != i) rows.push_back({.first = i});
    ++rows.back().nodes;
    rows.back().size += SizeOf(free[i], job);
  }
  for (int64_t left = job.nodes; left > 0;) {
    Row& row = rows[BestRow(rows, left, left * job.cpus_per_node)];
    if (left == 1) {
      size_t best = row.first;
      for (size_t i = row.first; i < row.first + row.nodes; ++i) {
        if (SizeOf(free[i], job) < SizeOf(free[best], job)) best = i;
      }
      nodes.push_back(static_cast<int32_t>(best));
      break;
    }
    for (size_t i = 0; i < row.nodes && left > 0; ++i, --left) {
      nodes.push_back(static_cast<int32_t>(row.first + i));
    }
    row.nodes = 0;
  }
  return nodes;
}

void TakeNode(const NodeDemand& job, int sign, const FreeNode& whole, FreeNode* node) {
  node->devices -= sign * (job.whole_nodes ? whole.devices : job.devices_per_node);
  node->cpus -= sign * (job.whole_nodes ? whole.cpus : job.cpus_per_node);
  node->jobs += sign;
}

void TakeNodes(const NodeDemand& job, const std::vector<int32_t>& nodes, int sign,
               const FreeNode& whole, std::vector<FreeNode>* free) {
  for (const int32_t node : nodes) {
    TakeNode(job, sign, whole, &(*free)[static_cast<size_t>(node)]);
  }
}

}  // namespace carbon
