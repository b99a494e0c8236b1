#include "sim/node/shell_run.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <memory>

namespace inferlab::sim {
namespace {

/// Lines, "<seconds>" for a sleep, "exit N" at the end; "none" for what is not carried out.
std::string trace(const std::vector<std::string>& command, int most = 12) {
  auto script = ShellScript::of_command(command);
  if (!script) return "none";
  ShellRun run(std::move(*script),
               {.environment = {{"NAME", "world"}, {"N", "41"}}, .hostname = "pod-0"});
  std::string out;
  for (Time now{}; most > 0; --most) {
    const ShellRun::Step step = run.next(now);
    switch (step.kind) {
      case ShellRun::Step::Kind::kLine:
        out += step.line + "|";
        break;
      case ShellRun::Step::Kind::kSleep:
        if (step.time == Duration::max()) return out + "for ever";
        out += fmt::format("<{}>", to_seconds(step.time));
        now += step.time;
        break;
      default:
        return out + fmt::format("exit {}", step.code);
    }
  }
  return out + "...";
}

std::string sh(const std::string& line) {
  return trace({"/bin/sh", "-c", line});
}

}  // namespace

TEST_CASE("shell: commands print, sleep and end with a code") {
  CHECK(trace({"true"}) == "exit 0");
  CHECK(trace({"/bin/false"}) == "exit 1");
  CHECK(trace({"echo", "a  b", "$NAME"}) == "a  b $NAME|exit 0");
  CHECK(trace({"sleep", "1.5"}) == "<1.5>exit 0");
  CHECK(trace({"/usr/bin/sleep", "1m", "2"}) == "<62>exit 0");
  CHECK(trace({"sleep", "infinity"}) == "for ever");
  CHECK(trace({"tail", "-f", "/dev/null"}) == "for ever");
  CHECK(trace({"sleep", "soon"}) == "sleep: invalid number 'soon'|exit 1");
  CHECK(trace({"hostname"}) == "pod-0|exit 0");
  CHECK(trace({"date"}) == "Mon Jan  5 08:00:00 UTC 2026|exit 0");
  CHECK(trace({"date", "-u", "+%F %T %s %H%M%S %%"}) ==
        "2026-01-05 08:00:00 1767600000 080000 %|exit 0");
}

TEST_CASE("shell: lists, exit and redirections") {
  CHECK(sh("") == "exit 0");
  CHECK(sh("echo hi; sleep 5; exit 7") == "hi|<5>exit 7");
  CHECK(sh("false && echo no || echo yes") == "yes|exit 0");
  CHECK(sh("true &&\n\n echo 'a;b' \"c $NAME\" d\\ e # rest") == "a;b c world d e|exit 0");
  CHECK(sh("false; exit") == "exit 1");
  CHECK(sh("exit 256") == "exit 0");
  CHECK(sh("echo out >/dev/null; echo err 1>&2; echo log > /proc/1/fd/1 2>&1") == "err|log|exit 0");
  CHECK(sh("printf 'a%s\\n' 1 2; printf end") == "a1|a2|end|exit 0");
  CHECK(sh("echo -n a; echo -e 'b\\nc'") == "ab|c|exit 0");
  CHECK(sh("set -e; false || true; false; echo no") == "exit 1");
  CHECK(trace({"sh", "-ec", "false\necho no"}) == "exit 1");
  CHECK(sh("exec sleep 3; echo no") == "<3>exit 0");
}

TEST_CASE("shell: variables, sums, and the output of date") {
  CHECK(sh("echo $NAME ${NAME}s '$NAME' \\$NAME \"$NAME\" $NOBODY. 5$") ==
        "world worlds $NAME $NAME world . 5$|exit 0");
  CHECK(sh("i=$N; i=$((i + 1)); echo $i $((10-$i-x))") == "42 -32|exit 0");
  CHECK(sh("false; echo $?; echo $(date +%T) on $(hostname)") == "1|08:00:00 on pod-0|exit 0");
  CHECK(sh("i=9223372036854775807; echo $((i+1))") == "-9223372036854775808|exit 0");
}

TEST_CASE("shell: loops, with a rest for those that never sleep") {
  CHECK(sh("for i in a b; do echo $i; sleep 1; done; echo end") == "a|<1>b|<1>end|exit 0");
  CHECK(sh("while true; do date +%S; sleep 10; done").starts_with("00|<10>10|<10>20|<10>"));
  CHECK(sh("until true; do echo no; done; while false; do echo no; done; echo $?") == "0|exit 0");
  CHECK(sh("while :; do :; done").starts_with("<1><1><1>"));
  CHECK(sh("while true; do for i in 1 2; do echo $i; done; sleep 5; done").starts_with("1|2|<5>1"));
  CHECK(sh("x=a; while true; do x=$x$x$x$x; done").starts_with("<1>"));  // and stays small
}

TEST_CASE("shell: what is not carried out is none of ours") {
  CHECK(sh("i=$((i!1)); echo $i") == "none");
  for (const char* line : {"nginx",
                           "echo a | cat",
                           "sleep 5 &",
                           "echo a 2> /tmp/f",
                           "cat < f",
                           "`date`",
                           "$(ls)",
                           "if true; then echo a; fi",
                           "echo *",
                           "(echo a)",
                           "{ echo a; }",
                           "f() { :; }",
                           "echo $1",
                           "echo ${A:-b}",
                           "case x in",
                           "while true",
                           "while true; do",
                           "do",
                           "done",
                           "for i; do :; done",
                           "echo 'a",
                           "echo \"a",
                           "a=1 env",
                           "! true",
                           "true &&",
                           "&& true",
                           ";; ",
                           "$((1*2))",
                           "echo $((",
                           "trap : TERM",
                           "date -d tomorrow",
                           "printf %5s a",
                           "set +x",
                           "echo `",
                           "while do :; done"}) {
    INFO(line);
    const bool is_empty = std::string_view(line) == ";; ";
    CHECK(sh(line) == (is_empty ? "exit 0" : "none"));
  }
  CHECK(trace({}) == "none");
  CHECK(trace({"sh"}) == "none");
  CHECK(trace({"exit", "1"}) == "none");  // no program
  CHECK(trace({"echo", std::string(20000, 'x')}) == "none");
  std::string deep;
  for (int i = 0; i < 2000; ++i) deep += "while ";
  CHECK(sh(deep) == "none");
}

TEST_CASE("shell: what a call prints goes where the line says") {
  Simulation simulation{1};
  Files files{simulation};
  const auto run = [&](const std::string& line) {
    auto script = ShellScript::of_command({"sh", "-c", line},
                                          [](const auto& words) { return words[0] == "curl"; });
    if (!script) return std::string("none");
    const auto container = std::make_shared<ContainerFiles>(
        files, std::vector<ContainerFiles::Mount>{{.path = "", .place = "layer"}});
    ShellRun shell(std::move(*script),
                   {.environment = {{"TO", "/tmp/f"}},
                    .hostname = "c",
                    .files = container,
                    .calls_out = [](const auto& words) { return words[0] == "curl"; }});
    std::string out;
    for (;;) {
      const ShellRun::Step step = shell.next(Time{});
      if (step.kind == ShellRun::Step::Kind::kExit) return out + fmt::format("exit {}", step.code);
      if (step.kind == ShellRun::Step::Kind::kUnknown) return std::string("unknown");
      if (step.kind == ShellRun::Step::Kind::kLine) out += step.line + "|";
      if (step.kind == ShellRun::Step::Kind::kCall)
        shell.answer({.status = 7, .output = "body", .errors = "curl: no"});
    }
  };
  CHECK(run("curl http://a; echo $?") == "curl: no|body|7|exit 0");
  CHECK(run("curl http://a > $TO; curl http://a >> /tmp/f 2>&1; cat /tmp/f") ==
        "curl: no|body|curl: no|body|exit 0");
  CHECK(run("curl http://a 2>/dev/null") == "body|exit 7");
  CHECK(run("curl http://a >/dev/null") == "curl: no|exit 7");
  CHECK(run("curl http://a > /no/f || echo $?") ==
        "sh: can't create /no/f: nonexistent directory|1|exit 0");
}

TEST_CASE("shell: what runs at once is bounded too") {
  auto script = ShellScript::of_command({"sh", "-c", "while true; do echo x; sleep 1; done"});
  REQUIRE(script.has_value());
  ShellRun run(std::move(*script), {});
  const auto ended = run.run_to_end(Time{});
  REQUIRE(ended.has_value());
  CHECK(ended->took == 24h);
  CHECK(ended->output.size() < 40000);
}

}  // namespace inferlab::sim
