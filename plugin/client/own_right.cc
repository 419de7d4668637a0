#include "plugin/client/own_right.h"

#include <errno.h>
#include <unistd.h>

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "store/account.h"

namespace carbon {
namespace {

constexpr absl::Duration kPeriod = absl::Minutes(1);

std::string NameOf(uid_t uid) {
  const absl::StatusOr<Account> account = FindAccount(uid);
  return account.ok() ? account->name : absl::StrCat(uid);
}

}  // namespace

std::string WhyNotUpdate(SlurmRight right, const std::string& user, const std::string& slurm_user,
                         bool has_slurmdbd, bool hides_data) {
  if (right >= SlurmRight::kOperator) return "";
  std::string text =
      absl::StrCat("user ", user, " is not an operator of Slurm and may not restore ",
                   "jobs, so that none with a deadline is delayed",
                   hides_data ? "; nor does it see what PrivateData hides" : "");
  if (has_slurmdbd) {
    absl::StrAppend(&text, ": sacctmgr modify user ", user, " set AdminLevel=Operator");
  } else {
    absl::StrAppend(&text, ": Slurm has operators with slurmdbd only; run scarbond as ",
                    slurm_user);
  }
  return text;
}

void OwnRight::Refresh(const slurm_conf_t& settings, absl::Time now) {
  if (geteuid() == 0 || geteuid() == settings.slurm_user_id) {
    right_ = geteuid() == 0 ? SlurmRight::kRoot : SlurmRight::kSlurmUser;
    why_not_.clear();
    return;
  }
  // A clock that was set back must not put it off.
  if (now >= asked_at_ && now - asked_at_ < kPeriod) return;
  const std::string user = NameOf(geteuid());
  const char* type = settings.accounting_storage_type;
  const bool has_slurmdbd = type != nullptr && absl::StrContains(type, "slurmdbd");
  const std::optional<SlurmRight> right = has_slurmdbd ? AskForAdminLevel(user) : SlurmRight::kNone;
  if (!right.has_value()) return;
  right_ = *right;
  // At the next look again: an administrator may be about to grant it.
  asked_at_ = may_update() ? now : absl::InfinitePast();
  why_not_ = WhyNotUpdate(right_, user, NameOf(settings.slurm_user_id), has_slurmdbd,
                          settings.private_data != 0);
}

}  // namespace carbon
