#include "plugin/client/accounting_client.h"

#include <errno.h>
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <slurm/slurmdb.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "plugin/words/slurm_release.h"

namespace carbon {
namespace {

std::string Text(const char* text) { return text == nullptr ? "" : text; }

// LimitList collects limits, without those that are unset.
class LimitList {
 public:
  explicit LimitList(const assoc_mgr_info_msg_t& reply) : reply_(reply) {}

  void Add(LimitKind kind, uint32_t value) {
    if (value == INFINITE || value == NO_VAL) return;
    limits_.push_back({kind, "", value});
  }
  // `values` are in the order of the reply's trackable resources.
  void Add(LimitKind kind, const uint64_t* values) {
    if (values == nullptr) return;
    for (uint32_t i = 0; i < reply_.tres_cnt; ++i) {
      if (values[i] == INFINITE64 || values[i] == NO_VAL64) continue;
      const uint64_t value = std::min(values[i], static_cast<uint64_t>(INT64_MAX));
      limits_.push_back({kind, Text(reply_.tres_names[i]), static_cast<int64_t>(value)});
    }
  }
  std::vector<Limit> Take() { return std::move(limits_); }

 private:
  const assoc_mgr_info_msg_t& reply_;
  std::vector<Limit> limits_;
};

QosRules ReadQos(const slurmdb_qos_rec_t& qos, const assoc_mgr_info_msg_t& reply) {
  LimitList limits(reply);
  limits.Add(LimitKind::kGrpJobs, qos.grp_jobs);
  limits.Add(LimitKind::kGrpSubmitJobs, qos.grp_submit_jobs);
  limits.Add(LimitKind::kGrpTres, qos.grp_tres_ctld);
  limits.Add(LimitKind::kGrpTresMins, qos.grp_tres_mins_ctld);
  limits.Add(LimitKind::kGrpTresRunMins, qos.grp_tres_run_mins_ctld);
  limits.Add(LimitKind::kGrpWall, qos.grp_wall);
  limits.Add(LimitKind::kMaxJobs, qos.max_jobs_pu);
  limits.Add(LimitKind::kMaxJobsPerAccount, qos.max_jobs_pa);
  limits.Add(LimitKind::kMaxSubmitJobs, qos.max_submit_jobs_pu);
  limits.Add(LimitKind::kMaxSubmitJobsPerAccount, qos.max_submit_jobs_pa);
  limits.Add(LimitKind::kMaxTresPerAccount, qos.max_tres_pa_ctld);
  limits.Add(LimitKind::kMaxTresPerJob, qos.max_tres_pj_ctld);
  limits.Add(LimitKind::kMaxTresPerNode, qos.max_tres_pn_ctld);
  limits.Add(LimitKind::kMaxTresPerUser, qos.max_tres_pu_ctld);
  limits.Add(LimitKind::kMaxTresMinsPerJob, qos.max_tres_mins_pj_ctld);
  limits.Add(LimitKind::kMaxTresRunMinsPerAccount, qos.max_tres_run_mins_pa_ctld);
  limits.Add(LimitKind::kMaxTresRunMinsPerUser, qos.max_tres_run_mins_pu_ctld);
  limits.Add(LimitKind::kMaxWall, qos.max_wall_pj);
  if (qos.min_prio_thresh > 0) limits.Add(LimitKind::kMinPrioThreshold, qos.min_prio_thresh);
  limits.Add(LimitKind::kMinTresPerJob, qos.min_tres_pj_ctld);
  const auto is_set = [&qos](uint32_t flag) { return (qos.flags & flag) != 0; };
  // Unset factors are INFINITE or NO_VAL as a double.
  const bool has_factor = qos.limit_factor > 0 && qos.limit_factor < NO_VAL;
  const bool has_usage_factor = qos.usage_factor >= 0 && qos.usage_factor < NO_VAL;
  // Until slurmctld has used a relative QOS, its limits are percentages.
  uint32_t known_flags = kKnownQosFlags;
  if (!is_set(kQosSharesAreComputed)) known_flags &= ~kQosIsRelative;
  return {
      .name = Text(qos.name),
      .deny_on_limit = is_set(QOS_FLAG_DENY_LIMIT),
      .over_partition_qos = is_set(QOS_FLAG_OVER_PART_QOS),
      .usage_threshold = is_set(QOS_FLAG_ENFORCE_USAGE_THRES),
      .limit_factor = has_factor ? qos.limit_factor : 0,
      .wall_factor = is_set(QOS_FLAG_USAGE_FACTOR_SAFE) && has_usage_factor ? qos.usage_factor : 1,
      .unknown_flags = static_cast<uint32_t>(qos.flags) & ~known_flags,
      .limits = limits.Take()};
}

std::vector<Limit> GroupLimits(const slurmdb_assoc_rec_t& association,
                               const assoc_mgr_info_msg_t& reply) {
  LimitList limits(reply);
  limits.Add(LimitKind::kGrpJobs, association.grp_jobs);
  limits.Add(LimitKind::kGrpSubmitJobs, association.grp_submit_jobs);
  limits.Add(LimitKind::kGrpTres, association.grp_tres_ctld);
  limits.Add(LimitKind::kGrpTresMins, association.grp_tres_mins_ctld);
  limits.Add(LimitKind::kGrpTresRunMins, association.grp_tres_run_mins_ctld);
  limits.Add(LimitKind::kGrpWall, association.grp_wall);
  return limits.Take();
}

std::vector<Limit> OwnLimits(const slurmdb_assoc_rec_t& association,
                             const assoc_mgr_info_msg_t& reply) {
  LimitList limits(reply);
  limits.Add(LimitKind::kMaxJobs, association.max_jobs);
  limits.Add(LimitKind::kMaxSubmitJobs, association.max_submit_jobs);
  limits.Add(LimitKind::kMaxTresPerJob, association.max_tres_ctld);
  limits.Add(LimitKind::kMaxTresPerNode, association.max_tres_pn_ctld);
  limits.Add(LimitKind::kMaxTresMinsPerJob, association.max_tres_mins_ctld);
  limits.Add(LimitKind::kMaxWall, association.max_wall_pj);
  if (association.min_prio_thresh > 0) {
    limits.Add(LimitKind::kMinPrioThreshold, association.min_prio_thresh);
  }
  std::vector<Limit> own = GroupLimits(association, reply);
  for (Limit& limit : limits.Take()) own.push_back(std::move(limit));
  return own;
}

bool IsDeleted(const slurmdb_assoc_rec_t& association) {
  return (static_cast<uint32_t>(association.flags) & ASSOC_FLAG_DELETED) != 0;
}

// Returns whether all flags of the association are known.
bool IsUnderstood(const slurmdb_assoc_rec_t& association) {
  return (static_cast<uint32_t>(association.flags) & ~kKnownAssociationFlags) == 0;
}

// AccountingReading builds the rules from the reply; each step needs the ones before it.
class AccountingReading {
 public:
  explicit AccountingReading(const assoc_mgr_info_msg_t& reply) : reply_(reply) {}

