#include "tests/plugin/fuzzed_descriptor.h"

#include <string.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tests/plugin/slurm_symbols.h"

namespace carbon {
namespace {

constexpr absl::Duration kMaxDelay = absl::Hours(24);
constexpr absl::Duration kMargin = absl::Seconds(120);
constexpr absl::Duration kDefaultTime = absl::Minutes(30);

using Descriptor = job_desc_msg_t;

constexpr uint16_t Descriptor::* kNumbers16[] = {
    &Descriptor::contiguous,       &Descriptor::core_spec,         &Descriptor::cores_per_socket,
    &Descriptor::cpus_per_task,    &Descriptor::immediate,         &Descriptor::ntasks_per_core,
    &Descriptor::ntasks_per_node,  &Descriptor::ntasks_per_socket, &Descriptor::ntasks_per_tres,
    &Descriptor::pn_min_cpus,      &Descriptor::requeue,           &Descriptor::shared,
    &Descriptor::sockets_per_node, &Descriptor::threads_per_core,
};
constexpr uint32_t Descriptor::* kNumbers32[] = {
    &Descriptor::alloc_sid,       &Descriptor::delay_boot,
    &Descriptor::het_job_offset,  &Descriptor::max_cpus,
    &Descriptor::max_nodes,       &Descriptor::min_cpus,
    &Descriptor::min_nodes,       &Descriptor::nice,
    &Descriptor::num_tasks,       &Descriptor::priority,
    &Descriptor::pn_min_tmp_disk, &Descriptor::req_switch,
    &Descriptor::time_min,        &Descriptor::user_id,
    &Descriptor::wait4switch,
};
constexpr char* Descriptor::* kTexts[] = {
    &Descriptor::account,       &Descriptor::batch_features,
    &Descriptor::burst_buffer,  &Descriptor::clusters,
    &Descriptor::dependency,    &Descriptor::cluster_features,
    &Descriptor::exc_nodes,     &Descriptor::features,
    &Descriptor::licenses,      &Descriptor::mcs_label,
    &Descriptor::name,          &Descriptor::network,
    &Descriptor::prefer,        &Descriptor::qos,
    &Descriptor::req_nodes,     &Descriptor::reservation,
    &Descriptor::script,        &Descriptor::wckey,
    &Descriptor::cpus_per_tres, &Descriptor::mem_per_tres,
};
constexpr char* Descriptor::* kTres[] = {
    &Descriptor::tres_per_job,  &Descriptor::tres_per_node, &Descriptor::tres_per_socket,
    &Descriptor::tres_per_task, &Descriptor::cpus_per_tres, &Descriptor::mem_per_tres,
};

constexpr absl::string_view kPartitions[] = {
    "frankfurt", "oslo",  "lyon",           "mixed",      "full",  "closed", "nowhere",
    "oslo,lyon", "lyon,", "frankfurt,oslo", "oslo, full", ",,,,,", " oslo ", "OSLO",
};
constexpr absl::string_view kComments[] = {
    "carbon:off",
    "carbon:now",
    "carbon:wait=12h",
    "carbon:site=oslo|lyon",
    "carbon:runtime=8h",
    "carbon:flops=3e21",
    "carbon:hardware=any",
    "carbon:hardware=a100",
    "carbon:",
    "carbon:wait=",
    "note; carbon:now; end",
    "carbon:runtime=1s",
    "carbon:wiat=3h",
    "carbon:flops=1e308",
    "carbon:flops=1e-300",
    "carbon:runtime=10000d",
    "carbon:site=",
    "carbon:hardware=any,",
    "carbon:wait=10000d",
    "carbon:site=\n\x01|%s%n",
    "carbon:hardware=any,precision=fp8",
    "carbon:hardware=any,flops=3e21,precision=fp8",
};
constexpr absl::string_view kDevices[] = {
    "gres:gpu:8",   "gres/gpu:h100:2", "gres:gpu",    "gres:gpu:9223372036854775807",
    "gres:gpu:1",   "gres:gpu:a100:1", "gpu:1000000", "cpu=4,gres/gpu:h100=2",
    "gres:shard:3", "gres:gpu:-1",     ",,;;,,",      "gres:gpu:h100:8,gres:gpu:a100:8",
    "gres:fpga:1",  "license/matlab",  "gres:gpu:",   "gres/gpu:h100=18446744073709551616",
};
constexpr absl::string_view kArrays[] = {
    "0-99:2%10,200", "0-4000000", "1",     "%",     "0-",    "0-99%0",
    "0-4294967295",  "5-1",       "[0-3]", "0-9:0", "0-9,,", "0-9%4294967295",
};

// Takes bytes from the front; zeros when there are none left.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), left_(size) {}
  bool empty() const { return left_ == 0; }
  uint8_t Byte() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  uint64_t Number(int bytes) {
    uint64_t number = 0;
    for (int i = 0; i < bytes; ++i) number = number << 8 | Byte();
    return number;
  }
  template <class T, size_t n>
  const T& Pick(const T (&choices)[n]) {
    return choices[Byte() % n];
  }

