// Requests as kubectl and curl make them, answered without a socket.
#include <catch2/catch.hpp>

#include "sim/api/builtin_objects.h"
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
const testing::Headers kJson = {{"content-type", "application/json"}};

std::string config_map(const std::string& name, const std::string& labels = "{}") {
  return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name + R"(","labels":)" +
         labels + R"(},"data":{"k":"v"}})";
}

struct Fixture {
  BareRun run;
  RequestRouter router{run.door(), RouterOptions{.version = "v1.32.4"}};
};

TEST_CASE("router: a token is asked for, except where anybody may look") {
  BareRun run;
  RequestRouter router(run.door(), RouterOptions{.version = "v1.32.4", .token = "secret"});
  const auto refused = ask(router, "GET", "/api/v1/namespaces");
  CHECK(refused.status == 401);
  CHECK(refused.body["reason"].as_string() == "Unauthorized");
  CHECK(refused.body["message"].as_string() == "Unauthorized");
  CHECK(ask(router, "GET", "/api", "", {{"authorization", "Bearer secreT"}}).status == 401);
  CHECK(ask(router, "GET", "/api", "", {{"authorization", "secret"}}).status == 401);
  CHECK(ask(router, "GET", "/api", "", {{"authorization", "Bearer secret"}}).status == 200);
  for (const char* open : {"/healthz", "/livez", "/readyz", "/version"}) {
    CHECK(ask(router, "GET", open).status == 200);
  }
  CHECK(ask(router, "GET", "/version").body["minor"].as_string() == "32");
  CHECK(ask(router, "GET", "/readyz/ping").status == 401);  // one check by itself
}

TEST_CASE("router: health tells its checks, and leaves out what it is asked to") {
  Fixture fixture;
  const auto get = [&](const char* path, const char* exclude = nullptr) {
    HttpRequest request;
    request.method = "GET";
    request.path = path;
    if (exclude != nullptr) {
      request.query = {{"verbose", ""}, {"exclude", exclude}, {"exclude", "x"}};
    }
    return fixture.router.answer(request);
  };
  CHECK(get("/readyz").body == "ok");
  CHECK(get("/readyz/ping").body == "ok");
  CHECK(get("/livez/informer-sync").status == 404);  // a check of readyz alone
  const std::string less = get("/livez", "etcd").body;
  CHECK(less.starts_with("[+]ping ok\n[+]log ok\n"));
  CHECK(less.find("[+]etcd excluded: ok\n") != std::string::npos);
  CHECK(less.ends_with(
      "warn: some health checks cannot be excluded: no matches for \"x\"\nlivez check passed\n"));
}

TEST_CASE("router: after the end of the run every request gets 503, and it is not healthy") {
  Fixture fixture;
  fixture.run.end();
  CHECK(ask(fixture.router, "GET", "/api/v1/pods").status == 503);
  CHECK(ask(fixture.router, "GET", "/api/v1/pods?watch=true").status == 503);
  CHECK(ask(fixture.router, "GET", "/readyz").status == 500);
}

TEST_CASE("router: unknown paths, resources and methods have the real server's answers") {
  Fixture fixture;
  RequestRouter& router = fixture.router;
  const auto page = ask(router, "GET", "/apis/foo/v1/bars");
  CHECK(page.status == 404);
  CHECK(page.raw.body == "404 page not found\n");
  CHECK(ask(router, "GET", "/nothing").raw.content_type == "text/plain; charset=utf-8");
  const auto unknown = ask(router, "GET", "/api/v1/bars");
  CHECK(unknown.status == 404);
  CHECK(unknown.body["message"].as_string() == "the server could not find the requested resource");
  const auto method = ask(router, "POST", std::string(kConfigMaps) + "/a", config_map("a"), kJson);
  CHECK(method.status == 405);
  CHECK(method.body["message"].as_string() ==
        "the server does not allow this method on the requested resource");
  const auto accept = ask(router, "GET", kConfigMaps, "", {{"accept", "application/xml"}});
  CHECK(accept.status == 406);
  CHECK(accept.body["reason"].as_string() == "NotAcceptable");
}

