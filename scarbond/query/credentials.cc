#include "scarbond/query/credentials.h"

#include <munge.h>
#include <stdlib.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace carbon {
namespace {

using Context = std::unique_ptr<struct munge_ctx, decltype(&munge_ctx_destroy)>;

// A context is for one thread, so each call has its own.
absl::StatusOr<Context> MakeContext(const std::string& socket, std::optional<uid_t> reader) {
  Context context(munge_ctx_create(), &munge_ctx_destroy);
  if (context == nullptr) return absl::ResourceExhaustedError("munge: no memory");
  munge_err_t error = EMUNGE_SUCCESS;
  if (!socket.empty()) error = munge_ctx_set(context.get(), MUNGE_OPT_SOCKET, socket.c_str());
  if (error == EMUNGE_SUCCESS && reader.has_value()) {
    error = munge_ctx_set(context.get(), MUNGE_OPT_UID_RESTRICTION, *reader);
  }
  if (error != EMUNGE_SUCCESS) {
    return absl::InternalError(absl::StrCat("munge: ", munge_ctx_strerror(context.get())));
  }
  return context;
}

absl::Status StatusOf(munge_err_t error, munge_ctx_t context) {
  // The context says more, such as the path of a socket.
  const char* const own = munge_ctx_strerror(context);
  const std::string message = absl::StrCat("munge: ", own != nullptr ? own : munge_strerror(error));
  const bool is_munged = error == EMUNGE_SOCKET || error == EMUNGE_TIMEOUT ||
                         error == EMUNGE_NO_MEMORY || error == EMUNGE_SNAFU;
  return is_munged ? absl::UnavailableError(message) : absl::UnauthenticatedError(message);
}

}  // namespace

absl::StatusOr<std::string> MungeCredentials::Write(absl::string_view text,
                                                    std::optional<uid_t> reader) const {
  const absl::StatusOr<Context> context = MakeContext(socket_, reader);
  if (!context.ok()) return context.status();
  char* credential = nullptr;
  const munge_err_t error =
      munge_encode(&credential, context->get(), text.data(), static_cast<int>(text.size()));
  const std::unique_ptr<char, decltype(&free)> owned(credential, &free);
  if (error != EMUNGE_SUCCESS) return StatusOf(error, context->get());
  return std::string(credential);
}

absl::StatusOr<ProvenText> MungeCredentials::Read(const std::string& credential) const {
  const absl::StatusOr<Context> context = MakeContext(socket_, std::nullopt);
  if (!context.ok()) return context.status();
  void* bytes = nullptr;
  int length = 0;
  uid_t user = 0;
  gid_t group = 0;
  const munge_err_t error =
      munge_decode(credential.c_str(), context->get(), &bytes, &length, &user, &group);
  const std::unique_ptr<void, decltype(&free)> owned(bytes, &free);
  // munge also returns the text of a credential that is too old or was read before.
  if (error != EMUNGE_SUCCESS) return StatusOf(error, context->get());
  return ProvenText{user,
                    std::string(static_cast<const char*>(bytes), static_cast<size_t>(length))};
}

std::string MungeSocketIn(absl::string_view auth_info) {
  for (absl::string_view setting : absl::StrSplit(auth_info, ',')) {
    setting = absl::StripAsciiWhitespace(setting);
    if (absl::ConsumePrefix(&setting, "socket=")) return std::string(setting);
  }
  return "";
}

}  // namespace carbon
