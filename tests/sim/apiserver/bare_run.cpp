#include "tests/sim/apiserver/bare_run.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <utility>

#include "sim/api/json.h"

namespace inferlab::sim::testing {

BareRun::BareRun() {
  for (const char* name : {"default", "kube-system"}) {
    const ApiResponse made = api_.create(
        "namespaces", "", Value::object({{"metadata", Value::object({{"name", name}})}}), "test");
    INFERLAB_CHECK(made.ok());
  }
  driver_ = std::thread([this] {
    const auto began = std::chrono::steady_clock::now();
    while (!ended_) {
      mailbox_.wait(10ms);
      mailbox_.drain();
      simulation_.run_until(Time(std::chrono::steady_clock::now() - began));
    }
  });
}

BareRun::~BareRun() {
  end();
}

void BareRun::end() {
  if (!driver_.joinable()) return;
  ended_ = true;
  mailbox_.close();
  driver_.join();
}

RunDoor BareRun::door() {
  return RunDoor{
      mailbox_, api_, [this](const ApiRequest& request) { return api_.handle(request); },
      [this](std::string_view /*ns*/, std::string_view /*pod*/, std::string_view /*container*/,
             bool /*previous*/) -> Result<std::vector<PodLogLine>> { return log_; }};
}

void BareRun::on_run(const std::function<void(Api&)>& action) {
  const auto done = mailbox_.call([&] {
    action(api_);
    return true;
  });
  INFERLAB_CHECK(done.has_value());
}

void BareRun::create(std::string_view resource, std::string_view ns, const std::string& json) {
  const auto body = parse_json(json);
  REQUIRE(body.has_value());
  std::string why;
  on_run([&](Api& api) {
    const ApiResponse made = api.create(resource, ns, *body, "test");
    if (!made.ok()) why = made.message();
  });
  REQUIRE(why.empty());
}

void BareRun::add_log_line(const std::string& text) {
  on_run([&](Api& api) { log_.push_back({api.simulation().now(), text}); });
}

}  // namespace inferlab::sim::testing
