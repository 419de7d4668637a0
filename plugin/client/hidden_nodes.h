// The nodes that slurmctld leaves out of its list. Up to 22.05 it hides CLOUD nodes that are
// powered down unless PrivateData has "cloud": in their places are nodes without a name or anything
// else. Asked for one of them by its name, it shows it all the same. This asks, and remembers the
// answers from one look at the cluster to the next, since each is a request of its own. One thread.
//
//   const node_info_msg_t& nodes = hidden_nodes.Reveal(**listed, **partitions, now);
#ifndef PLUGIN_CLIENT_HIDDEN_NODES_H_
#define PLUGIN_CLIENT_HIDDEN_NODES_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"

// Of <slurm/slurm.h>, which this header does not include: scarbond has an object of this class.
struct node_info_msg;
struct partition_info_msg;

namespace carbon {

class HiddenNodes {
 public:
  // An answer is believed for so long, unless slurmctld lists the node meanwhile.
  static constexpr absl::Duration kBelieved = absl::Minutes(1);
  // Each node is asked for as soon as it is hidden. Of those for which that is due again, at most
  // so many are in one call: what is known of the others may be older.
  static constexpr size_t kMaxRepeated = 128;

  // What slurmctld says of one node: a message of it, or of none; nullptr: it does not answer.
  using Answer = std::shared_ptr<const node_info_msg>;
  using Ask = std::function<Answer(const std::string& name)>;

  HiddenNodes();
  explicit HiddenNodes(Ask ask);
  HiddenNodes(HiddenNodes&&) noexcept;
  HiddenNodes& operator=(HiddenNodes&&) noexcept;
  ~HiddenNodes();

  // `listed` with the hidden nodes in their places, as far as they are known; which of them is
  // which follows from the partitions that they are in. Valid until the next call, and as long as
  // `listed`. Blocks on slurmctld for each node that it asks for.
  const node_info_msg& Reveal(const node_info_msg& listed, const partition_info_msg& partitions,
                              absl::Time now);

  // Whether the node at `index` of what Reveal() gave last is there only because it was asked for.
  bool IsRevealed(size_t index) const;

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace carbon

#endif  // PLUGIN_CLIENT_HIDDEN_NODES_H_
