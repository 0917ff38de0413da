// Processes that are killed while they write, and disks that lose power.
#include "core/log/stored_events.hpp"
#include "io/store/opened_store.hpp"
#include "support/fault_vfs.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace millrace::test {
namespace {

// What a test writes: some channels, each event with bytes that only it has.
class Writer {
 public:
  explicit Writer(std::uint32_t seed) : random_(seed) {}

  [[nodiscard]] std::vector<TestEvent> next() {
    std::vector<TestEvent> events;
    for (std::size_t count = random_() % 12; count > 0; --count) {
      const std::string channel(1, static_cast<char>('a' + random_() % 3));
      std::uint64_t& after = newest_[channel];
      ++given_;
      events.push_back({channel, given_, after, bytesOf(channel, given_)});
      after = given_;
    }
    return events;
  }
  [[nodiscard]] StorePosition position() const { return {1, given_, given_ + 100, 0, false, false}; }
  [[nodiscard]] static std::string bytesOf(const std::string& channel, std::uint64_t sequence) {
    return channel + std::to_string(sequence) +
           std::string(sequence * 37 % 900, static_cast<char>('a' + sequence % 26));
  }

 private:
  std::mt19937 random_;
  std::map<std::string, std::uint64_t> newest_;
  std::uint64_t given_ = 0;
};

// The store has all events up to `acknowledged` of any channel, and all or none of those up to `given`, and no others.
void expectConsistent(const std::string& path, std::uint64_t acknowledged, std::uint64_t given) {
  StoreOpening opening = openStore(path);
  EXPECT_EQ(opening.setAside, "");
  EXPECT_FALSE(opening.position.isClean);
  const std::uint64_t newest = opening.position.newest;
  EXPECT_TRUE(newest == acknowledged || newest == given) << newest << " " << acknowledged << " " << given;
  EXPECT_LE(opening.newestStored, newest);
  std::size_t events = 0;
  for (const std::string channel : {"a", "b", "c"}) {
    const ReadAll all = readAll(*opening.store, channel, 0, 10'000);
    EXPECT_TRUE(all.lost.empty());
    for (const TestEvent& event : all.events) {
      EXPECT_EQ(event.bytes, Writer::bytesOf(channel, event.sequence));
    }
    events += all.events.size();
  }
  EXPECT_EQ(events, newest);
}

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe(ends.data()), 0); }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  std::array<int, 2> ends{};
};

TEST(StoreKill, whatWasAcknowledgedToAKilledProcessIsThere) {
  for (std::uint32_t round = 0; round < 12; ++round) {
    const TemporaryFolder folder;
    const std::string path = folder.file("log");
    const Pipe pipe;
    const pid_t child = ::fork();
    if (child == 0) {
      const StoreOpening opening = openSqliteLogStore(path);
      Writer writer(round);
      for (;;) {
        const std::vector<TestEvent> events = writer.next();
        const std::array<std::uint64_t, 2> told{0, writer.position().newest};
        static_cast<void>(::write(pipe.ends[1], told.data(), sizeof(told)));  // about to
        if (appendAll(*opening.store, events, writer.position()) != StoreOutcome::done) {
          ::_exit(1);
        }
        const std::array<std::uint64_t, 2> done{1, writer.position().newest};
        static_cast<void>(::write(pipe.ends[1], done.data(), sizeof(done)));
      }
    }
    std::uint64_t acknowledged = 0;
    std::uint64_t given = 0;
    const auto take = [&] {
      std::array<std::uint64_t, 2> message{};
      const bool is = ::read(pipe.ends[0], message.data(), sizeof(message)) == ssize_t{sizeof(message)};
      (message[0] == 0 ? given : acknowledged) = is ? message[1] : (message[0] == 0 ? given : acknowledged);
      return is;
    };
    for (std::uint32_t messages = 0; messages < 20 + round * 7; ++messages) {
      ASSERT_TRUE(take());
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    ::close(pipe.ends[1]);
    while (take()) {
    }
    expectConsistent(path, acknowledged, given);
  }
}

TEST(StoreKill, whatWasAcknowledgedIsThereAfterAPowerCut) {
  std::mt19937 random(5);
  for (std::uint32_t round = 0; round < 6; ++round) {
    FaultVfs vfs;
    vfs.skipSyncs();
    vfs.trackSyncs();
    const TemporaryFolder folder(TemporaryFolder::Place::memory);
    Writer writer(round);
    std::uint64_t acknowledged = 0;
    bool hasTables = false;
    vfs.onChange([&] {
      if (random() % 40 != 0) {
        return;
      }
      const TemporaryFolder after(TemporaryFolder::Place::memory);
      vfs.cutPower(after.path(), random);
      const std::string path = after.file("log");
      if (hasTables) {
        expectConsistent(path, acknowledged, writer.position().newest);
      } else {
        EXPECT_EQ(openStore(path).setAside, "");
      }
    });
    StoreOpening opening = openStore(folder.file("log"), {vfs.name()});
    hasTables = true;
    for (int turn = 0; turn < 150 && !testing::Test::HasFailure(); ++turn) {
      const std::vector<TestEvent> events = writer.next();
      ASSERT_EQ(appendAll(*opening.store, events, writer.position()), StoreOutcome::done);
      acknowledged = writer.position().newest;
      if (turn % 50 == 49) {
        opening = {};
        opening = openStore(folder.file("log"), {vfs.name()});
      }
    }
  }
}

}  // namespace
}  // namespace millrace::test
