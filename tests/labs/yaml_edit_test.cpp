#include "labs/lint/yaml_edit.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>

#include "engine/base/rng.h"
#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "tests/sim/api/random_value.h"
#include "tests/support/golden.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

Value yaml(const std::string& text) {
  const auto documents = sim::parse_yaml(text, "value");
  REQUIRE(documents.has_value());
  return documents->empty() ? Value() : (*documents)[0].value;
}

// `file <<END [crlf=1] [bom=1] [cut=1]` is the text that is edited (cut: without its last line
// end), `set PATH VALUE [doc=N]` and `remove PATH [doc=N]` edit it and print what is refused,
// `show` prints it: a carriage return as \r, a byte order mark as <BOM>.
class EditWorld final : public testing::GoldenWorld {
 public:
  std::string run(const testing::GoldenCommand& command) override {
    if (command.name == "file") return take(command);
    if (command.name == "show") return show();
    if (command.name != "set" && command.name != "remove") return "unknown command\n";
    auto editor = YamlEditor::open(text_, static_cast<std::size_t>(command.integer("doc", 0)));
    if (!editor) return "cannot be edited\n";
    const ValuePath path = path_in(editor->value(), command.words.at(0));
    const bool is_done =
        command.name == "remove"
            ? editor->remove(path)
            : editor->set(path, yaml(command.text.empty() ? command.words.at(1) : command.text));
    text_ = editor->text();
    return is_done ? "" : "refused\n";
  }

 private:
  std::string take(const testing::GoldenCommand& command) {
    text_ = command.integer("bom", 0) == 1 ? "\xef\xbb\xbf" : "";
    for (const char c : command.text) {
      if (c == '\n' && command.integer("crlf", 0) == 1) text_.push_back('\r');
      text_.push_back(c);
    }
    if (command.integer("cut", 0) == 1) text_.pop_back();
    return {};
  }

  [[nodiscard]] std::string show() const {
    std::string out;
    for (const char c : text_) {
      if (c == '\r') {
        out += "\\r";
      } else {
        out.push_back(c);
      }
    }
    if (out.starts_with("\xef\xbb\xbf")) out.replace(0, 3, "<BOM>");
    return out.ends_with('\n') ? out : out + "\n(no line end)\n";
  }

  std::string text_;
};

TEST_CASE("golden: edits of YAML texts") {
  for (const std::string& failure :
       testing::run_golden_cases("lint_fix", [] { return std::make_unique<EditWorld>(); })) {
    FAIL_CHECK(failure);
  }
}

// The path of some member or item; empty: there is none.
ValuePath random_path(Rng& rng, const Value& document) {
  ValuePath out;
  Value at = document;
  while (!at.empty() && (at.is_object() || at.is_array()) && (out.empty() || rng.below(4) > 0)) {
    PathStep step;
    const std::size_t index = rng.below(at.size());
    if (at.is_array()) {
      step.index = index;
      at = Value(at[index]);
    } else {
      step.key = at.members()[index].key;
      at = Value(Value(at.members()[index].value));
    }
    out.push_back(std::move(step));
  }
  return out;
}

// Texts of random documents, edited at random.
void edit_at_random(std::uint64_t seed, std::string (*print)(const Value&)) {
  Rng rng(seed);
  for (int i = 0; i < 4000; ++i) {
    const Value document =
        Value::object({{"a", sim::random_value(rng, 4)}, {"b", sim::random_value(rng, 3)}});
    const std::string text = print(document);
    auto editor = YamlEditor::open(text, 0);
    INFO("round " << i << " of\n" << text);
    REQUIRE(editor.has_value());
    REQUIRE(editor->value() == document);
    ValuePath path = random_path(rng, document);
    if (rng.below(3) == 0) {
      INFO("remove " << sim::to_json(*find_at(document, path)) << " gives\n" << editor->text());
      REQUIRE(editor->remove(path));
      CHECK(editor->value() == *without_at(document, path));
      continue;
    }
    const Value at = *find_at(document, path);
    if (at.is_array() && rng.below(2) == 0) path.push_back({"", at.size()});
    if (at.is_object() && rng.below(2) == 0) path.push_back({"new", {}});
    if (at.is_null() && rng.below(2) == 0) path.push_back({"deeper", {}});
    const Value value = sim::random_value(rng, 3);
    INFO("set to " << sim::to_json(value) << " of " << path.back().key);
    REQUIRE(editor->set(path, value));
    CHECK(editor->value() == *with_at(document, path, value));
  }
}

