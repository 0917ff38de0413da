#pragma once

#include <string>
#include <string_view>

namespace millrace {

// Appends the text as a JSON string, with its quotation marks (RFC 8259, 7). Bytes that are no UTF-8 stay as they are.
void appendJsonString(std::string_view text, std::string& out);

}  // namespace millrace
