#include "plugin/job_submit/descriptor.h"

#include <cstring>
#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/plugin/batch_descriptor.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;

char* Unowned(const char* text) { return const_cast<char*>(text); }

TEST(ReadDescriptor, TakesSentinelsForAbsence) {
  const JobRequest job = ReadDescriptor(Batch(), 1000);
  EXPECT_FALSE(job.leave_alone.has_value());
  EXPECT_EQ(job.pinned_by, "");
  EXPECT_EQ(job.user_id, 1000u);
  EXPECT_EQ(job.name, "");
  EXPECT_TRUE(job.partitions.empty());
  EXPECT_FALSE(job.time_limit.has_value());
  EXPECT_FALSE(job.time_min.has_value());
  EXPECT_FALSE(job.begin.has_value());
  EXPECT_FALSE(job.deadline.has_value());
  EXPECT_FALSE(job.exclusive);
  EXPECT_EQ(job.demand, (Resources{.nodes = 1, .devices = 0, .cpus = 1, .memory_mib = 0}));
  EXPECT_EQ(job.per_node, (Resources{.cpus = 1}));
  EXPECT_EQ(job.array_tasks, 1);
  EXPECT_EQ(job.array_width, 1);
}

TEST(ReadDescriptor, TakesInfiniteCountsForAbsence) {
  job_desc_msg_t d = Batch();
  d.min_nodes = d.max_nodes = d.min_cpus = d.num_tasks = INFINITE;
  d.cpus_per_task = d.ntasks_per_node = d.pn_min_cpus = INFINITE16;
  d.pn_min_memory = INFINITE64;
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_EQ(job.demand, (Resources{.nodes = 1, .cpus = 1}));
}

TEST(ReadDescriptor, SurvivesADescriptorOfZeros) {
  job_desc_msg_t d;
  memset(&d, 0, sizeof(d));
  const JobRequest job = ReadDescriptor(d, 7);
  EXPECT_TRUE(job.leave_alone.has_value());
}

TEST(ReadDescriptor, SurvivesADescriptorOfOnes) {
  job_desc_msg_t d = Batch();
  d.min_nodes = d.num_tasks = d.min_cpus = NO_VAL - 1;
  d.cpus_per_task = d.ntasks_per_node = d.pn_min_cpus = NO_VAL16 - 1;
  d.pn_min_memory = ~uint64_t{0} - 2;
  d.tres_per_node = Unowned("gres:gpu:9223372036854775807");
  d.begin_time = d.deadline = std::numeric_limits<time_t>::max();
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_GT(job.demand.cpus, 0);
  EXPECT_LE(job.demand.cpus, 10'000'000);
  EXPECT_LE(job.demand.devices, 10'000'000);
  EXPECT_GT(job.demand.memory_mib, 0);
  EXPECT_FALSE(job.begin.has_value());
  EXPECT_FALSE(job.deadline.has_value());
}

