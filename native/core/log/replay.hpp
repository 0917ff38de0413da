#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

// What a resumed connection can count on.
enum class Verdict : std::uint8_t {
  continued,  // every event after the client's cursor follows
  gap,        // some of them were evicted; what is left follows
  reset,      // the cursor is of another epoch or unknown; the history from its beginning follows
};

constexpr std::size_t kVerdicts = static_cast<std::size_t>(Verdict::reset) + 1;  // reset is the last

[[nodiscard]] std::string_view verdictName(Verdict verdict);

// The event type of the notice; clients that do not know it ignore it, as they do every type they do not listen to.
inline constexpr std::string_view kVerdictType = "millrace.resume";

// Appends the notice `{"verdict":"…"}` as an event without an id, so that it moves no cursor.
void encodeVerdict(Verdict verdict, std::string& out);

}  // namespace millrace
