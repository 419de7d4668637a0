// Root may read anything: a test of what may not be read gives that up for a while.
#ifndef TESTS_WITHOUT_ROOTS_RIGHTS_H_
#define TESTS_WITHOUT_ROOTS_RIGHTS_H_

#include <unistd.h>

#include <cstdlib>

namespace carbon {

// If the process is root's, it has nobody's rights until the end of the scope.
class WithoutRootsRights {
 public:
  WithoutRootsRights() : was_root_(geteuid() == 0) {
    if (was_root_ && seteuid(kNobody) != 0) abort();
  }
  ~WithoutRootsRights() {
    if (was_root_ && seteuid(0) != 0) abort();
  }
  WithoutRootsRights(const WithoutRootsRights&) = delete;
  WithoutRootsRights& operator=(const WithoutRootsRights&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;
  const bool was_root_;
};

}  // namespace carbon

#endif  // TESTS_WITHOUT_ROOTS_RIGHTS_H_
