// What counts as a streamed chat completion.
#include "labs/checks/sse.h"

#include <catch2/catch.hpp>

using namespace inferlab::labs;  // NOLINT

namespace {

std::string chunk(const std::string& choices, const std::string& more = "") {
  return R"({"id":"c1","object":"chat.completion.chunk","model":"m","choices":[)" + choices + "]" +
         more + "}";
}

const std::string kRole = chunk(R"({"delta":{"role":"assistant","content":""}})");
const std::string kText = chunk(R"({"delta":{"content":"a"}})");
const std::string kEnd = chunk(R"({"delta":{},"finish_reason":"stop"})");
const std::string kUsage =
    chunk("", R"(,"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5})");

}  // namespace

TEST_CASE("sse: events are told apart by blank lines, comments are left out") {
  const auto events = sse_events(": hello\n\ndata: a\ndata: b\r\n\r\nid: 1\ndata:c\n\n");
  REQUIRE(events.has_value());
  CHECK(*events == std::vector<std::string>{"a\nb", "c"});
  CHECK_FALSE(sse_events("data: a").has_value());
  CHECK_FALSE(sse_events("data: a\n").has_value());
  CHECK_FALSE(sse_events("{\"error\": 1}\n\n").has_value());
}

TEST_CASE("sse: a right stream has no fault, and each wrong one has its own") {
  const auto fault = [](std::vector<std::string> events) { return chat_stream_fault(events, "m"); };
  CHECK(fault({kRole, kText, kText, kEnd, kUsage, "[DONE]"}).empty());
  CHECK(fault({}) == "the stream has no events");
  CHECK(fault({kRole, kText, kText, kEnd, kUsage}) == "the stream does not end with [DONE]");
  CHECK(fault({"x", "[DONE]"}) == "an event is no JSON");
  CHECK(fault({kText, "[DONE]"}) == "text comes before the role");
  CHECK(fault({kRole, kText, kEnd, kUsage, "[DONE]"}) == "the text came in fewer than two chunks");
  CHECK(fault({kRole, kText, kText, kUsage, "[DONE]"}) == "no chunk has a finish_reason");
  CHECK(fault({kRole, kText, kText, kEnd, kText, "[DONE]"}) ==
        "a choice follows the finish_reason");
  CHECK(fault({kRole, kText, kText, kEnd, "[DONE]"}) ==
        "no chunk has usage, though it was asked for");
  CHECK(chat_stream_fault({kRole, "[DONE]"}, "other") == "a chunk is of model \"m\"");
}
