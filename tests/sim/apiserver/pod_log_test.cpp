#include <catch2/catch.hpp>

#include "sim/apiserver/request_router.h"
#include "tests/sim/apiserver/bare_run.h"
#include "tests/sim/apiserver/router_client.h"

namespace inferlab::sim {
namespace {

using testing::ask;
using testing::BareRun;
using testing::StreamReader;

constexpr const char* kLog = "/api/v1/namespaces/default/pods/p/log";

struct Fixture {
  BareRun run;
  RequestRouter router{run.door(), RouterOptions{.version = "v1.32.4"}};

  Fixture() {
    run.create("pods", "default",
               R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[
                   {"name":"main","image":"x:1"},{"name":"side","image":"x:1"}]}})");
  }
  void container_state(const std::string& state) {
    run.on_run([&](Api& api) {
      const Value status = Value::object({{"name", "main"},
                                          {"image", "x:1"},
                                          {"imageID", ""},
                                          {"ready", false},
                                          {"restartCount", 0},
                                          {"state", Value::object({{state, Value::object()}})}});
      const ApiResponse answer = api.merge_patch(
          {"pods", "default", "p"}, "status",
          Value::object(
              {{"status", Value::object({{"containerStatuses", Value::array({status})}})}}),
          "kubelet");
      INFERLAB_CHECK(answer.ok());
    });
  }
};

TEST_CASE("pod log: the container must be named when there are several") {
  Fixture fixture;
  const auto answer = ask(fixture.router, "GET", kLog);
  CHECK(answer.status == 400);
  CHECK(answer.body["message"].as_string() ==
        "a container name must be specified for pod p, choose one of: [main side]");
  const auto wrong = ask(fixture.router, "GET", std::string(kLog) + "?container=nope");
  CHECK(wrong.status == 400);
  CHECK(wrong.body["message"].as_string() == "container nope is not valid for pod p");
  const auto none = ask(fixture.router, "GET", "/api/v1/namespaces/default/pods/q/log");
  CHECK(none.status == 404);
  CHECK(none.body["message"].as_string() == "pods \"q\" not found");
}

TEST_CASE("pod log: tail, bytes and timestamps") {
  Fixture fixture;
  for (const char* line : {"one", "two", "three"}) fixture.run.add_log_line(line);
  const std::string log = std::string(kLog) + "?container=main";
  CHECK(ask(fixture.router, "GET", log).raw.body == "one\ntwo\nthree\n");
  CHECK(ask(fixture.router, "GET", log).raw.content_type == "text/plain");
  CHECK(ask(fixture.router, "GET", log + "&tailLines=1").raw.body == "three\n");
  CHECK(ask(fixture.router, "GET", log + "&tailLines=0").raw.body.empty());
  CHECK(ask(fixture.router, "GET", log + "&limitBytes=5").raw.body == "one\nt");
  CHECK(ask(fixture.router, "GET", log + "&sinceSeconds=600").raw.body == "one\ntwo\nthree\n");
  CHECK(ask(fixture.router, "GET", log + "&sinceTime=2030-01-01T00:00:00Z").raw.body.empty());
  CHECK(ask(fixture.router, "GET", log + "&timestamps=true")
            .raw.body.starts_with("2026-01-05T08:00:"));
  CHECK(ask(fixture.router, "GET", log + "&tailLines=x").status == 400);
  CHECK(ask(fixture.router, "GET", log + "&tailLines=-1").status == 422);
  CHECK(ask(fixture.router, "GET", log + "&sinceSeconds=9223372036854775807").status == 200);
}

TEST_CASE("pod log: follow goes on until the container ends") {
  Fixture fixture;
  fixture.container_state("running");
  fixture.run.add_log_line("one");
  StreamReader reader(fixture.router.answer(
      testing::make_request("GET", std::string(kLog) + "?container=main&follow=true")));
  CHECK(reader.line(0) == "one");
  fixture.run.add_log_line("two");
  CHECK(reader.line(1) == "two");
  fixture.container_state("terminated");
  CHECK(reader.lines_at_end() == 2);
}

TEST_CASE("pod log: follow of a container that has ended ends at once") {
  Fixture fixture;
  fixture.container_state("terminated");
  fixture.run.add_log_line("one");
  StreamReader reader(fixture.router.answer(
      testing::make_request("GET", std::string(kLog) + "?container=main&follow=true")));
  CHECK(reader.lines_at_end() == 1);
}

}  // namespace
}  // namespace inferlab::sim
