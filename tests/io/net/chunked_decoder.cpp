#include "io/net/chunked_decoder.hpp"

#include <algorithm>
#include <charconv>

namespace millrace::test {

void ChunkedDecoder::feed(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    if (state_ == State::over || state_ == State::broken) {
      state_ = State::broken;
      return;
    }
    if (state_ == State::data) {
      const std::size_t size = std::min(bytes.size(), left_);
      out.append(bytes.substr(0, size));
      bytes.remove_prefix(size);
      left_ -= size;
      state_ = left_ == 0 ? State::dataEnd : State::data;
      continue;
    }
    line_.push_back(bytes.front());
    bytes.remove_prefix(1);
    if (line_.back() == '\n') {
      takeLine();
      line_.clear();
    }
  }
}

void ChunkedDecoder::takeLine() {
  if (state_ == State::size) {
    takeSize();
  } else if (line_ != "\r\n") {
    state_ = State::broken;
  } else {
    state_ = state_ == State::lastEnd ? State::over : State::size;
  }
}

void ChunkedDecoder::takeSize() {
  constexpr int kHexadecimal = 16;
  const auto [end, error] = std::from_chars(line_.data(), line_.data() + line_.size(), left_, kHexadecimal);
  if (error != std::errc{} ||
      std::string_view(end, static_cast<std::size_t>(line_.data() + line_.size() - end)) != "\r\n") {
    state_ = State::broken;
    return;
  }
  chunks_ += left_ > 0 ? 1 : 0;
  state_ = left_ > 0 ? State::data : State::lastEnd;
}

}  // namespace millrace::test
