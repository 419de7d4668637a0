// Job descriptors made of bytes, for a fuzzer and for random load: an ordinary batch job, or one
// of sentinels, of zeros or of ones, whose fields the bytes then set to sentinels, to extremes, to
// words that mean something, and to anything. And what must hold of one that job_submit has seen.
//
// All strings that the plugin may replace are of Slurm's allocator, as in slurmctld.
#ifndef TESTS_PLUGIN_FUZZED_DESCRIPTOR_H_
#define TESTS_PLUGIN_FUZZED_DESCRIPTOR_H_

#include <slurm/slurm.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "absl/time/time.h"
#include "tests/core/world.h"

namespace carbon {

// Three sites with one kind of GPU: one of them also has another kind, one is full, and one whose
// admission is never proven. There is a policy of each mode, and a queue. `grams` shifts the grids,
// so that two worlds decide differently. The open sites are `size` times as large.
World DescriptorWorld(absl::Time now, double grams = 0, int64_t size = 1);

class FuzzedDescriptor {
 public:
  // `now` is what the times in it are about.
  FuzzedDescriptor(const uint8_t* data, size_t size, absl::Time now);
  ~FuzzedDescriptor();

  FuzzedDescriptor(const FuzzedDescriptor&) = delete;
  FuzzedDescriptor& operator=(const FuzzedDescriptor&) = delete;

  job_desc_msg_t* descriptor() { return &descriptor_; }
  char** err_msg() { return &err_msg_; }
  uint32_t submit_uid() const { return submit_uid_; }

  // What is wrong with what the plugin made of it, deciding on DescriptorWorld between `earliest`
  // and `latest`; empty: nothing.
  //   - No field changes but begin_time, partition, admin_comment and the flag of the default
  //     partition; job_submit may add to err_msg.
  //   - A start is never before the one asked, nor later than the policy's delay, nor so late that
  //     deadline - time limit - margin is missed.
  //   - A partition that is set is a known one, one of several that were asked, and never another
  //     than the single one that was named.
  //   - Admin comment and message keep what was there; ours is one line each.
  std::string WhatIsBroken(absl::Time earliest, absl::Time latest) const;
  bool was_changed() const;

 private:
  job_desc_msg_t descriptor_;
  char* err_msg_ = nullptr;
  uint32_t submit_uid_ = 0;

  job_desc_msg_t before_;
  std::string partition_before_;
  std::string admin_comment_before_;
  std::string err_msg_before_;
  std::deque<std::string> texts_;  // strings of fields that the plugin only reads
};

}  // namespace carbon

#endif  // TESTS_PLUGIN_FUZZED_DESCRIPTOR_H_
