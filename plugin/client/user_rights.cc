#include "plugin/client/user_rights.h"

#include <slurm/slurm.h>
#include <slurm/slurmdb.h>

#include <memory>

#include "absl/status/statusor.h"
#include "plugin/words/slurm_release.h"
#include "store/account.h"

namespace carbon {
namespace {

constexpr absl::Duration kBelieved = absl::Minutes(1);
constexpr absl::Duration kPause = absl::Seconds(10);  // after slurmctld did not answer

// If there are more users, all are asked for again.
constexpr size_t kMaxKnown = 10'000;

SlurmRight RightOf(uint16_t admin_level) {
  if (admin_level == SLURMDB_ADMIN_SUPER_USER) return SlurmRight::kAdministrator;
  return admin_level == SLURMDB_ADMIN_OPERATOR ? SlurmRight::kOperator : SlurmRight::kNone;
}

}  // namespace

std::optional<SlurmRight> AskForAdminLevel(std::string user) {
  assoc_mgr_info_request_msg_t request{};
  request.flags = ASSOC_MGR_INFO_FLAG_USERS;
  request.user_list = slurm_list_create(nullptr);
  slurm_list_append(request.user_list, user.data());
  assoc_mgr_info_msg_t* message = nullptr;
  const int result = slurm_load_assoc_mgr_info(&request, &message);
  slurm_list_destroy(request.user_list);
  if (result != SLURM_SUCCESS || message == nullptr) return std::nullopt;
  const std::unique_ptr<assoc_mgr_info_msg_t, decltype(&slurm_free_assoc_mgr_info_msg)> reply(
      message, &slurm_free_assoc_mgr_info_msg);
  SlurmRight right = SlurmRight::kNone;
  ForEachInList<slurmdb_user_rec_t>(reply->user_list, [&](const slurmdb_user_rec_t& one) {
    if (one.name != nullptr && one.name == user) right = RightOf(one.admin_level);
  });
  return right;
}

std::optional<bool> UserRights::IsOperator(uid_t user, absl::Time now) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(user);
    if (known != known_.end()) {
      const absl::Duration age = now - known->second.asked_at;
      const bool is_answer = known->second.is_operator.has_value();
      // If the clock was set back, what was said long ago does not count.
      if (age >= absl::ZeroDuration() && age < (is_answer ? kBelieved : kPause)) {
        return known->second.is_operator;
      }
    }
  }
  const absl::StatusOr<Account> account = FindAccount(user);
  // slurmdbd knows users by their names.
  std::optional<bool> is_operator = false;
  if (account.ok()) {
    const std::optional<SlurmRight> right = AskForAdminLevel(account->name);
    is_operator.reset();
    if (right.has_value()) is_operator = *right >= SlurmRight::kOperator;
  }
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMaxKnown) known_.clear();
  known_[user] = {is_operator, now};
  return is_operator;
}

}  // namespace carbon
