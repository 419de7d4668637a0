#include "store/log_file.h"

#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/record/record_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LogFileTest : public ::testing::Test {
 protected:
  // Writes text through one of libarchive's filters.
  void WriteCompressed(int (*add_filter)(archive*), const std::string& text) const {
    archive* const writer = archive_write_new();
    ASSERT_EQ(add_filter(writer), ARCHIVE_OK);
    archive_write_set_format_raw(writer);
    ASSERT_EQ(archive_write_open_filename(writer, path_.c_str()), ARCHIVE_OK);
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    ASSERT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    ASSERT_EQ(archive_write_data(writer, text.data(), text.size()),
              static_cast<la_ssize_t>(text.size()));
    archive_entry_free(entry);
    ASSERT_EQ(archive_write_free(writer), ARCHIVE_OK);
  }
  void Write(const std::string& text) const { std::ofstream(path_) << text; }

  std::vector<std::string> Lines() {
    std::vector<std::string> lines;
    absl::StatusOr<LogFile> file = LogFile::Open(path_);
    EXPECT_TRUE(file.ok()) << file.status();
    if (!file.ok()) return lines;
    for (std::string line; file->Next(&line);) lines.push_back(line);
    status_ = file->status();
    is_compressed_ = file->is_compressed();
    had_newline_ = file->had_newline();
    return lines;
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/log";
  absl::Status status_;
  bool is_compressed_ = false, had_newline_ = false;
};

TEST_F(LogFileTest, ReadsWhatLogrotateCompresses) {
  for (const auto add_filter : {archive_write_add_filter_gzip, archive_write_add_filter_zstd,
                                archive_write_add_filter_xz, archive_write_add_filter_bzip2}) {
    WriteCompressed(add_filter, "one\n\ntwo\n");
    EXPECT_THAT(Lines(), ElementsAre("one", "", "two"));
    EXPECT_TRUE(is_compressed_);
    EXPECT_TRUE(status_.ok()) << status_;
    WriteCompressed(add_filter, "");
    EXPECT_THAT(Lines(), ElementsAre());
    EXPECT_TRUE(status_.ok()) << status_;
  }
}

TEST_F(LogFileTest, SkipsToAByteOfTheText) {
  // More than one block, so that a compressed file is skipped in pieces.
  std::string text;
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&text, "line ", i, "\n");
  const auto middle = static_cast<int64_t>(text.find("line 15000\n"));
  for (const bool is_compressed : {false, true}) {
    if (is_compressed) {
      WriteCompressed(archive_write_add_filter_gzip, text);
    } else {
      Write(text);
    }
    absl::StatusOr<LogFile> file = LogFile::Open(path_);
    ASSERT_TRUE(file.ok());
    file->Skip(middle);
    std::string line;
    ASSERT_TRUE(file->Next(&line));
    EXPECT_EQ(line, "line 15000");
    EXPECT_EQ(file->offset(), middle + 11);
    EXPECT_EQ(file->is_compressed(), is_compressed);
    absl::StatusOr<LogFile> behind = LogFile::Open(path_);
    ASSERT_TRUE(behind.ok());
    behind->Skip(static_cast<int64_t>(text.size()) + 7);
    EXPECT_FALSE(behind->Next(&line));
    EXPECT_TRUE(behind->status().ok()) << behind->status();
  }
}

TEST_F(LogFileTest, ReadsAPlainFileAndSaysWhetherItsLastLineIsWhole) {
  Write("one\ntwo");
  EXPECT_THAT(Lines(), ElementsAre("one", "two"));
  EXPECT_FALSE(is_compressed_);
  EXPECT_FALSE(had_newline_);
  Write("one\n");
  EXPECT_THAT(Lines(), ElementsAre("one"));
  EXPECT_TRUE(had_newline_);
  Write("");
  EXPECT_THAT(Lines(), ElementsAre());
  EXPECT_TRUE(status_.ok()) << status_;
}

TEST_F(LogFileTest, GivesTheLinesBeforeTheEndOfAFileThatWasCut) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) absl::StrAppend(&text, i, "\n");
  WriteCompressed(archive_write_add_filter_gzip, text);
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) / 2);
  const std::vector<std::string> lines = Lines();
  ASSERT_GT(lines.size(), 10'000u);
  EXPECT_EQ(lines[9999], "9999");
  EXPECT_EQ(status_.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status_.message()), HasSubstr(path_ + ": "));
}

TEST_F(LogFileTest, CutsALineThatIsTooLong) {
  Write(std::string(3 * kMaxLogLine, 'x') + "\nnext\n");
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].size(), kMaxLogLine + 1);
  EXPECT_EQ(lines[1], "next");
}

TEST_F(LogFileTest, SaysWhyAFileCannotBeOpened) {
  EXPECT_EQ(LogFile::Open(path_).status().message(), path_ + ": No such file or directory");
  EXPECT_EQ(LogFile::Open(folder_.path()).status().message(), folder_.path() + ": Is a directory");
}

}  // namespace
}  // namespace carbon
