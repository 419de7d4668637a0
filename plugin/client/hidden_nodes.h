// HiddenNodes finds the nodes that slurmctld leaves out of its list. Up to 22.05 slurmctld hides
// CLOUD nodes that are powered down unless PrivateData has "cloud": its list has nodes without a
// name or anything else instead. But it shows such a node to a request for its name. This class
// makes these requests, and remembers the answers from one look at the cluster to the next, because
// each is a request of its own. One thread.
//
//   const node_info_msg_t& nodes = hidden_nodes.Reveal(**listed, **partitions, now);
#ifndef PLUGIN_CLIENT_HIDDEN_NODES_H_
#define PLUGIN_CLIENT_HIDDEN_NODES_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"

// Types of <slurm/slurm.h>, which this header does not include, because scarbond has an object of
// this class.
struct node_info_msg;
struct partition_info_msg;

namespace carbon {

class HiddenNodes {
 public:
  // An answer is used for this long, unless slurmctld lists the node meanwhile.
  static constexpr absl::Duration kBelieved = absl::Minutes(1);
  // Each node is asked for as soon as it is hidden. At most this many repeated requests are made in
  // one call; so the answers about the other nodes may be older.
  static constexpr size_t kMaxRepeated = 128;

  // slurmctld's answer about one node: a message with it, or with none; nullptr: slurmctld does not
  // answer.
  using Answer = std::shared_ptr<const node_info_msg>;
  using Ask = std::function<Answer(const std::string& name)>;

  HiddenNodes();
  explicit HiddenNodes(Ask ask);
  HiddenNodes(HiddenNodes&&) noexcept;
  HiddenNodes& operator=(HiddenNodes&&) noexcept;
  ~HiddenNodes();

  // Returns `listed` with the hidden nodes in their places, as far as they are known. The
  // partitions in which a place is decide which node it is. The result is valid until the next
  // call, and as long as `listed`. Blocks on slurmctld for each node that it asks for.
  const node_info_msg& Reveal(const node_info_msg& listed, const partition_info_msg& partitions,
                              absl::Time now);

  // Returns whether the node at `index` of the last result of Reveal() is there only because it was
  // asked for.
  bool IsRevealed(size_t index) const;

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace carbon

#endif  // PLUGIN_CLIENT_HIDDEN_NODES_H_
