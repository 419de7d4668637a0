// Tests ReadPluginFile on the plugin that was built, with the headers of its build, and on files
// that are not plugins.
#include "plugin/installation/plugin_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <slurm/slurm.h>
#include <slurm/slurm_version.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "absl/strings/str_cat.h"
#include "plugin/installation/elf_file.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class PluginFileTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& bytes) {
    const std::string path = folder_ + "/file.so";
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    return path;
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
};

TEST_F(PluginFileTest, HasTheReleaseOfTheHeadersItWasBuiltWith) {
  const absl::StatusOr<PluginFile> plugin = ReadPluginFile(CARBON_PLUGIN_FILE);
  ASSERT_TRUE(plugin.ok()) << plugin.status();
  EXPECT_EQ(plugin->version.major, SLURM_VERSION_MAJOR(SLURM_VERSION_NUMBER));
  EXPECT_EQ(plugin->version.minor, SLURM_VERSION_MINOR(SLURM_VERSION_NUMBER));
  EXPECT_EQ(plugin->version.micro, SLURM_VERSION_MICRO(SLURM_VERSION_NUMBER));
  EXPECT_EQ(plugin->type, "job_submit/carbon");
  EXPECT_THAT(plugin->missing, IsEmpty());
}

TEST_F(PluginFileTest, IsReadWithoutBeingLoaded) {
  ASSERT_TRUE(ReadPluginFile(CARBON_PLUGIN_FILE).ok());
  EXPECT_EQ(Contents("/proc/self/maps").find("job_submit_carbon.so"), std::string::npos);
}

TEST_F(PluginFileTest, TellsOfWhatIsNoPlugin) {
  const auto refusal = [](const std::string& path) {
    const absl::StatusOr<PluginFile> plugin = ReadPluginFile(path);
    return plugin.ok() ? "" : std::string(plugin.status().message());
  };
  EXPECT_EQ(refusal(Write("")), folder_ + "/file.so: is not an ELF file");
  EXPECT_EQ(refusal(Write("#!/bin/sh\n")), folder_ + "/file.so: is not an ELF file");
  EXPECT_EQ(refusal("/proc/self/exe"),
            "/proc/self/exe: is not a Slurm plugin: it has no plugin_name");
  EXPECT_EQ(refusal(folder_), folder_ + ": is not a regular file");
  ASSERT_EQ(mkfifo((folder_ + "/fifo").c_str(), 0600), 0);
  EXPECT_EQ(refusal(folder_ + "/fifo"), folder_ + "/fifo: is not a regular file");
  EXPECT_TRUE(absl::IsNotFound(ReadPluginFile(folder_ + "/none").status()));

  std::string foreign = Contents(CARBON_PLUGIN_FILE);
  foreign[18] = 2;  // e_machine: a SPARC
  foreign[19] = 0;
  EXPECT_EQ(refusal(Write(foreign)), folder_ + "/file.so: is for another kind of machine");
}

// Slurm calls both, and gives up where one is missing.
TEST_F(PluginFileTest, NamesWhatSlurmctldWouldMiss) {
  std::string bytes = Contents(CARBON_PLUGIN_FILE);
  const std::string name("\0job_modify\0", 12);
  for (size_t at = bytes.find(name); at != std::string::npos; at = bytes.find(name, at + 1)) {
    bytes[at + 1] = 'J';
  }
  const absl::StatusOr<PluginFile> plugin = ReadPluginFile(Write(bytes));
  ASSERT_TRUE(plugin.ok()) << plugin.status();
  EXPECT_THAT(plugin->missing, ElementsAre("job_modify"));
}

// An interrupted copy, a bad disk: an error or a plugin, and never the end of the process.
TEST_F(PluginFileTest, SurvivesDamage) {
  const std::string whole = Contents(CARBON_PLUGIN_FILE);
  ASSERT_GT(whole.size(), 4096u);
  for (size_t length = 0; length < 1024; length += 7) {
    EXPECT_FALSE(ReadPluginFile(Write(whole.substr(0, length))).ok()) << length;
  }
  std::mt19937_64 random(20261125);
  for (int i = 0; i < 60; ++i) {
    ReadPluginFile(Write(whole.substr(0, random() % whole.size()))).status().IgnoreError();
  }
  // The positions of the file's tables: at the beginning and the end.
  for (int i = 0; i < 300; ++i) {
    std::string damaged = whole;
    for (int j = 0; j < 8; ++j) {
      const size_t at = random() % 2048;
      damaged[random() % 2 == 0 ? at : damaged.size() - 1 - at] = static_cast<char>(random());
    }
    ReadPluginFile(Write(damaged)).status().IgnoreError();
  }
}

TEST_F(PluginFileTest, KnowsWhatALibraryNeeds) {
  const absl::StatusOr<ElfFile> elf = ElfFile::Read(CARBON_PLUGIN_FILE);
  ASSERT_TRUE(elf.ok()) << elf.status();
  EXPECT_THAT(elf->Needed(), Contains(HasSubstr("libc.so")));
  EXPECT_TRUE(elf->Exports("job_submit"));
  EXPECT_FALSE(elf->Exports("slurm_error"));  // it needs that one
  EXPECT_EQ(elf->Variable("job_submit_nothing", 4), std::nullopt);
}

TEST(FindSlurmVersion, FindsWhatSlurmWrites) {
  const struct {
    const char* text;
    SlurmVersion version;
  } kCases[] = {{"22.05.8", {22, 5, 8}},
                {"slurm-wlm 22.05.8\n", {22, 5, 8}},
                {"slurm 23.11.0-0rc1", {23, 11, 0}},
                {"slurm 25.11.10", {25, 11, 10}},
                {"built with gcc 12, slurm 24.05.4", {24, 5, 4}}};
  for (const auto& [text, version] : kCases) {
    const absl::StatusOr<SlurmVersion> found = FindSlurmVersion(text);
    ASSERT_TRUE(found.ok()) << text;
    EXPECT_EQ(*found, version) << text;
  }
  for (const char* text : {"", "slurm", "22.05", "22.05.", ".5.8", "300.1.1", "99999999999.1.1"}) {
    EXPECT_FALSE(FindSlurmVersion(text).ok()) << text;
  }
  EXPECT_EQ(FormatSlurmVersion({22, 5, 8}), "22.05.8");
  EXPECT_LT((SlurmVersion{22, 5, 11}), (SlurmVersion{23, 2, 0}));
}

}  // namespace
}  // namespace carbon
