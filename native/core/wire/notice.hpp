#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

// Notices are events of ours in the stream. They have types that applications cannot use and no id, so they move no cursor,
// and clients that do not know them ignore them, as they do every type they do not listen to (WHATWG HTML 9.2.6).

// What their types begin with.
inline constexpr std::string_view kNoticeTypes = "millrace.";

// The first event of every stream of ours: ids are known by themselves, whatever the event holds.
inline constexpr std::string_view kBeginType = "millrace.begin";
// The last one, where the stream does not break off.
inline constexpr std::string_view kEndType = "millrace.end";

// The data of the event with which streams of some other servers end, whatever its type.
inline constexpr std::string_view kDone = "[DONE]";

// Whether a client that is cut gets what it missed: the stream reads a channel.
enum class Resumption : std::uint8_t { impossible, possible };

// Whether a client is to come back when the stream has ended: it goes on, on another connection.
enum class Return : std::uint8_t { never, wanted };

// Appends `{"resumes":true}` or `{"resumes":false}`.
void encodeBegin(Resumption resumption, std::string& out);

// Appends `{"reason":"…","reconnect":true}` or `…false}`, with `"detail":"…"` where that is not empty. Both are any text of UTF-8.
void encodeEnd(std::string_view reason, Return wish, std::string& out, std::string_view detail = {});

}  // namespace millrace
