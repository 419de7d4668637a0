// The id of one life of a process that writes records: 16 hexadecimal digits.
#ifndef STORE_BOOT_ID_H_
#define STORE_BOOT_ID_H_

#include <string>

namespace carbon {

// Not from a seed: two controllers started in the same second must not share decision ids. Asks the
// kernel; never blocks for long, never fails.
std::string DrawBootId();

}  // namespace carbon

#endif  // STORE_BOOT_ID_H_
