#include "labs/cli/cli.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "labs/cli/version.h"
#include "labs/report/escape.h"

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
        "Exit status: 0 done or passed, 1 graded and failed, 2 bad usage or bad input, "
        "3 our fault.");
    for (const CommandRow& row : command_table()) add(row);
    for (const CommandRow& row : hooks.commands) add(row);
  }

  CLI::App& app() { return app_; }

  /// The command that was chosen; nullptr when none was.
  Command* chosen() {
    for (const auto& [app, command] : commands_) {
      if (app->parsed()) return command.get();
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

  CLI::App app_;
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

int run_cli(int argc, char** argv, const CliHooks& hooks, Terminal& terminal) {
  CommandLine line(hooks);
  try {
    line.app().parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    terminal.out << line.app().help();
    return kExitDone;
  } catch (const CLI::CallForAllHelp&) {
    terminal.out << line.app().help("", CLI::AppFormatMode::All);
    return kExitDone;
  } catch (const CLI::CallForVersion&) {
    terminal.out << version_line() << '\n';
    return kExitDone;
  } catch (const CLI::ParseError& error) {
    return print_error(terminal,
                       Error{ErrorKind::kInvalid, error.what(), words_of(line.app()) + " --help"});
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
  Terminal terminal{std::cout, std::cerr, Style::for_stdout(), isatty(STDERR_FILENO) != 0};
  return run_cli(argc, argv, hooks, terminal);
}

}  // namespace inferlab::labs
