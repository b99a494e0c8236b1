// How the command line is used: words that are none, help, completion, several sessions, Pods'
// names, widths, and machines where nothing can be written.
#include <fcntl.h>
#include <stdlib.h>  // NOLINT: posix_openpt() is POSIX
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "labs/cli/pod_name.h"
#include "labs/cli/session_choice.h"
#include "labs/play/progress_bar.h"
#include "labs/report/terminal_width.h"
#include "labs/report/wrap.h"
#include "labs/session/session_folder.h"
#include "labs/session/session_lock.h"
#include "labs/spec/catalog.h"
#include "sim/api/json.h"
#include "tests/labs/cli_run.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t longest_line(const std::string& text) {
  std::istringstream in(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("  $ ")) longest = std::max(longest, display_width(line));
  }
  return longest;
}

// A terminal of this many columns; 0: it does not know.
class FakeTerminal {
 public:
  explicit FakeTerminal(unsigned short columns) {
    master_ = posix_openpt(O_RDWR | O_NOCTTY);
    REQUIRE(master_ >= 0);
    REQUIRE(grantpt(master_) == 0);
    REQUIRE(unlockpt(master_) == 0);
    slave_ = open(ptsname(master_), O_RDWR | O_NOCTTY);
    REQUIRE(slave_ >= 0);
    winsize size{};
    size.ws_col = columns;
    REQUIRE(ioctl(master_, TIOCSWINSZ, &size) == 0);
  }
  ~FakeTerminal() {
    close(slave_);
    close(master_);
  }
  FakeTerminal(const FakeTerminal&) = delete;
  FakeTerminal& operator=(const FakeTerminal&) = delete;
  [[nodiscard]] int descriptor() const { return slave_; }

 private:
  int master_ = -1, slave_ = -1;
};

// A session that another program seems to run.
class RunningSession {
 public:
  explicit RunningSession(const std::string& name, const std::string& learner = {})
      : folder_(session_folder(name, learner).value()), lock_(SessionLock::take(folder_).value()) {
    SessionCard card;
    card.lab_id = name;
    card.learner = learner;
    card.kubeconfig = folder_ + "/kubeconfig";
    REQUIRE(write_card(folder_, card).has_value());
  }

 private:
  std::string folder_;
  SessionLock lock_;
};

// All long options and commands that the help of a command names, and of those below it, are what
// a shell is told at that place.
void check_offered(const std::string& shell, std::vector<std::string> words) {
  const auto offered = [&](const std::string& begun) {
    std::vector<std::string> asked = {"completion", shell, "--"};
    asked.insert(asked.end(), words.begin(), words.end());
    asked.push_back(begun);
    return run(asked).out;
  };
  const std::string options = offered("--"), below = offered("");
  words.emplace_back("--help");
  const Ran help = run(words);
  words.pop_back();
  REQUIRE(help.status == 0);
  std::istringstream in(help.out);
  std::vector<std::string> commands;
  bool lists_commands = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("Subcommands:")) {
      lists_commands = true;
    } else if (!line.starts_with("  ") || line.starts_with("   ")) {
      continue;
    } else if (lists_commands) {
      commands.push_back(line.substr(2, line.find(' ', 2) - 2));
    } else if (const std::size_t at = line.find("--"); at != std::string::npos && at < 30) {
      const std::string option = line.substr(at + 2, line.find_first_of(" ,", at) - at - 2);
      INFO(option);
      CHECK(contains(options, "\n--" + option));
    }
  }
  for (const std::string& command : commands) {
    INFO(command);
    CHECK(contains(below, "\n" + command));
    if (command == "help") continue;  // its words are the others'
    words.push_back(command);
    check_offered(shell, words);
    words.pop_back();
  }
}

}  // namespace

TEST_CASE("usage: a word that is no command is named, with the one that was meant") {
  CHECK(run({"lab", "chek"}).err ==
        "inferlab: unknown command 'chek': did you mean 'check'? (hint: inferlab lab --help)\n");
  CHECK(run({"gradee", "--lab", "x"}).err ==
        "inferlab: unknown command 'gradee': did you mean 'grade'? (hint: inferlab --help)\n");
  CHECK(run({"check"}).err ==
        "inferlab: unknown command 'check': did you mean 'lab check'? (hint: inferlab --help)\n");
  const Ran nope = run({"lab", "zzzzz"});
  CHECK(nope.status == 2);
  CHECK(nope.err == "inferlab: unknown command 'zzzzz' (hint: inferlab lab --help)\n");
}

