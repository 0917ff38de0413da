// SocketWriter with the kernel's sockets.
#include "io/net/socket_writer.hpp"

#include "io/socket_client.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <random>
#include <thread>

namespace millrace {
namespace {

using test::SocketClient;
using test::SocketKind;
using test::SocketPair;

class SocketWriterSocket : public ::testing::TestWithParam<SocketKind> {};

void waitUntilWritable(int descriptor) {
  constexpr int kPatienceMs = 60000;
  pollfd waiting{descriptor, POLLOUT, 0};
  ASSERT_EQ(::poll(&waiting, 1, kPatienceMs), 1);
}

TEST_P(SocketWriterSocket, aSlowPeerGetsEveryByteOnceAndInOrder) {
  SocketPair pair = test::connectedPair(GetParam(), 4096);
  SocketClient client(std::move(pair.client));
  std::thread reading([&client] {
    std::mt19937 random(1);
    while (client.readSome(1 + random() % 5000)) {
    }
  });
  std::mt19937 random(2);
  std::string all;
  while (all.size() < std::size_t{1024} * 1024) {
    all += "data: " + std::string(random() % 3000, static_cast<char>('a' + random() % 26)) + "\n\n";
  }
  SocketWriter writer;
  std::size_t blocked = 0;
  for (std::size_t at = 0; at < all.size();) {
    std::vector<std::string_view> payload;
    for (std::size_t end = at; end < std::min(all.size(), at + 65536);) {
      payload.push_back(std::string_view(all).substr(end, 1 + random() % 4000));
      end += payload.back().size();
    }
    const SendResult result = writer.send(pair.server.number(), payload);
    ASSERT_NE(result.state, SendState::gone);
    at += result.taken;
    if (result.state == SendState::blocked) {
      ++blocked;
      waitUntilWritable(pair.server.number());
    }
  }
  while (writer.finish(pair.server.number()) == SendState::blocked) {
    waitUntilWritable(pair.server.number());
  }
  pair.server.close();
  reading.join();
  EXPECT_TRUE(client.isOver());
  EXPECT_GT(blocked, 10U);
  EXPECT_TRUE(client.body() == all) << client.body().size() << " bytes, not " << all.size();
}

TEST_P(SocketWriterSocket, aPeerThatHasClosedIsGone) {
  SocketPair pair = test::connectedPair(GetParam());
  pair.client.close();
  SocketWriter writer;
  const std::vector<std::string_view> payload{"data: x\n\n"};
  SendState state = SendState::done;
  for (int times = 0; times < 1000 && state == SendState::done; ++times) {
    state = writer.send(pair.server.number(), payload).state;
    pollfd waiting{pair.server.number(), POLLHUP, 0};
    ASSERT_EQ(::poll(&waiting, 1, 60000), 1);
  }
  EXPECT_EQ(state, SendState::gone);
  EXPECT_EQ(writer.finish(pair.server.number()), SendState::gone);
}

INSTANTIATE_TEST_SUITE_P(kinds, SocketWriterSocket, ::testing::Values(SocketKind::local, SocketKind::tcp),
                         [](const auto& tested) { return tested.param == SocketKind::local ? "local" : "tcp"; });

}  // namespace
}  // namespace millrace
