#include "plugin/job_submit/log_writer.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/record/record_chain.h"
#include "plugin/job_submit/quiet_thread.h"
#include "store/append_file.h"

namespace carbon {
namespace {

// The bytes taken from the queue at a time: large enough for throughput, small enough that little
// memory is used twice.
constexpr size_t kBatchBytes = 1 << 20;
constexpr auto kDrainAtMost = std::chrono::seconds(1);

// Waking the thread costs the caller more than everything else, and the thread often runs at once
// in the caller's place. So only the first record wakes it, and it waits this long for others that
// may follow in a storm of submissions.
constexpr auto kGather = std::chrono::milliseconds(50);

}  // namespace

class LogWriter::State {
 public:
  explicit State(Options options) : options_(options) {
    thread_ = StartQuietThread("carbon-log", [this] {
      while (!Write()) {
      }
    });
  }

  ~State() { Close(); }

  uint64_t Close() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    return queued_records_ + queued_drops_ + unreported_drops_;
  }

  void SetPath(std::string path, std::optional<gid_t> group) {
    {
      std::lock_guard lock(mutex_);
      if (path == path_ && group == group_) return;
      path_ = std::move(path);
      group_ = group;
    }
    wake_.notify_all();
  }

  // `drops` is the number of dropped records that the record reports. If it is not zero, there is
  // always room.
  bool Enqueue(std::function<std::string()> make, size_t bytes, Need need, uint64_t drops = 0) {
    const size_t share = need == Need::kNeeded ? 1 : 2;
    bool wake;
    {
      std::lock_guard lock(mutex_);
      if (drops > 0) {
        queued_drops_ += drops;
      } else if (queued_records_ >= options_.max_records / share ||
                 queued_bytes_ + bytes > options_.max_bytes / share) {
        ++stats_.dropped;
        ++unreported_drops_;
        return false;
      }
      ++queued_records_;
      queued_bytes_ += bytes;
      queue_.push_back({std::move(make), bytes, drops});
      wake = std::exchange(is_idle_, false);
    }
    if (wake) wake_.notify_all();
    return true;
  }

  uint64_t TakeDropped() {
    std::lock_guard lock(mutex_);
    if (!stats_.error.empty()) return 0;
    return std::exchange(unreported_drops_, 0);
  }

  size_t Room() const {
    std::lock_guard lock(mutex_);
    const size_t half = options_.max_records / 2;
    const bool has_bytes = queued_bytes_ < options_.max_bytes / 2;
    return has_bytes && queued_records_ < half ? half - queued_records_ : 0;
  }

  Stats stats() const {
    std::lock_guard lock(mutex_);
    return stats_;
  }

 private:
  // Returns true when all is done. Returns false if memory ran out; the queue is unchanged.
  bool Write() {
    try {
      WriteUntilStopped();
      return true;
    } catch (...) {
      std::unique_lock lock(mutex_);
      stats_.error = "out of memory";  // short enough to need no allocation
      wake_.wait_for(lock, absl::ToChronoMilliseconds(options_.retry),
                     [this] { return stopping_; });
      return stopping_;
    }
  }

