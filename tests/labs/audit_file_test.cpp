// The audit log of a live session on disk.
#include "labs/session/audit_file.h"

#include <httplib.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "labs/desk/apply_manifest.h"
#include "labs/session/audit_policy_file.h"
#include "labs/session/session.h"
#include "labs/spec/catalog.h"
#include "sim/api/json.h"
#include "tests/labs/temp_dir.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

constexpr const char* kConfigMap =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept}\ndata: {a: b}\n";

}  // namespace

TEST_CASE("session: the audit log is private, whole and one document a line") {
  const TempDir folder, elsewhere;
  const std::string path = elsewhere.path() + "/audit.jsonl";
  SessionOptions options;
  options.lab = *find_lab("vllm-inference");
  options.folder = folder.path();
  options.speed = 0;
  options.tls = false;
  options.audit_log = path;
  auto session = Session::start(options);
  REQUIRE(session);
  REQUIRE(apply_manifest((*session)->driver(), kConfigMap).problems.empty());
  (*session)->end();
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  std::ifstream file(path);
  std::string line, last;
  std::size_t lines = 0;
  while (std::getline(file, line)) {
    const auto event = sim::parse_json(line);
    REQUIRE(event);
    CHECK((*event)["apiVersion"].as_string() == "audit.k8s.io/v1");
    if ((*event)["objectRef"]["name"].as_string() == "kept") last = (*event)["verb"].str();
    ++lines;
  }
  CHECK(lines > 10);  // the cluster's own beginning
  CHECK(!last.empty());
  options.audit_log = elsewhere.path();  // no file
  CHECK(!Session::start(options));
}

TEST_CASE("session: a token that is worth nothing is told of in the audit log") {
  const TempDir folder, elsewhere;
  const std::string path = elsewhere.path() + "/audit.jsonl";
  SessionOptions options;
  options.lab = *find_lab("vllm-inference");
  options.folder = folder.path();
  options.speed = 0;
  options.tls = false;
  options.audit_log = path;
  auto session = Session::start(options);
  REQUIRE(session);
  httplib::Client client((*session)->api_url());
  const auto refused = client.Get("/api/v1/namespaces/default/secrets?limit=5",
                                  {{"Authorization", "Bearer stolen"}});
  REQUIRE(refused);
  CHECK(refused->status == 401);
  CHECK(client.Delete("/api/v1/namespaces/default/pods/\xc3\xa4\n")->status == 401);
  (*session)->end();
  std::ifstream file(path);
  std::vector<sim::Value> nobodys;
  for (std::string line; std::getline(file, line);) {
    const auto event = sim::parse_json(line);
    REQUIRE(event);
    if ((*event)["responseStatus"]["code"].as_int() == 401) nobodys.push_back(*event);
  }
  REQUIRE(nobodys.size() == 2);
  CHECK(nobodys[0]["verb"].as_string() == "list");
  CHECK(nobodys[0]["objectRef"]["resource"].as_string() == "secrets");
  CHECK(nobodys[0]["requestURI"].as_string() == "/api/v1/namespaces/default/secrets?limit=5");
  CHECK(nobodys[0]["responseStatus"]["message"].as_string() ==
        "Authentication failed, attempted: bearer");
  CHECK(nobodys[0]["sourceIPs"][std::size_t{0}].as_string() == "127.0.0.1");
  CHECK(nobodys[0]["userAgent"].str().find("httplib") != std::string::npos);
  CHECK(nobodys[1]["responseStatus"]["message"].as_string() ==
        "Authentication failed, no credentials provided");
}

TEST_CASE("audit policy file: is read again when it changes, and a broken one changes nothing") {
  const TempDir folder;
  AuditPolicyFile policy(folder.path());
  sim::AuditEvent secret, map;
  secret.verb = map.verb = "create";
  secret.user = map.user = "ann";
  secret.resource = "secrets";
  map.resource = "configmaps";
  CHECK_FALSE(policy.refresh());
  CHECK(policy.detail_of(map) == sim::AuditDetail::kMetadata);  // without one: everything
  const std::string head = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";
  folder.write("audit-policy.yaml",
               head +
                   "rules:\n- level: None\n  resources: [{resources: [secrets]}]\n"
                   "- level: Request\n");
  const auto taken = policy.refresh();
  REQUIRE(taken);
  CHECK(*taken == "audit-policy.yaml: 2 rule(s) decide what is logged from now on");
  CHECK_FALSE(policy.refresh());
  CHECK(policy.detail_of(secret) == std::nullopt);
  CHECK(policy.detail_of(map) == sim::AuditDetail::kRequest);
  for (const char* broken : {"rules: []\n", "rules: [{level: Loud}]\n", "rules: [\n"}) {
    folder.write("audit-policy.yaml", head + broken);
    const auto told = policy.refresh();
    REQUIRE(told);
    INFO(*told);
    CHECK(told->find("/audit-policy.yaml:") != std::string::npos);
    CHECK(told->find("The policy from before stays in force.") != std::string::npos);
    CHECK(policy.detail_of(map) == sim::AuditDetail::kRequest);
  }
  std::filesystem::remove(folder.path() + "/audit-policy.yaml");
  REQUIRE(policy.refresh());
  CHECK(policy.detail_of(secret) == sim::AuditDetail::kMetadata);
}

TEST_CASE("session: a policy that comes while it runs decides what is logged from then on") {
  const TempDir folder, elsewhere;
  const std::string path = elsewhere.path() + "/audit.jsonl";
  SessionOptions options;
  options.lab = *find_lab("vllm-inference");
  options.folder = folder.path();
  options.speed = 0;
  options.tls = false;
  options.audit_log = path;
  auto session = Session::start(options);
  REQUIRE(session);
  REQUIRE(apply_manifest((*session)->driver(), kConfigMap).problems.empty());
  folder.write("audit-policy.yaml",
               "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Request\n"
               "  resources: [{resources: [configmaps]}]\n");
  std::vector<std::string> news;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (news.empty() && std::chrono::steady_clock::now() < give_up) {
    news = (*session)->take_news();
    std::this_thread::yield();
  }
  REQUIRE(news.size() == 1);
  for (const char* text : {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: later}\n",
                           "apiVersion: v1\nkind: Namespace\nmetadata: {name: silent}\n"}) {
    REQUIRE(apply_manifest((*session)->driver(), text).problems.empty());
  }
  (*session)->end();
  std::ifstream file(path);
  std::map<std::string, std::string> levels;
  for (std::string line; std::getline(file, line);) {
    const auto event = sim::parse_json(line);
    REQUIRE(event);
    const std::string level = (*event)["level"].str();
    levels[(*event)["objectRef"]["name"].str()] = level;
    CHECK(event->has("requestObject") == (level == "Request"));
  }
  CHECK(levels["kept"] == "Metadata");
  CHECK(levels["later"] == "Request");
  CHECK(levels.count("silent") == 0);
}
