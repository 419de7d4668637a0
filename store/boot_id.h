// Draws the id of a process that writes records, from its start to its end: 16 hexadecimal digits.
#ifndef STORE_BOOT_ID_H_
#define STORE_BOOT_ID_H_

#include <string>

namespace carbon {

// Draws random bits from the kernel instead of from a seed: two controllers that start in the same
// second must not share decision ids. Never fails, and never blocks for long.
std::string DrawBootId();

}  // namespace carbon

#endif  // STORE_BOOT_ID_H_