TEST(ReadDescriptor, ReadsMinutesAndInstants) {
  job_desc_msg_t d = Batch();
  d.time_limit = 90;
  d.time_min = 30;
  d.begin_time = 1'800'000'000;
  d.deadline = 1'800'010'000;
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_EQ(job.time_limit, absl::Minutes(90));
  EXPECT_EQ(job.time_min, absl::Minutes(30));
  EXPECT_EQ(job.begin, absl::FromUnixSeconds(1'800'000'000));
  EXPECT_EQ(job.deadline, absl::FromUnixSeconds(1'800'010'000));
}

TEST(ReadDescriptor, ReadsTheNiceValue) {
  job_desc_msg_t d = Batch();
  EXPECT_EQ(ReadDescriptor(d, 0).nice, 0);
  for (const int64_t nice : {int64_t{-100}, int64_t{0}, int64_t{100}, int64_t{2'000'000'000}}) {
    d.nice = static_cast<uint32_t>(NICE_OFFSET + nice);
    EXPECT_EQ(ReadDescriptor(d, 0).nice, nice);
  }
}

TEST(ReadDescriptor, IgnoresTimesBeforeTheEpoch) {
  job_desc_msg_t d = Batch();
  d.begin_time = -5;
  d.deadline = std::numeric_limits<time_t>::min();
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_FALSE(job.begin.has_value());
  EXPECT_FALSE(job.deadline.has_value());
}

TEST(ReadDescriptor, CutsOverlongText) {
  job_desc_msg_t d = Batch();
  const std::string text(100'000, 'x');
  d.name = d.comment = Unowned(text.c_str());
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_EQ(job.name.size(), 1024u);
  EXPECT_EQ(job.comment.size(), 1024u);
}

TEST(ReadDescriptor, SplitsPartitions) {
  job_desc_msg_t d = Batch();
  d.partition = Unowned("oslo,lyon, paris,");
  EXPECT_THAT(ReadDescriptor(d, 0).partitions, ElementsAre("oslo", "lyon", "paris"));
}

TEST(ReadDescriptor, KeepsTheUserThatTheJobIsFor) {
  job_desc_msg_t d = Batch();
  d.user_id = 1234;
  EXPECT_EQ(ReadDescriptor(d, 0).user_id, 1234u);
}

TEST(ReadDescriptor, CountsTasksTimesCpus) {
  job_desc_msg_t d = Batch();
  d.num_tasks = 8;
  d.cpus_per_task = 4;
  d.ntasks_per_node = 2;
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_EQ(job.demand, (Resources{.nodes = 4, .cpus = 32}));
  EXPECT_EQ(job.per_node.cpus, 8);
}

TEST(ReadDescriptor, SpreadsCpusOverTheNodesAllowed) {
  job_desc_msg_t d = Batch();
  d.min_nodes = d.max_nodes = 2;
  d.num_tasks = 9;
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_EQ(job.demand, (Resources{.nodes = 2, .cpus = 9}));
  EXPECT_EQ(job.per_node.cpus, 5);
}

TEST(ReadDescriptor, MultipliesDevicesPerNode) {
  job_desc_msg_t d = Batch();
  d.min_nodes = 3;
  d.tres_per_node = Unowned("gres:gpu:h100:8");
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_EQ(job.demand.devices, 24);
  EXPECT_EQ(job.per_node.devices, 8);
  EXPECT_EQ(job.device_type, "h100");
}

TEST(ReadDescriptor, MultipliesDevicesPerTask) {
  job_desc_msg_t d = Batch();
  d.num_tasks = 6;
  d.ntasks_per_node = 3;
  d.tres_per_task = Unowned("cpu=4,gres/gpu:a100=2");
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_EQ(job.demand.devices, 12);
  EXPECT_EQ(job.per_node.devices, 6);
  EXPECT_EQ(job.pinned_by, "");
}

TEST(ReadDescriptor, DerivesTasksFromDevices) {
  job_desc_msg_t d = Batch();
  d.tres_per_job = Unowned("gres/gpu:8");
  d.tres_per_task = Unowned("gres/gpu:2");
  d.cpus_per_task = 3;
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_EQ(job.demand, (Resources{.nodes = 1, .devices = 8, .cpus = 12}));
}

TEST(ReadDescriptor, DerivesNodesFromDevices) {
  job_desc_msg_t d = Batch();
  d.tres_per_job = Unowned("gres:gpu:16");
  d.tres_per_node = Unowned("gres:gpu:8");
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_EQ(job.demand.nodes, 2);
  EXPECT_EQ(job.demand.devices, 16);
}

TEST(ReadDescriptor, CountsCpusAndMemoryPerDevice) {
  job_desc_msg_t d = Batch();
  d.tres_per_node = Unowned("gres:gpu:4");
  d.cpus_per_tres = Unowned("gres:gpu:6");
  d.mem_per_tres = Unowned("gres:gpu:1000");
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_EQ(job.demand, (Resources{.nodes = 1, .devices = 4, .cpus = 24, .memory_mib = 4000}));
  EXPECT_EQ(job.per_node.memory_mib, 4000);
}

TEST(ReadDescriptor, TellsMemoryPerCpuFromMemoryPerNode) {
  job_desc_msg_t d = Batch();
  d.min_nodes = 2;
  d.num_tasks = 8;
  d.pn_min_memory = 1000;
  EXPECT_EQ(ReadDescriptor(d, 0).demand.memory_mib, 2000);
  d.pn_min_memory = 1000 | MEM_PER_CPU;
  EXPECT_EQ(ReadDescriptor(d, 0).demand.memory_mib, 8000);
}

TEST(ReadDescriptor, TakesSharingNothingForExclusive) {
  job_desc_msg_t d = Batch();
  d.shared = JOB_SHARED_NONE;
  EXPECT_TRUE(ReadDescriptor(d, 0).exclusive);
  d.shared = JOB_SHARED_OK;
  EXPECT_FALSE(ReadDescriptor(d, 0).exclusive);
}

TEST(ReadDescriptor, TellsAllMemoryFromNone) {
  job_desc_msg_t d = Batch();
  EXPECT_FALSE(ReadDescriptor(d, 0).all_memory);
  d.pn_min_memory = 1;
  EXPECT_FALSE(ReadDescriptor(d, 0).all_memory);
  for (const uint64_t all : {uint64_t{0}, uint64_t{MEM_PER_CPU}}) {
    d.pn_min_memory = all;
    EXPECT_TRUE(ReadDescriptor(d, 0).all_memory);
    // Others may still have its node's other devices, where memory is not counted.
    EXPECT_FALSE(ReadDescriptor(d, 0).exclusive);
  }
}

TEST(ReadDescriptor, ReadsARangeOfNodes) {
  job_desc_msg_t d = Batch();
  d.min_nodes = 2;
  d.max_nodes = 4;
  d.tres_per_node = Unowned("gres:gpu:8");
  const JobRequest job = ReadDescriptor(d, 0);
  EXPECT_EQ(job.demand.nodes, 2);
  EXPECT_EQ(job.demand.devices, 16);
  EXPECT_EQ(job.max_nodes, 4);
  d.max_nodes = NO_VAL;
  EXPECT_FALSE(ReadDescriptor(d, 0).max_nodes.has_value());
}

TEST(ReadDescriptor, KnowsHowManyTasksBoundTheNodes) {
  const auto tasks = [](auto change) {
    job_desc_msg_t d = Batch();
    change(d);
    return ReadDescriptor(d, 0).tasks;
  };
  using D = job_desc_msg_t;
  EXPECT_EQ(tasks([](D&) {}), std::nullopt);
  EXPECT_EQ(tasks([](D& d) { d.min_nodes = 3; }), std::nullopt);
  EXPECT_EQ(tasks([](D& d) { d.tres_per_job = Unowned("gres/gpu:8"); }), std::nullopt);
  EXPECT_EQ(tasks([](D& d) { d.num_tasks = 6; }), 6);
  EXPECT_EQ(tasks([](D& d) { d.ntasks_per_node = 4; }), 4);
  EXPECT_EQ(tasks([](D& d) {
              d.min_nodes = 2;
              d.ntasks_per_node = 4;
            }),
            8);
  EXPECT_EQ(tasks([](D& d) {
              d.tres_per_job = Unowned("gres/gpu:8");
              d.tres_per_task = Unowned("gres/gpu:2");
            }),
            4);
  EXPECT_EQ(tasks([](D& d) {
              d.tres_per_job = Unowned("gres/gpu:8");
              d.ntasks_per_tres = 2;
            }),
            16);
  EXPECT_EQ(tasks([](D& d) {
              d.tres_per_node = Unowned("gres/gpu:8");
              d.min_nodes = 2;
              d.ntasks_per_tres = 3;
            }),
            6);
}

TEST(ReadDescriptor, GivesOneTaskOneNode) {
  job_desc_msg_t d = Batch();
  d.tres_per_job = Unowned("gres/gpu:6");
  EXPECT_EQ(ReadDescriptor(d, 0).per_node.devices, 1);
  d.num_tasks = 1;
  EXPECT_EQ(ReadDescriptor(d, 0).per_node.devices, 6);
  d.num_tasks = 2;
  EXPECT_EQ(ReadDescriptor(d, 0).per_node.devices, 3);
  d.max_nodes = 1;
  EXPECT_EQ(ReadDescriptor(d, 0).per_node.devices, 6);
}

struct ArrayCase {
  const char* text;
  int64_t tasks, width;
};

TEST(ReadDescriptor, CountsArrays) {
  const ArrayCase cases[] = {
      {"0-99", 100, 100},
      {"0-99%10", 100, 10},
      {"0-99:2%10", 50, 10},
      {"1,3,5-7", 5, 5},
      {"[1-3,8]%2", 4, 2},
      {"5", 1, 1},
      {"0-9%100", 10, 10},
      {"0-9%0", 10, 10},
      {"0-10:3", 4, 4},
      {"9-0", 1, 1},
      {"0-9:0", 1, 1},
      {"x", 1, 1},
      {"-5", 1, 1},
      {"0-99999999999999999999", 1, 1},
      {"0-4000000,0-4000000", 4'000'001, 4'000'001},
  };
  for (const ArrayCase& c : cases) {
    job_desc_msg_t d = Batch();
    d.array_inx = Unowned(c.text);
    const JobRequest job = ReadDescriptor(d, 0);
    EXPECT_EQ(job.array_tasks, c.tasks) << c.text;
    EXPECT_EQ(job.array_width, c.width) << c.text;
  }
}

TEST(ReadDescriptor, SaysWhatForbidsAnyPlan) {
  const auto why = [](auto change) {
    job_desc_msg_t d = Batch();
    change(d);
    return ReadDescriptor(d, 0).leave_alone;
  };
  using D = job_desc_msg_t;
  EXPECT_EQ(why([](D& d) { d.script = nullptr; }), Reason::kInteractive);
  EXPECT_EQ(why([](D& d) { d.priority = 0; }), Reason::kHeld);
  EXPECT_EQ(why([](D& d) { d.reservation = Unowned("r"); }), Reason::kReservation);
  EXPECT_EQ(why([](D& d) { d.dependency = Unowned("afterok:1"); }), Reason::kDependency);
  EXPECT_EQ(why([](D& d) { d.bitflags |= CRON_JOB; }), Reason::kScrontab);
  EXPECT_EQ(why([](D& d) { d.het_job_offset = 0; }), Reason::kHeterogeneous);
  EXPECT_EQ(why([](D& d) { d.bitflags |= HET_JOB_FLAG; }), Reason::kHeterogeneous);
  EXPECT_EQ(why([](D& d) {
              d.het_job_offset = 1;
              d.script = nullptr;
            }),
            Reason::kHeterogeneous);
  EXPECT_EQ(why([](D& d) { d.fed_siblings_viable = 3; }), Reason::kFederation);
  EXPECT_EQ(why([](D& d) { d.clusters = Unowned("a,b"); }), Reason::kSeveralClusters);
  EXPECT_EQ(why([](D& d) { d.clusters = Unowned("a"); }), std::nullopt);
  EXPECT_EQ(why([](D& d) { d.time_limit = INFINITE; }), Reason::kUnlimitedTime);
}

TEST(ReadDescriptor, NamesTheDevicesThatCannotBeCounted) {
  const auto uncountable = [](auto change) {
    job_desc_msg_t d = Batch();
    change(d);
    const JobRequest job = ReadDescriptor(d, 0);
    EXPECT_EQ(job.leave_alone, Reason::kDevicesUncountable);
    return job.uncountable;
  };
  using D = job_desc_msg_t;
  EXPECT_EQ(uncountable([](D& d) { d.tres_per_socket = Unowned("gres:gpu:1"); }),
            "--gpus-per-socket");
  EXPECT_EQ(uncountable([](D& d) { d.tres_per_node = Unowned("gres:shard:1"); }), "--gres=shard");
  EXPECT_EQ(uncountable([](D& d) { d.tres_per_node = Unowned("gres:gpu:a:1,gres:gpu:b:1"); }),
            "several types of GPU");
}

TEST(ReadDescriptor, SaysWhatPinsTheJob) {
  const auto why = [](auto change) {
    job_desc_msg_t d = Batch();
    change(d);
    const JobRequest job = ReadDescriptor(d, 0);
    EXPECT_FALSE(job.leave_alone.has_value());
    return job.pinned_by;
  };
  using D = job_desc_msg_t;
  EXPECT_EQ(why([](D& d) { d.features = Unowned("ib"); }), "--constraint");
  EXPECT_EQ(why([](D& d) { d.features = Unowned(""); }), "");
  EXPECT_EQ(why([](D& d) { d.cluster_features = Unowned("x"); }), "--cluster-constraint");
  EXPECT_EQ(why([](D& d) { d.req_nodes = Unowned("n1"); }), "--nodelist");
  EXPECT_EQ(why([](D& d) { d.exc_nodes = Unowned("n1"); }), "--exclude");
  EXPECT_EQ(why([](D& d) { d.licenses = Unowned("m"); }), "--licenses");
  EXPECT_EQ(why([](D& d) { d.burst_buffer = Unowned("b"); }), "--bb");
  EXPECT_EQ(why([](D& d) { d.network = Unowned("n"); }), "--network");
  EXPECT_EQ(why([](D& d) { d.mcs_label = Unowned("m"); }), "--mcs-label");
  EXPECT_EQ(why([](D& d) { d.contiguous = 1; }), "--contiguous");
  EXPECT_EQ(why([](D& d) { d.req_switch = 1; }), "--switches");
  EXPECT_EQ(why([](D& d) { d.tres_per_node = Unowned("gres:fpga:1,gres:gpu:1"); }), "--gres=fpga");
  EXPECT_EQ(why([](D& d) { d.extra = Unowned("rack=1"); }), "--extra");
  EXPECT_EQ(why([](D& d) { d.shared = 4; }), "--exclusive=topo");
  EXPECT_EQ(why([](D& d) { d.max_cpus = 64; }), "a maximum of CPUs");
  EXPECT_EQ(why([](D& d) { d.boards_per_node = 1; }), "--boards-per-node");
  EXPECT_EQ(why([](D& d) { d.sockets_per_board = 2; }), "--sockets-per-board");
  EXPECT_EQ(why([](D& d) { d.bitflags |= SPREAD_JOB; }), "--spread-job");
  EXPECT_EQ(why([](D& d) { d.bitflags |= GRES_ENFORCE_BIND; }), "--gres-flags=enforce-binding");
  EXPECT_EQ(why([](D& d) { d.ntasks_per_board = 1; }), "--ntasks-per-board");
  EXPECT_EQ(why([](D& d) { d.ntasks_per_socket = 4; }), "--ntasks-per-socket");
  EXPECT_EQ(why([](D& d) { d.ntasks_per_core = 1; }), "--ntasks-per-core");
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
  EXPECT_EQ(why([](D& d) { d.job_size_str = Unowned("1,3"); }), "--nodes, several sizes");
#endif
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(24, 5, 0)
  EXPECT_EQ(why([](D& d) { d.segment_size = 2; }), "--segment");
#endif
}

}  // namespace
}  // namespace carbon
