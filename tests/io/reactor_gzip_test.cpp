// Compressed connections on real sockets, slow ones too.
#include "io/reactor_fixture.hpp"

#include <zlib.h>

#include <bit>
#include <thread>

namespace millrace::test {
namespace {

class ReactorGzip : public ReactorTest {
 protected:
  static OpenOptions compressed() {
    OpenOptions options = quiet();
    options.subscriber.isCompressed = true;
    return options;
  }

  std::unique_ptr<SocketClient> connectCompressed(std::string_view channel, int bufferBytes = 0) {
    last = environment.open(hub, channel, compressed());
    engine.bodies().compress(last);
    return adopt(SocketKind::tcp, last, bufferBytes);
  }

  static std::string inflated(const std::string& gzip) {
    z_stream stream{};
    constexpr int kGzipOnly = 15 + 16;
    std::string text(std::size_t{16} * 1024 * 1024, '\0');
    EXPECT_EQ(inflateInit2(&stream, kGzipOnly), Z_OK);
    stream.next_in = std::bit_cast<Bytef*>(gzip.data());
    stream.avail_in = static_cast<uInt>(gzip.size());
    stream.next_out = std::bit_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    EXPECT_EQ(inflate(&stream, Z_SYNC_FLUSH), Z_STREAM_END) << "the trailer is right";
    text.resize(stream.total_out);
    inflateEnd(&stream);
    return text;
  }
};

std::string eventOf(std::size_t n) {
  std::string data = R"({"number":)" + std::to_string(n) + R"(,"user":"somebody","text":")";
  for (std::size_t word = 0; word < n % 100; ++word) {
    data += "word " + std::to_string((word * 7919 + n) % 1000) + " ";
  }
  return data + "\"}";
}

TEST_F(ReactorGzip, everyEventArrivesInOrderWithARightTrailer) {
  const auto compressed = connectCompressed("c");
  const auto narrow = connectCompressed("c", 4096);
  const auto plain = connect(SocketKind::tcp, "c");
  const auto connections = std::vector<SubscriberId>{last, last - 1, last - 2};
  for (std::size_t n = 0; n < 2000; ++n) {
    publish("c", eventOf(n));
    if (n % 100 == 0) {
      sendTo(last, "own");
      sendTo(last - 1, "own");
      sendTo(last - 2, "own");
    }
  }
  for (const SubscriberId id : connections) {
    EXPECT_TRUE(end(id, CloseReason::closed));
  }
  compressed->readToEnd();
  narrow->readToEnd();
  plain->readToEnd();
  EXPECT_TRUE(plain->isOver());
  EXPECT_TRUE(compressed->isOver());
  const std::string text = inflated(compressed->body());
  EXPECT_EQ(count(text, "\"number\":"), 2000U);
  EXPECT_EQ(count(text, "data: own\n"), 20U);
  EXPECT_LT(compressed->body().size(), plain->body().size() * 2 / 3);
  for (std::size_t n = 0, at = 0; n < 2000; ++n) {
    at = text.find("data: " + eventOf(n) + "\n", at);
    ASSERT_NE(at, std::string::npos) << n;
  }
  EXPECT_EQ(count(inflated(narrow->body()), "\"number\":"), 2000U);
}

// A connection that was read for a batch, and is offered something more before the batch is sent, was read by nobody for that.
TEST_F(ReactorGzip, whatIsOfferedWhileABatchIsMadeIsSent) {
  constexpr int kRounds = 300;
  const auto client = connectCompressed("c");
  const auto isTaken = [&] {
    return engine.with(hub, [&](Hub& chosen, Instant) { return !chosen.view(last).hasPending(); });
  };
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t n = 0; n < 15; ++n) {  // more than is copied at once
      publish("c", std::string(10000, 'x'));
    }
    for (int n = 0; n < 20; ++n) {
      publish("c", "while it is sent");
      std::this_thread::yield();
    }
    // Nothing more comes that would wake anybody.
    for (int looks = 0; !isTaken(); ++looks) {
      ASSERT_LT(looks, 100000) << "stuck in round " << round;
      ASSERT_TRUE(client->readThere());
      std::this_thread::yield();
    }
  }
}

TEST_F(ReactorGzip, channelsAreMergedInTheOrderOfAll) {
  last = environment.open(hub, "a", compressed());
  engine.bodies().compress(last);
  engine.with(hub, [&](Hub& chosen, Instant now) { EXPECT_EQ(chosen.join(last, "b", {}, now), JoinOutcome::joined); });
  const auto client = adopt(SocketKind::tcp, last);
  std::string expected = "data: {\"resumes\":true}\n";
  for (std::size_t n = 0; n < 300; ++n) {
    publish(n % 3 == 0 ? "a" : "b", eventOf(n));
    expected += "data: " + eventOf(n) + "\n";
  }
  expected += "data: {\"reason\":\"closed\",\"reconnect\":false}\n";
  EXPECT_TRUE(end(last, CloseReason::closed));
  client->readToEnd();
  const std::string text = inflated(client->body());
  std::string received;
  for (std::size_t at = text.find("data: "); at != std::string::npos; at = text.find("data: ", at + 1)) {
    received += text.substr(at, text.find('\n', at) - at + 1);
  }
  EXPECT_EQ(received, expected);
}

}  // namespace
}  // namespace millrace::test
