#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bench {

// What the head of an HTTP/1.1 response says about its body.
struct ResponseHead {
  int status = 0;
  bool isChunked = false;
  bool isGzip = false;
};

// Collects a head that arrives in pieces.
class HeadReader {
 public:
  // Takes the head off the front of the bytes; nothing while it is incomplete. A head above 16 KiB gives status 0.
  std::optional<ResponseHead> feed(std::string_view& bytes);

 private:
  std::string text_;
};

}  // namespace bench
