#pragma once

#include "core/support/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace millrace::test {

// Names each test after its vector.
struct VectorName {
  template <typename Vector>
  std::string operator()(const ::testing::TestParamInfo<Vector>& vector) const {
    return testName(vector.index, vector.param.name);
  }
};

}  // namespace millrace::test
