#include "labs/cli/cli.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "labs/cli/command_tree.h"
#include "labs/cli/completion.h"
#include "labs/cli/version.h"
#include "labs/cli/vllm_flags.h"
#include "labs/report/escape.h"
#include "labs/spec/suggest.h"

namespace inferlab::labs {
namespace {

// Groups of commands, with what their help says.
constexpr std::pair<const char*, const char*> kGroups[] = {
    {"lab", "labs: learn, check, test"},
    {"model", "model files"},
    {"cluster", "the simulated cluster: start one, or see to the one that runs"},
};

class CommandLine {
 public:
  explicit CommandLine(const CliHooks& hooks)
      : app_("Learn to run LLMs on Kubernetes.", "inferlab") {
    app_.set_version_flag("--version", version_line());
    app_.require_subcommand(0, 1);
    app_.footer(
        "Exit status: 0 done or passed; 1 judged and failed; 2 what was asked for cannot be "
        "(usage, "
        "a name, a file, a port that is taken); 3 our fault or the machine's (a folder that cannot "
        "be written, no memory); 130 and 143 ended by Ctrl-C or SIGTERM before it was done.");
    for (const CommandRow& row : command_table()) add(row);
    for (const CommandRow& row : hooks.commands) add(row);
    // For the list of commands only: main_words() makes --help of it.
    app_.add_subcommand("help", "the help of a command")
        ->add_option("COMMAND", help_words_, "its words, as in: help lab show");
    completion_ = app_.add_subcommand("completion", "print what makes a shell complete commands");
    completion_->add_option("SHELL", shell_, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember(std::vector<std::string>(std::begin(kShells), std::end(kShells))));
  }

  CLI::App& app() { return app_; }

  /// The first word that should be a command and is none. Said before CLI11 looks: it would name
  /// the arguments that are left over, and not what might be meant.
  std::optional<Error> wrong_word(const std::vector<std::string>& words) {
    CLI::App* at = &app_;
    for (const std::string& word : words) {
      if (word.empty() || word.front() == '-' || children_of(*at).empty()) return std::nullopt;
      CLI::App* next = child_named(*at, word);
      if (next == nullptr) return unknown(*at, word);
      at = next;
    }
    return std::nullopt;
  }

  /// What `completion` prints: it speaks of the commands themselves. nullopt: another was chosen.
  std::optional<std::string> completion() {
    if (!completion_->parsed()) return std::nullopt;
    return completion_script(shell_);
  }

  /// What a shell's script asks: `completion SHELL -- WORDS…`. nullopt: that is not what was asked.
  std::optional<std::string> completion_of(const std::vector<std::string>& words) {
    const bool asks = words.size() > 2 && words[0] == "completion" && words[2] == "--" &&
                      completion_script(words[1]).has_value();
    if (!asks) return std::nullopt;
    return completion_answer(command_tree(app_), words[1], {words.begin() + 3, words.end()});
  }

  /// The command that was chosen; nullptr when none was.
  Command* chosen() {
    // `bench` has been parsed in `bench cluster` too, which comes after it.
    for (auto row = commands_.rbegin(); row != commands_.rend(); ++row) {
      if (row->first->parsed()) return row->second.get();
    }
    return nullptr;
  }

 private:
  void add(const CommandRow& row) {
    const std::size_t space = row.path.find(' ');
    CLI::App* parent = &app_;
    if (space != std::string_view::npos) parent = &group(std::string(row.path.substr(0, space)));
    const std::string name(space == std::string_view::npos ? row.path : row.path.substr(space + 1));
    CLI::App* app = parent->add_subcommand(name, std::string(row.summary));
    auto command = row.make();
    Args args(*app);
    command->declare(args);
    commands_.emplace_back(app, std::move(command));
    if (parent == &app_) groups_.emplace(name, app);  // its own group, should it have one
  }

  CLI::App& group(const std::string& name) {
    CLI::App*& app = groups_[name];
    if (app == nullptr) {
      std::string summary;
      for (const auto& [known, text] : kGroups) {
        if (name == known) summary = text;
      }
      app = app_.add_subcommand(name, summary);
      app->require_subcommand(1);
    }
    return *app;
  }

  static std::vector<CLI::App*> children_of(CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
  }

  static CLI::App* child_named(CLI::App& app, const std::string& word) {
    for (CLI::App* child : children_of(app)) {
      if (child->get_name() == word) return child;
    }
    return nullptr;
  }

  Error unknown(CLI::App& group, const std::string& word) {
    std::string path = "inferlab";
    if (&group != &app_) path += " " + group.get_name();
    std::vector<std::string> names;
    for (const CLI::App* child : children_of(group)) names.push_back(child->get_name());
    std::string meant = nearest_word(word, {names.begin(), names.end()});
    // `inferlab check`: the group was forgotten.
    for (CLI::App* child : &group == &app_ ? children_of(group) : std::vector<CLI::App*>()) {
      if (meant.empty() && child_named(*child, word) != nullptr) {
        meant = child->get_name() + " " + word;
      }
    }
    std::string message = fmt::format("unknown command '{}'", word);
    if (!meant.empty()) message += fmt::format(": did you mean '{}'?", meant);
    return {ErrorKind::kInvalid, message, path + " --help"};
  }

