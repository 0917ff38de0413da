#include "core/base/byte_buffer.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>

namespace millrace {
namespace {

TEST(ByteBuffer, keepsWhatItHasWhileItGrows) {
  ByteBuffer buffer;
  std::string expected;
  for (int number = 0; number < 1000; ++number) {
    const std::string text = std::to_string(number);
    buffer.append(text);
    expected += text;
    ASSERT_EQ(buffer.view(), expected);
  }
}

TEST(ByteBuffer, isFilledThroughItsRoom) {
  ByteBuffer buffer;
  buffer.append("ab");
  std::memcpy(buffer.room(100), "cdef", 4);
  buffer.take(2);
  EXPECT_EQ(buffer.view(), "abcd");
}

TEST(ByteBuffer, keepsItsMemoryWhenItIsCleared) {
  ByteBuffer buffer;
  buffer.append("text");
  const char* const place = buffer.data();
  buffer.clear();
  EXPECT_TRUE(buffer.empty());
  buffer.append("other");
  EXPECT_EQ(buffer.data(), place);
}

TEST(ByteBuffer, isEmptyOnceReleased) {
  ByteBuffer buffer;
  buffer.append("text");
  buffer.release();
  EXPECT_EQ(buffer.view(), "");
  buffer.append("again");
  EXPECT_EQ(buffer.view(), "again");
}

TEST(ByteBuffer, isCopiedAndMoved) {
  ByteBuffer buffer;
  buffer.append("text");
  ByteBuffer copy(buffer);
  copy.append("!");
  EXPECT_EQ(buffer.view(), "text");
  EXPECT_EQ(copy.view(), "text!");

  const char* const place = copy.data();
  const ByteBuffer moved(std::move(copy));
  EXPECT_EQ(moved.data(), place);

  buffer = moved;
  EXPECT_EQ(buffer.view(), "text!");
  EXPECT_NE(buffer.data(), place);
}

}  // namespace
}  // namespace millrace
