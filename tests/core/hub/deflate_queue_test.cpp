#include "core/hub/deflate_queue.hpp"

#include "core/hub/part_fixture.hpp"

#include <string>
#include <vector>

namespace millrace {
namespace {

// "k" and "l" have a compressed member each, "m" has one that is not.
class DeflateQueueTest : public test::PartTest {
 protected:
  static SubscriberOptions compressed() {
    SubscriberOptions options;
    options.isCompressed = true;
    return options;
  }
  void publish(Channel& channel, std::string_view bytes) {
    append(channel, bytes);
    queue.add(channel);
  }
  static void deflate(DeflateJob& job) {
    job.deflated = "deflated " + std::string(job.plain);
    job.crc32 = static_cast<std::uint32_t>(job.plain.size());
  }
  void finishAll(std::vector<DeflateJob> jobs) {
    for (DeflateJob& job : jobs) {
      deflate(job);
      queue.finish(job);
    }
  }
  static std::vector<std::string> plainOf(const std::vector<DeflateJob>& jobs) {
    std::vector<std::string> texts;
    texts.reserve(jobs.size());
    for (const DeflateJob& job : jobs) {
      texts.emplace_back(job.plain);
    }
    return texts;
  }
  void sweep() {
    policies.rest().policy.channelTtl = Millis{0};
    registry.sweep(now);
  }
  using Texts = std::vector<std::string>;

  DeflateQueue queue{registry, sequence};
  Channel& k = join(add(1, 1, compressed()), "k");
  Channel& l = join(add(2, 1, compressed()), "l");
  Channel& m = join(add(3), "m");
};

TEST_F(DeflateQueueTest, isEmptyAtFirst) {
  EXPECT_TRUE(queue.isEmpty());
  EXPECT_TRUE(queue.jobs(10, kEverySequence).empty());
  EXPECT_EQ(queue.newest(), 0U);
  EXPECT_EQ(queue.readableThrough(), kEverySequence);
}

TEST_F(DeflateQueueTest, onlyWhatCompressedMembersReadIsToBeDeflated) {
  queue.add(k);
  EXPECT_TRUE(queue.isEmpty()) << "it has no event";
  publish(m, "1");
  EXPECT_TRUE(queue.isEmpty()) << "nobody asks for it";
  publish(k, "2");
  publish(k, "3");
  EXPECT_FALSE(queue.isEmpty());
  EXPECT_TRUE(k.isInDeflateQueue);
  EXPECT_EQ(queue.newest(), 3U);
  EXPECT_EQ(plainOf(queue.jobs(10, kEverySequence)), (Texts{"2", "3"})) << "the channel is there once";
}

TEST_F(DeflateQueueTest, jobsAreLimited) {
  publish(k, "1");
  publish(l, "2");
  publish(k, "3");
  EXPECT_EQ(queue.jobs(0, kEverySequence).size(), 0U);
  EXPECT_EQ(plainOf(queue.jobs(2, kEverySequence)), (Texts{"1", "3"}));
  EXPECT_EQ(plainOf(queue.jobs(10, 2)), (Texts{"1", "2"}));
}

TEST_F(DeflateQueueTest, aJobKeepsItsBytes) {
  publish(k, "0123456789");
  const std::vector<DeflateJob> jobs = queue.jobs(1, kEverySequence);
  k.trimBefore(k.log.end(), Instant{});
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].plain, "0123456789");
  EXPECT_EQ(jobs[0].channel, "k");
}

TEST_F(DeflateQueueTest, whatIsFinishedLiesInTheLog) {
  publish(k, "1");
  publish(k, "22");
  finishAll(queue.jobs(10, kEverySequence));
  EXPECT_EQ(k.log.at({0}).deflated.bytes, "deflated 1");
  EXPECT_EQ(k.log.at({1}).deflated.bytes, "deflated 22");
  EXPECT_EQ(k.log.at({1}).deflated.crc32, 2U);
  EXPECT_TRUE(queue.jobs(10, kEverySequence).empty());
  EXPECT_TRUE(queue.isEmpty());
  EXPECT_FALSE(k.isInDeflateQueue);
}