 private:
  const uint8_t* data_;
  size_t left_;
};

template <class T>
T Number(Bytes& bytes, T no_value) {
  switch (bytes.Byte() % 8) {
    case 0:
      return no_value;
    case 1:
      return static_cast<T>(no_value + 1);  // INFINITE: one beyond NO_VAL in each width
    case 2:
      return static_cast<T>(no_value - 1);
    case 3:
      return 0;
    case 4:
      return std::numeric_limits<T>::max() / 2 + bytes.Byte() % 3;
    case 5:
      return static_cast<T>(bytes.Number(sizeof(T)));
    default:
      return bytes.Byte();
  }
}

time_t Instant(Bytes& bytes, absl::Time now) {
  const int64_t near = absl::ToUnixSeconds(now);
  constexpr int64_t kExtremes[] = {0,
                                   1,
                                   -1,
                                   NO_VAL,
                                   INFINITE,
                                   7'258'118'399,
                                   7'258'118'400,
                                   std::numeric_limits<int64_t>::max(),
                                   std::numeric_limits<int64_t>::min()};
  switch (bytes.Byte() % 4) {
    case 0:
      return bytes.Pick(kExtremes);
    case 1:
      return static_cast<time_t>(bytes.Number(8));
    case 2:
      return near + static_cast<int16_t>(bytes.Number(2));
    default:
      return near + static_cast<int64_t>(bytes.Byte()) * 1800;
  }
}

template <size_t n>
std::string Text(Bytes& bytes, const absl::string_view (&words)[n]) {
  switch (bytes.Byte() % 8) {
    case 0:
      return "";
    case 1: {
      // Whatever bytes there are, up to a zero: no UTF-8, no end in sight.
      std::string text;
      for (size_t left = bytes.Byte() % 48; left > 0; --left) {
        text.push_back(static_cast<char>(bytes.Byte()));
      }
      return text.substr(0, text.find('\0'));
    }
    case 2: {
      const std::string word(bytes.Pick(words));
      std::string text;
      for (size_t left = bytes.Number(2) % 600; left > 0; --left) text += word;
      return text;
    }
    case 3:
      return absl::StrCat(bytes.Pick(words), std::string(1, static_cast<char>(bytes.Byte() | 1)),
                          bytes.Pick(words));
    default:
      return std::string(bytes.Pick(words));
  }
}

// As slurm_init_job_desc_msg leaves it, with a script.
void MakeBatchJob(Descriptor* d) {
  for (auto member : kNumbers16) d->*member = NO_VAL16;
  for (auto member : kNumbers32) d->*member = NO_VAL;
  d->bitflags = 0;
  d->immediate = 0;
  d->pn_min_memory = NO_VAL64;
  d->time_limit = 60;
  d->user_id = 1000;
  d->nice = NO_VAL;
}

std::string Kept(const char* text) { return text == nullptr ? std::string() : std::string(text); }

// Returns what our text may look like after `before`.
std::string WhyNoAddition(const char* after, const std::string& before, absl::string_view joint,
                          absl::string_view beginning) {
  const std::string text = Kept(after);
  absl::string_view added = text;
  if (!absl::ConsumePrefix(&added, before)) return "what was there is gone";
  if (added.empty()) return "";
  if (!before.empty() && !absl::ConsumePrefix(&added, joint)) return "nothing parts the two";
  if (!absl::StartsWith(added, beginning)) return "it begins otherwise";
  for (const char c : added) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) return "it has a control character";
  }
  return "";
}

}  // namespace

