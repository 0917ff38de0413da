#include "core/hub/text_pieces.hpp"

#include "core/base/byte_range.hpp"

#include <iterator>
#include <utility>

namespace millrace {

std::vector<TextPieces::Piece>& TextPieces::pieces() {
  if (pieces_ == nullptr) {
    pieces_ = std::make_unique<std::vector<Piece>>(1);
  }
  return *pieces_;
}

std::string& TextPieces::tail() { return pieces().back().own; }

void TextPieces::addShared(SharedText text) { pieces().push_back({std::move(text), 0, {}}); }

void TextPieces::insertFirst(std::string_view text, std::size_t behind) {
  if (pieces().front().shared != nullptr) {
    pieces_->insert(pieces_->begin(), Piece());
  }
  pieces_->front().own.insert(behind, text);
}

void TextPieces::append(TextPieces later) {
  if (later.pieces_ == nullptr) {
    return;
  }
  if (pieces_ == nullptr) {
    pieces_ = std::move(later.pieces_);
    return;
  }
  std::vector<Piece>& more = *later.pieces_;
  const bool beginsOwn = more.front().shared == nullptr;
  if (beginsOwn) {
    tail() += more.front().own;
  }
  pieces_->insert(pieces_->end(), std::make_move_iterator(more.begin() + (beginsOwn ? 1 : 0)),
                  std::make_move_iterator(more.end()));
}

void TextPieces::dropBefore(const char* first) {
  if (pieces_ == nullptr) {
    return;
  }
  for (auto piece = pieces_->begin(); piece != pieces_->end(); ++piece) {
    const bool isInShared = millrace::contains(piece->sharedRest(), first);
    if (isInShared) {
      piece->from = static_cast<std::size_t>(first - piece->shared->data());
    } else if (millrace::contains(piece->own, first)) {
      piece->shared.reset();
      piece->own.erase(0, static_cast<std::size_t>(first - piece->own.data()));
    } else {
      continue;
    }
    pieces_->erase(pieces_->begin(), piece);
    return;
  }
  clear();
}

bool TextPieces::isEmpty() const {
  bool isEmpty = true;
  forEach([&isEmpty](std::string_view) { isEmpty = false; });
  return isEmpty;
}

bool TextPieces::contains(const char* byte) const {
  bool contains = false;
  forEach([&](std::string_view text) { contains = contains || millrace::contains(text, byte); });
  return contains;
}

std::size_t TextPieces::capacity() const {
  if (pieces_ == nullptr) {
    return 0;
  }
  std::size_t bytes = pieces_->capacity() * sizeof(Piece);
  for (const Piece& piece : *pieces_) {
    bytes += piece.own.capacity();
  }
  return bytes;
}

}  // namespace millrace
