#include "labs/bench/in_child.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr int kLookEveryMs = 100;

// A line of the pipe: "doing", or the outcome.
Value doing_line(std::string_view what) {
  return Value::object({{"doing", Value(what)}});
}

Value outcome_line(const Result<Figures>& outcome) {
  if (!outcome) {
    return Value::object({{"error", Value(outcome.error().message)}});
  }
  Value::Array figures;
  for (const Figure& figure : *outcome) {
    figures.push_back(Value::object({{"what", Value(figure.what)},
                                     {"value", figure.value},
                                     {"unit", Value(figure.unit)},
                                     {"asked", figure.asked},
                                     {"more_is_better", figure.better == Figure::Better::kMore},
                                     {"text", Value(figure.text)}}));
  }
  return Value::object({{"figures", Value::array(std::move(figures))}});
}

Result<Figures> outcome_of(const Value& line) {
  if (line.has("error")) return Error{ErrorKind::kUnavailable, line["error"].str()};
  Figures out;
  for (const Value& one : line["figures"].items()) {
    out.push_back({one["what"].str(), one["value"].as_double(), one["unit"].str(),
                   one["asked"].as_double(),
                   one["more_is_better"].as_bool() ? Figure::Better::kMore : Figure::Better::kLess,
                   one["text"].str()});
  }
  return out;
}

void send(int pipe, const Value& line) {
  const std::string text = sim::to_json(line) + "\n";
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t written = ::write(pipe, left.data(), left.size());
    if (written <= 0) ::_exit(EXIT_FAILURE);  // nobody listens any more
    left.remove_prefix(static_cast<std::size_t>(written));
  }
}

[[noreturn]] void run_child(const BenchRow& row, int pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent only notes these signals; a child has nothing to put in order.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
  const Result<Figures> outcome =
      row.measure([pipe](std::string_view what) { send(pipe, doing_line(what)); });
  send(pipe, outcome_line(outcome));
  ::_exit(EXIT_SUCCESS);
}

// What the child says, line by line, until it has ended.
class Ear {
 public:
  Ear(int pipe, const Doing& doing) : pipe_(pipe), doing_(doing) {}

  /// False at the end.
  bool listen() {
    pollfd look{pipe_, POLLIN, 0};
    if (::poll(&look, 1, kLookEveryMs) <= 0) return true;
    char bytes[4096];
    const ssize_t count = ::read(pipe_, bytes, sizeof bytes);
    if (count <= 0) return false;
    text_.append(bytes, static_cast<std::size_t>(count));
    for (std::size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
      hear(text_.substr(0, end));
      text_.erase(0, end + 1);
    }
    return true;
  }
  [[nodiscard]] const Value& outcome() const { return outcome_; }

 private:
  void hear(const std::string& text) {
    const Value line = sim::parse_json(text).value_or(Value());
    if (line.has("doing")) {
      doing_(line["doing"].as_string());
    } else {
      outcome_ = line;
    }
  }

  int pipe_;
  const Doing& doing_;
  std::string text_;
  Value outcome_;
};

}  // namespace

Result<Figures> measure_in_child(const BenchRow& row, const Doing& doing,
                                 const std::function<bool()>& stopped) {
  int ends[2];
  if (::pipe(ends) != 0) return Error{ErrorKind::kUnavailable, "bench: no pipe can be made"};
  const pid_t child = ::fork();
  if (child < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    return Error{ErrorKind::kUnavailable, "bench: no process can be made"};
  }
  if (child == 0) {
    ::close(ends[0]);
    run_child(row, ends[1]);
  }
  ::close(ends[1]);
  Ear ear(ends[0], doing);
  while (!stopped() && ear.listen()) {
  }
  if (stopped()) ::kill(child, SIGKILL);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (stopped()) return Error{ErrorKind::kUnavailable, "bench: was stopped"};
  if (ear.outcome().is_null()) {
    return Error{ErrorKind::kUnavailable,
                 WIFSIGNALED(status)
                     ? fmt::format("bench: {}: was ended by signal {}", row.name, WTERMSIG(status))
                     : fmt::format("bench: {}: has ended without a figure", row.name),
                 "is there enough memory?"};
  }
  return outcome_of(ear.outcome());
}

}  // namespace inferlab::labs
