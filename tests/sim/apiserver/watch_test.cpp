#include <catch2/catch.hpp>

#include "sim/api/json.h"
#include "sim/apiserver/request_router.h"
#include "tests/sim/apiserver/bare_run.h"
#include "tests/sim/apiserver/router_client.h"

namespace inferlab::sim {
namespace {

using testing::ask;
using testing::BareRun;
using testing::StreamReader;

constexpr const char* kConfigMaps = "/api/v1/namespaces/default/configmaps";

struct Fixture {
  BareRun run;
  RequestRouter router{run.door(), RouterOptions{.version = "v1.32.4"}};

  void create(const std::string& name, const std::string& labels = "{}") {
    run.create("configmaps", "default",
               R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name +
                   R"(","labels":)" + labels + "}}");
  }
  void label(const std::string& name, const std::string& labels) {
    const auto answer = ask(router, "PATCH", std::string(kConfigMaps) + "/" + name,
                            R"({"metadata":{"labels":)" + labels + "}}",
                            {{"content-type", "application/merge-patch+json"}});
    REQUIRE(answer.status == 200);
  }
  void remove(const std::string& name) {
    REQUIRE(ask(router, "DELETE", std::string(kConfigMaps) + "/" + name).status == 200);
  }
  std::string version() {
    return ask(router, "GET", kConfigMaps).body["metadata"]["resourceVersion"].str();
  }
  HttpResponse watch(const std::string& query, const std::string& accept = "application/json") {
    return router.answer(testing::make_request("GET", kConfigMaps + ("?watch=true&" + query), "",
                                               {{"accept", accept}}));
  }
};

std::string type_and_name(const Value& event) {
  return event["type"].str() + " " + event["object"]["metadata"]["name"].str();
}

TEST_CASE("watch: without a version it begins with what there is, then goes on live") {
  Fixture fixture;
  fixture.create("a");
  StreamReader reader(fixture.watch(""));
  const Value first = reader.event(0);
  CHECK(type_and_name(first) == "ADDED a");
  CHECK(first["object"]["kind"].as_string() == "ConfigMap");
  CHECK(first["object"]["apiVersion"].as_string() == "v1");
  fixture.create("b");
  CHECK(type_and_name(reader.event(1)) == "ADDED b");
  fixture.label("a", R"({"x":"1"})");
  CHECK(type_and_name(reader.event(2)) == "MODIFIED a");
  fixture.remove("a");
  CHECK(type_and_name(reader.event(3)) == "DELETED a");
}

TEST_CASE("watch: from a version it tells what came after, and nothing twice") {
  Fixture fixture;
  fixture.create("a");
  const std::string version = fixture.version();
  fixture.create("b");
  StreamReader reader(fixture.watch("resourceVersion=" + version));
  CHECK(type_and_name(reader.event(0)) == "ADDED b");
  fixture.create("c");
  CHECK(type_and_name(reader.event(1)) == "ADDED c");
}

TEST_CASE("watch: entering and leaving the selection are ADDED and DELETED") {
  Fixture fixture;
  fixture.create("a");
  StreamReader reader(
      fixture.watch("labelSelector=tier%3Dgold&resourceVersion=" + fixture.version()));
  fixture.label("a", R"({"tier":"gold"})");
  CHECK(type_and_name(reader.event(0)) == "ADDED a");
  fixture.label("a", R"({"x":"1"})");
  CHECK(type_and_name(reader.event(1)) == "MODIFIED a");
  fixture.label("a", R"({"tier":"tin"})");
  const Value left = reader.event(2);
  CHECK(type_and_name(left) == "DELETED a");
  CHECK(left["object"]["metadata"]["labels"]["tier"].as_string() == "gold");
  CHECK(left["object"]["metadata"]["resourceVersion"].as_string() == fixture.version());
  fixture.remove("a");  // not selected any more: nothing is told
  fixture.create("b", R"({"tier":"gold"})");
  CHECK(type_and_name(reader.event(3)) == "ADDED b");
}

