// What a server says for itself in a reply that is no data: its own words are often the only thing
// that names the cause. Pure; no I/O.
#ifndef FORECAST_PROVIDERS_REPLY_WORDS_H_
#define FORECAST_PROVIDERS_REPLY_WORDS_H_

#include <string>

#include "forecast/providers/provider.h"

namespace carbon {

inline constexpr size_t kMaxReplyWords = 160;  // bytes

// The words in quotes: what the members of a JSON reply say that usually hold an error ("error",
// "message", "detail" and the like), the title of an HTML page, or a plain text. Printable ASCII on
// one line, cut short at kMaxReplyWords. Empty where there are no such words. They may repeat the
// credential: the caller removes it.
std::string ReplyWords(const HttpReply& reply);

enum class Refusal { kCredential, kAccount, kTooMany };

// What a reply of status 401, 402 or 403 means. Providers use either status for all three, and
// their words are not documented: only words that leave no doubt change the meaning that the status
// has by itself, the credential for 401 and the account otherwise.
Refusal MeaningOfRefusal(const HttpReply& reply);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_REPLY_WORDS_H_
