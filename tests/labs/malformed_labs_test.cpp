// What is wrong with a lab's files is told with file, line, column, field and reason, and what to
// do about it: golden cases.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "labs/spec/load_lab.h"
#include "labs/spec/parameters.h"
#include "labs/spec/quiz.h"
#include "tests/labs/small_lab.h"
#include "tests/labs/temp_dir.h"
#include "tests/support/golden.h"

namespace inferlab::labs {
namespace {

using testing::GoldenCommand;

std::string said(const Error& error) {
  return error.hint.empty() ? error.message + "\n"
                            : error.message + " (hint: " + error.hint + ")\n";
}

// The small lab with parts of its text replaced, as a diff says it: lines "-from", then "+to".
// Empty: a "-" part does not stand in the lab once.
std::string edited(std::string_view diff) {
  std::string lab(kSmallLab);
  while (!diff.empty()) {
    std::string from, to;
    const auto take = [&](char mark, std::string& part) {
      while (!diff.empty() && diff.front() == mark) {
        const std::size_t end = std::min(diff.find('\n'), diff.size() - 1) + 1;
        part += diff.substr(1, end - 1);
        diff.remove_prefix(end);
      }
    };
    take('-', from);
    take('+', to);
    const std::size_t at = from.empty() ? std::string::npos : lab.find(from);
    if (at == std::string::npos || lab.find(from, at + 1) != std::string::npos) return {};
    lab.replace(at, from.size(), to);
  }
  return lab;
}

/// The vocabulary of tests/golden/labs/malformed:
///
///     lab <<END            the small lab with a diff: what parse_lab() says
///     text <<END           a whole lab.yaml
///     quiz <<END           a whole quiz.yaml: all that read_quiz() says
///     values FILE <<END    FILE with the parameters {app: llama, app.size: 8b} in it
///     file PATH <<END      puts a file into the lab's folder
///     link PATH TO         puts a link there
///     remove PATH          takes something away
///     lint <<END           the folder with a lab.yaml by a diff: all that lint_lab() says
class MalformedLabs final : public testing::GoldenWorld {
 public:
  MalformedLabs() {
    folder_.write("small/starter/deployment.yaml", "");
    folder_.write("small/solution/deployment.yaml", std::string(kFrontDeployment));
  }

  std::string run(const GoldenCommand& command) override {
    if (command.name == "lab" || command.name == "lint") {
      const std::string lab = edited(command.text);
      if (lab.empty()) return "the diff does not fit\n";
      return command.name == "lab" ? parsed(lab) : linted(lab);
    }
    if (command.name == "text") return parsed(command.text);
    if (command.name == "quiz") {
      std::vector<Error> errors;
      (void)read_quiz(command.text, "quiz.yaml", errors);
      return all(errors);
    }
    if (command.name == "values") {
      Parameters parameters;
      parameters.values = {{"app", "llama"}, {"app.size", "8b"}};
      const auto text = with_parameters(command.text, parameters, command.words.at(0));
      return text ? *text : said(text.error());
    }
    if (command.name == "file") {
      folder_.write("small/" + command.words.at(0), command.text);
      return "";
    }
    if (command.name == "link") {
      std::filesystem::create_symlink(command.words.at(1), path(command.words.at(0)));
      return "";
    }
    if (command.name == "remove") {
      std::filesystem::remove_all(path(command.words.at(0)));
      return "";
    }
    return "no such command: " + command.name + "\n";
  }

 private:
  [[nodiscard]] std::string path(const std::string& name) const {
    return folder_.path() + "/small/" + name;
  }

  static std::string parsed(const std::string& text) {
    const auto lab = parse_lab(text, "lab.yaml");
    return lab ? "nothing is wrong\n" : said(lab.error());
  }

  static std::string all(const std::vector<Error>& errors) {
    std::string out;
    for (const Error& error : errors) out += said(error);
    return out.empty() ? "nothing is wrong\n" : out;
  }

  std::string linted(const std::string& lab) {
    folder_.write("small/lab.yaml", lab);
    std::string out = all(lint_lab(folder_.path() + "/small"));
    const std::string above = folder_.path() + "/";
    for (std::size_t at = 0; (at = out.find(above, at)) != std::string::npos;) {
      out.erase(at, above.size());
    }
    return out;
  }

  TempDir folder_;
};

}  // namespace
}  // namespace inferlab::labs

TEST_CASE("malformed labs: each mistake is told with its place, its reason and what to do",
          "[golden]") {
  using namespace inferlab;  // NOLINT(google-build-using-namespace)
  for (const std::string& failure : testing::run_golden_cases(
           "labs/malformed", [] { return std::make_unique<labs::MalformedLabs>(); })) {
    FAIL_CHECK(failure);
  }
}