TEST_F(DeflateQueueTest, whatSavesNothingIsDoneToo) {
  publish(k, "1");
  queue.finish(queue.jobs(1, kEverySequence).front());
  EXPECT_EQ(k.log.at({0}).deflated.bytes, "");
  EXPECT_EQ(queue.readableThrough(), kEverySequence);
}

TEST_F(DeflateQueueTest, isReadableBeforeTheOldestThatIsNotDone) {
  publish(k, "1");
  publish(l, "2");
  publish(k, "3");
  EXPECT_EQ(queue.readableThrough(), 0U);
  finishAll(queue.jobs(1, kEverySequence));
  EXPECT_EQ(queue.readableThrough(), 1U);
  finishAll(queue.jobs(10, 2));
  EXPECT_EQ(queue.readableThrough(), 2U);
  finishAll(queue.jobs(10, kEverySequence));
  EXPECT_EQ(queue.readableThrough(), kEverySequence);
}

// --- what happens while a job is done elsewhere

TEST_F(DeflateQueueTest, whatWasDoneTwiceCountsOnce) {
  publish(k, "1");
  publish(k, "2");
  const std::vector<DeflateJob> jobs = queue.jobs(10, kEverySequence);
  finishAll(jobs);
  for (DeflateJob job : jobs) {
    job.deflated = "again";
    queue.finish(job);
  }
  EXPECT_EQ(k.log.at({0}).deflated.bytes, "deflated 1");
  EXPECT_EQ(k.log.at({1}).deflated.bytes, "deflated 2");
}

TEST_F(DeflateQueueTest, whatComesBackOutOfOrderIsDoneAgain) {
  publish(k, "1");
  publish(k, "2");
  std::vector<DeflateJob> jobs = queue.jobs(10, kEverySequence);
  deflate(jobs[1]);
  queue.finish(jobs[1]);
  EXPECT_EQ(k.log.at({1}).deflated.bytes, "");
  EXPECT_EQ(queue.jobs(10, kEverySequence).size(), 2U);
}

TEST_F(DeflateQueueTest, whatTheLogHasLostIsNotMissed) {
  publish(k, "1");
  publish(k, "2");
  const std::vector<DeflateJob> jobs = queue.jobs(10, kEverySequence);
  k.trimBefore({1}, Instant{});
  finishAll(jobs);
  EXPECT_EQ(k.log.at({1}).deflated.bytes, "deflated 2");
  EXPECT_EQ(queue.readableThrough(), kEverySequence);
}

TEST_F(DeflateQueueTest, aChannelThatHasGoneIsNotMissed) {
  publish(k, "1");
  std::vector<DeflateJob> jobs = queue.jobs(10, kEverySequence);
  registry.remove(1, now);
  EXPECT_FALSE(queue.isEmpty());
  EXPECT_EQ(queue.readableThrough(), kEverySequence) << "nobody waits for it";
  finishAll(jobs);
  EXPECT_EQ(k.log.at({0}).deflated.bytes, "");
  queue.tidy();
  EXPECT_TRUE(queue.isEmpty());
  sweep();
  EXPECT_EQ(registry.findChannel("k"), nullptr);
  finishAll(jobs);
}

// Another channel of the same name counts its events from 0 again.
TEST_F(DeflateQueueTest, aJobOfAnEarlierChannelIsNoOthers) {
  publish(k, "old");
  const std::vector<DeflateJob> jobs = queue.jobs(10, kEverySequence);
  registry.remove(1, now);
  queue.tidy();
  sweep();
  ASSERT_EQ(registry.findChannel("k"), nullptr);
  Channel& other = join(add(4, 1, compressed()), "k");
  publish(other, "new");
  finishAll(jobs);
  EXPECT_EQ(other.log.at({0}).deflated.bytes, "");
  EXPECT_EQ(plainOf(queue.jobs(10, kEverySequence)), Texts{"new"});
}

}  // namespace
}  // namespace millrace
