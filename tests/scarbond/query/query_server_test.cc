// QueryServer and QueryClient on loopback, with credentials of a test instead of munge's.
#include "scarbond/query/query_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scarbond/query/line_socket.h"
#include "scarbond/query/query_client.h"
#include "tests/cli/log/sample_line.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr uid_t kScarbond = 990, kAlice = 4242424, kMallory = 666;

// "USER READER HEX": credentials of a test, which anybody could make.
class TestCredentials : public Credentials {
 public:
  explicit TestCredentials(uid_t self) : self_(self) {}

  absl::StatusOr<std::string> Write(absl::string_view text,
                                    std::optional<uid_t> reader) const override {
    std::string hex;
    for (const char c : text)
      absl::StrAppend(&hex, absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    return absl::StrCat(self_, " ", reader.has_value() ? absl::StrCat(*reader) : "any", " ", hex);
  }

  absl::StatusOr<ProvenText> Read(const std::string& credential) const override {
    const std::vector<std::string> parts = absl::StrSplit(credential, ' ');
    ProvenText proven;
    if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &proven.user)) {
      return absl::UnauthenticatedError("invalid credential");
    }
    if (parts[1] != "any" && parts[1] != absl::StrCat(self_)) {
      return absl::UnauthenticatedError("unauthorized credential");
    }
    for (size_t i = 0; i + 1 < parts[2].size(); i += 2) {
      proven.text += static_cast<char>(std::stoi(parts[2].substr(i, 2), nullptr, 16));
    }
    return proven;
  }

 private:
  const uid_t self_;
};

class QueryServerTest : public ::testing::Test {
 protected:
  QueryServerTest() {
    config_.paths.log = folder_.path() + "/placements.jsonl";
    std::ofstream(config_.paths.log)
        << Line({.sequence = 1, .uid = kAlice}) << Line({.sequence = 2, .uid = kMallory});
  }

