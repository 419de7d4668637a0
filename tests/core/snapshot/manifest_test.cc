#include "core/snapshot/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/core/snapshot_parts.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

TEST(Manifest, ReadsBackWhatItWrites) {
  Manifest manifest = AManifest();
  manifest.published_at += absl::Milliseconds(250);
  const auto parsed = ParseManifest(SerializeManifest(manifest));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->published_at, manifest.published_at);
  EXPECT_EQ(parsed->hashes, manifest.hashes);
  EXPECT_EQ(parsed->readers, manifest.readers);
}

TEST(Manifest, LooksAsDocumented) {
  EXPECT_EQ(
      SerializeManifest(AManifest()),
      absl::StrCat(R"({"version":3,"published_at":"2026-11-24T06:00:00Z","parts":{"config":")",
                   std::string(64, 'a'), R"(","forecast":")", std::string(64, 'b'),
                   R"(","capacity":")", std::string(64, 'c'), R"(","admission":")",
                   std::string(64, 'd'),
                   R"("},"readers":{"log":"/l/placements.jsonl","period_s":7}})", "\n"));
}

// What scarbond of the version before wrote, word by word.
TEST(Manifest, ReadsTheVersionBefore) {
  const std::string version2 =
      absl::StrCat(R"({"version":2,"published_at":"2026-11-24T06:00:00Z","parts":{"config":")",
                   kHash, R"(","forecast":")", kHash, R"(","capacity":")", std::string(64, 'c'),
                   R"(","admission":")", kHash, "\"}}\n");
  const auto parsed = ParseManifest(version2);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->published_at, kNow);
  EXPECT_EQ(parsed->hashes[SnapshotPart::kCapacity], std::string(64, 'c'));
  EXPECT_EQ(parsed->readers, std::nullopt);
  EXPECT_EQ(SerializeManifest(*parsed), version2);
}

TEST(SnapshotPart, IsWhereItsIndexSays) {
  for (size_t i = 0; i < kPartCount; ++i) EXPECT_EQ(static_cast<size_t>(kParts[i].part), i);
  const std::string names[] = {"config-h.json", "forecast-h.bin", "capacity-h.json",
                               "admission-h.json", "runtimes-h.json"};
  for (const PartInfo& info : kParts) {
    EXPECT_EQ(PartFileName(info.part, "h"), names[static_cast<size_t>(info.part)]);
    EXPECT_EQ(&InfoOf(info.part), &info);
  }
}

TEST(Manifest, RefusesAnotherVersionBeforeAllElse) {
  const auto parsed = ParseManifest(R"({"version":5,"surprise":[]})");
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(parsed.status().message(), "manifest: version 5, this program reads versions 2 to 4");
}

// A plugin of the release before reads what is published if no runtimes are learnt.
TEST(Manifest, IsOfTheVersionBeforeWithoutRuntimes) {
  EXPECT_EQ(SerializeManifest(AManifest()).substr(0, 12), "{\"version\":3");
  Manifest manifest = AManifest();
  manifest.hashes[SnapshotPart::kRuntimes] = std::string(64, 'e');
  const std::string bytes = SerializeManifest(manifest);
  EXPECT_EQ(bytes, absl::StrReplaceAll(
                       SerializeManifest(AManifest()),
                       {{"\"version\":3", "\"version\":4"},
                        {"\"},\"readers\"", absl::StrCat("\",\"runtimes\":\"", std::string(64, 'e'),
                                                         "\"},\"readers\"")}}));
  const auto parsed = ParseManifest(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->hashes, manifest.hashes);
  EXPECT_EQ(parsed->readers, manifest.readers);
}