TEST_CASE("usage: help COMMAND is COMMAND --help") {
  CHECK(run({"help"}).out == run({"--help"}).out);
  CHECK(run({"help", "lab"}).out == run({"lab", "--help"}).out);
  CHECK(run({"help", "lab", "show"}).out == run({"lab", "show", "--help"}).out);
  CHECK(run({"help", "lab", "shwo"}).status == 2);
  CHECK(contains(run({"--help"}).out, "Exit status: 0 done or passed"));
}

TEST_CASE("usage: every command and every option is offered in every shell") {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    INFO(shell);
    CHECK(contains(run({"completion", shell}).out, std::string("completion ") + shell + " -- "));
    check_offered(shell, {});
  }
  CHECK(run({"completion", "tcsh"}).status == 2);
}

TEST_CASE("usage: what an option or an argument may be is offered") {
  const OwnDataHome home;
  const auto offered = [](std::vector<std::string> words) {
    words.insert(words.begin(), {"completion", "bash", "--"});
    return run(words).out;
  };
  CHECK(offered({"lab", "sch"}) == "words\nschema\n");
  CHECK(offered({"grade", "--format", "j"}) == "words\njson\njunit\n");
  CHECK(offered({"grade", "--format=ju"}) == "words\n--format=junit\n");
  CHECK(offered({"lab", "show", "vllm"}) == "words\nvllm-inference\n");
  CHECK(offered({"lab", "show", "./"}) == "folders\n");
  CHECK(offered({"grade", "--lab", "vllm"}) == "words\nvllm-inference\n");
  CHECK(offered({"lab", "hint", "vllm-inference", "what-m"}) == "words\nwhat-moves\n");
  CHECK(offered({"lab", "hint", "no-such-lab", "w"}) == "words\n");
  CHECK(contains(offered({"lab", "diagnose", "security-incident", ""}), "\nleaked-token\n"));
  CHECK(offered({"lab", "ack", "security-incident", ""}) == "words\nsecrets-listed\n");
  CHECK(contains(offered({"lab", "files", "vllm-inference", "--answer", "s"}), "solution\n"));
  CHECK(contains(offered({"cluster", "inject", "node-d"}), "\nnode-down\n"));
  CHECK(offered({"cluster", "up", "--addon", "ked"}) == "words\nkeda\n");
  CHECK(offered({"serve", "--device", "cp"}) == "words\ncpu\n");
  CHECK(offered({"lab", "check", "vllm-inference", "--submission", "x"}) == "folders\n");
  CHECK(offered({"lint", ""}) == "files\n");
  CHECK(offered({"cluster", "push", "--message", ""}) == "words\n");
  CHECK(offered({"help", "lab", "sh"}) == "words\nshow\n");
  CHECK(offered({"completion", "z"}) == "words\nzsh\n");
  // Where nothing more is taken, what is left are options; `--child` is nobody's.
  CHECK(contains(offered({"grade", ""}), "\n--submission\n"));
  CHECK_FALSE(contains(offered({"grade", "--"}), "--child"));
  // A question, then its options, each once.
  const auto lab = find_lab("does-it-fit");
  REQUIRE(lab);
  const auto question = std::find_if(lab->quiz.begin(), lab->quiz.end(),
                                     [](const Question& each) { return each.options.size() > 1; });
  REQUIRE(question != lab->quiz.end());
  CHECK(contains(offered({"lab", "answer", lab->id, ""}), "\n" + question->id + "\n"));
  const std::string first = question->options.front().first;
  CHECK(contains(offered({"lab", "answer", lab->id, question->id, ""}), "\n" + first + "\n"));
  CHECK_FALSE(
      contains(offered({"lab", "answer", lab->id, question->id, first, ""}), "\n" + first + "\n"));
}

TEST_CASE("usage: learners and sessions are offered by name, quoted") {
  const OwnDataHome home;
  CHECK(run({"completion", "bash", "--", "lab", "list", "--learner", ""}).out == "words\n");
  REQUIRE(run({"lab", "hint", "vllm-inference", "what-moves", "--learner", "ann o'neil"}).status ==
          0);
  CHECK(run({"completion", "bash", "--", "lab", "list", "--learner", "'ann"}).out ==
        "words\n'ann o'\\''neil'\n");
  CHECK(run({"completion", "fish", "--", "lab", "list", "--learner", ""}).out ==
        "words\nann o'neil\n");
  const RunningSession session("vllm-inference", "bob");
  CHECK(run({"completion", "bash", "--", "cluster", "status", "--session", ""}).out ==
        "words\nvllm-inference@bob\n");
}

