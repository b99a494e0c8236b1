// What each check of the linter finds, and what it leaves alone: tests/golden/lint.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "labs/lint/lint.h"
#include "labs/lint/output/formats.h"
#include "labs/lint/value_path.h"
#include "labs/spec/text_file.h"
#include "sim/api/yaml.h"
#include "tests/labs/published_schemas.h"
#include "tests/support/golden.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

std::string golden(const std::string& name) {
  return (std::filesystem::path(INFERLAB_SOURCE_DIR) / "tests" / "golden" / "lint" / name).string();
}

std::vector<Value> documents(const std::string& text) {
  const auto parsed = sim::parse_yaml(text, "golden");
  INFO((parsed ? std::string() : parsed.error().message));
  REQUIRE(parsed.has_value());
  std::vector<Value> out;
  for (const sim::YamlDocument& document : *parsed) out.push_back(document.value);
  return out;
}

// `null` makes no document.
Value value_of(const std::string& text) {
  const std::vector<Value> parsed = documents(text);
  return parsed.empty() ? Value() : parsed.front();
}

// "pod." stands for the Pod's spec in an object of this kind, "container." for its first container.
std::string full_path(std::string_view kind, std::string path) {
  std::string pod = "spec.template.spec.";
  if (kind == "Pod") pod = "spec.";
  if (kind == "CronJob") pod = "spec.jobTemplate.spec.template.spec.";
  if (path.starts_with("pod.")) return pod + path.substr(4);
  if (path.starts_with("container.")) return pod + "containers[0]." + path.substr(10);
  return path;
}

// The bundle that is linted is one of tests/golden/lint/bundles with edits:
//   bundle NAME                     begin anew with it; `empty`: with nothing
//   set KIND/NAME PATH VALUE        YAML, or the text of <<END; what is missing on the way is made
//   append KIND/NAME PATH VALUE     at the end of the list
//   remove KIND/NAME [PATH]         a field, or the object
//   add <<END                       objects
//   copy KIND/NAME NAME             the object once more, under this name
//   file NAME <<END                 one more file, as it is written
//   lint [context=none] [pack=list|files]
//                                   CHECK KIND/NAME PATH of each finding, or "nothing"; as one
//                                   List, or with a file for each object
class LintWorld final : public testing::GoldenWorld {
 public:
  LintWorld(std::set<std::string>& seen, PublishedSchemas& reports)
      : seen_(seen), reports_(reports) {}

  std::string run(const testing::GoldenCommand& command) override {
    if (command.name == "bundle") return begin(command.words.at(0));
    if (command.name == "lint") return lint_it(command);
    if (command.name == "file") {
      files_.emplace_back(command.words.at(0), command.text);
      return {};
    }
    if (command.name == "add") {
      for (const Value& object : documents(command.text)) objects_.push_back(object);
      return {};
    }
    for (std::size_t i = 0; i < objects_.size(); ++i) {
      if (id_of(objects_[i]) == command.words.at(0)) return edit(command, i);
    }
    return "no such object\n";
  }

 private:
  static std::string id_of(const Value& object) {
    return object["kind"].str() + "/" + object["metadata"]["name"].str();
  }

  std::string begin(const std::string& name) {
    files_.clear();
    objects_.clear();
    if (name == "empty") return {};
    const auto text = read_text_file(golden("bundles/" + name + ".yaml"), 1U << 20U);
    if (!text) return text.error().message + "\n";
    objects_ = documents(*text);
    return {};
  }

  // A word with = in it has become an argument.
  static std::string value_text(const testing::GoldenCommand& command) {
    if (!command.text.empty()) return command.text;
    if (command.words.size() > 2) return command.words[2];
    REQUIRE(command.args.size() == 1);
    return command.args.begin()->first + "=" + command.args.begin()->second;
  }

  std::string edit(const testing::GoldenCommand& command, std::size_t i) {
    Value& object = objects_[i];
    if (command.name == "copy") {
      objects_.push_back(object.with_path({"metadata", "name"}, Value(command.words.at(1))));
      return {};
    }
    if (command.name == "remove" && command.words.size() == 1) {
      objects_.erase(objects_.begin() + static_cast<std::ptrdiff_t>(i));
      return {};
    }
    const ValuePath path =
        path_in(object, full_path(object["kind"].as_string(), command.words.at(1)));
    std::optional<Value> changed;
    if (command.name == "remove") {
      changed = without_at(object, path);
    } else if (command.name == "set") {
      changed = with_at(object, path, value_of(value_text(command)));
    } else if (command.name == "append") {
      const Value list = find_at(object, path).value_or(Value::array());
      changed = with_at(object, path, list.appended(value_of(value_text(command))));
    } else {
      return "unknown command\n";
    }
    if (!changed) return "no such place\n";
    object = *changed;
    return {};
  }

  [[nodiscard]] std::vector<ManifestFile> manifests(const std::string& pack) const {
    std::vector<ManifestFile> out;
    if (pack == "list") {
      const Value list = Value::object({{"apiVersion", Value("v1")},
                                        {"kind", Value("List")},
                                        {"items", Value::array(objects_)}});
      out.push_back(parse_manifest("list.yaml", sim::to_yaml(list)));
    } else {
      std::string text;
      for (const Value& object : objects_) {
        if (pack == "files") {
          out.push_back(parse_manifest(fmt::format("{}.yaml", out.size()), sim::to_yaml(object)));
        }
        text += "---\n" + sim::to_yaml(object);
      }
      if (pack.empty()) out.push_back(parse_manifest("bundle.yaml", text));
    }
    for (const auto& [name, text] : files_) out.push_back(parse_manifest(name, text));
    return out;
  }

  std::string lint_it(const testing::GoldenCommand& command) {
    static const auto cluster = load_context(golden("context.yaml"));
    REQUIRE(cluster.has_value());
    const bool with_context = command.get("context") != "none";
    const std::vector<ManifestFile> files = manifests(command.get("pack"));
    const auto result = lint(files, with_context ? &*cluster : nullptr);
    if (!result) return result.error().message + "\n";
    reports_.add_junit(command.place, lint_junit(*result));
    reports_.add_sarif(command.place, lint_sarif(*result, files, "0.1.0"));
    std::string out;
    for (const Finding& finding : result->findings) {
      out += fmt::format("{} {}{}{}\n", finding.check->id, finding.object,
                         finding.path.empty() ? "" : " ", finding.path);
      seen_.insert(std::string(finding.check->id));
    }
    for (const std::string& note : result->notes) {
      if (with_context) out += "note: " + note + "\n";
    }
    return out.empty() ? "nothing\n" : out;
  }

  std::set<std::string>& seen_;
  PublishedSchemas& reports_;
  std::vector<Value> objects_;
  std::vector<std::pair<std::string, std::string>> files_;
};

TEST_CASE("golden: what the linter finds in manifests") {
  std::set<std::string> seen;
  PublishedSchemas reports;
  for (const std::string& failure : testing::run_golden_cases(
           "lint", [&] { return std::make_unique<LintWorld>(seen, reports); })) {
    FAIL_CHECK(failure);
  }
  CHECK(reports.faults() == "");
  for (const Check* check : check_table()) {
    INFO("no case of tests/golden/lint shows " << check->id);
    CHECK(seen.count(std::string(check->id)) == 1);
  }
}

}  // namespace
}  // namespace inferlab::labs::lint
