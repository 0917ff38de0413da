// What SocketWriter makes of a payload, wherever the socket cuts it: a NarrowSocket has as much room as the test says.
#include "io/net/socket_writer.hpp"

#include "core/session/receiver.hpp"
#include "io/net/chunked_decoder.hpp"
#include "io/net/narrow_socket.hpp"
#include "io/socket_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <thread>

namespace millrace {
namespace {

using test::ChunkedDecoder;
using test::NarrowSocket;
using Payload = std::vector<std::string_view>;

std::string joined(const Payload& payload) {
  std::string text;
  for (const std::string_view span : payload) {
    text.append(span);
  }
  return text;
}

// The payload without its first bytes.
Payload behind(Payload payload, std::size_t taken) {
  while (!payload.empty() && taken >= payload.front().size()) {
    taken -= payload.front().size();
    payload.erase(payload.begin());
  }
  if (!payload.empty()) {
    payload.front().remove_prefix(taken);
  }
  return payload;
}

struct Decoded {
  ChunkedDecoder decoder;
  std::string body;
};

Decoded decode(const std::string& written) {
  Decoded decoded;
  decoded.decoder.feed(written, decoded.body);
  EXPECT_FALSE(decoded.decoder.isBroken()) << written;
  return decoded;
}

// The ids of the events in a stream.
std::vector<std::string> idsIn(std::string stream) {
  Receiver receiver(ReceiverOptions{0, {}});
  std::vector<std::string> ids;
  receiver.begin(stream);
  while (const ParsedItem* const item = receiver.next()) {
    EXPECT_EQ(item->kind, ParsedItem::Kind::event);
    EXPECT_EQ(item->data, "data of\n" + std::string(item->lastEventId));
    ids.emplace_back(item->lastEventId);
  }
  return ids;
}

class SocketWriting : public ::testing::Test {
 protected:
  SendResult send(const Payload& payload) { return writer.send(NarrowSocket::kDescriptor, payload); }
  SendState finish() { return writer.finish(NarrowSocket::kDescriptor); }

  // To the end, in rooms of this size.
  void finishIn(std::size_t room) {
    socket.setRoom(room);
    while (finish() == SendState::blocked) {
      socket.setRoom(room);
    }
  }

