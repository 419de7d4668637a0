#include "store/boot_id.h"

#include <sys/random.h>
#include <unistd.h>

#include <cstdint>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace carbon {

std::string DrawBootId() {
  uint64_t bits = 0;
  if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits)) {
    bits = static_cast<uint64_t>(absl::ToUnixNanos(absl::Now())) ^
           (static_cast<uint64_t>(getpid()) << 40);
  }
  return absl::StrFormat("%016x", bits);
}

}  // namespace carbon
