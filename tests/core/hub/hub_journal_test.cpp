// What a hub keeps in its store beside events: states, idempotency keys, content.
#include "core/hub/durable_fixture.hpp"
#include "core/hub/idempotency_keys.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

// A text that grows; what is held back is told by its numbers.
class Words : public StateSource {
 public:
  SharedText text() override { return std::make_shared<const std::string>("event: state\ndata: " + words + "\n\n"); }
  SharedText textOf(const std::vector<std::uint64_t>& /*types*/) override { return nullptr; }
  bool isChangedBy(std::uint64_t hash) const override { return hash == typeHash("word"); }
  std::string whole() const override { return words; }
  void hold(std::uint64_t change) override { held.push_back(change); }
  void settle(std::uint64_t change, bool isStored) override {
    settled.emplace_back(change, isStored);
    words.resize(words.size() - (isStored ? 0 : 1));
  }

  std::string words;
  std::vector<std::uint64_t> held;
  std::vector<std::pair<std::uint64_t, bool>> settled;
};

class HubJournal : public test::DurableTest {
 protected:
  void say(std::string_view word) {
    publish("k", word, "word");
    words->words += word;
    EXPECT_EQ(hub.states().set("k", words, word, now), WriteOutcome::written);
  }
  // The entries of the journal that the store has, one behind the other.
  std::vector<std::string> entries(JournalKind kind = JournalKind::document, std::string_view of = "k") {
    std::vector<std::string> entries;
    const StorePage page = store.read(journalName(kind, of), 0, 1000000);
    for (const StoredEvent& event : page.events) {
      entries.emplace_back(event.bytes);
    }
    return entries;
  }
  WriteOutcome publishOnce(std::string_view idempotencyKey, std::string_view data = "x") {
    EventFields fields;
    fields.data = data;
    PublishOptions options;
    options.idempotencyKey = idempotencyKey;
    receipt = {};
    return hub.publish("k", fields, options, now, receipt);
  }

  std::shared_ptr<Words> words = std::make_shared<Words>();
};

TEST_F(HubJournal, aStateIsWrittenAsAWholeAndThenItsChanges) {
  say("a");
  say("b");
  storeAll();
  EXPECT_EQ(entries(), (std::vector<std::string>{"wa", "cb"}));
  EXPECT_FALSE(hub.durable().hasWork());
}

TEST_F(HubJournal, aWholeIsWrittenAnewWhenTheChangesAreLongerAndTheStoreLetsGoOfTheRest) {
  const std::string word(1000, 'x');
  for (int count = 0; count < 100; ++count) {
    say(word);
    storeAll();
    ASSERT_LE(entries().size(), 2 + 2 * (words->words.size() / word.size())) << count;
  }
  std::string restored;
  for (const std::string& entry : entries()) {
    restored.resize(isWhole(entry) ? 0 : restored.size());
    restored += textOf(entry);
  }
  EXPECT_EQ(restored, words->words);
  EXPECT_LT(entries().size(), 80U);
}

TEST_F(HubJournal, anEntryIsNeverBehindItsEventNorBeforeTheOneBefore) {
  say("a");
  say("b");
  for (std::size_t events = 1; events <= 2; ++events) {
    StoreWork work = hub.durable().work(1);
    EXPECT_EQ(doWork(store, work, clock), StoreOutcome::done);
    hub.durable().finish(work, StoreOutcome::done, now);
    EXPECT_EQ(store.read("k", 0, 10000).events.size(), events);
    EXPECT_EQ(entries().size(), events);
  }
}

TEST_F(HubJournal, whatCouldNotBeWrittenIsWrittenLater) {
  say("a");
  const std::uint64_t number = hub.durable().newest();
  storeAll(StoreOutcome::failed);
  EXPECT_EQ(hub.durable().stateOf(number), StoredState::waiting);
  say("b");
  storeAll();
  EXPECT_EQ(entries(), (std::vector<std::string>{"wa", "cb"}));
  EXPECT_EQ(hub.durable().stateOf(number), StoredState::stored);
}

TEST_F(HubJournal, ofAStoreThatFailsForLongOnlyWhatIsNeededWaits) {
  const std::string word(5000, 'x');
  for (int count = 0; count < 100; ++count) {
    say(word);
    storeAll(StoreOutcome::failed);
    hub.durable().giveUpIfFull();
  }
  storeAll();
  EXPECT_LT(entries().size(), 60U);
  EXPECT_TRUE(isWhole(entries().front()));
}