TEST_CASE("router: a kind is asked for no more than discovery says of it") {
  Fixture fixture;
  RequestRouter& router = fixture.router;
  CHECK(ask(router, "DELETE", "/api/v1/namespaces").status == 405);
  CHECK(ask(router, "GET", "/api/v1/namespaces/default").status == 200);
  CHECK(ask(router, "GET", "/api/v1/namespaces/default/bindings").status == 405);
  // What is posted there is about a Pod.
  const auto binding = ask(router, "POST", "/api/v1/namespaces/default/bindings",
                           R"({"apiVersion":"v1","kind":"Binding","metadata":{"name":"none"},
                               "target":{"kind":"Node","name":"n"}})",
                           kJson);
  CHECK(binding.status == 404);
  CHECK(binding.body["message"].as_string() == "pods \"none\" not found");
}

TEST_CASE("router: bodies of the wrong kind or form are refused in the real server's words") {
  Fixture fixture;
  RequestRouter& router = fixture.router;
  const auto broken = ask(router, "POST", kConfigMaps, "{not json", kJson);
  CHECK(broken.status == 400);
  CHECK(
      broken.body["message"].as_string() ==
      "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; "
      "json parse error: invalid character 'n' looking for beginning of object key string ({not "
      "json)");
  const auto form = ask(router, "POST", kConfigMaps, "a: b", {{"content-type", "text/plain"}});
  CHECK(form.status == 415);
  CHECK(form.body["reason"].as_string() == "UnsupportedMediaType");
  CHECK(ask(router, "PATCH", std::string(kConfigMaps) + "/x", "{}", kJson).status == 415);
  const auto dry =
      ask(router, "POST", std::string(kConfigMaps) + "?dryRun=Some", config_map("a"), kJson);
  CHECK(dry.status == 422);
  const auto patched = [&](const char* type, const char* body) {
    return ask(router, "PATCH", std::string(kConfigMaps) + "/kube-root-ca.crt", body,
               {{"content-type", std::string("application/") + type + "+json"}})
        .body["message"]
        .str();
  };
  const std::string broken_text =
      "invalid character 'x' looking for beginning of object key string";
  CHECK(patched("merge-patch", "{x") == "error decoding patch: " + broken_text);
  CHECK(patched("json-patch", "{x") == "error decoding patch: " + broken_text);
  CHECK(patched("strategic-merge-patch", "{x") == broken_text);
  const std::string deep(5000, '[');
  CHECK(ask(router, "POST", kConfigMaps, deep, kJson).status == 400);
}

TEST_CASE("router: YAML bodies are as good as JSON ones") {
  Fixture fixture;
  const auto made = ask(fixture.router, "POST", kConfigMaps,
                        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: why\ndata:\n  a: b\n",
                        {{"content-type", "application/yaml"}});
  INFO(made.raw.body);
  CHECK(made.status == 201);
  const auto shown = ask(fixture.router, "GET", std::string(kConfigMaps) + "/why", "",
                         {{"accept", "application/yaml"}});
  CHECK(shown.raw.content_type == "application/yaml");
  CHECK(shown.raw.body.find("a: b") != std::string::npos);
}

