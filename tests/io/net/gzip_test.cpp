// The gzip stream against zlib's own inflate, which also checks the checksum and the size at the end.
#include "io/net/gzip.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <bit>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::test {
namespace {

struct Inflated {
  std::string text;
  bool isOver = false;  // with a right trailer
};

Inflated inflateAll(std::string_view gzip) {
  z_stream stream{};
  constexpr int kGzipOnly = 15 + 16;
  EXPECT_EQ(inflateInit2(&stream, kGzipOnly), Z_OK);
  stream.next_in = std::bit_cast<Bytef*>(gzip.data());
  stream.avail_in = static_cast<uInt>(gzip.size());
  Inflated inflated;
  int outcome = Z_OK;
  std::string part(4096, '\0');
  while (outcome == Z_OK) {
    stream.next_out = std::bit_cast<Bytef*>(part.data());
    stream.avail_out = static_cast<uInt>(part.size());
    outcome = inflate(&stream, Z_NO_FLUSH);
    inflated.text.append(part, 0, part.size() - stream.avail_out);
  }
  inflated.isOver = outcome == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  return inflated;
}

DeflateJob deflatedOnce(std::string_view plain) {
  DeflateJob job;
  job.plain = plain;
  deflateOnce(job);
  return job;
}

std::string takeAll(GzipStream& stream) {
  std::string all(stream.pending());
  stream.taken(all.size());
  return all;
}

TEST(Gzip, anEventIsDeflatedOnceAndFitsIntoEveryStream) {
  const std::string event = "event: x\ndata: " + std::string(3000, 'a') + "\n\n";
  const DeflateJob job = deflatedOnce(event);
  ASSERT_FALSE(job.deflated.empty());
  EXPECT_LT(job.deflated.size(), event.size() / 10);
  GzipStream first;
  GzipStream second;
  Spans spans;
  spans.append("id: a.1\n\n", {});
  second.append(spans, 0);
  std::string before = takeAll(second);
  spans.clear();
  spans.append(event, {job.deflated, job.crc32});
  spans.append(event, {job.deflated, job.crc32});
  first.append(spans, 0);
  second.append(spans, 0);
  first.finish();
  second.finish();
  const Inflated one = inflateAll(takeAll(first));
  EXPECT_EQ(one.text, event + event);
  EXPECT_TRUE(one.isOver);
  const Inflated other = inflateAll(before + takeAll(second));
  EXPECT_EQ(other.text, "id: a.1\n\n" + event + event);
  EXPECT_TRUE(other.isOver);
}

TEST(Gzip, whatDeflatingDoesNotMakeSmallerIsLeft) {
  EXPECT_TRUE(deflatedOnce("data: 1\n\n").deflated.empty());
  EXPECT_TRUE(deflatedOnce("").deflated.empty());
}

TEST(Gzip, aStoredBlockHoldsLessThanALargeEvent) {
  std::mt19937 random(1);
  std::string noise(200000, '\0');
  for (char& byte : noise) {
    byte = static_cast<char>(random());
  }
  GzipStream stream;
  Spans spans;
  spans.append(noise, {});
  stream.append(spans, 0);
  stream.finish();
  const Inflated inflated = inflateAll(takeAll(stream));
  EXPECT_EQ(inflated.text, noise);
  EXPECT_TRUE(inflated.isOver);
}

TEST(Gzip, everythingThatWasGivenCanBeReadAtOnce) {
  GzipStream stream;
  std::string sent;
  std::string expected;
  for (int n = 0; n < 50; ++n) {
    const std::string event =
        "data: " + std::string(static_cast<std::size_t>(n) * 40, 'x') + std::to_string(n) + "\n\n";
    const DeflateJob job = deflatedOnce(event);
    Spans spans;
    spans.append("left out", {});
    spans.append(event, {job.deflated, job.crc32});
    stream.append(spans, 1);
    sent += takeAll(stream);
    expected += event;
    ASSERT_EQ(inflateAll(sent).text, expected);
    ASSERT_FALSE(inflateAll(sent).isOver);
  }
}

TEST(Gzip, anEmptyStreamIsOneToo) {
  GzipStream stream;
  stream.finish();
  stream.finish();
  const Inflated inflated = inflateAll(takeAll(stream));
  EXPECT_EQ(inflated.text, "");
  EXPECT_TRUE(inflated.isOver);
}

TEST(Gzip, whatWasTakenInPartsIsNotSentAgain) {
  GzipStream stream;
  stream.finish();
  const std::string all(stream.pending());
  stream.taken(3);
  EXPECT_EQ(stream.pending(), std::string_view(all).substr(3));
  stream.taken(all.size() - 3);
  EXPECT_EQ(stream.pending(), "");
}

}  // namespace
}  // namespace millrace::test
