#pragma once

#include "io/store/store_opening.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace millrace::test {

// Opens a store that has to open.
[[nodiscard]] inline StoreOpening openStore(const std::string& path, const StoreOptions& options = {}) {
  StoreOpening opening = openSqliteLogStore(path, options);
  EXPECT_NE(opening.store, nullptr) << static_cast<int>(opening.fault) << " " << opening.message;
  return opening;
}

}  // namespace millrace::test