  void Start(uid_t as = kScarbond, QueryServer::Limits limits = {}) {
    auto server =
        QueryServer::Start({.port = 0, .address = "127.0.0.1"},
                           {.credentials = [as] { return std::make_unique<TestCredentials>(as); },
                            .config = [this] { return config_; },
                            .sees_all_jobs = [this](uid_t user) { return IsOperator(user); }},
                           limits);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  virtual std::optional<bool> IsOperator(uid_t user) {
    if (user == 8) return std::nullopt;
    return user == 7;
  }

  absl::StatusOr<std::string> Ask(uid_t user, std::vector<QueryHost> hosts = {}) {
    if (hosts.empty()) hosts = {{"127.0.0.1", server_->port()}};
    const QueryClient client(
        {.hosts = std::move(hosts), .trusted = {0, kScarbond}, .silence = absl::Seconds(20)},
        std::make_unique<TestCredentials>(user));
    std::string answer;
    std::vector<std::string> notes;
    const absl::Status asked = client.Ask(
        {.kind = QueryKind::kRecords},
        [&](absl::string_view bytes) {
          absl::StrAppend(&answer, bytes);
          return absl::OkStatus();
        },
        &notes);
    if (!asked.ok()) return asked;
    return answer;
  }

  // A connection without our client.
  Descriptor Connect() const {
    Descriptor connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    struct sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(server_->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(
        connect(connection.get(), reinterpret_cast<struct sockaddr*>(&address), sizeof(address)),
        0);
    return connection;
  }

  const TemporaryFolder folder_;
  DaemonConfig config_;
  std::unique_ptr<QueryServer> server_;
};

TEST_F(QueryServerTest, AnswersEachUserAsFarAsSheMaySee) {
  Start();
  const absl::StatusOr<std::string> own = Ask(kAlice), all = Ask(7), root = Ask(0);
  ASSERT_TRUE(own.ok()) << own.status();
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_THAT(*own, HasSubstr("\"user_id\":4242424"));
  EXPECT_THAT(*own, Not(HasSubstr("\"user_id\":666")));
  EXPECT_THAT(*all, HasSubstr("\"user_id\":666"));
  EXPECT_THAT(*root, HasSubstr("\"user_id\":666"));
}

// Whose jobs she may see is not known then: the answer must not look whole.
TEST_F(QueryServerTest, ShowsNoRecordsWhileSlurmctldDoesNotAnswer) {
  Start();
  const absl::Status asked = Ask(8).status();
  EXPECT_EQ(asked.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(asked.message(), HasSubstr("slurmctld does not answer"));
}

// A reader who takes nothing must not keep others from their answers.
TEST_F(QueryServerTest, GivesUpASlowReader) {
  std::string lines;
  while (lines.size() < 40 * kMaxPieceData) lines += Line({.sequence = 3, .uid = kAlice});
  std::ofstream(config_.paths.log, std::ios::app) << lines;
  Start(kScarbond, {.silence = absl::Milliseconds(100), .waiting = absl::Milliseconds(500)});
  const Descriptor slow = Connect();
  LineSocket writer(slow.get(), absl::Seconds(20));
  ASSERT_TRUE(
      writer
          .WriteLine(*TestCredentials(kAlice).Write(WriteQuery({.kind = QueryKind::kRecords}), {}))
          .ok());
  const absl::StatusOr<std::string> other = Ask(kMallory);
  EXPECT_TRUE(other.ok()) << other.status();
}

TEST_F(QueryServerTest, SendsALargeAnswerInPieces) {
  std::string lines;
  while (lines.size() < 3 * kMaxPieceData) lines += Line({.sequence = 3, .uid = kAlice});
  std::ofstream(config_.paths.log, std::ios::app) << lines;
  Start();
  const absl::StatusOr<std::string> answer = Ask(kAlice);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(absl::EndsWith(*answer, lines));
}

TEST_F(QueryServerTest, GivesTheErrorOfTheAnswer) {
  Start();
  config_.paths.log = "/nowhere/placements.jsonl";
  const absl::Status asked = Ask(kAlice).status();
  EXPECT_EQ(asked.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(asked.message(), HasSubstr("/nowhere/placements.jsonl"));
}

// Anybody on the machine can listen while scarbond does not.
TEST_F(QueryServerTest, AnAnswerOfAnotherUserIsNotBelieved) {
  Start(/*as=*/kMallory);
  const absl::Status asked = Ask(kAlice).status();
  EXPECT_EQ(asked.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(asked.message(), HasSubstr("SLURM_CARBON_PUBLISHER"));
}

TEST_F(QueryServerTest, AsksTheNextControllerIfOneIsBusy) {
  Start(kScarbond, {.connections = 1});
  const Descriptor first = Connect();
  const std::unique_ptr<QueryServer> busy = std::move(server_);
  Start();
  const absl::StatusOr<std::string> answer =
      Ask(kAlice, {{"127.0.0.1", busy->port()}, {"127.0.0.1", server_->port()}});
  EXPECT_TRUE(answer.ok()) << answer.status();
}

TEST_F(QueryServerTest, AsksTheNextControllerIfOneDoesNotListen) {
  Start();
  const absl::StatusOr<std::string> answer =
      Ask(kAlice, {{"127.0.0.1", 1}, {"127.0.0.1", server_->port()}});
  EXPECT_TRUE(answer.ok()) << answer.status();
  const absl::Status none = Ask(kAlice, {{"127.0.0.1", 1}, {"::1", 1}}).status();
  EXPECT_EQ(none.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(none.message(), HasSubstr("127.0.0.1:1: Connection refused; [::1]:1: "));
}

TEST_F(QueryServerTest, ALineThatIsNoCredentialGetsNoAnswer) {
  Start();
  for (const std::string& line :
       {std::string("hello"), std::string("GET / HTTP/1.1"), std::string(1 << 20, 'x')}) {
    const Descriptor connection = Connect();
    LineSocket lines(connection.get(), absl::Seconds(20));
    (void)lines.WriteLine(line);  // of the long one, scarbond does not read the end
    const absl::StatusOr<std::string> answer = lines.ReadLine(1 << 20, absl::Seconds(20));
    EXPECT_FALSE(answer.ok()) << *answer;
    EXPECT_NE(answer.status().code(), absl::StatusCode::kDeadlineExceeded);
  }
  EXPECT_TRUE(Ask(kAlice).ok());
}

TEST_F(QueryServerTest, AQueryOfAnotherVersionIsAnsweredWithAnError) {
  Start();
  const TestCredentials alice(kAlice);
  const Descriptor connection = Connect();
  LineSocket lines(connection.get(), absl::Seconds(20));
  ASSERT_TRUE(lines.WriteLine(*alice.Write("{\"version\":99}", {})).ok());
  const absl::StatusOr<std::string> line = lines.ReadLine(1 << 20, absl::Seconds(20));
  ASSERT_TRUE(line.ok()) << line.status();
  const absl::StatusOr<AnswerPiece> piece = ParseAnswerPiece(alice.Read(*line)->text);
  ASSERT_TRUE(piece.ok()) << piece.status();
  EXPECT_TRUE(piece->is_last);
  EXPECT_EQ(piece->status.code(), absl::StatusCode::kInvalidArgument);
}

// A connection that sends nothing keeps no place for long.
TEST_F(QueryServerTest, ClosesASilentConnection) {
  Start(kScarbond, {.connections = 1, .query = absl::Milliseconds(50)});
  const Descriptor silent = Connect();
  LineSocket lines(silent.get(), absl::Seconds(20));
  EXPECT_EQ(lines.ReadLine(1000, absl::Seconds(20)).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(QueryServerTest, ClosesConnectionsBeyondItsNumber) {
  Start(kScarbond, {.connections = 2});
  const Descriptor first = Connect(), second = Connect();
  const absl::Status asked = Ask(kAlice).status();
  EXPECT_EQ(asked.code(), absl::StatusCode::kUnavailable) << asked;
  EXPECT_THAT(asked.message(), HasSubstr("busy"));
}

TEST_F(QueryServerTest, EndsWhileAConnectionIsOpen) {
  Start();
  const Descriptor open = Connect();
  EXPECT_TRUE(Ask(kAlice).ok());
  server_ = nullptr;
  LineSocket lines(open.get(), absl::Seconds(20));
  EXPECT_EQ(lines.ReadLine(1000, absl::Seconds(20)).status().code(), absl::StatusCode::kOutOfRange);
}

// Holds answers back until it is opened.
class BlockedServerTest : public QueryServerTest {
 protected:
  std::optional<bool> IsOperator(uid_t) override {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
    return false;
  }
  void WaitFor(int waiting) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= waiting; });
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool is_open_ = false;
};

TEST_F(BlockedServerTest, OneUserCannotTakeAllAnswers) {
  Start(kScarbond, {.connections_of_user = 2});
  std::vector<std::thread> asking;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 2; ++i) {
    asking.emplace_back([&] { answered += Ask(kMallory).ok() ? 1 : 0; });
  }
  WaitFor(2);
  const absl::Status third = Ask(kMallory).status();
  EXPECT_EQ(third.code(), absl::StatusCode::kUnavailable) << third;
  EXPECT_THAT(third.message(), HasSubstr("already answers 2 queries of this user"));
  std::thread other([&] { answered += Ask(kAlice).ok() ? 1 : 0; });
  WaitFor(3);
  Open();
  for (std::thread& thread : asking) thread.join();
  other.join();
  EXPECT_EQ(answered, 3);
}

TEST(StartQueryServer, SaysWhichPortOrAddressIsWrong) {
  const auto start = [](const ListenConfig& listen) {
    return QueryServer::Start(listen, {}).status();
  };
  const absl::Status address = start({.port = 0, .address = "nowhere.invalid"});
  EXPECT_EQ(address.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(address.message(), HasSubstr("listen.address nowhere.invalid: "));
  const Descriptor taken(socket(AF_INET, SOCK_STREAM, 0));
  struct sockaddr_in any = {};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(any);
  ASSERT_EQ(bind(taken.get(), reinterpret_cast<struct sockaddr*>(&any), size), 0);
  ASSERT_EQ(listen(taken.get(), 1), 0);
  ASSERT_EQ(getsockname(taken.get(), reinterpret_cast<struct sockaddr*>(&any), &size), 0);
  const int port = ntohs(any.sin_port);
  EXPECT_THAT(start({.port = port, .address = "127.0.0.1"}).message(),
              HasSubstr(absl::StrCat("port ", port, ": bind: Address already in use")));
}

TEST(ParseQueryHost, TakesNamesAndAddresses) {
  const auto text = [](absl::string_view from) {
    const absl::StatusOr<QueryHost> host = ParseQueryHost(from);
    return host.ok() ? absl::StrCat(host->name, " ", host->port)
                     : std::string(host.status().message());
  };
  EXPECT_EQ(text("ctl"), "ctl 6824");
  EXPECT_EQ(text("ctl:7000"), "ctl 7000");
  EXPECT_EQ(text("192.0.2.1:7000"), "192.0.2.1 7000");
  EXPECT_EQ(text("2001:db8::1"), "2001:db8::1 6824");
  EXPECT_EQ(text("[2001:db8::1]"), "2001:db8::1 6824");
  EXPECT_EQ(text("[2001:db8::1]:7000"), "2001:db8::1 7000");
  for (const char* wrong :
       {"", ":7000", "ctl:", "ctl:0", "ctl:65536", "ctl:x", "[", "[]:1", "[a]x"}) {
    EXPECT_THAT(text(wrong), HasSubstr("is not HOST, HOST:PORT or [ADDRESS]:PORT")) << wrong;
  }
}

}  // namespace
}  // namespace carbon