  // Records count as queued until they are in the file, so a batch that fails keeps its room.
  void WriteUntilStopped() {
    std::unique_lock lock(mutex_);
    std::chrono::steady_clock::time_point give_up = std::chrono::steady_clock::time_point::max();
    while (true) {
      // The file is checked now and then even without records. So a problem is known before records
      // can be lost.
      if (!stopping_) {
        is_idle_ = true;
        wake_.wait_for(lock, absl::ToChronoMilliseconds(options_.retry),
                       [this] { return stopping_ || (HasWork() && !path_.empty()); });
        is_idle_ = false;
        if (!stopping_ && path_.empty()) continue;
        if (HasWork()) wake_.wait_for(lock, kGather, [this] { return stopping_; });
      }
      if (stopping_ && give_up == std::chrono::steady_clock::time_point::max()) {
        give_up = std::chrono::steady_clock::now() + kDrainAtMost;
      }
      if (stopping_ &&
          (!HasWork() || path_.empty() || std::chrono::steady_clock::now() >= give_up)) {
        return;
      }
      if (!file_ || file_->path() != path_ || file_->group() != group_) {
        file_.emplace(path_, AppendFile::IfMissing::kCreate, group_);
      }
      for (size_t bytes = batch_.size(); !queue_.empty() && bytes < kBatchBytes;) {
        bytes += queue_.front().bytes;
        taken_.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }

      lock.unlock();
      while (!taken_.empty()) {
        std::string record = taken_.front().make();
        RecordChain next = chain_;
        if (options_.chained) {
          record = chain_.Link(record);
          next.Advance(record);
        }
        batch_.reserve(batch_.size() + record.size());
        batch_sizes_.push_back({record.size(), taken_.front().bytes, taken_.front().drops});
        batch_ += record;
        chain_ = std::move(next);
        batched_bytes_ += record.size();
        taken_.pop_front();
      }
      const absl::Status status = file_->Append(&batch_);
      lock.lock();

      while (batched_bytes_ > batch_.size()) {
        batched_bytes_ -= batch_sizes_.front().written;
        queued_bytes_ -= batch_sizes_.front().queued;
        queued_drops_ -= batch_sizes_.front().drops;
        batch_sizes_.pop_front();
        --queued_records_;
        ++stats_.written;
      }
      stats_.error = status.ok() ? "" : std::string(status.message());
      if (!status.ok()) {
        // More records are no reason to try again: only time, a new path or the end is.
        const std::string failed_path = path_;
        const auto pause =
            stopping_ ? std::chrono::milliseconds(50) : absl::ToChronoMilliseconds(options_.retry);
        wake_.wait_for(lock, pause,
                       [&] { return (stopping_ && pause.count() > 50) || path_ != failed_path; });
      }
    }
  }

  // Called only by the thread.
  bool HasWork() const { return !queue_.empty() || !taken_.empty() || !batch_.empty(); }

  struct Queued {
    std::function<std::string()> make;
    size_t bytes;
    uint64_t drops;  // the number that it reports
  };
  struct Batched {
    size_t written;  // bytes in the batch
    size_t queued;   // its size while it was queued
    uint64_t drops;
  };

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool is_idle_ = false;  // the thread waits for a record
  std::string path_;
  std::optional<gid_t> group_;
  std::deque<Queued> queue_;
  size_t queued_records_ = 0;
  uint64_t queued_drops_ = 0;  // drops that queued records report
  size_t queued_bytes_ = 0;
  uint64_t unreported_drops_ = 0;
  Stats stats_;

  // Only the thread uses these.
  std::optional<AppendFile> file_;
  std::deque<Queued> taken_;  // from the queue, in order, and not made yet
  RecordChain chain_;
  std::string batch_;
  std::deque<Batched> batch_sizes_;
  size_t batched_bytes_ = 0;  // their sum

  std::thread thread_;
};

LogWriter::LogWriter(Options options) : state_(std::make_unique<State>(options)) {}
LogWriter::~LogWriter() = default;
void LogWriter::SetPath(std::string path, std::optional<gid_t> group) {
  state_->SetPath(std::move(path), group);
}
bool LogWriter::Enqueue(std::string record) {
  const size_t bytes = record.size();
  return state_->Enqueue([record = std::move(record)] { return record; }, bytes, Need::kNeeded);
}
void LogWriter::EnqueueDrops(std::string record, uint64_t drops) {
  const size_t bytes = record.size();
  state_->Enqueue([record = std::move(record)] { return record; }, bytes, Need::kNeeded, drops);
}
bool LogWriter::Enqueue(std::function<std::string()> make, size_t bytes, Need need) {
  return state_->Enqueue(std::move(make), bytes, need);
}
uint64_t LogWriter::TakeDropped() { return state_->TakeDropped(); }
size_t LogWriter::Room() const { return state_->Room(); }
LogWriter::Stats LogWriter::stats() const { return state_->stats(); }
uint64_t LogWriter::Close() { return state_->Close(); }

}  // namespace carbon
