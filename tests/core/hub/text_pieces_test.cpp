#include "core/hub/text_pieces.hpp"

#include "core/hub/text_of.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace millrace {
namespace {

SharedText shared(std::string_view text) { return std::make_shared<const std::string>(text); }

// "own" "SHARED" "middle" "SECOND" ""
TextPieces some() {
  TextPieces pieces;
  pieces.tail() += "own";
  pieces.addShared(shared("SHARED"));
  pieces.tail() += "middle";
  pieces.addShared(shared("SECOND"));
  return pieces;
}

TEST(TextPieces, areInTheirOrder) {
  TextPieces pieces = some();
  EXPECT_EQ(test::textOf(pieces), "ownSHAREDmiddleSECOND");
  pieces.insertFirst("first ");
  pieces.tail() += " end";
  EXPECT_EQ(test::textOf(pieces), "first ownSHAREDmiddleSECOND end");
  TextPieces begun;
  begun.addShared(shared("SHARED"));
  begun.insertFirst("first ");
  EXPECT_EQ(test::textOf(begun), "first SHARED");
}

TEST(TextPieces, takeATextBehindTheFirstBytes) {
  TextPieces pieces = some();
  pieces.insertFirst("-", 2);
  EXPECT_EQ(test::textOf(pieces), "ow-nSHAREDmiddleSECOND");
}

TEST(TextPieces, emptyOnesAreNothing) {
  TextPieces pieces;
  EXPECT_TRUE(pieces.isEmpty());
  EXPECT_EQ(pieces.capacity(), 0U);
  pieces.dropBefore(nullptr);
  pieces.append({});
  EXPECT_EQ(pieces.capacity(), 0U);
  static_cast<void>(pieces.tail());
  EXPECT_TRUE(pieces.isEmpty());
  EXPECT_FALSE(some().isEmpty());
}

TEST(TextPieces, areDroppedUpToAnyByte) {
  const std::string all = test::textOf(some());
  for (std::size_t cut = 0; cut < all.size(); ++cut) {
    TextPieces pieces = some();
    std::size_t left = cut;
    const char* byte = nullptr;
    pieces.forEach([&](std::string_view text) {
      if (byte == nullptr && left < text.size()) {
        byte = text.data() + left;
      }
      left -= std::min(left, text.size());
    });
    EXPECT_TRUE(pieces.contains(byte));
    pieces.dropBefore(byte);
    EXPECT_EQ(test::textOf(pieces), all.substr(cut)) << "cut at " << cut;
  }
  TextPieces pieces = some();
  pieces.dropBefore(all.data());
  EXPECT_TRUE(pieces.isEmpty());
}

TEST(TextPieces, areAppended) {
  for (const bool beginsOwn : {true, false}) {
    TextPieces later;
    if (beginsOwn) {
      later.tail() += "later";
    }
    later.addShared(shared("THIRD"));
    TextPieces pieces = some();
    pieces.append(std::move(later));
    EXPECT_EQ(test::textOf(pieces), std::string("ownSHAREDmiddleSECOND") + (beginsOwn ? "later" : "") + "THIRD");
    TextPieces none;
    none.append(std::move(pieces));
    EXPECT_EQ(test::textOf(none).size(), beginsOwn ? 31U : 26U);
  }
}

TEST(TextPieces, aSharedTextIsNotCopied) {
  const SharedText text = shared(std::string(1000, 'x'));
  TextPieces pieces;
  pieces.addShared(text);
  EXPECT_EQ(test::startOf(pieces), text->data());
  EXPECT_EQ(text.use_count(), 2);
  EXPECT_LT(pieces.capacity(), 500U);
  pieces.clear();
  EXPECT_EQ(text.use_count(), 1);
}

}  // namespace
}  // namespace millrace
