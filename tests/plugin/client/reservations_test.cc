#include "plugin/client/reservations.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

char* Unowned(const char* text) { return const_cast<char*>(text); }

// A day of maintenance of nodes a1 and a2, of three with 32 cores each, from Friday 2026-11-27,
// 08:00 in New York.
class ReservationsTest : public testing::Test {
 protected:
  ReservationsTest() {
    absl::LoadTimeZone("America/New_York", &zone_);
    for (size_t i = 0; i < nodes_.size(); ++i) {
      nodes_[i].name = Unowned(names_[i].c_str());
      nodes_[i].cores = 16;
      nodes_[i].sockets = 2;
    }
    reservation_.name = Unowned("works");
    reservation_.node_inx = inx_;
    Set(Local(27, 8), Local(28, 8));
  }

  absl::Time Local(int day, int hour) const {
    return absl::FromCivil(absl::CivilHour(2026, 11, day, hour), zone_);
  }
  void Set(absl::Time start, absl::Time end) {
    reservation_.start_time = absl::ToUnixSeconds(start);
    reservation_.end_time = absl::ToUnixSeconds(end);
  }
  std::vector<ClusterReservation> Read(absl::Time now) {
    reserve_info_msg_t message{};
    message.record_count = 1;
    message.reservation_array = &reservation_;
    node_info_msg_t nodes{};
    nodes.record_count = static_cast<uint32_t>(nodes_.size());
    nodes.node_array = nodes_.data();
    return ReadReservations(message, nodes, now, zone_);
  }
  // The starts within 16 days from Friday morning.
  std::vector<absl::Time> Starts(uint64_t flags) {
    reservation_.flags = flags;
    std::vector<absl::Time> starts;
    const std::vector<ClusterReservation> read = Read(Local(27, 6));
    for (const TimeInterval& time : read.at(0).when) starts.push_back(time.start);
    return starts;
  }

  absl::TimeZone zone_;
  std::vector<std::string> names_ = {"a1", "a2", "a3"};
  std::vector<node_info_t> nodes_ = std::vector<node_info_t>(3);
  int32_t inx_[3] = {0, 1, -1};
  reserve_info_t reservation_{};
};

TEST_F(ReservationsTest, LendsWholeNodesForItsTime) {
  const std::vector<ClusterReservation> read = Read(Local(27, 6));
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_EQ(read[0].name, "works");
  EXPECT_THAT(read[0].when, ElementsAre(TimeInterval{Local(27, 8), Local(28, 8)}));
  ASSERT_THAT(read[0].nodes, SizeIs(2));
  EXPECT_EQ(read[0].nodes[1].index, 1);
  EXPECT_EQ(read[0].nodes[1].share, 1);
}

TEST_F(ReservationsTest, LendsTheShareOfItsCores) {
  resv_core_spec_t spec = {Unowned("a2"), Unowned("0-3,16-19")};
  reservation_.core_spec_cnt = 1;
  reservation_.core_spec = &spec;
  const std::vector<ClusterReservation> read = Read(Local(27, 6));
  EXPECT_EQ(read.at(0).nodes[0].share, 1);
  EXPECT_EQ(read.at(0).nodes[1].share, 0.25);
}

TEST_F(ReservationsTest, LendsNothingWithoutNodes) {
  int32_t none[1] = {-1};
  reservation_.node_inx = none;
  EXPECT_THAT(Read(Local(27, 6)), IsEmpty());
}

TEST_F(ReservationsTest, RepeatsAtTheSameTimeOfDay) {
  Set(Local(27, 8), Local(27, 9));
  EXPECT_THAT(Starts(RESERVE_FLAG_DAILY), SizeIs(16));
  EXPECT_EQ(Starts(RESERVE_FLAG_DAILY)[3], Local(30, 8));
  EXPECT_THAT(Starts(RESERVE_FLAG_WEEKLY),
              ElementsAre(Local(27, 8), Local(27, 8) + absl::Hours(7 * 24),
                          Local(27, 8) + absl::Hours(14 * 24)));
  // Friday, then Monday; Saturday, Sunday, and the Saturday after.
  EXPECT_EQ(Starts(RESERVE_FLAG_WEEKDAY)[1], Local(30, 8));
  const std::vector<absl::Time> weekends = Starts(RESERVE_FLAG_WEEKEND);
  EXPECT_EQ(weekends[1], Local(28, 8));
  EXPECT_EQ(weekends[2], Local(29, 8));
  EXPECT_EQ(weekends[3], Local(29, 8) + absl::Hours(6 * 24));
  EXPECT_EQ(Starts(RESERVE_FLAG_HOURLY)[2], Local(27, 10));
}

// Slurm refuses several today; a saved state may be older.
TEST_F(ReservationsTest, RepeatsByTheFirstOfSeveralFlags) {
  Set(Local(28, 8), Local(28, 9));  // a Saturday
  EXPECT_EQ(Starts(RESERVE_FLAG_WEEKLY | RESERVE_FLAG_WEEKDAY)[1], Local(30, 8));
  EXPECT_EQ(Starts(RESERVE_FLAG_WEEKEND | RESERVE_FLAG_WEEKDAY)[1], Local(30, 8));
}

TEST_F(ReservationsTest, KeepsTheTimeOfDayWhereClocksChange) {
  // In 2026 they went back on 1 November.
  const auto october = [&](int day) {
    return absl::FromCivil(absl::CivilHour(2026, 10, day, 8), zone_);
  };
  Set(october(31), october(31) + absl::Hours(1));
  reservation_.flags = RESERVE_FLAG_DAILY;
  const std::vector<TimeInterval> when = Read(october(31)).at(0).when;
  EXPECT_EQ(when[1].start - when[0].start, absl::Hours(25));
}

// If a reservation repeats before it has ended, its times follow each other.
TEST_F(ReservationsTest, HasDisjointTimes) {
  Set(Local(27, 8), Local(27, 8) + absl::Minutes(90));
  reservation_.flags = RESERVE_FLAG_HOURLY;
  const std::vector<TimeInterval> when = Read(Local(27, 6)).at(0).when;
  for (size_t i = 1; i < when.size(); ++i) EXPECT_GE(when[i].start, when[i - 1].end);
  // And each ends when it would have.
  EXPECT_EQ(when[1].end, Local(27, 9) + absl::Minutes(90));
}

TEST_F(ReservationsTest, LetsNothingBePlannedBehindOneThatFloats) {
  Set(Local(27, 7), Local(27, 8));
  reservation_.flags = RESERVE_FLAG_TIME_FLOAT;
  const TimeInterval when = Read(Local(27, 6)).at(0).when.at(0);
  EXPECT_EQ(when.start, Local(27, 7));
  EXPECT_GE(when.end, Local(27, 6) + kUnlimitedRun);
}

}  // namespace
}  // namespace carbon