TEST_CASE("router: create, read, change and delete an object") {
  Fixture fixture;
  RequestRouter& router = fixture.router;
  CHECK(ask(router, "POST", kConfigMaps, config_map("a"), kJson).status == 201);
  const std::string one = std::string(kConfigMaps) + "/a";
  CHECK(ask(router, "GET", one).body["data"]["k"].as_string() == "v");
  const auto patched = ask(router, "PATCH", one, R"({"data":{"k":"w"}})",
                           {{"content-type", "application/merge-patch+json"}});
  CHECK(patched.status == 200);
  CHECK(patched.body["data"]["k"].as_string() == "w");
  const auto dry = ask(router, "PATCH", one + "?dryRun=All", R"({"data":{"k":"x"}})",
                       {{"content-type", "application/merge-patch+json"}});
  CHECK(dry.body["data"]["k"].as_string() == "x");
  CHECK(ask(router, "GET", one).body["data"]["k"].as_string() == "w");
  const auto other =
      ask(router, "DELETE", one,
          R"({"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"1"}})", kJson);
  CHECK(other.status == 409);
  CHECK(ask(router, "DELETE", one).status == 200);
  CHECK(ask(router, "GET", one).status == 404);
}

TEST_CASE("router: lists obey the rules of versions") {
  Fixture fixture;
  RequestRouter& router = fixture.router;
  ask(router, "POST", kConfigMaps, config_map("a"), kJson);
  const std::string before =
      ask(router, "GET", kConfigMaps).body["metadata"]["resourceVersion"].str();
  ask(router, "POST", kConfigMaps, config_map("b"), kJson);
  const std::string base = kConfigMaps;
  CHECK(ask(router, "GET", base).body["items"].size() == 2);
  CHECK(ask(router, "GET", base + "?resourceVersion=" + before + "&resourceVersionMatch=Exact")
            .body["items"]
            .size() == 1);
  CHECK(ask(router, "GET", base + "?resourceVersion=" + before).body["items"].size() == 2);
  const auto future = ask(router, "GET", base + "?resourceVersion=99999999");
  CHECK(future.status == 504);
  CHECK(future.body["reason"].as_string() == "Timeout");
  const auto text = ask(router, "GET", base + "?resourceVersion=abc");
  CHECK(text.status == 500);
  CHECK(text.body["message"].as_string() ==
        "resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid "
        "syntax");
  const auto page = ask(router, "GET", base + "?limit=1");
  CHECK(page.body["items"].size() == 1);
  const std::string next = page.body["metadata"]["continue"].str();
  REQUIRE_FALSE(next.empty());
  CHECK(ask(router, "GET", base + "?limit=1&continue=" + next)
            .body["items"][std::size_t{0}]["metadata"]["name"]
            .as_string() == "b");
}

TEST_CASE("router: tables have columns, cells and what was asked for of the object") {
  Fixture fixture;
  RequestRouter& router = fixture.router;
  ask(router, "POST", kConfigMaps, config_map("a"), kJson);
  const testing::Headers table = {
      {"accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}};
  const auto list = ask(router, "GET", kConfigMaps, "", table);
  CHECK(list.body["kind"].as_string() == "Table");
  CHECK(list.body["apiVersion"].as_string() == "meta.k8s.io/v1");
  CHECK(list.body["columnDefinitions"][std::size_t{0}]["name"].as_string() == "Name");
  const Value row = list.body["rows"][std::size_t{0}];
  CHECK(row["cells"][std::size_t{0}].as_string() == "a");
  CHECK(row["object"]["kind"].as_string() == "PartialObjectMetadata");
  CHECK_FALSE(row["object"].has("data"));
  const std::string one = std::string(kConfigMaps) + "/a";
  const auto full = ask(router, "GET", one + "?includeObject=Object", "", table);
  const Value object = full.body["rows"][std::size_t{0}]["object"];
  CHECK(object["kind"].as_string() == "ConfigMap");
  CHECK(object["data"]["k"].as_string() == "v");
  const auto none = ask(router, "GET", one + "?includeObject=None", "", table);
  CHECK_FALSE(none.body["rows"][std::size_t{0}].has("object"));
  CHECK(ask(router, "GET", std::string(kConfigMaps) + "/zz", "", table).body["kind"].as_string() ==
        "Status");
}

TEST_CASE("router: metadata alone") {
  Fixture fixture;
  ask(fixture.router, "POST", kConfigMaps, config_map("a"), kJson);
  const auto list =
      ask(fixture.router, "GET", kConfigMaps, "",
          {{"accept", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}});
  CHECK(list.body["kind"].as_string() == "PartialObjectMetadataList");
  const Value item = list.body["items"][std::size_t{0}];
  CHECK(item["kind"].as_string() == "PartialObjectMetadata");
  CHECK_FALSE(item.has("data"));
}

TEST_CASE("router: unknown fields are warned about, or refused when that was asked for") {
  Fixture fixture;
  const std::string body =
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"w"},"nope":1})";
  const auto warned = ask(fixture.router, "POST", kConfigMaps, body, kJson);
  CHECK(warned.status == 201);
  REQUIRE(warned.raw.headers.size() == 1);
  CHECK(warned.raw.headers[0].first == "Warning");
  CHECK(warned.raw.headers[0].second == "299 - \"unknown field \\\"nope\\\"\"");
  CHECK(
      ask(fixture.router, "POST", std::string(kConfigMaps) + "?fieldValidation=Strict", body, kJson)
          .status == 400);
}

