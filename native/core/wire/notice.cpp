#include "core/wire/notice.hpp"

#include "core/base/json_string.hpp"
#include "core/wire/encoder.hpp"

namespace millrace {
namespace {

void encode(std::string_view type, std::string_view data, std::string& out) {
  EventFields fields;
  fields.type = type;
  fields.data = data;
  static_cast<void>(encodeEvent(fields, out));  // cannot fail: the type is ours
}

}  // namespace

void encodeBegin(Resumption resumption, std::string& out) {
  encode(kBeginType, resumption == Resumption::possible ? R"({"resumes":true})" : R"({"resumes":false})", out);
}

void encodeEnd(std::string_view reason, Return wish, std::string& out, std::string_view detail) {
  std::string data = R"({"reason":)";
  appendJsonString(reason, data);
  data.append(R"(,"reconnect":)").append(wish == Return::wanted ? "true" : "false");
  if (!detail.empty()) {
    appendJsonString(detail, data.append(R"(,"detail":)"));
  }
  data.push_back('}');
  encode(kEndType, data, out);
}

}  // namespace millrace