TEST_CASE("YamlEditor: refuses no edit of what to_yaml() prints") {
  edit_at_random(41, sim::to_yaml);
}

TEST_CASE("YamlEditor: refuses no edit of JSON") {
  edit_at_random(42, [](const Value& value) { return sim::to_json(value) + "\n"; });
  edit_at_random(43, [](const Value& value) { return sim::to_json(value, 2) + "\n"; });
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) out.push_back(line);
  return out;
}

// How many lines of `after` lie between what both begin with and what both end with.
std::size_t new_lines(const std::vector<std::string>& before,
                      const std::vector<std::string>& after) {
  const std::size_t most = std::min(before.size(), after.size());
  std::size_t head = 0, tail = 0;
  while (head < most && before[head] == after[head]) ++head;
  while (tail < most - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
    ++tail;
  }
  return after.size() - head - tail;
}

bool only_comments(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.front() != '#') return false;
  }
  return true;
}

TEST_CASE("YamlEditor: of a written manifest, the lines stay that an edit is not about") {
  namespace fs = std::filesystem;
  constexpr std::size_t kMostLines = 4;
  std::size_t files = 0;
  for (const auto& file :
       fs::recursive_directory_iterator(fs::path(INFERLAB_SOURCE_DIR) / "scenarios")) {
    if (file.path().extension() != ".yaml") continue;
    ++files;
    Rng rng(45);
    std::ostringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const auto before = YamlEditor::open(text.str(), 0);
    INFO(file.path());
    // Some are YAML only with a learner's values in them.
    if (only_comments(text.str()) || !sim::parse_yaml(text.str(), "file")) continue;
    REQUIRE(before.has_value());
    for (int i = 0; i < 20; ++i) {
      const ValuePath path = random_path(rng, before->value());
      auto removed = *before;
      // What an alias stands for cannot be edited in one place.
      if (!removed.remove(path) && text.str().find(": *") != std::string::npos) continue;
      // What has lost all its members shows it behind its key; a flow collection over several lines
      // is written in as many.
      CHECK(new_lines(lines_of(text.str()), lines_of(removed.text())) <= kMostLines);
      auto changed = *before;
      REQUIRE(changed.set(path, "changed"));
      CHECK(new_lines(lines_of(text.str()), lines_of(changed.text())) <= kMostLines);
    }
  }
  CHECK(files > 10);
}

TEST_CASE("YamlEditor: whatever a text is, an edit does what it should or nothing") {
  constexpr std::string_view kText =
      "# top\n---\na: 1 # one\nb:\n- c: |\n    two\n\n  d: 'e'\n- [f, {g: \"h\"}]\nlong: plain\n  "
      "text\n"
      "? i\n: - j\n  - &k l\nm: *k\nn: >-\n  folded\n---\n{\"o\": [1, 2], \"p\": {}}\n";
  constexpr std::string_view kLetters = "\n\n  -:#'\"|>&*!?[]{},\t\r%ab1\xc3";
  Rng rng(44);
  std::size_t edited = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text(kText);
    for (std::uint64_t change = rng.below(3); change > 0; --change) {
      const std::size_t at = rng.below(text.size());
      text.replace(at, rng.below(3), rng.below(3), kLetters[rng.below(kLetters.size())]);
    }
    auto editor = YamlEditor::open(text, rng.below(2));
    if (!editor) continue;
    const ValuePath path = random_path(rng, editor->value());
    const Value before = editor->value();
    const Value value = sim::random_value(rng, 2);
    const bool removes = rng.below(2) == 0;
    INFO(text);
    if (removes ? editor->remove(path) : editor->set(path, value)) {
      ++edited;
      CHECK(editor->value() == (removes ? without_at(before, path) : with_at(before, path, value)));
    } else {
      CHECK(editor->text() == text);
    }
  }
  CHECK(edited > 5'000);
}

}  // namespace
}  // namespace inferlab::labs::lint
