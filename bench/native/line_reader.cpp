#include "native/line_reader.hpp"

#include <unistd.h>

#include <array>

namespace bench {

LineReader::State LineReader::readFrom(int descriptor, const std::function<void(std::string_view)>& onLine) {
  std::array<char, 4096> buffer;
  const auto length = ::read(descriptor, buffer.data(), buffer.size());
  if (length <= 0)
    return State::ended;
  pending_.append(buffer.data(), static_cast<std::size_t>(length));
  for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
    const std::string line = pending_.substr(0, end);
    pending_.erase(0, end + 1);
    onLine(line);
  }
  return State::open;
}

}  // namespace bench
