#include "labs/lint/fix.h"

#include <catch2/catch.hpp>
#include <utility>

#include "sim/api/yaml.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

Fix set(std::string path, Value value) {
  return {Fix::Kind::kSet, std::move(path), std::move(value)};
}
Fix remove(std::string path) {
  return {Fix::Kind::kRemove, std::move(path), Value()};
}

// Files, and findings about their objects.
struct Linted {
  std::vector<ManifestFile> files;
  std::deque<Object> objects;
  LintResult result;

  explicit Linted(std::vector<std::string> texts) {
    for (std::string& text : texts) {
      files.push_back(
          parse_manifest(std::string(1, static_cast<char>('a' + files.size())), std::move(text)));
    }
    objects = objects_of(files);
  }

  void found(std::size_t object, std::vector<Fix> fixes) {
    Finding finding;
    finding.source = &objects.at(object);
    finding.file = finding.source->file;
    finding.fixes = std::move(fixes);
    result.findings.push_back(std::move(finding));
  }

  // "PATH: N" and its text, for each file that changes.
  [[nodiscard]] std::string fixed() const {
    const auto out = fixed_files(files, result);
    REQUIRE(out.has_value());
    std::string text;
    for (const FixedFile& file : *out) {
      text += file.path + ": " + std::to_string(file.fixes) + "\n" + file.text;
    }
    return text;
  }
};

const std::string kTwo =
    "# one\n"
    "kind: A   # kind\n"
    "spec:\n"
    "  list: [a, b, c]\n"
    "--- # two\n"
    "kind: B\n"
    "spec:\n"
    "  list:\n"
    "  # about x\n"
    "  - name: x\n"
    "    port: 1\n"
    "  - name: z\n";

TEST_CASE("fixed_files: findings of several documents and files are all mended") {
  Linted linted({kTwo, "kind: C\n", "kind: D\n"});
  linted.found(0, {set("spec.replicas", 2)});
  linted.found(1, {set("spec.list[0].port", 2)});
  linted.found(1, {set("metadata.name", "b")});
  linted.found(3, {remove("kind"), set("kind_", "E")});
  linted.found(2, {});
  CHECK(linted.fixed() ==
        "a: 3\n"
        "# one\n"
        "kind: A   # kind\n"
        "spec:\n"
        "  list: [a, b, c]\n"
        "  replicas: 2\n"
        "--- # two\n"
        "kind: B\n"
        "spec:\n"
        "  list:\n"
        "  # about x\n"
        "  - name: x\n"
        "    port: 2\n"
        "  - name: z\n"
        "metadata:\n"
        "  name: b\n"
        "c: 1\n"
        "kind_: E\n");
}

TEST_CASE("fixed_files: removed items are those that the findings meant, in whatever order") {
  const std::string expected =
      "a: 4\n"
      "# one\n"
      "kind: A   # kind\n"
      "spec:\n"
      "  list: [b]\n"
      "--- # two\n"
      "kind: B\n"
      "spec:\n"
      "  list:\n"
      "  # about x\n"
      "  - name: z\n";
  for (const bool reversed : {false, true}) {
    Linted linted({kTwo});
    linted.found(0, {remove("spec.list[0]")});
    linted.found(0, {remove("spec.list[2]")});
    linted.found(1, {remove("spec.list[0]")});
    linted.found(1, {remove("spec.list[0].port"), remove("spec.list[0]")});
    if (reversed) std::reverse(linted.result.findings.begin(), linted.result.findings.end());
    CHECK(linted.fixed() == expected);
  }
}

TEST_CASE("fixed_files: what is set at an index comes before what is removed below it") {
  Linted linted({kTwo});
  linted.found(1, {remove("spec.list[0]")});
  linted.found(1, {set("spec.list[1].port", 3)});
  CHECK(linted.fixed() ==
        "a: 2\n" + kTwo.substr(0, kTwo.find("  - name: x")) + "  - name: z\n    port: 3\n");
}

TEST_CASE("fixed_files: the fixes of a finding are carried out together or not at all") {
  Linted linted({"kind: A\nbase: &x {y: 1}\nother: *x\n"});
  linted.found(0, {set("kind", "B"), remove("other.y")});  // what an alias brings in
  linted.found(0, {set("name", "a"), remove("nothing")});
  CHECK(linted.fixed().empty());
  linted.found(0, {set("base.x", 2), set("kind", "D")});  // which would be seen elsewhere
  linted.found(0, {set("kind", "C")});
  CHECK(linted.fixed() == "a: 1\nkind: C\nbase: &x {y: 1}\nother: *x\n");
}

TEST_CASE("fixed_files: findings that add to one place are brought together") {
  Linted linted({"kind: A\nlist:\n- a\n"});
  const Value context = Value::object({{"runAsNonRoot", true}});
  const Value drop = Value::object({{"drop", Value::array({"ALL"})}});
  linted.found(0, {set("securityContext", context)});
  linted.found(0, {set("securityContext", Value::object({{"capabilities", drop}}))});
  linted.found(0, {set("securityContext.readOnly", true)});
  linted.found(0, {set("securityContext.runAsNonRoot", true)});
  linted.found(0, {set("list[1]", "b")});
  linted.found(0, {set("list[1]", "c")});
  linted.found(0, {set("list[1]", "b")});
  CHECK(linted.fixed() ==
        "a: 7\n"
        "kind: A\n"
        "list:\n"
        "- a\n"
        "- b\n"
        "- c\n"
        "securityContext:\n"
        "  runAsNonRoot: true\n"
        "  capabilities:\n"
        "    drop:\n"
        "    - ALL\n"
        "  readOnly: true\n");
}

TEST_CASE("fixed_files: of findings that want different things the first one counts") {
  Linted linted({"kind: A\nport: 1\n"});
  linted.found(0, {set("port", 2)});
  linted.found(0, {set("port", 3), set("name", "a")});
  linted.found(0, {set("grace", 4)});
  linted.found(0, {set("grace", 5)});
  CHECK(linted.fixed() == "a: 2\nkind: A\nport: 2\ngrace: 4\n");
}

TEST_CASE("fixed_files: objects of a List are edited where they stand in it") {
  Linted linted({"kind: List\nitems:\n- kind: A\n  list: [1, 2]\n- kind: B\n"});
  linted.found(0, {remove("list[0]")});
  linted.found(1, {set("spec.x", 1)});
  CHECK(linted.fixed() ==
        "a: 2\nkind: List\nitems:\n- kind: A\n  list: [2]\n- kind: B\n  spec:\n    x: 1\n");
}

TEST_CASE("fixed_files: files with a fault are left alone, findings of other files are an error") {
  Linted linted({"kind: [\n", "kind: A\n"});
  REQUIRE(linted.files[0].fault.has_value());
  REQUIRE(linted.objects.size() == 1);
  linted.found(0, {set("name", "a")});
  CHECK(linted.fixed() == "b: 1\nkind: A\nname: a\n");
  CHECK_FALSE(fixed_files({}, linted.result).has_value());
}

TEST_CASE("fixed_files: what a directive says holds") {
  Linted linted({"%TAG ! tag:yaml.org,2002:\n---\na: !str 1\nb: 2\n---\nc: 3\n"});
  linted.found(0, {set("b", 4)});
  linted.found(1, {set("c", 5)});
  CHECK(linted.fixed() == "a: 2\n%TAG ! tag:yaml.org,2002:\n---\na: !str 1\nb: 4\n---\nc: 5\n");
}

}  // namespace
}  // namespace inferlab::labs::lint
