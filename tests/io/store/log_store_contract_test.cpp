#include "core/log/log_store_contract.hpp"

#include "io/store/opened_store.hpp"

#include <gtest/gtest.h>

namespace millrace::test {
namespace {

class SqliteStoreUnderTest : public StoreUnderTest {
 public:
  [[nodiscard]] LogStore& store() override { return *opening_.store; }

 private:
  TemporaryFolder folder_;
  StoreOpening opening_ = openStore(folder_.file("log"));
};

INSTANTIATE_TEST_SUITE_P(Sqlite, LogStoreContract,
                         testing::Values(StoreFactory{"Sqlite",
                                                      [] { return std::make_unique<SqliteStoreUnderTest>(); }}),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace
}  // namespace millrace::test
