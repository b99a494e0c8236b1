// Tokens of service accounts: asked for, shown, taken away with what they stand for.
#include <catch2/catch.hpp>

#include "sim/api/access/default_roles.h"
#include "sim/apiserver/request_router.h"
#include "sim/apiserver/signed_token.h"
#include "tests/sim/apiserver/bare_run.h"
#include "tests/sim/apiserver/kubectl.h"
#include "tests/sim/apiserver/router_client.h"

namespace inferlab::sim {
namespace {

using testing::ask;
using testing::BareRun;

const testing::Headers kAdmin = {{"authorization", "Bearer secret"},
                                 {"content-type", "application/json"}};
constexpr const char* kAccounts = "/api/v1/namespaces/default/serviceaccounts";

void create_roles(Api& api) {
  const Value roles = default_cluster_roles();
  for (const Value& role : roles.items()) {
    REQUIRE(api.create("clusterroles.rbac.authorization.k8s.io", "", role, "test").ok());
  }
  const Value bindings = default_cluster_role_bindings();
  for (const Value& one : bindings.items()) {
    REQUIRE(api.create("clusterrolebindings.rbac.authorization.k8s.io", "", one, "test").ok());
  }
}

struct Fixture {
  Fixture() {
    run.on_run(create_roles);
    ask(router, "POST", kAccounts,
        R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"bot"}})", kAdmin);
  }

  testing::JsonAnswer token_request(const std::string& spec, const std::string& account = "bot") {
    return ask(
        router, "POST", std::string(kAccounts) + "/" + account + "/token",
        R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":)" + spec + "}",
        kAdmin);
  }
  std::string token() { return token_request("{}").body["status"]["token"].str(); }
  testing::JsonAnswer as(const std::string& token, const std::string& method,
                         const std::string& target, const testing::Headers& more = {}) {
    testing::Headers headers = more;
    headers["authorization"] = "Bearer " + token;
    return ask(router, method, target, "", headers);
  }

  BareRun run;
  RequestRouter router{run.door(), RouterOptions{.token = "secret"}};
};

TEST_CASE("service account tokens: stand for their account, with its rights") {
  Fixture test;
  const auto answer = test.token_request(R"({"expirationSeconds":600})");
  CHECK(answer.status == 201);
  CHECK(answer.body["spec"]["audiences"][std::size_t{0}].as_string() == kTokenIssuer);
  CHECK(answer.body["metadata"]["name"].as_string() == "bot");
  const std::string token = answer.body["status"]["token"].str();
  const auto refused = test.as(token, "GET", "/api/v1/namespaces/default/pods");
  CHECK(refused.status == 403);
  CHECK(refused.body["message"].as_string() ==
        "pods is forbidden: User \"system:serviceaccount:default:bot\" cannot list resource "
        "\"pods\" in API group \"\" in the namespace \"default\"");
  test.run.create("rolebindings.rbac.authorization.k8s.io", "default",
                  R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding",
                      "metadata":{"name":"b"},
                      "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},
                      "subjects":[{"kind":"ServiceAccount","name":"bot","namespace":"default"}]})");
  CHECK(test.as(token, "GET", "/api/v1/namespaces/default/pods").status == 200);
  CHECK(test.as(token, "GET", "/api/v1/namespaces/default/secrets").status == 403);
}

TEST_CASE("service account tokens: end with their account, their Pod, or by being altered") {
  Fixture test;
  const std::string token = test.token();
  CHECK(test.as(token, "GET", "/api").status == 200);
  std::string altered = token;
  altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
  CHECK(test.as(altered, "GET", "/api").status == 401);
  CHECK(test.as(token.substr(0, token.rfind('.') + 1), "GET", "/api").status == 401);
  const auto other = TokenSigner::make().value();
  CHECK(test.as(other.sign(Value::object({{"iss", kTokenIssuer}})), "GET", "/api").status == 401);
  CHECK(ask(test.router, "DELETE", std::string(kAccounts) + "/bot", "", kAdmin).status == 200);
  CHECK(test.as(token, "GET", "/api").status == 401);
}

TEST_CASE("service account tokens: what cannot be asked for is refused in the server's words") {
  Fixture test;
  CHECK(test.token_request(R"({"expirationSeconds":60})").body["message"].as_string() ==
        "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid "
        "value: 60: may not specify a duration less than 10 minutes");
  CHECK(test.token_request("{}", "nobody").body["message"].as_string() ==
        "serviceaccounts \"nobody\" not found");
  CHECK(test.token_request(R"({"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"p"}})")
            .body["message"]
            .as_string() == "pods \"p\" not found");
  // A token for somebody else is no token for this server.
  const auto elsewhere = test.token_request(R"({"audiences":["vault"]})");
  CHECK(elsewhere.status == 201);
  CHECK(test.as(elsewhere.body["status"]["token"].str(), "GET", "/api").status == 401);
}

TEST_CASE("service account tokens: a review tells whom one stands for") {
  Fixture test;
  const auto review = [&](const std::string& token) {
    return ask(test.router, "POST", "/apis/authentication.k8s.io/v1/tokenreviews",
               R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":")" +
                   token + R"("}})",
               kAdmin)
        .body["status"];
  };
  const Value good = review(test.token());
  CHECK(good["authenticated"].as_bool());
  CHECK(good["user"]["username"].as_string() == "system:serviceaccount:default:bot");
  CHECK(good["user"]["groups"][std::size_t{1}].as_string() == "system:serviceaccounts:default");
  CHECK_FALSE(review("nonsense")["authenticated"].as_bool());
}

TEST_CASE("impersonation: needs a right of its own") {
  Fixture test;
  const std::string token = test.token();
  const auto refused =
      test.as(token, "GET", "/api/v1/namespaces/default/pods", {{"impersonate-user", "ann"}});
  CHECK(refused.status == 403);
  CHECK(refused.body["message"].as_string() ==
        "users \"ann\" is forbidden: User \"system:serviceaccount:default:bot\" cannot impersonate "
        "resource \"users\" in API group \"\" at the cluster scope");
}

TEST_CASE("kubectl create token: a token that another kubectl may use", "[kubectl]") {
  if (!testing::Kubectl::available()) return;
  BareRun run;
  run.on_run(create_roles);
  testing::Kubectl kubectl(run.door());
  if (!kubectl.at_least(24)) return;
  kubectl.good({"create", "serviceaccount", "bot"});
  std::string token = kubectl.good({"create", "token", "bot", "--duration=10m"});
  while (token.ends_with('\n')) token.pop_back();
  CHECK(kubectl.bad({"--token", token, "get", "pods"}).find("system:serviceaccount:default:bot") !=
        std::string::npos);
  kubectl.good(
      {"create", "rolebinding", "b", "--clusterrole=view", "--serviceaccount=default:bot"});
  CHECK(kubectl.good({"--token", token, "auth", "can-i", "list", "pods"}) == "yes\n");
  CHECK(kubectl.good({"--token", token, "auth", "whoami"}).find("system:serviceaccounts:default") !=
        std::string::npos);
}

}  // namespace
}  // namespace inferlab::sim