  void Into(AdmissionRules* rules) && {
    ReadAllQos();
    ForEachInList<slurmdb_assoc_rec_t>(reply_.assoc_list, [this](const slurmdb_assoc_rec_t& one) {
      if (one.user == nullptr && IsUnderstood(one)) accounts_by_id_[one.id] = &one;
    });
    for (const auto& [id, account] : accounts_by_id_) AddAccount(*account);
    for (const auto& [id, account] : accounts_by_id_) {
      if (account->parent_id == 0) root_default_qos_ = QosById(account->def_qos_id);
    }
    ReadUsers();
    rules->qos = std::move(qos_);
    rules->accounts = std::move(accounts_);
    rules->default_qos = DefaultQos();
    rules->users.clear();
    for (auto& [id, user] : users_) rules->users.push_back(std::move(user));
  }

 private:
  void ReadAllQos() {
    ForEachInList<slurmdb_qos_rec_t>(reply_.qos_list, [this](const slurmdb_qos_rec_t& one) {
      qos_index_[one.id] = static_cast<int32_t>(qos_.size());
      if (Text(one.name) == "normal") normal_ = static_cast<int32_t>(qos_.size());
      qos_.push_back(ReadQos(one, reply_));
    });
  }

  int32_t QosById(uint32_t id) const {
    const auto found = qos_index_.find(id);
    return found == qos_index_.end() ? -1 : found->second;
  }

  // Returns the default QOS of a job whose association does not set one.
  int32_t DefaultQos() const { return root_default_qos_ >= 0 ? root_default_qos_ : normal_; }

