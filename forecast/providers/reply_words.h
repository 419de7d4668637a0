// Extracts a server's own explanation from a reply without data. Its words are often the only thing
// that names the cause. Pure; no I/O.
#ifndef FORECAST_PROVIDERS_REPLY_WORDS_H_
#define FORECAST_PROVIDERS_REPLY_WORDS_H_

#include <string>

#include "forecast/providers/provider.h"

namespace carbon {

inline constexpr size_t kMaxReplyWords = 160;  // bytes

// Returns the words in quotes: the members of a JSON reply that usually contain an error ("error",
// "message", "detail" and the like), the title of an HTML page, or a plain text. They are printable
// ASCII on one line, cut at kMaxReplyWords. Empty if there are no such words. They may repeat the
// credential: the caller removes it.
std::string ReplyWords(const HttpReply& reply);

enum class Refusal { kCredential, kAccount, kTooMany };

// Returns what a reply of status 401, 402 or 403 means. Providers use either status for all three
// meanings, and their words are not documented. By default 401 means the credential, and the others
// mean the account. Only unambiguous words change that.
Refusal MeaningOfRefusal(const HttpReply& reply);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_REPLY_WORDS_H_
