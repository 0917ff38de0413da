#include "load/response_head.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace bench {

std::optional<ResponseHead> HeadReader::feed(std::string_view& bytes) {
  constexpr std::size_t longest = 16 * 1024;
  const auto before = text_.size();
  text_.append(bytes);
  const auto end = text_.find("\r\n\r\n");
  if (end == std::string::npos) {
    bytes = {};
    return text_.size() > longest ? std::optional(ResponseHead{}) : std::nullopt;
  }
  bytes.remove_prefix(end + 4 - before);
  text_.resize(end);
  std::ranges::transform(text_, text_.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });

  ResponseHead head;
  if (const auto space = text_.find(' '); space != std::string::npos)
    head.status = std::atoi(text_.c_str() + space);
  head.isChunked = text_.find("\r\ntransfer-encoding: chunked") != std::string::npos;
  head.isGzip = text_.find("\r\ncontent-encoding: gzip") != std::string::npos;
  text_ = {};
  return head;
}

}  // namespace bench
