// A folder of a test's own, gone with all that is in it when the test is over.
#ifndef TESTS_TEMPORARY_FOLDER_H_
#define TESTS_TEMPORARY_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace carbon {

class TemporaryFolder {
 public:
  // "/tmp/carbon-…", or within TMPDIR.
  TemporaryFolder() {
    path_ = std::filesystem::temp_directory_path() / "carbon-XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) abort();
  }
  ~TemporaryFolder() {
    std::error_code error;  // a test may have made it unreadable
    std::filesystem::remove_all(path_, error);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace carbon

#endif  // TESTS_TEMPORARY_FOLDER_H_
