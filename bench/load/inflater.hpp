#pragma once

#include <memory>
#include <string_view>

struct z_stream_s;

namespace bench {

// Decodes a gzip stream as it arrives.
class Inflater {
 public:
  enum class State { open, broken };

  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  template <typename Sink>
  State feed(std::string_view bytes, Sink&& sink) {
    give(bytes);
    for (;;) {
      const auto piece = next();
      if (isBroken_)
        return State::broken;
      if (piece.empty())
        return State::open;
      sink(piece);
    }
  }

 private:
  void give(std::string_view bytes);
  // Valid until the next call; empty when the input is used up.
  std::string_view next();

  std::unique_ptr<z_stream_s> stream_;
  bool isBroken_ = false;
};

}  // namespace bench