TEST_CASE("usage: the answer to a question is one at a time, and its options are told") {
  const OwnDataHome home;
  const auto lab = find_lab("does-it-fit");
  REQUIRE(lab);
  const auto question = std::find_if(lab->quiz.begin(), lab->quiz.end(), [](const Question& each) {
    return each.type == Question::Type::kSingle;
  });
  REQUIRE(question != lab->quiz.end());
  const Ran bare = run({"lab", "answer", lab->id, question->id});
  CHECK(bare.status == 2);
  CHECK(contains(bare.err, "(hint: one of " + question->options.front().first + ", "));
  const Ran wrong = run({"lab", "answer", lab->id, question->id, "nothing-of-it"});
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "\"nothing-of-it\" is no possible answer (hint: one of "));
  const std::string other =
      question == lab->quiz.begin() ? lab->quiz.back().id : lab->quiz.front().id;
  const Ran both =
      run({"lab", "answer", lab->id, question->id, question->options.front().first, other, "x"});
  CHECK(both.status == 2);
  CHECK(contains(both.err, other + ": is another question, and one is answered at a time"));
  const Ran given = run({"lab", "answer", lab->id, question->id, question->options.front().first});
  CHECK(given.status == 0);
  CHECK(contains(given.out, "your answer: " + question->options.front().first + "\n"));
}

TEST_CASE("usage: with several sessions the one that is meant must be named") {
  const OwnDataHome home;
  const Ran none = run({"cluster", "kubeconfig"});
  CHECK(none.status == 2);
  CHECK(contains(none.err, "session: none is running"));
  const RunningSession lab("vllm-inference");
  CHECK(contains(run({"cluster", "kubeconfig"}).out, "/vllm-inference/kubeconfig"));
  const RunningSession plain("cluster-up");
  const Ran both = run({"cluster", "kubeconfig"});
  CHECK(both.status == 2);
  CHECK(both.err ==
        "inferlab: session: 2 are running: cluster-up, vllm-inference (hint: say which: --session "
        "cluster-up)\n");
  CHECK(contains(run({"cluster", "kubeconfig", "--session", "cluster-up"}).out,
                 "/cluster-up/kubeconfig"));
  const Ran other = run({"cluster", "kubeconfig", "--session", "cluster"});
  CHECK(other.status == 2);
  CHECK(contains(other.err, "--session cluster: is not running"));
  for (const char* command : {"status", "speed", "inject", "down"}) {
    CHECK(contains(run({"cluster", command, "--help"}).out, "--session"));
  }
  CHECK(contains(run({"why", "--help"}).out, "--session"));
}

TEST_CASE("usage: a session is called after its lab and its learner") {
  SessionCard card;
  card.lab_id = "vllm-inference";
  CHECK(spoken_name(card) == "vllm-inference");
  card.learner = "ann";
  CHECK(spoken_name(card) == "vllm-inference of learner ann");
  const OwnDataHome home;
  const RunningSession first("vllm-inference", "ann o'neil"), second("vllm-inference", "bob");
  CHECK(contains(run({"cluster", "kubeconfig"}).err,
                 "(hint: say which: --session 'vllm-inference@ann o'\\''neil')"));
}

TEST_CASE("usage: a Pod is named as for kubectl, or with its namespace before it") {
  const auto read = [](std::string_view text, std::string_view ns = "") {
    const Result<PodName> pod = parse_pod_name(text, ns);
    return pod ? pod->ns + " " + pod->name : "?";
  };
  CHECK(read("web-0") == "default web-0");
  CHECK(read("pod/web-0") == "default web-0");
  CHECK(read("shop/web-0") == "shop web-0");
  CHECK(read("web-0", "shop") == "shop web-0");
  CHECK(read("pod/web-0", "shop") == "shop web-0");
  CHECK(read("shop/web-0", "shop") == "shop web-0");
  CHECK(read("shop/web-0", "prod") == "?");
  for (const char* wrong : {"", "/web-0", "shop/", "a/b/c"}) CHECK(read(wrong) == "?");
}

