#include "core/log/memory_log_store.hpp"

#include "core/log/log_store_contract.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace millrace::test {
namespace {

class MemoryStoreUnderTest : public StoreUnderTest {
 public:
  [[nodiscard]] LogStore& store() override { return store_; }

 private:
  MemoryLogStore store_;
};

INSTANTIATE_TEST_SUITE_P(Memory, LogStoreContract,
                         testing::Values(StoreFactory{"Memory",
                                                      [] { return std::make_unique<MemoryStoreUnderTest>(); }}),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace
}  // namespace millrace::test
