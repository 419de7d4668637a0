// The placement log, held against what was decided.
#ifndef TESTS_PLUGIN_HOST_LOG_CHECK_H_
#define TESTS_PLUGIN_HOST_LOG_CHECK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_set>

namespace carbon {

// A decision's id in eight bytes: what the host keeps must not look like a leak of the plugin's.
inline uint64_t IdHash(const std::string& id) { return std::hash<std::string>{}(id); }

// The log's records, looked at file by file so that a long run needs no disk.
class LogCheck {
 public:
  // Every line of the file; a broken one, or a record that comes again, is a broken promise.
  void Read(const std::string& path);

  bool Has(uint64_t id_hash) const { return decisions_.contains(id_hash); }
  uint64_t count() const { return count_; }
  uint64_t missing() const { return missing_; }
  uint64_t dropped() const { return dropped_; }

 private:
  std::map<std::string, uint64_t> last_;
  std::unordered_set<uint64_t> decisions_;  // hashes of their ids
  uint64_t count_ = 0;
  uint64_t missing_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace carbon

#endif  // TESTS_PLUGIN_HOST_LOG_CHECK_H_
