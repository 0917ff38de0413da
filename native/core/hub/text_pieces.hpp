#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// A text that many are sent, and that nobody changes. Shared, because each keeps it until it has taken all of it.
using SharedText = std::shared_ptr<const std::string>;

// Text to be sent: own text, and between it texts that are shared by all who are sent them. Empty, it is a null pointer, for most
// subscribers have nothing of it.
class TextPieces {
 public:
  // The own text at the end, to be appended to.
  [[nodiscard]] std::string& tail();
  void addShared(SharedText text);
  // Behind so many bytes of what is first, which is own text then.
  void insertFirst(std::string_view text, std::size_t behind = 0);
  // All of `later`, behind this.
  void append(TextPieces later);
  void clear() { pieces_.reset(); }
  // Lets go of everything before this byte, which lies in it; of all of it, where it does not.
  void dropBefore(const char* first);

  [[nodiscard]] bool isEmpty() const;
  [[nodiscard]] bool contains(const char* byte) const;
  // In order; none is empty.
  template <typename Act>
  void forEach(Act&& act) const {
    if (pieces_ == nullptr) {
      return;
    }
    for (const Piece& piece : *pieces_) {
      for (const std::string_view text : {piece.sharedRest(), std::string_view(piece.own)}) {
        if (!text.empty()) {
          act(text);
        }
      }
    }
  }
  // The bytes that it has asked for; shared texts are counted by nobody who is sent them.
  [[nodiscard]] std::size_t capacity() const;

 private:
  // A shared text from a byte on, and own text behind it.
  struct Piece {
    [[nodiscard]] std::string_view sharedRest() const {
      return shared == nullptr ? std::string_view() : std::string_view(*shared).substr(from);
    }

    SharedText shared;
    std::size_t from = 0;
    std::string own;
  };

  [[nodiscard]] std::vector<Piece>& pieces();

  std::unique_ptr<std::vector<Piece>> pieces_;
};

}  // namespace millrace