TEST_CASE("router: options of a deletion are checked as the real server checks them") {
  Fixture fixture;
  fixture.run.create("configmaps", "default", config_map("a"));
  const std::string target = std::string(kConfigMaps) + "/a";
  const auto deletion = [&](const std::string& body, const std::string& query = {}) {
    return ask(fixture.router, "DELETE", target + query, body, kJson);
  };
  const auto unknown = deletion(R"({"propagationPolicy":"Sideways"})");
  CHECK(unknown.status == 422);
  const std::string text =
      "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: "
      "\"Sideways\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"";
  CHECK(unknown.body["message"].as_string() == text);
  CHECK(deletion("", "?propagationPolicy=Sideways").body["message"].as_string() == text);
  CHECK(deletion(R"({"propagationPolicy":"Orphan","orphanDependents":true})").status == 422);
  CHECK(deletion(R"({"dryRun":["All","Some"]})").status == 422);
  CHECK(deletion(R"({"gracePeriodSeconds":"soon"})").status == 500);
  CHECK(deletion(R"({"kind":"ConfigMap","apiVersion":"v1"})").status == 500);
  CHECK(deletion(R"({"dryRun":["All"]})").status == 200);
  CHECK(ask(fixture.router, "GET", target).status == 200);
  CHECK(deletion(R"({"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0})").status ==
        200);
  CHECK(ask(fixture.router, "GET", target).status == 404);
}

TEST_CASE("router: reviews answer that the token's holder may do everything") {
  Fixture fixture;
  fixture.run.door().mailbox.call([&] {
    create_builtin_objects(fixture.run.door().api);
    return true;
  });
  const auto access = ask(
      fixture.router, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      R"({"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"create","resource":"pods"}}})",
      kJson);
  CHECK(access.status == 201);
  CHECK(access.body["status"]["allowed"].as_bool());
  const auto self = ask(fixture.router, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                        R"({"kind":"SelfSubjectReview"})",
                        {{"content-type", "application/json"}, {"impersonate-user", "jane"}});
  CHECK(self.body["status"]["userInfo"]["username"].as_string() == "jane");
}

TEST_CASE("router: what is not simulated says so") {
  Fixture fixture;
  const char* exec = "/api/v1/namespaces/default/pods/p/exec";
  CHECK(ask(fixture.router, "POST", exec).status == 404);
  fixture.run.create("pods", "default",
                     R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},
                         "spec":{"containers":[{"name":"c","image":"i"}]}})");
  for (const char* part : {"exec", "attach", "portforward", "proxy", "proxy/metrics"}) {
    const auto answer =
        ask(fixture.router, "POST", std::string("/api/v1/namespaces/default/pods/p/") + part);
    CHECK(answer.status == 501);
    CHECK(answer.body["message"].as_string().find("is not simulated") != std::string_view::npos);
  }
}

}  // namespace
}  // namespace inferlab::sim