  NarrowSocket socket;
  SocketWriter writer;
};

TEST_F(SocketWriting, whatThereIsIsOneChunkAndOneCall) {
  const SendResult result = send({"hello", " ", "", "world"});
  EXPECT_EQ(result.state, SendState::done);
  EXPECT_EQ(result.taken, 11U);
  EXPECT_EQ(socket.written(), "b\r\nhello world\r\n");
  EXPECT_EQ(socket.calls(), 1U);
}

TEST_F(SocketWriting, nothingIsNoChunk) {
  EXPECT_EQ(send({}).state, SendState::done);
  EXPECT_EQ(send({"", ""}).state, SendState::done);
  EXPECT_EQ(socket.calls(), 0U) << "a chunk of size 0 would end the body";
}

TEST_F(SocketWriting, theEndIsOneEmptyChunk) {
  EXPECT_EQ(finish(), SendState::done);
  EXPECT_EQ(socket.written(), "0\r\n\r\n");
}

TEST_F(SocketWriting, tellsAPeerThatHasGoneFromASocketThatIsFull) {
  for (const int error : {EPIPE, ECONNRESET, ETIMEDOUT, EBADF}) {
    socket.failWith(error);
    EXPECT_EQ(send({"x"}).state, SendState::gone) << error;
    EXPECT_EQ(SocketWriter().finish(NarrowSocket::kDescriptor), SendState::gone) << error;
  }
  for (const int error : {EAGAIN, ENOBUFS}) {
    socket.failWith(error);
    EXPECT_EQ(send({"x"}).state, SendState::blocked) << error;
  }
  socket.failWith(0);
  socket.interrupt();
  EXPECT_EQ(send({"x"}).state, SendState::done) << "an interrupted call is made again";
}

TEST_F(SocketWriting, everyTwoCutsGiveThePayloadOnce) {
  const Payload first{"id: 1\n", "data: a\n\n"};
  const Payload second{"id: 2\ndata: b\n\n"};
  const std::string all = joined(first) + joined(second);
  constexpr std::size_t kBytes = 42;  // of the body and its framing
  for (std::size_t cut = 0; cut <= kBytes; ++cut) {
    for (std::size_t next = 0; next <= kBytes - cut; ++next) {
      SCOPED_TRACE(std::to_string(cut) + ", " + std::to_string(next));
      NarrowSocket narrow;
      SocketWriter cutWriter;
      Payload left = first;
      std::size_t taken = 0;
      for (const std::size_t room : {cut, next, std::size_t{1000}, std::size_t{1000}}) {
        narrow.setRoom(room);
        const SendResult result = cutWriter.send(NarrowSocket::kDescriptor, left);
        taken += result.taken;
        left = taken < joined(first).size() ? behind(first, taken) : behind(second, taken - joined(first).size());
        if (taken < joined(first).size()) {
          left.insert(left.end(), second.begin(), second.end());  // which came meanwhile
        }
      }
      EXPECT_EQ(taken, all.size());
      EXPECT_EQ(decode(narrow.written()).body, all);
      EXPECT_TRUE(decode(narrow.written()).decoder.isBetweenChunks());
    }
  }
}

// Whatever was sent before, and however much of it the socket took.
TEST_F(SocketWriting, theBodyEndsOnceFromEveryState) {
  const std::string event = "id: 1\ndata: data of\ndata: 1\n\n";
  for (std::size_t room = 0; room <= event.size() * 2 + 12; ++room) {
    for (const std::size_t finishing : {1U, 2U, 7U, 1000U}) {
      SCOPED_TRACE(std::to_string(room) + ", " + std::to_string(finishing));
      NarrowSocket narrow;
      SocketWriter ending;
      narrow.setRoom(room);
      const std::size_t taken = ending.send(NarrowSocket::kDescriptor, Payload{event, event}).taken;
      SendState state = SendState::blocked;
      while (state == SendState::blocked) {
        narrow.setRoom(finishing);
        state = ending.finish(NarrowSocket::kDescriptor);
      }
      EXPECT_EQ(state, SendState::done);
      const Decoded decoded = decode(narrow.written());
      EXPECT_TRUE(decoded.decoder.isOver());
      EXPECT_EQ(decoded.body.substr(0, taken), (event + event).substr(0, taken));
      EXPECT_EQ(decoded.body.find_first_not_of(": \n", taken), std::string::npos) << "a comment fills the chunk";
      EXPECT_LE(std::count(decoded.body.begin() + static_cast<std::ptrdiff_t>(taken), decoded.body.end(), '\n'), 1)
          << "one line, or it looks like many signs of life";
    }
  }
}

TEST_F(SocketWriting, anEndThatIsOverIsNotWrittenAgain) {
  EXPECT_EQ(send({"x"}).state, SendState::done);
  finishIn(2);
  const std::string written = socket.written();
  EXPECT_EQ(finish(), SendState::done);
  EXPECT_EQ(socket.written(), written);
}

TEST_F(SocketWriting, ofTooManySpansItTakesTheFirst) {
  const std::string letter = "x";
  const Payload payload(SocketWriter::kMostSpans * 2 + 1, letter);
  socket.setRoom(100);
  SendResult result = send(payload);
  EXPECT_EQ(result.state, SendState::blocked);
  socket.makeRoom();
  std::size_t taken = result.taken;
  while (taken < payload.size()) {
    result = send(behind(payload, taken));
    EXPECT_EQ(result.state, SendState::done);
    ASSERT_GT(result.taken, 0U);
    taken += result.taken;
  }
  EXPECT_EQ(decode(socket.written()).body, joined(payload));
}

// A reader of random habits on a log of random events: what it has not begun to send may be replaced or lost meanwhile.
class Sender {
 public:
  explicit Sender(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

  void step(SocketWriter& writer, NarrowSocket& socket) {
    for (std::size_t more = below(4); more > 0; --more) {
      const std::string id = std::to_string(++last_);
      std::string event = "id: ";
      event += id;
      event += "\ndata: data of\ndata: ";
      event += id;
      event += "\n\n";
      waiting_.push_back(std::move(event));
    }
    const std::size_t whole = torn_.empty() ? 0 : 1;
    while (waiting_.size() > whole && below(5) == 0) {
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(whole + below(waiting_.size() - whole)));
    }
    socket.setRoom(below(3) == 0 ? 1000 : below(60));
    take(writer.send(NarrowSocket::kDescriptor, cut()).taken);
  }

  void takeAll(SocketWriter& writer, NarrowSocket& socket) {
    socket.makeRoom();
    take(writer.send(NarrowSocket::kDescriptor, cut()).taken);
    take(writer.send(NarrowSocket::kDescriptor, cut()).taken);
    EXPECT_TRUE(waiting_.empty());
  }

  [[nodiscard]] const std::vector<std::string>& sent() const { return sent_; }

 private:
  // What waits, as spans cut anywhere.
  Payload cut() {
    Payload payload;
    for (std::size_t at = 0; at < waiting_.size(); ++at) {
      std::string_view event = at == 0 && !torn_.empty() ? std::string_view(torn_) : std::string_view(waiting_[at]);
      const std::size_t first = below(event.size() + 1);
      payload.push_back(event.substr(0, first));
      payload.push_back(event.substr(first));
    }
    return payload;
  }

  void take(std::size_t bytes) {
    while (bytes > 0) {
      const std::string event = torn_.empty() ? waiting_.front() : torn_;
      if (bytes < event.size()) {
        torn_ = event.substr(bytes);
        return;
      }
      bytes -= event.size();
      sent_.push_back(idsIn(waiting_.front()).front());
      waiting_.erase(waiting_.begin());
      torn_.clear();
    }
  }

  std::mt19937 random_;
  std::vector<std::string> waiting_;
  std::string torn_;  // what is left of the first, which was sent in part
  std::vector<std::string> sent_;
  std::size_t last_ = 0;
};

TEST_F(SocketWriting, whateverIsReplacedMeanwhileTheStreamStaysOne) {
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    NarrowSocket narrow;
    SocketWriter random;
    Sender sender(seed);
    for (std::size_t steps = 10 + sender.below(60); steps > 0; --steps) {
      sender.step(random, narrow);
    }
    sender.takeAll(random, narrow);
    ASSERT_EQ(random.finish(NarrowSocket::kDescriptor), SendState::done);
    const Decoded decoded = decode(narrow.written());
    ASSERT_TRUE(decoded.decoder.isOver());
    ASSERT_EQ(idsIn(decoded.body), sender.sent());
  }
}

}  // namespace
}  // namespace millrace
