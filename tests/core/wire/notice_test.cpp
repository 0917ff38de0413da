#include "core/wire/notice.hpp"

#include "core/support/stream.hpp"
#include "core/support/vector_name.hpp"
#include "core/support/vectors.hpp"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

class NoticeVectors : public ::testing::TestWithParam<test::NoticeVector> {};

TEST_P(NoticeVectors, areEncodedAsEventsWithoutAnId) {
  const test::NoticeVector& vector = GetParam();
  std::string out;
  if (vector.resumes) {
    encodeBegin(*vector.resumes ? Resumption::possible : Resumption::impossible, out);
  } else {
    encodeEnd(vector.reason, vector.reconnect ? Return::wanted : Return::never, out);
  }
  EXPECT_EQ(test::parse(out), test::OwnedItems{test::eventItem(vector.type, vector.data, "")});
}

INSTANTIATE_TEST_SUITE_P(all, NoticeVectors, ::testing::ValuesIn(test::noticeVectors()), test::VectorName{});

}  // namespace
}  // namespace millrace