TEST_F(HubJournal, theChannelStaysInMemoryUntilItsStateIsStored) {
  say("a");
  StoreWork work = hub.durable().work(1000);
  hub.durable().finish(work, StoreOutcome::failed, now);
  elapse(4000000);
  EXPECT_NE(hub.states().of("k"), nullptr);
  storeAll();
  elapse(4000000);
  EXPECT_EQ(hub.states().of("k"), nullptr);
  EXPECT_TRUE(hub.states().isCold("k"));
}

TEST_F(HubJournal, anotherProcessHasTheStateOnceItWasRead) {
  say("a");
  storeAll();
  const std::unique_ptr<Hub> next = nextProcess();
  EXPECT_TRUE(next->states().isCold("k"));
  EXPECT_EQ(next->states().keys("k"), std::vector<std::string>{"k"});
  EXPECT_EQ(next->states().keys("other"), std::vector<std::string>{});
  next->states().restore("k", words, 2, {1, 0, 1, now}, now);
  EXPECT_FALSE(next->states().isCold("k"));
  EXPECT_EQ(next->states().of("k"), words);
  const auto late = std::make_shared<Words>();
  next->states().restore("k", late, 2, {}, now);
  EXPECT_EQ(next->states().of("k"), words) << "another thread was faster";
}

TEST_F(HubJournal, aStateThatIsClearedOrComesToNothingIsNotCold) {
  say("a");
  storeAll();
  hub.states().clear("k", now);
  EXPECT_FALSE(hub.states().isCold("k"));
  storeAll();
  const std::unique_ptr<Hub> next = nextProcess();
  EXPECT_TRUE(next->states().isCold("k")) << "that is found out when it is read";
  next->states().restore("k", nullptr, 3, {}, now);
  EXPECT_FALSE(next->states().isCold("k"));
}

TEST_F(HubJournal, whatIsOldGoesUnlessMemoryHasIt) {
  HubOptions options = hub.options();
  options.stored.ttl = Millis(10000);
  options.channelTtl = Millis(1000000);
  options.sweepEvery = Millis(1000);
  hub.configure(options);
  say("a");
  storeAll();
  elapse(16000);
  storeAll();
  elapse(1000);
  storeAll();
  EXPECT_EQ(entries(), std::vector<std::string>{"wa"}) << "it was written anew";
  options.channelTtl = Millis(1000);
  hub.configure(options);
  elapse(40000);
  storeAll();
  elapse(1000);
  storeAll();
  EXPECT_EQ(entries(), std::vector<std::string>{});
  EXPECT_FALSE(hub.states().isCold("k"));
  const std::string name = journalName(JournalKind::document, "k");
  EXPECT_TRUE(hub.durable().journals().isWholeDue(name, Millis(1000000), now)) << "nothing is remembered of it";
}

class HubHeldJournal : public HubJournal {
 protected:
  HubHeldJournal() { useStore(Durability::always); }
};

TEST_F(HubHeldJournal, aChangeIsSettledOnceItIsStored) {
  say("a");
  ASSERT_EQ(words->held.size(), 1U);
  EXPECT_TRUE(words->settled.empty());
  storeAll();
  EXPECT_EQ(words->settled, (std::vector<std::pair<std::uint64_t, bool>>{{words->held[0], true}}));
}

TEST_F(HubHeldJournal, oneThatCannotBeStoredIsTakenBackAndTheStateWrittenAnew) {
  say("a");
  storeAll();
  say("b");
  storeAll(StoreOutcome::failed);
  EXPECT_EQ(words->settled.back(), (std::pair<std::uint64_t, bool>{words->held[1], false}));
  say("c");
  storeAll();
  EXPECT_EQ(entries(), (std::vector<std::string>{"wa", "cc"}));
}

TEST_F(HubJournal, underOneKeyAnEventIsPublishedOnce) {
  EXPECT_EQ(publishOnce("order 1"), WriteOutcome::written);
  const Receipt first = receipt;
  EXPECT_FALSE(first.isRepeat);
  publish("k", "another");
  EXPECT_EQ(publishOnce("order 1", "other data"), WriteOutcome::written);
  EXPECT_TRUE(receipt.isRepeat);
  EXPECT_EQ(receipt.id, first.id);
  EXPECT_EQ(receipt.sequence, first.sequence);
  EXPECT_EQ(publishOnce("order 2"), WriteOutcome::written);
  EXPECT_FALSE(receipt.isRepeat);
  elapse(3600000);
  EXPECT_EQ(publishOnce("order 1"), WriteOutcome::written);
  EXPECT_FALSE(receipt.isRepeat) << "it is too long ago";
}

TEST_F(HubJournal, oneThatWasRefusedWasNotPublished) {
  EXPECT_EQ(publishOnce("order", std::string(2000000, 'x')), WriteOutcome::dataTooLarge);
  EXPECT_EQ(publishOnce("order"), WriteOutcome::written);
  EXPECT_FALSE(receipt.isRepeat);
}