World DescriptorWorld(absl::Time now, double grams, int64_t size) {
  now = absl::FromUnixSeconds(absl::ToUnixSeconds(now));
  World world(now);
  world.policy().max_delay = kMaxDelay;
  world.policy().margin = kMargin;
  world.policy().may_change_hardware = true;
  Policy shadow = world.policy();
  shadow.name = "shadow";
  shadow.mode = Mode::kShadow;
  shadow.match.accounts = {"shadow"};
  Policy off = shadow;
  off.name = "off";
  off.mode = Mode::kOff;
  off.match.accounts = {"off"};
  world.config.policies.insert(world.config.policies.begin(), {shadow, off});

  world.config.hardware["h100"].free = Sourced<Watts>{Watts(200), Quality::kEstimated, "made up"};
  for (const char* hardware : {"h100", "a100"}) {
    world.config.hardware[hardware].throughput_fp8 =
        Sourced<FlopsPerSecond>{FlopsPerSecond(300e12), Quality::kEstimated, "made up"};
  }

  world.AddZone("DE", DayWith(400 + grams, 3, 5, 150));
  world.AddZone("NO", DayWith(100 + grams, 6, 12, 20));
  world.AddZone("FR", DayWith(80 + grams, 1, 2, 30));
  world.AddSite("frankfurt", "DE");
  world.state("frankfurt").stays_powered = 1;
  world.AddSite("oslo", "NO");
  world.state("oslo").stays_powered = 0.5;
  world.AddSite("lyon", "FR");
  world.AddSite("full", "NO");
  world.AddSite("closed", "NO");
  world.AddSite("old", "FR", "a100");
  world.AddSite("mixed", "FR");
  world.config.pools.back().gres_type = "h100";
  PoolConfig other = world.config.pools.back();
  other.name = "mixed-a100";
  other.hardware = "a100";
  other.gres_type = "a100";
  world.config.pools.push_back(other);
  PoolState other_state = world.capacity.pools.back();
  other_state.pool = other.name;
  world.capacity.pools.push_back(other_state);
  for (PoolState& state : world.capacity.pools) state.default_time = kDefaultTime;
  for (PartitionRules& rules : world.admission.partitions) {
    if (rules.name == "closed") rules.needs_reservation = true;
  }
  world.state("lyon").max_time = absl::Hours(48);

  for (NodeGroup& group : world.capacity.groups) {
    if (group.name == "full") continue;
    group.total = Times(group.total, size);
  }
  uint32_t job_id = 0;
  const Resources node = {.nodes = 1, .devices = 8, .cpus = 64, .memory_mib = 1024};
  for (int i = 0; i < 4; ++i) {
    world.capacity.uses.push_back(
        {++job_id, "", "full", {now - absl::Hours(1), now + absl::Hours(200)}, node});
  }
  for (int i = 0; i < 12; ++i) {
    world.capacity.uses.push_back({++job_id,
                                   "",
                                   i % 2 == 0 ? "oslo" : "lyon",
                                   {now + absl::Minutes(37 * i), now + absl::Minutes(37 * i + 90)},
                                   {.devices = 1 + i % 8, .cpus = 8, .memory_mib = 64}});
  }
  return world;
}

FuzzedDescriptor::FuzzedDescriptor(const uint8_t* data, size_t size, absl::Time now) {
  Bytes bytes(data, size);
  // Clears padding too, so that changes can be found by comparing memory.
  memset(&descriptor_, 0, sizeof(descriptor_));
  Descriptor& d = descriptor_;
  const uint8_t shape = bytes.Byte() % 8;
  if (shape == 0) {
    // All zeros except for its strings.
  } else if (shape == 1) {
    for (auto member : kNumbers16) d.*member = std::numeric_limits<uint16_t>::max();
    for (auto member : kNumbers32) d.*member = std::numeric_limits<uint32_t>::max();
    d.pn_min_memory = d.bitflags = d.fed_siblings_viable = ~uint64_t{0};
    d.begin_time = d.deadline = -1;
  } else {
    MakeBatchJob(&d);
  }
  const auto text = [this](std::string value) {
    texts_.push_back(std::move(value));
    return texts_.back().data();
  };
  if (shape > 1) {
    d.script = text("#!/bin/sh\n");
    d.tres_per_node = text("gres:gpu:8");
  }
  constexpr absl::string_view kWords[] = {"shadow", "off", "x", "a,b", "1", "gres:gpu:4"};
  std::string partition, admin_comment, message;
  bool has_partition = false, has_admin_comment = false, has_message = false;
  while (!bytes.empty()) {
    switch (bytes.Byte() % 16) {
      case 0:
      case 1:
        d.*bytes.Pick(kNumbers16) = Number<uint16_t>(bytes, NO_VAL16);
        break;
      case 2:
      case 3:
        d.*bytes.Pick(kNumbers32) = Number<uint32_t>(bytes, NO_VAL);
        break;
      case 4:
        d.time_limit = Number<uint32_t>(bytes, NO_VAL);
        break;
      case 5:
        d.begin_time = Instant(bytes, now);
        break;
      case 6:
        d.deadline = Instant(bytes, now);
        break;
      case 7:
        d.pn_min_memory = Number<uint64_t>(bytes, NO_VAL64);
        if (bytes.Byte() % 2 == 0) d.pn_min_memory |= MEM_PER_CPU;
        break;
      case 8:
        d.bitflags = bytes.Number(8);
        break;
      case 9:
        d.*bytes.Pick(kTexts) = text(Text(bytes, kWords));
        break;
      case 10:
        d.*bytes.Pick(kTres) = text(Text(bytes, kDevices));
        break;
      case 11:
        d.array_inx = text(Text(bytes, kArrays));
        break;
      case 12:
        d.comment = text(Text(bytes, kComments));
        break;
      case 13:
        has_partition = true;
        partition = Text(bytes, kPartitions);
        break;
      case 14:
        has_admin_comment = true;
        admin_comment = Text(bytes, kComments);
        break;
      case 15:
        if (bytes.Byte() % 2 == 0) {
          has_message = true;
          message = Text(bytes, kComments);
        } else {
          d.fed_siblings_viable = bytes.Number(1);
          submit_uid_ = static_cast<uint32_t>(bytes.Number(4));
        }
        break;
    }
  }
  if (has_partition) d.partition = slurm_xstrdup(partition.c_str());
  if (has_admin_comment) d.admin_comment = slurm_xstrdup(admin_comment.c_str());
  if (has_message) err_msg_ = slurm_xstrdup(message.c_str());
  memcpy(&before_, &d, sizeof(before_));
  partition_before_ = Kept(d.partition);
  admin_comment_before_ = Kept(d.admin_comment);
  err_msg_before_ = Kept(err_msg_);
}

