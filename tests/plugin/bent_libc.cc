#include "tests/plugin/bent_libc.h"

#include <limits.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "absl/strings/str_cat.h"

namespace {

std::atomic<int64_t> clock_offset_seconds{0};

std::atomic<bool> disk_hangs{false};
std::atomic<int> writers_waiting{0};
std::mutex disk_mutex;
std::condition_variable disk_released;
std::string& HangingPath() {
  static auto& path = *new std::string;
  return path;
}

void WaitForDisk(int fd) {
  if (!disk_hangs.load()) return;
  char name[PATH_MAX];
  const ssize_t length =
      readlink(absl::StrCat("/proc/self/fd/", fd).c_str(), name, sizeof(name) - 1);
  std::unique_lock lock(disk_mutex);
  if (length < 0 || std::string(name, static_cast<size_t>(length)) != HangingPath()) return;
  writers_waiting.fetch_add(1);
  disk_released.wait(lock, [] { return !disk_hangs.load(); });
  writers_waiting.fetch_sub(1);
}

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT int clock_gettime(clockid_t clock, struct timespec* now) noexcept {
  const long result = syscall(SYS_clock_gettime, clock, now);
  if (result == 0 && clock == CLOCK_REALTIME) now->tv_sec += clock_offset_seconds.load();
  return static_cast<int>(result);
}

EXPORT ssize_t write(int fd, const void* bytes, size_t count) {
  WaitForDisk(fd);
  return syscall(SYS_write, fd, bytes, count);
}

namespace carbon {

void StepClock(absl::Duration offset) { clock_offset_seconds.store(absl::ToInt64Seconds(offset)); }

absl::Time TrueNow() {
  struct timespec now;
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
  return absl::TimeFromTimespec(now);
}

void HangDisk(const std::string& path) {
  std::lock_guard lock(disk_mutex);
  HangingPath() = path;
  disk_hangs.store(true);
}

void ReleaseDisk() {
  {
    std::lock_guard lock(disk_mutex);
    disk_hangs.store(false);
  }
  disk_released.notify_all();
}

bool DiskHangs() { return writers_waiting.load() > 0; }

}  // namespace carbon