TEST_F(HubHeldJournal, oneThatCouldNotBeStoredWasNotPublished) {
  EXPECT_EQ(publishOnce("order"), WriteOutcome::written);
  storeAll(StoreOutcome::failed);
  EXPECT_EQ(publishOnce("order"), WriteOutcome::written);
  EXPECT_FALSE(receipt.isRepeat);
  storeAll();
  EXPECT_EQ(publishOnce("order"), WriteOutcome::written);
  EXPECT_TRUE(receipt.isRepeat);
  EXPECT_EQ(entries(JournalKind::idempotencyKeys).size(), 1U);
}

TEST_F(HubJournal, anotherProcessKnowsTheKeysOnceTheyWereRead) {
  EXPECT_EQ(publishOnce("order"), WriteOutcome::written);
  const Receipt first = receipt;
  storeAll();
  const std::unique_ptr<Hub> next = nextProcess();
  IdempotencyKeys& keys = next->durable().keys();
  EXPECT_TRUE(keys.isUnread("k"));
  const std::string entry = entries(JournalKind::idempotencyKeys).front();
  const auto stored = decodeKey(textOf(entry));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->key, "order");
  EXPECT_EQ(stored->receipt.id, first.id);
  keys.noteRead("k");
  keys.remember("k", stored->key, stored->receipt, now);
  EventFields fields;
  fields.data = "x";
  PublishOptions options;
  options.idempotencyKey = "order";
  EXPECT_EQ(next->publish("k", fields, options, now, receipt), WriteOutcome::written);
  EXPECT_TRUE(receipt.isRepeat);
}

TEST_F(HubJournal, whatIsForgottenHasNoJournal) {
  say("a");
  EXPECT_EQ(publishOnce("order"), WriteOutcome::written);
  storeAll();
  say("b");
  EXPECT_EQ(publishOnce("order 2"), WriteOutcome::written);
  hub.states().clear("k", now);
  hub.durable().forget("k", now);
  storeAll();
  EXPECT_EQ(entries(), std::vector<std::string>{});
  EXPECT_EQ(entries(JournalKind::idempotencyKeys), std::vector<std::string>{});
  EXPECT_EQ(publishOnce("order"), WriteOutcome::written);
  EXPECT_FALSE(receipt.isRepeat);
}

TEST_F(HubJournal, contentIsWrittenOnceAndRenewedWhenItIsHalfAsOldAsItMayBecome) {
  EXPECT_NE(hub.durable().keepContent("c", "bytes", now), 0U);
  storeAll();
  EXPECT_EQ(hub.durable().keepContent("c", "bytes", now), 0U);
  elapse(hub.options().stored.ttl.count() / 2 + 1);
  EXPECT_NE(hub.durable().keepContent("c", "bytes", now), 0U);
  storeAll();
  EXPECT_EQ(entries(JournalKind::content, "c").back(), "wbytes");
}

TEST(IdempotencyKeys, theOldestGoWhereThereAreTooMany) {
  HubOptions options;
  options.idempotency.keys = 3;
  IdempotencyKeys keys(options);
  const Instant now{Millis(1000)};
  Receipt receipt;
  for (const char* key : {"1", "2", "3", "4"}) {
    receipt.id = key;
    keys.remember("k", key, receipt, now);
  }
  EXPECT_EQ(keys.find("k", "1", now), nullptr);
  ASSERT_NE(keys.find("k", "2", now), nullptr);
  EXPECT_EQ(keys.find("k", "2", now)->id, "2");
  EXPECT_EQ(keys.find("other", "2", now), nullptr);
  keys.forget("k");
  EXPECT_EQ(keys.find("k", "4", now), nullptr);
}

TEST(IdempotencyKeys, entriesAreReadAsTheyWereWritten) {
  Receipt receipt;
  receipt.id = "a b 7 1";
  receipt.sequence = 18446744073709551615U;
  receipt.recipients = 3;
  const std::string entry = encodeKey("5 key with spaces", receipt);
  const auto stored = decodeKey(entry);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->key, "5 key with spaces");
  EXPECT_EQ(stored->receipt.id, receipt.id);
  EXPECT_EQ(stored->receipt.sequence, receipt.sequence);
  EXPECT_EQ(stored->receipt.recipients, 3U);
  for (const char* wrong : {"", "1", "1 2", "1 2 9 short", "x 2 1 k", "1 2 -1 k", "99999999999999999999 2 1 k"}) {
    EXPECT_FALSE(decodeKey(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace millrace