TEST_CASE("watch: one object by its name, by field or by path") {
  Fixture fixture;
  fixture.create("a");
  fixture.create("b");
  StreamReader by_field(fixture.watch("fieldSelector=metadata.name%3Db"));
  CHECK(type_and_name(by_field.event(0)) == "ADDED b");
  StreamReader by_path(
      fixture.router.answer(testing::make_request("GET", std::string(kConfigMaps) + "/b?watch=1")));
  CHECK(type_and_name(by_path.event(0)) == "ADDED b");
  StreamReader old_form(fixture.router.answer(
      testing::make_request("GET", "/api/v1/watch/namespaces/default/configmaps/b")));
  CHECK(type_and_name(old_form.event(0)) == "ADDED b");
}

TEST_CASE("watch: a version that the run has not reached is expired") {
  Fixture fixture;
  StreamReader reader(fixture.watch("resourceVersion=99999"));
  const Value event = reader.event(0);
  CHECK(event["type"].as_string() == "ERROR");
  CHECK(event["object"]["code"].as_int() == 410);
  CHECK(event["object"]["reason"].as_string() == "Expired");
  CHECK(reader.lines_at_end() == 1);
}

TEST_CASE("watch: a broken selector is refused as by a list") {
  Fixture fixture;
  const HttpResponse response = fixture.watch("fieldSelector=data%3Db");
  CHECK(response.status == 400);
  CHECK_FALSE(response.stream);
}

TEST_CASE("watch: timeoutSeconds ends it, with a bookmark for those who take them") {
  Fixture fixture;
  fixture.create("a");
  StreamReader reader(fixture.watch("timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=" +
                                    fixture.version()));
  const Value bookmark = reader.event(0);
  CHECK(bookmark["type"].as_string() == "BOOKMARK");
  CHECK(bookmark["object"]["kind"].as_string() == "ConfigMap");
  CHECK(bookmark["object"]["metadata"]["resourceVersion"].as_string() == fixture.version());
  CHECK(reader.lines_at_end() == 1);
}

TEST_CASE("watch: initial events end with a marked bookmark when asked for") {
  Fixture fixture;
  fixture.create("a");
  StreamReader reader(fixture.watch(
      "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"));
  CHECK(type_and_name(reader.event(0)) == "ADDED a");
  CHECK(reader.event(1)["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"]
            .as_string() == "true");
}

TEST_CASE("watch: as a table the columns come with the first event only") {
  Fixture fixture;
  fixture.create("a");
  fixture.create("b");
  StreamReader reader(fixture.watch("", "application/json;as=Table;v=v1;g=meta.k8s.io"));
  const Value first = reader.event(0);
  CHECK(first["object"]["kind"].as_string() == "Table");
  CHECK(first["object"]["columnDefinitions"].size() > 0);
  CHECK(first["object"]["rows"][std::size_t{0}]["cells"][std::size_t{0}].as_string() == "a");
  CHECK(reader.event(1)["object"]["columnDefinitions"].is_null());
}

TEST_CASE("watch: Events of the core group are seen through events.k8s.io") {
  Fixture fixture;
  StreamReader reader(fixture.router.answer(
      testing::make_request("GET", "/apis/events.k8s.io/v1/namespaces/default/events?watch=true",
                            "", {{"accept", "application/json"}})));
  fixture.run.create("events", "default",
                     R"({"metadata":{"name":"e"},"message":"done","involvedObject":{"kind":"Pod",
                         "name":"p","namespace":"default"}})");
  const Value event = reader.event(0);
  CHECK(type_and_name(event) == "ADDED e");
  CHECK(event["object"]["apiVersion"].as_string() == "events.k8s.io/v1");
  CHECK(event["object"]["note"].as_string() == "done");
  reader.leave();
}

TEST_CASE("watch: ends with the server and leaves nothing behind") {
  Fixture fixture;
  fixture.create("a");
  {
    StreamReader stays(fixture.watch(""));
    StreamReader leaves(fixture.watch(""));
    CHECK(type_and_name(stays.event(0)) == "ADDED a");
    CHECK(type_and_name(leaves.event(0)) == "ADDED a");
    CHECK(fixture.router.watches() == 2);
    leaves.leave();
    CHECK(leaves.lines_at_end() == 1);
    CHECK(fixture.router.watches() == 1);
    fixture.router.close();
    CHECK(stays.lines_at_end() == 1);
  }
  CHECK(fixture.router.watches() == 0);
}

}  // namespace
}  // namespace inferlab::sim
