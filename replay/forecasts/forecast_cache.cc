#include "replay/forecasts/forecast_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr absl::string_view kMagic = "scfcst01";
constexpr absl::string_view kSuffix = ".forecasts";
constexpr int64_t kMaxFileBytes = 64 << 20;

template <class T>
void Append(T value, std::string* bytes) {
  for (size_t i = 0; i < sizeof(T); ++i) bytes->push_back(static_cast<char>(value >> (8 * i)));
}

// Takes a number from the front; false: there are too few bytes.
template <class T>
bool Take(absl::string_view* bytes, T* value) {
  if (bytes->size() < sizeof(T)) return false;
  *value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    *value |= static_cast<T>(static_cast<unsigned char>((*bytes)[i])) << (8 * i);
  }
  bytes->remove_prefix(sizeof(T));
  return true;
}

absl::Time DayOf(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), absl::Hours(24));
}

absl::Status Write(const std::string& path, const std::string& bytes) {
  const std::string temporary = absl::StrCat(path, kTemporarySuffix, getpid());
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  errno = 0;
  std::ofstream out(temporary, std::ios::binary);
  out << bytes;
  out.close();
  if (!error && !out) error = std::error_code(errno, std::generic_category());
  if (out) std::filesystem::rename(temporary, path, error);
  if (out && !error) return absl::OkStatus();
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  return absl::UnavailableError(absl::StrCat(path, ": cannot be written: ", error.message()));
}

}  // namespace

ForecastCache::~ForecastCache() { Flush().IgnoreError(); }

absl::Status ForecastCache::Flush() {
  if (is_written_ || folder_.empty()) return failed_;
  std::string bytes(kMagic);
  for (const auto& [made_at, forecast] : forecasts_) {
    Append(static_cast<uint64_t>(made_at), &bytes);
    Append(static_cast<uint32_t>(forecast.size()), &bytes);
    bytes += forecast;
  }
  is_written_ = true;
  failed_.Update(Write(path_, bytes));
  return failed_;
}

void ForecastCache::Load(absl::Time time) {
  const absl::Time day = DayOf(time);
  if (day == day_) return;
  Flush().IgnoreError();
  day_ = day;
  forecasts_.clear();
  is_written_ = true;
  if (folder_.empty()) return;
  path_ = absl::StrCat(folder_, "/", absl::FormatTime("%Y-%m-%d", day, absl::UTCTimeZone()), "-",
                       key_(day), kSuffix);
  const absl::StatusOr<std::string> bytes = ReadFile(path_, kMaxFileBytes);
  if (!bytes.ok()) return;
  utimensat(AT_FDCWD, path_.c_str(), nullptr, 0);
  absl::string_view rest = *bytes;
  if (!absl::ConsumePrefix(&rest, kMagic)) return;
  uint64_t made_at = 0;
  uint32_t size = 0;
  while (Take(&rest, &made_at) && Take(&rest, &size) && size <= rest.size()) {
    forecasts_[static_cast<int64_t>(made_at)] = std::string(rest.substr(0, size));
    rest.remove_prefix(size);
  }
}

const std::string* ForecastCache::Find(absl::Time made_at) {
  Load(made_at);
  const auto found = forecasts_.find(absl::ToUnixSeconds(made_at));
  return found == forecasts_.end() ? nullptr : &found->second;
}

absl::Status ForecastCache::Add(absl::Time made_at, std::string bytes) {
  Load(made_at);
  forecasts_[absl::ToUnixSeconds(made_at)] = std::move(bytes);
  is_written_ = false;
  return failed_;
}

int64_t BoundForecastCache(const std::string& folder, int64_t max_bytes) {
  namespace fs = std::filesystem;
  struct File {
    fs::file_time_type used_at;
    fs::path path;
    int64_t bytes;
  };
  std::vector<File> files;
  int64_t total = 0;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (!absl::EndsWith(entry->path().filename().string(), kSuffix) ||
        !entry->is_regular_file(ignored)) {
      continue;
    }
    const auto bytes = static_cast<int64_t>(entry->file_size(ignored));
    files.push_back({entry->last_write_time(ignored), entry->path(), bytes});
    total += bytes;
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) {
    return std::tie(a.used_at, a.path) < std::tie(b.used_at, b.path);
  });
  for (const File& file : files) {
    if (total <= max_bytes) break;
    if (fs::remove(file.path, error)) total -= file.bytes;
  }
  return total;
}

}  // namespace carbon
