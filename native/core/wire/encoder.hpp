#pragma once

#include "core/wire/event.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

enum class EncodeOutcome : std::uint8_t {
  encoded,
  invalidType,  // CR, LF or NUL in the event type
  invalidId,    // CR, LF or NUL in the id
  empty,        // no field at all
};

// Appends one event to `out` as WHATWG HTML 9.2.5 has it: the lines `event`, `id`, `retry`, `data`, then an empty line. Raw
// data has a line `raw` before all of them, a field that other clients ignore, as they do every one they do not know.
// Each value follows its colon after one space, so that leading spaces of data survive. Data is split at CRLF, CR and LF,
// for the format cannot carry a CR: the client joins the lines by LF. An event with a type but without data gets one empty
// `data` line, otherwise no client would deliver it. Nothing is appended unless the outcome is `encoded`.
[[nodiscard]] EncodeOutcome encodeEvent(const EventFields& fields, std::string& out);

// Appends a comment (clients ignore it), one `:` line for each line of the text, then an empty line.
void encodeComment(std::string_view text, std::string& out);

// Appends a sign of life: a comment that begins with `heartbeat`, which no other comment of ours does. Clients that know it
// tell by it how the connection does; all others ignore it. The word `every=5000` in the text says when the next comes, in
// milliseconds (Parser::heartbeatEvery).
void encodeHeartbeat(std::string_view text, std::string& out);

// Appends an `id` line without data: it sets the client's last event ID and delivers nothing (WHATWG HTML 9.2.6).
void encodeCursor(std::string_view id, std::string& out);

// Appends a `retry` line without data: the milliseconds that the client is to wait before it comes back.
void encodeRetry(std::uint32_t millis, std::string& out);

}  // namespace millrace
