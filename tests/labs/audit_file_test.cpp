// The audit log of a live session on disk.
#include "labs/session/audit_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "labs/desk/apply_manifest.h"
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