  // Adds the account after its parents. If one of them is missing, not all of its limits are known,
  // and it is left out: -1. The depth is bounded, because data from outside may contain a loop.
  int32_t AddAccount(const slurmdb_assoc_rec_t& account, int depth = 0) {
    const auto known = account_index_.find(account.id);
    if (known != account_index_.end()) return known->second;
    int32_t parent = -1;
    if (account.parent_id != 0) {
      const auto above = accounts_by_id_.find(account.parent_id);
      if (above == accounts_by_id_.end() || depth >= 100) return -1;
      parent = AddAccount(*above->second, depth + 1);
      if (parent < 0) return -1;
    }
    const auto index = static_cast<int32_t>(accounts_.size());
    account_index_[account.id] = index;
    accounts_.push_back({Text(account.acct), parent, GroupLimits(account, reply_)});
    return index;
  }

  void ReadUsers() {
    std::map<uint32_t, std::string> names;
    std::set<uint32_t> unknown;  // users with an association that is not understood
    const auto meet = [&](uint32_t id, const char* name) {
      if (names.try_emplace(id, Text(name)).first->second != Text(name)) unknown.insert(id);
    };
    ForEachInList<slurmdb_user_rec_t>(reply_.user_list, [&](const slurmdb_user_rec_t& one) {
      if (one.uid == NO_VAL) return;
      meet(one.uid, one.name);
      UserRules& user = users_[one.uid];
      user.user_id = one.uid;
      user.default_account = Text(one.default_acct);
    });
    ForEachInList<slurmdb_assoc_rec_t>(reply_.assoc_list, [&](const slurmdb_assoc_rec_t& one) {
      const auto account = account_index_.find(one.parent_id);
      if (one.user == nullptr || one.uid == NO_VAL || account == account_index_.end()) return;
      if (IsDeleted(one)) return;
      meet(one.uid, one.user);
      // If this association is unknown, it is also unknown which of the user's associations Slurm
      // chooses.
      if (!IsUnderstood(one)) unknown.insert(one.uid);
      UserRules& user = users_[one.uid];
      user.user_id = one.uid;
      user.associations.push_back(ReadAssociation(one, account->second));
    });
    for (const uint32_t id : unknown) users_.erase(id);
  }

  AssociationRules ReadAssociation(const slurmdb_assoc_rec_t& one, int32_t account) {
    AssociationRules association{.account = account, .partition = Text(one.partition)};
    std::set<int32_t> allowed;
    ForEachInList<char>(one.qos_list, [&](const char& text) {
      uint32_t id = 0;
      if (absl::SimpleAtoi(&text, &id) && QosById(id) >= 0) allowed.insert(QosById(id));
    });
    association.qos.assign(allowed.begin(), allowed.end());
    association.default_qos = QosById(one.def_qos_id);
    if (one.def_qos_id == 0 && allowed.size() == 1) association.default_qos = *allowed.begin();
    if (one.def_qos_id == 0 && allowed.size() != 1) association.default_qos = DefaultQos();
    association.limits = OwnLimits(one, reply_);
    return association;
  }

  const assoc_mgr_info_msg_t& reply_;
  std::vector<QosRules> qos_;
  std::map<uint32_t, int32_t> qos_index_;  // by Slurm's id
  int32_t normal_ = -1;
  int32_t root_default_qos_ = -1;
  std::map<uint32_t, const slurmdb_assoc_rec_t*> accounts_by_id_;
  std::map<uint32_t, int32_t> account_index_;  // by the id of its association
  std::vector<AccountRules> accounts_;
  std::map<uint32_t, UserRules> users_;
};

}  // namespace

absl::Status ReadAccounting(AdmissionRules* rules) {
  assoc_mgr_info_request_msg_t request{};
  request.flags = ASSOC_MGR_INFO_FLAG_ASSOC | ASSOC_MGR_INFO_FLAG_USERS | ASSOC_MGR_INFO_FLAG_QOS;
  assoc_mgr_info_msg_t* message = nullptr;
  errno = 0;
  if (slurm_load_assoc_mgr_info(&request, &message) != SLURM_SUCCESS || message == nullptr) {
    return absl::UnavailableError(absl::StrCat(
        "slurmctld: cannot read the accounts, users and QOS: ", slurm_strerror(errno)));
  }
  const std::unique_ptr<assoc_mgr_info_msg_t, decltype(&slurm_free_assoc_mgr_info_msg)> reply(
      message, &slurm_free_assoc_mgr_info_msg);
  AccountingReading(*reply).Into(rules);
  return absl::OkStatus();
}

}  // namespace carbon