TEST_CASE("width: what the terminal says, 80 where it does not know, 100 where there is none") {
  unsetenv("COLUMNS");
  CHECK(terminal_width(FakeTerminal(132).descriptor()) == 132);
  CHECK(terminal_width(FakeTerminal(0).descriptor()) == 80);
  const int file = open("/dev/null", O_WRONLY | O_CLOEXEC);
  CHECK(terminal_width(file) == 100);
  CHECK_FALSE(can_redraw(file));
  setenv("COLUMNS", "64", 1);
  CHECK(terminal_width(FakeTerminal(132).descriptor()) == 64);
  CHECK(terminal_width(file) == 100);  // a file is the same everywhere
  setenv("COLUMNS", "wide", 1);
  CHECK(terminal_width(FakeTerminal(132).descriptor()) == 132);
  unsetenv("COLUMNS");
  close(file);
}

TEST_CASE("width: nothing is drawn over on a dumb terminal") {
  const std::string before = getenv("TERM") == nullptr ? "" : getenv("TERM");
  const FakeTerminal terminal(80);
  setenv("TERM", "xterm", 1);
  CHECK(can_redraw(terminal.descriptor()));
  setenv("TERM", "dumb", 1);
  CHECK_FALSE(can_redraw(terminal.descriptor()));
  setenv("TERM", before.c_str(), 1);
}

TEST_CASE("width: text and tables fit into a narrow terminal, and 100 columns elsewhere") {
  const OwnDataHome home;
  for (const std::size_t width : {std::size_t{64}, std::size_t{80}}) {
    CHECK(longest_line(run({"lab", "show", "vllm-inference"}, {}, {true, width}).out) <= width);
  }
  CHECK(longest_line(run({"lab", "list"}, {}, {true, 80}).out) <= 80);
  CHECK(longest_line(run({"lab", "show", "vllm-inference"}).out) <= 105);  // its table's rows
  const Ran grade = run({"grade", "--lab", "vllm-inference", "--submission",
                         std::string(INFERLAB_SOURCE_DIR) + "/scenarios/vllm-inference/starter"},
                        {}, {true, 80});
  CHECK(longest_line(grade.out) <= 80);
  std::istringstream lines(grade.err);
  for (std::string line; std::getline(lines, line, '\r');) {
    CHECK(display_width(line) - (line.starts_with("\x1b[K") ? 3 : 0) < 80);
  }
}

TEST_CASE("width: a progress bar leaves the last column free") {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  {
    ProgressBar bar(file, /*terminal=*/true, 40);
    bar.show(0.5, "container runs, the model is loading, Running");
  }
  std::rewind(file);
  char text[256] = {};
  const std::size_t size = std::fread(text, 1, sizeof text - 1, file);
  std::fclose(file);
  CHECK(std::string(text, size) == "\r\x1b[K  [##############..............]  50% …\n");
  CHECK(cut("añb", 3) == "añb");
  CHECK(cut("añbc", 3) == "añ…");
}

TEST_CASE("usage: labs are listed where no score can be kept, and doctor says so") {
  setenv("XDG_DATA_HOME", "/proc/nope", 1);
  setenv("XDG_STATE_HOME", "/proc/nope", 1);
  const Ran list = run({"lab", "list"});
  CHECK(list.status == 0);
  CHECK(contains(list.out, "vllm-inference"));
  CHECK(list.err.starts_with("inferlab: warning: scores are not shown: /proc/nope/inferlab"));
  CHECK(run({"lab", "hint", "vllm-inference"}).status == 3);   // data
  CHECK(run({"lab", "check", "vllm-inference"}).status == 3);  // state
  const Ran doctor = run({"doctor"});
  CHECK(doctor.status == 3);
  CHECK(contains(doctor.out, "✘  progress"));
  CHECK(contains(doctor.out, "✘  session folder"));
  CHECK_FALSE(contains(doctor.out, "cuda: "));
  unsetenv("XDG_DATA_HOME");
  unsetenv("XDG_STATE_HOME");
}

TEST_CASE("usage: doctor leaves nothing behind but the learner's empty database") {
  const OwnDataHome home;
  CHECK(run({"doctor"}).status == 0);
  CHECK(run({"lab", "list", "--format", "json"}).out.find("\"attempts\": 1") == std::string::npos);
  const auto sessions = running_sessions();
  REQUIRE(sessions.has_value());
  CHECK(sessions->empty());
}
