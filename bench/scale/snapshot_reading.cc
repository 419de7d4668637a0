// Measures, outside of slurmctld, the time and memory that the plugin needs for a new capacity
// part:
//
//   snapshot_reading FOLDER ROUNDS
//
// Reads the snapshot of the folder, then treats its capacity part as new ROUNDS times: bytes, hash,
// parsing, assembling, and the calendars that decisions use. Prints as JSON the milliseconds of
// processor time of each round, the bytes of the part, the bytes of memory that it keeps, and the
// maximum that is allocated in addition while it is read.
#include <malloc.h>
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "core/cluster/capacity_codec.h"
#include "core/cluster/ledger.h"
#include "core/snapshot/snapshot.h"
#include "store/snapshot_store.h"

namespace {

// One thread, so no atomics.
int64_t allocated = 0, most_allocated = 0;

double ProcessorMs() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

}  // namespace

void* operator new(size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  allocated += static_cast<int64_t>(malloc_usable_size(memory));
  if (allocated > most_allocated) most_allocated = allocated;
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) allocated -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: snapshot_reading FOLDER ROUNDS\n");
    return 2;
  }
  const std::string folder = argv[1];
  carbon::SnapshotReader reader(folder);
  const auto read = reader.ReadIfChanged();
  if (!read.ok()) {
    std::fprintf(stderr, "snapshot_reading: %s\n", std::string(read.status().message()).c_str());
    return 1;
  }
  const std::shared_ptr<const carbon::Snapshot> snapshot = *read;
  const std::string& hash = snapshot->manifest().hashes[carbon::SnapshotPart::kCapacity];
  std::optional<carbon::LedgerBase> base;
  std::shared_ptr<const carbon::Snapshot> last;
  int64_t held = 0, most = 0;
  size_t size = 0;
  std::printf("{\"processor_ms\": [");
  for (int round = 0; round < std::atoi(argv[2]); ++round) {
    base.reset();
    last.reset();
    const int64_t before = allocated;
    most_allocated = allocated;
    const double begin = ProcessorMs();
    {
      std::ifstream file(
          folder + "/" + snapshot->manifest().FileOf(carbon::SnapshotPart::kCapacity),
          std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      size = bytes.size();
      if (carbon::Sha256Hex(bytes) != hash) return 1;
      auto capacity = carbon::ParseCapacity(bytes);
      if (!capacity.ok()) return 1;
      auto assembled =
          carbon::Snapshot::Assemble(snapshot->manifest(), snapshot->shared_directory(),
                                     snapshot->shared_forecasts(), *std::move(capacity));
      if (!assembled.ok()) return 1;
      last = *assembled;
      base.emplace(last->capacity());
    }
    std::printf("%s%.3f", round == 0 ? "" : ", ", ProcessorMs() - begin);
    held = allocated - before;
    most = most_allocated - before;
  }
  std::printf(
      "], \"part_bytes\": %zu, \"held_bytes\": %lld, \"most_bytes\": %lld, \"uses\": %zu}\n", size,
      static_cast<long long>(held), static_cast<long long>(most),
      last == nullptr ? 0 : last->capacity().uses.size());
  return 0;
}
