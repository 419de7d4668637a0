#include "forecast/http/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/file.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The name contains this process's id, because several tests of this file may run at once.
std::string SecretPath() {
  return testing::TempDir() + "secret_file_test." + std::to_string(getpid());
}

absl::StatusOr<Secret> ReadBack(const std::string& content, mode_t mode = 0600) {
  const std::string path = SecretPath();
  EXPECT_TRUE(WriteFileAtomically(path, content).ok());
  EXPECT_EQ(chmod(path.c_str(), mode), 0);
  absl::StatusOr<Secret> secret = ReadSecretFile(path);
  unlink(path.c_str());
  return secret;
}

template <class T, class = void>
struct IsPrintable : std::false_type {};
template <class T>
struct IsPrintable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<T>())>>
    : std::true_type {};

TEST(Secret, DoesNotPrintItself) {
  static_assert(IsPrintable<std::string>::value);
  static_assert(!IsPrintable<Secret>::value);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!std::is_convertible_v<Secret, absl::string_view>);
  EXPECT_EQ(testing::PrintToString(Secret("hunter2")), "(secret)");
}

TEST(Secret, IsCopiedWhole) {
  Secret a("first");
  const Secret b(a);
  a = Secret("a second one that does not fit where the first one was");
  EXPECT_EQ(b.Reveal(), "first");
  EXPECT_EQ(a.Reveal(), "a second one that does not fit where the first one was");
}

TEST(ReadSecretFile, ReadsOneLineWithOrWithoutItsBreak) {
  for (const char* content : {"tok-123", "tok-123\n", "tok-123\r\n"}) {
    absl::StatusOr<Secret> secret = ReadBack(content);
    ASSERT_TRUE(secret.ok()) << secret.status();
    EXPECT_EQ(secret->Reveal(), "tok-123");
  }
  EXPECT_TRUE(ReadBack("tok-123", 0400).ok());
}

TEST(ReadSecretFile, RefusesAFileThatOthersGetAt) {
  for (const auto& [mode, shown] :
       {std::pair(0604, "604"), std::pair(0644, "644"), std::pair(0660, "660"),
        std::pair(0620, "620"), std::pair(0601, "601"), std::pair(0444, "444")}) {
    absl::StatusOr<Secret> secret = ReadBack("tok-123", static_cast<mode_t>(mode));
    EXPECT_EQ(secret.status().code(), absl::StatusCode::kPermissionDenied) << shown;
    EXPECT_EQ(secret.status().message(),
              SecretPath() + ": is open to group or others, mode " + shown + "; chmod 600");
  }
}

TEST(ReadSecretFile, LetsNoGroupReadButRootsOwn) {
  const std::string path = SecretPath();
  ASSERT_TRUE(WriteFileAtomically(path, "tok-123").ok());
  ASSERT_EQ(chmod(path.c_str(), 0440), 0);
  const bool of_root = geteuid() == 0 && chown(path.c_str(), 0, 0) == 0;
  EXPECT_EQ(ReadSecretFile(path).ok(), of_root);
  if (of_root) {
    ASSERT_EQ(chown(path.c_str(), 0, 1), 0);
    ASSERT_EQ(chmod(path.c_str(), 0440), 0);
    EXPECT_EQ(ReadSecretFile(path).status().code(), absl::StatusCode::kPermissionDenied);
    ASSERT_EQ(chown(path.c_str(), 65534, 0), 0);
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
    EXPECT_THAT(std::string(ReadSecretFile(path).status().message()),
                HasSubstr("is owned by uid 65534, not by root or uid 0"));
  }
  unlink(path.c_str());
}

TEST(ReadSecretFile, RefusesWhatIsNoSecretAndDoesNotQuoteIt) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "is empty"},
      {"\n", "is empty"},
      {"hunter2\nhunter2\n", "has more than one line"},
      {"hunter2\n\n", "has more than one line"},
      {"hunter2\rX", "has a control character"},
      {std::string("hunter2\0", 8), "has a control character"},
      {"\thunter2", "has a control character"},
  };
  for (const auto& [content, fact] : cases) {
    absl::StatusOr<Secret> secret = ReadBack(content);
    EXPECT_EQ(secret.status().code(), absl::StatusCode::kInvalidArgument) << fact;
    EXPECT_EQ(secret.status().message(), SecretPath() + ": " + fact);
  }
}

TEST(ReadSecretFile, RefusesWhatIsTooLong) {
  EXPECT_TRUE(ReadBack(std::string(kMaxSecretBytes, 'x') + "\n").ok());
  for (int more : {1, 2, 100000}) {
    absl::StatusOr<Secret> secret = ReadBack(std::string(kMaxSecretBytes + more, 'x'));
    EXPECT_EQ(secret.status().code(), absl::StatusCode::kResourceExhausted) << more;
    EXPECT_THAT(std::string(secret.status().message()), Not(HasSubstr("xx")));
  }
}

TEST(ReadSecretFile, RefusesWhatIsNoFile) {
  EXPECT_EQ(ReadSecretFile("/nowhere/token").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadSecretFile(testing::TempDir()).status().code(),
            absl::StatusCode::kPermissionDenied);
  const std::string pipe = SecretPath() + ".pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(ReadSecretFile(pipe).status().code(), absl::StatusCode::kPermissionDenied);
  unlink(pipe.c_str());
}

}  // namespace
}  // namespace carbon
