// Says what is wrong with manifests, and mends what can be mended without a doubt.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/cli/version.h"
#include "labs/lint/fix.h"
#include "labs/lint/output/formats.h"
#include "labs/report/escape.h"
#include "labs/spec/suggest.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs {
namespace {

using lint::ManifestFile;
using sim::Value;

constexpr const char* kStandardInput = "-";

Error no_such_check(const std::string& id) {
  const std::string message = fmt::format("--ignore {}: there is no such check", id);
  std::vector<std::string_view> ids;
  for (const lint::Check* check : lint::check_table()) ids.push_back(check->id);
  const std::string meant = nearest_word(id, ids);
  return {
      ErrorKind::kInvalid, message,
      meant.empty() ? "inferlab lint --checks lists them" : fmt::format("did you mean {}?", meant)};
}

Value catalogue_json() {
  Value::Array out;
  for (const lint::Check* check : lint::check_table()) {
    out.push_back(Value::object({{"id", check->id},
                                 {"tier", to_string(check->tier)},
                                 {"severity", to_string(check->severity)},
                                 {"title", check->title},
                                 {"why", check->why},
                                 {"mend", check->mend},
                                 {"rows", Value::strings(lint::rows_of(*check))}}));
  }
  return Value::array(std::move(out));
}

std::vector<std::vector<std::string>> catalogue_rows() {
  std::vector<std::vector<std::string>> rows = {{"CHECK", "TIER", "SEVERITY", "WHAT IT FINDS"}};
  for (const lint::Check* check : lint::check_table()) {
    rows.push_back({std::string(check->id), std::string(to_string(check->tier)),
                    std::string(to_string(check->severity)), std::string(check->title)});
  }
  return rows;
}

class Lint final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("FILES", paths_, "manifests: files, folders, - for the standard input");
    args.option("--context", context_file_,
                "facts of the cluster that they are for; some checks need them");
    args.choice("--format", format_, {"text", "json", "sarif", "junit", "github"},
                "how to print what is found");
    args.option("-o,--output", output_file_, "write what is found to this file");
    args.repeated_option("--ignore", ignored_, "id of a check that is not run");
    args.flag("--fix", fixes_, "write fixes into the files where nothing that was meant is lost");
    args.flag("--checks", lists_checks_, "say which checks there are");
  }

  Result<int> run(Terminal& terminal) override {
    if (!output_file_.empty()) INFERLAB_TRY_VOID(check_writable(output_file_));
    if (lists_checks_) return list_checks(terminal);
    for (const std::string& id : ignored_) {
      if (lint::find_check(id) == nullptr) return no_such_check(id);
    }
    if (paths_.empty()) {
      return Error{ErrorKind::kInvalid, "FILES: name what is to be linted", "inferlab lint --help"};
    }
    if (!context_file_.empty()) {
      INFERLAB_TRY(context_, lint::load_context(context_file_));
    }
    INFERLAB_TRY(const std::vector<ManifestFile> files, lint::read_manifests(paths_));
    INFERLAB_TRY(const lint::LintResult result, lint_files(files));
    if (fixes_) return fix(terminal, files, result);
    return put_result(terminal, terminal.out, files, result);
  }

 private:
  [[nodiscard]] Result<lint::LintResult> lint_files(const std::vector<ManifestFile>& files) const {
    return lint::lint(files, context_ ? &*context_ : nullptr, {.ignored = ignored_});
  }

  Result<int> put(Terminal& terminal, std::ostream& out, const std::string& text, int status,
                  const std::string& summary) {
    if (output_file_.empty()) {
      out << text;
      return status;
    }
    INFERLAB_TRY_VOID(write_text_file(output_file_, text));
    terminal.err << fmt::format("{}: {}\n", for_terminal(output_file_), summary);
    return status;
  }

  Result<int> put_result(Terminal& terminal, std::ostream& out,
                         const std::vector<ManifestFile>& files, const lint::LintResult& result) {
    const auto format = lint::lint_format(format_);
    INFERLAB_CHECK(format.has_value());  // the command line allows no other
    lint::LintLook look{.version = version_number()};
    if (output_file_.empty() && &out == &terminal.out) {
      look.style = terminal.style;
      look.width = terminal.width;
    }
    return put(terminal, out, format_lint(result, files, *format, look),
               result.verdict == lint::Verdict::kPass ? kExitDone : kExitFailed,
               lint_summary(result));
  }

  // Mends the files, and says what is left in them.
  Result<int> fix(Terminal& terminal, const std::vector<ManifestFile>& files,
                  const lint::LintResult& result) {
    INFERLAB_TRY(const std::vector<lint::FixedFile> fixed, lint::fixed_files(files, result));
    std::vector<ManifestFile> left;
    bool prints_text = false;
    for (const ManifestFile& file : files) {
      const auto mended =
          std::find_if(fixed.begin(), fixed.end(),
                       [&file](const lint::FixedFile& each) { return each.path == file.path; });
      const std::string& text = mended == fixed.end() ? file.text : mended->text;
      left.push_back(lint::parse_manifest(file.path, text));
      if (file.path == kStandardInput) {
        terminal.out << text;
        prints_text = true;
      }
      if (mended == fixed.end()) continue;
      if (file.path != kStandardInput) INFERLAB_TRY_VOID(write_text_file(file.path, text));
      terminal.err << fmt::format("{}: {} finding{} fixed\n", for_terminal(file.path),
                                  mended->fixes, mended->fixes == 1 ? "" : "s");
    }
    INFERLAB_TRY(const lint::LintResult rest, lint_files(left));
    // Where the standard output is the mended text, a report would spoil it.
    return put_result(terminal, prints_text ? terminal.err : terminal.out, left, rest);
  }

  Result<int> list_checks(Terminal& terminal) {
    if (format_ != "text" && format_ != "json") {
      return Error{ErrorKind::kInvalid,
                   fmt::format("--format {}: checks are listed as text or json", format_)};
    }
    std::ostringstream text;
    Terminal page{.out = text,
                  .err = terminal.err,
                  .style = output_file_.empty() ? terminal.style : Style(false),
                  .out_is_terminal = output_file_.empty() && terminal.out_is_terminal,
                  .width = terminal.width};
    if (format_ == "json") {
      print_json(page, catalogue_json());
    } else {
      print_table(page, catalogue_rows());
    }
    return put(terminal, terminal.out, text.str(), kExitDone,
               fmt::format("{} checks", lint::check_table().size()));
  }

  std::vector<std::string> paths_, ignored_;
  std::string context_file_, format_ = "text", output_file_;
  bool fixes_ = false, lists_checks_ = false;
  std::optional<lint::Context> context_;
};

}  // namespace

std::unique_ptr<Command> make_lint() {
  return std::make_unique<Lint>();
}

}  // namespace inferlab::labs