TEST(Manifest, RefusesRuntimesInAnOlderVersionAndDemandsThemInTheNewer) {
  Manifest manifest = AManifest();
  const auto older = ParseManifest(
      absl::StrReplaceAll(SerializeManifest(manifest), {{"\"version\":3", "\"version\":4"}}));
  EXPECT_EQ(older.status().message(), R"(manifest: /parts: "runtimes" is missing)");
  manifest.hashes[SnapshotPart::kRuntimes] = std::string(64, 'e');
  const auto newer = ParseManifest(
      absl::StrReplaceAll(SerializeManifest(manifest), {{"\"version\":4", "\"version\":3"}}));
  EXPECT_EQ(newer.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(newer.status().message()),
              HasSubstr(R"(manifest: /parts/runtimes: unknown key "runtimes")"));
}

TEST(Manifest, RefusesWhatIsBrokenSayingWhereAndWhy) {
  const auto with = [](const std::string& published_at, const std::string& parts) {
    return absl::StrCat(R"({"version":2,"published_at":)", published_at, R"(,"parts":)", parts,
                        "}");
  };
  const std::string when = R"("2026-11-24T06:00:00Z")";
  const std::string hashes =
      absl::StrCat(R"({"config":")", kHash, R"(","forecast":")", kHash, R"(","capacity":")");
  const std::string whole = absl::StrCat(R"({"version":3,"published_at":)", when, R"(,"parts":)",
                                         hashes, kHash, R"(","admission":")", kHash, "\"}");
  const struct {
    std::string bytes;
    std::string message;
  } kCases[] = {
      {"", "manifest: is not a JSON object"},
      {"[]", "manifest: is not a JSON object"},
      {R"({"version":2,)", "manifest: is not a JSON object"},
      {"{}", "manifest: /version: is not a whole number"},
      {R"({"version":"1"})", "manifest: /version: is not a whole number"},
      {R"({"version":2})", R"(manifest: "published_at" is missing)"},
      {with("7", "{}"), "manifest: /published_at: must be a string, not 7"},
      {with(R"("yesterday")", "{}"), "\"yesterday\" is not a time in UTC"},
      {with(R"("infinite-future")", "{}"), "\"infinite-future\" is not a time in UTC"},
      {absl::StrCat(R"({"version":2,"published_at":)", when, "}"),
       R"(manifest: "parts" is missing)"},
      {with(when, "[]"), "manifest: /parts: must be an object, not an array"},
      {with(when, "{}"), R"(manifest: /parts: "config" is missing)"},
      {with(when, hashes + "../../etc/passwd\"}"), "manifest: /parts/capacity: is not a SHA-256"},
      {with(when, hashes + std::string(64, 'A') + "\"}"),
       "manifest: /parts/capacity: is not a SHA-256"},
      {with(when, hashes + kHash + "\"}"), R"(manifest: /parts: "admission" is missing)"},
      {with(when, hashes + kHash + R"(","admission":")" + kHash + R"(","tariff":""})"),
       R"(manifest: /parts/tariff: unknown key "tariff")"},
      {absl::StrCat(whole, "}"), R"(manifest: "readers" is missing)"},
      {absl::StrCat(whole, R"(,"readers":[]})"),
       "manifest: /readers: must be an object, not an array"},
      {absl::StrCat(whole, R"(,"readers":{"log":"l","period_s":5}})"),
       "manifest: /readers/log: is not an absolute path"},
      {absl::StrCat(whole, R"(,"readers":{"log":"/l"}})"),
       R"(manifest: /readers: "period_s" is missing)"},
      {absl::StrCat(whole, R"(,"readers":{"log":"/l","period_s":0}})"),
       "manifest: /readers/period_s: is not a whole number in [1, "},
      {absl::StrCat(absl::StrReplaceAll(whole, {{":3,", ":2,"}}), R"(,"readers":{}})"),
       R"(manifest: /readers: unknown key "readers")"},
  };
  for (const auto& c : kCases) {
    const auto parsed = ParseManifest(c.bytes);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kDataLoss) << c.bytes;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(c.message)) << c.bytes;
  }
}

}  // namespace
}  // namespace carbon
