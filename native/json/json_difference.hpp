#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace {

// The JSON Merge Patch (RFC 7396) that makes `to` of `from`, but for the order of members; "{}" where they are the same. None where no patch does: one of them
// is no object, or a member becomes null, which in a patch means that it goes; also where they are no JSON or change too
// deep. Both are texts as JSON.stringify() writes them: names of members are compared as they are written.
//
// The time is that of finding where the texts differ first and last, and of reading what lies between.
[[nodiscard]] std::optional<std::string> jsonDifference(std::string_view from, std::string_view to);

}  // namespace millrace