FuzzedDescriptor::~FuzzedDescriptor() {
  for (char** owned : {&descriptor_.partition, &descriptor_.admin_comment, &err_msg_}) {
    void* pointer = *owned;
    slurm_xfree(&pointer);
  }
}

bool FuzzedDescriptor::was_changed() const {
  return memcmp(&descriptor_, &before_, sizeof(before_)) != 0;
}

std::string FuzzedDescriptor::WhatIsBroken(absl::Time earliest, absl::Time latest) const {
  const Descriptor& d = descriptor_;
  Descriptor others;
  memcpy(&others, &d, sizeof(others));
  others.begin_time = before_.begin_time;
  others.partition = before_.partition;
  others.admin_comment = before_.admin_comment;
  others.bitflags = before_.bitflags;
  if (memcmp(&others, &before_, sizeof(others)) != 0) return "a field changed that may not";

  if (d.begin_time != before_.begin_time) {
    const absl::Time begin = absl::FromTimeT(d.begin_time);
    if (d.begin_time < before_.begin_time) return "it starts before it asked to";
    const absl::Time asked = std::max(latest, absl::FromTimeT(before_.begin_time));
    if (begin < absl::FromUnixSeconds(absl::ToUnixSeconds(earliest))) return "a start in the past";
    if (begin > asked + kMaxDelay) return "it is delayed by more than the policy allows";
    const absl::Duration limit =
        before_.time_limit == NO_VAL ? kDefaultTime : absl::Minutes(before_.time_limit);
    const bool has_deadline = before_.deadline > 0 && before_.deadline < 7'258'118'400;
    if (has_deadline && begin + limit + kMargin > absl::FromTimeT(before_.deadline)) {
      return "it may miss its deadline";
    }
  }

  const std::string partition = Kept(d.partition);
  if (partition != partition_before_) {
    constexpr absl::string_view kOpen[] = {"frankfurt", "oslo", "lyon", "old", "mixed"};
    if (std::find(std::begin(kOpen), std::end(kOpen), partition) == std::end(kOpen)) {
      return absl::StrCat("it is moved to ", partition);
    }
    std::vector<std::string> asked;
    for (absl::string_view name :
         absl::StrSplit(partition_before_.substr(0, 1024), ',', absl::SkipWhitespace())) {
      asked.emplace_back(absl::StripAsciiWhitespace(name));
    }
    if (asked.size() == 1 && partition != asked[0]) return "it leaves the partition that it named";
    if (asked.size() > 1 && std::find(asked.begin(), asked.end(), partition) == asked.end()) {
      return "it goes where it did not ask to";
    }
  }
  const uint64_t flags = d.bitflags ^ before_.bitflags;
  if ((flags & ~static_cast<uint64_t>(USE_DEFAULT_PART)) != 0) return "a flag changed";
  if (flags != 0 && d.partition == before_.partition) return "a flag changed without a partition";

  std::string why = WhyNoAddition(d.admin_comment, admin_comment_before_, "; ", "carbon:id=");
  if (!why.empty()) return absl::StrCat("admin_comment: ", why);
  why = WhyNoAddition(err_msg_, err_msg_before_, "\n", "carbon: ");
  if (!why.empty()) return absl::StrCat("err_msg: ", why);
  return "";
}

}  // namespace carbon