  CLI::App app_;
  CLI::App* completion_ = nullptr;
  std::vector<std::string> help_words_;
  std::string shell_;
  std::map<std::string, CLI::App*> groups_;
  std::vector<std::pair<CLI::App*, std::unique_ptr<Command>>> commands_;
};

// "inferlab lab show", for the hint of a usage error.
std::string words_of(const CLI::App& app) {
  std::string out = "inferlab";
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    out += " " + at->get_name();
  }
  return out;
}

// What is left over, in the order in which it was written, and what may be meant.
Error left_over(CLI::App& app) {
  CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  std::vector<std::string> words = at->remaining(true);
  if (words.empty()) words = app.remaining(true);
  const std::string hint = words_of(app) + " --help";
  if (words.empty()) return {ErrorKind::kInvalid, "arguments are left over", hint};
  std::string word = words.front();
  if (word.starts_with("-")) {
    word = word.substr(0, word.find('='));
  } else {
    return {ErrorKind::kInvalid, fmt::format("{}: unexpected argument", word), hint};
  }
  std::vector<std::string> names;
  for (const CLI::Option* option : at->get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::string meant = nearest_word(word, {names.begin(), names.end()});
  return {ErrorKind::kInvalid,
          fmt::format("{}: unknown option{}", word,
                      meant.empty() ? std::string() : fmt::format(": did you mean {}?", meant)),
          hint};
}

// The arguments; `help lab show` as `lab show --help`, which is the same.
std::vector<std::string> main_words(int argc, char** argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  return words;
}

}  // namespace

int print_error(Terminal& terminal, const Error& error) {
  std::string line = "inferlab: " + for_terminal(error.message, /*multiline=*/true);
  if (!error.hint.empty()) line += fmt::format(" (hint: {})", for_terminal(error.hint, true));
  terminal.err << line << '\n' << std::flush;
  switch (error.kind) {
    case ErrorKind::kInvalid:
    case ErrorKind::kNotFound:
    case ErrorKind::kConflict:  // what was asked for and what is there do not go together
      return kExitBadInput;
    default:
      return kExitOurFault;
  }
}

void print_warning(Terminal& terminal, std::string_view consequence, const Error& error) {
  terminal.err << fmt::format("inferlab: warning: {}: {}\n", consequence,
                              for_terminal(error.message, /*multiline=*/true))
               << std::flush;
}

int run_cli(int argc, char** argv, const CliHooks& hooks, Terminal& terminal) {
  CommandLine line(hooks);
  std::vector<std::string> words = main_words(argc, argv);
  if (const auto answer = line.completion_of(words)) {
    terminal.out << *answer << std::flush;
    return kExitDone;
  }
  if (const auto wrong = line.wrong_word(words)) return print_error(terminal, *wrong);
  if (!words.empty() && words.front() == "serve") {
    Result<std::vector<std::string>> as_ours = vllm_words(std::move(words));
    if (!as_ours) return print_error(terminal, as_ours.error());
    words = std::move(*as_ours);
  }
  std::reverse(words.begin(), words.end());  // so CLI11 wants them
  try {
    line.app().parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    terminal.out << line.app().help();
    return kExitDone;
  } catch (const CLI::CallForAllHelp&) {
    terminal.out << line.app().help("", CLI::AppFormatMode::All);
    return kExitDone;
  } catch (const CLI::CallForVersion&) {
    terminal.out << version_line() << '\n';
    return kExitDone;
  } catch (const CLI::ExtrasError&) {
    return print_error(terminal, left_over(line.app()));
  } catch (const CLI::ParseError& error) {
    return print_error(terminal,
                       Error{ErrorKind::kInvalid, error.what(), words_of(line.app()) + " --help"});
  }
  if (const auto script = line.completion()) {
    terminal.out << *script << std::flush;
    return kExitDone;
  }
  Command* command = line.chosen();
  if (command == nullptr) {
    if (hooks.no_arguments) return hooks.no_arguments(terminal);
    terminal.out << line.app().help();
    return kExitDone;
  }
  const Result<int> status = command->run(terminal);
  terminal.out << std::flush;
  if (!status) return print_error(terminal, status.error());
  if (!terminal.out) {
    return print_error(terminal, Error{ErrorKind::kUnavailable, "standard output: cannot write"});
  }
  return *status;
}

int run_cli(int argc, char** argv, const CliHooks& hooks) {
  Terminal terminal{.out = std::cout,
                    .err = std::cerr,
                    .style = Style::for_stdout(),
                    .progress = can_redraw(STDERR_FILENO),
                    .out_is_terminal = isatty(STDOUT_FILENO) != 0,
                    .width = terminal_width(STDOUT_FILENO),
                    .err_width = terminal_width(STDERR_FILENO)};
  return run_cli(argc, argv, hooks, terminal);
}

}  // namespace inferlab::labs
