#include "sim/node/shell_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "engine/base/check.h"
#include "sim/api/file_call.h"
#include "sim/node/date_text.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kMostText = 16 * 1024;  // of a word or a line
constexpr int kMostAtOnce = 1000;             // commands without a pause
constexpr int kMostSteps = 100'000;           // of what runs to its end at once
constexpr Duration kRest = 1s;

/// \n, \t and \\ become what they mean.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 1 < text.size();
    const char next = is_escape ? text[i + 1] : '\0';
    if (next == 'n' || next == 't' || next == '\\') {
      out += next == 'n' ? '\n' : next == 't' ? '\t' : '\\';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t end = text.find(separator);
    out.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

ShellRun::ShellRun(ShellScript script, World world)
    : script_(std::move(script)),
      world_(std::move(world)),
      exits_on_error_(script_.exits_on_error) {
  frames_.push_back({.list = &script_.list});
}

ShellRun::Step ShellRun::next(Time now) {
  for (;;) {
    const std::size_t end = printed_.find('\n');
    if (end != std::string::npos) {
      std::string line = printed_.substr(0, end);
      printed_.erase(0, end + 1);
      return {.kind = Step::Kind::kLine, .line = std::move(line)};
    }
    if (is_unknown_) return {.kind = Step::Kind::kUnknown};
    if (call_) {
      commands_ = 0;
      return {.kind = Step::Kind::kCall, .words = call_->words};
    }
    if (pause_) {
      commands_ = 0;
      return {.kind = Step::Kind::kSleep, .time = *std::exchange(pause_, std::nullopt)};
    }
    if (exit_code_) {
      if (printed_.empty()) return {.kind = Step::Kind::kExit, .code = *exit_code_};
      return {.kind = Step::Kind::kLine, .line = std::exchange(printed_, {})};
    }
    if (++commands_ > kMostAtOnce) {
      pause_ = kRest;
    } else {
      advance(now);
    }
  }
}

std::optional<ShellRun::Ended> ShellRun::run_to_end(Time now) {
  constexpr Duration kMost = 24h;
  Ended out;
  for (int i = 0; i < kMostSteps && out.took < kMost; ++i) {
    Step step = next(now);
    switch (step.kind) {
      case Step::Kind::kLine:
        if (out.output.size() >= kMostText) break;
        if (!out.output.empty()) out.output += '\n';
        out.output += step.line;
        break;
      case Step::Kind::kSleep:
        out.took = step.time >= kMost ? kMost : std::min<Duration>(out.took + step.time, kMost);
        break;
      case Step::Kind::kExit:
        out.status = step.code;
        return out;
      case Step::Kind::kUnknown:
      case Step::Kind::kCall:
        return std::nullopt;
    }
  }
  out.took = kMost;
  return out;
}

void ShellRun::advance(Time now) {
  Frame& frame = frames_.back();
  if (frame.at == frame.list->size()) return finish_frame(now);
  const ShellList& list = *frame.list;
  const ShellItem& item = list[frame.at++];
  using Join = ShellItem::Join;
  if (item.join != Join::kAlways && (item.join == Join::kAnd) != (status_ == 0)) return;
  if (item.kind != ShellItem::Kind::kSimple) return begin_loop(item, now);
  const bool is_judged = frame.at < list.size() && list[frame.at].join != Join::kAlways;
  run_simple(item, now);
  const bool in_condition =
      std::ranges::any_of(frames_, [](const Frame& one) { return one.is_condition; });
  const bool exits_on_failure = exits_on_error_ && !is_judged && !in_condition;
  if (call_) {
    call_->exits_on_failure = exits_on_failure;
  } else if (exits_on_failure && status_ != 0) {
    exit(status_);
  }
}

void ShellRun::finish_frame(Time now) {
  const Frame frame = frames_.back();
  frames_.pop_back();
  if (frame.loop == nullptr) {
    exit(status_);
  } else if (frame.loop->kind == ShellItem::Kind::kFor) {
    next_value(*frame.loop, frame.value, now);
  } else if (!frame.is_condition) {
    begin_loop(*frame.loop, now);
  } else if ((frame.loop->kind == ShellItem::Kind::kWhile) == (status_ == 0)) {
    frames_.push_back({.list = &frame.loop->body, .loop = frame.loop});
  } else {
    status_ = 0;
  }
}

void ShellRun::begin_loop(const ShellItem& loop, Time now) {
  if (loop.kind == ShellItem::Kind::kFor) return next_value(loop, 1, now);
  frames_.push_back({.list = &loop.condition, .loop = &loop, .is_condition = true});
}

void ShellRun::next_value(const ShellItem& loop, std::size_t value, Time now) {
  if (value >= loop.words.size()) return;
  world_.environment[loop.words[0]] = expand(loop.words[value], now);
  frames_.push_back({.list = &loop.body, .loop = &loop, .value = value + 1});
}

void ShellRun::run_simple(const ShellItem& item, Time now) {
  const std::string& first = item.words[0];
  const std::size_t equals = first.find('=');
  if (equals != std::string::npos && is_shell_name(std::string_view(first).substr(0, equals))) {
    world_.environment[first.substr(0, equals)] = expand(first.substr(equals + 1), now);
    status_ = 0;
    return;
  }
  std::vector<std::string> words;
  // A word that expands to nothing stays, as if it were quoted; as a file's name it is none.
  for (const std::string& word : item.words) words.push_back(expand(word, now));
  if (world_.calls_out && world_.calls_out(words)) {
    return begin_call(item, std::move(words), now);
  }
  const std::size_t before = printed_.size();
  complaints_.clear();
  status_ = item.into.empty() ? run_builtin(words, now) : run_into(item, words, now);
  if (item.is_silent) printed_.resize(std::min(before, printed_.size()));
  // Not to a terminal: what is printed waits for the program's end, complaints do not.
  if (!item.hides_errors) printed_.insert(std::min(before, printed_.size()), complaints_);
  // A line that never ends is one that is as long as a line can be.
  if (printed_.size() > 4 * kMostText) printed_.resize(4 * kMostText);
  if (item.ends_shell && !exit_code_) exit(status_);
}

int ShellRun::run_on_files(const std::vector<std::string>& words) {
  const ContainerFiles::Ran ran =
      words[0] == "cd" ? world_.files->change_folder(words[1]) : world_.files->run(words);
  if (!ran.output.empty()) printed_ += ran.output + "\n";
  if (!ran.errors.empty()) complaints_ = ran.errors + "\n";
  return ran.status;
}

int ShellRun::run_builtin(const std::vector<std::string>& words, Time now) {
  const std::string& program = words[0];
  if (program == "true" || program == ":") return 0;
  if (program == "false") return 1;
  if (program == "echo") return echo(words), 0;
  if (program == "printf") return print_format(words), 0;
  if (program == "sleep") return sleep(words);
  if (program == "date") {
    printed_ += date_text(words, now) + "\n";
    return 0;
  }
  if (program == "hostname") {
    printed_ += world_.hostname + "\n";
    return 0;
  }
  if (program == "tail" && words.size() == 3 && words[2] == "/dev/null") {
    pause_ = Duration::max();
    return 0;
  }
  if (program == "set") {
    exits_on_error_ = exits_on_error_ || words[1].find('e') != std::string::npos;
    return 0;
  }
  if (program == "exit") {
    const std::optional<std::int64_t> code = words.size() == 1 ? status_ : number_of(words[1]);
    if (!code) printed_ += fmt::format("sh: exit: line 1: Illegal number: {}\n", words[1]);
    exit(code ? static_cast<int>(*code & 255) : 2);
    return status_;
  }
  const bool is_on_files = is_file_call(words) || (program == "cd" && words.size() == 2);
  if (is_on_files && world_.files != nullptr) return run_on_files(words);
  std::optional<Ended> ended = world_.run_program ? world_.run_program(words) : std::nullopt;
  if (!ended) {
    is_unknown_ = true;
    return 1;
  }
  if (!ended->output.empty()) printed_ += ended->output + "\n";
  if (ended->took > 0s) pause_ = ended->took;
  return ended->status;
}

void ShellRun::echo(const std::vector<std::string>& words) {
  std::size_t first = 1;
  bool has_newline = true;
  bool has_escapes = false;
  for (; first < words.size(); ++first) {
    const std::string& flags = words[first];
    const bool is_flag = flags.size() > 1 && flags[0] == '-' &&
                         flags.find_first_not_of("neE", 1) == std::string::npos;
    if (!is_flag) break;
    if (flags.find('n') != std::string::npos) has_newline = false;
    if (flags.find('e') != std::string::npos) has_escapes = true;
  }
  const std::string text = fmt::format("{}", fmt::join(words.begin() + first, words.end(), " "));
  printed_ += has_escapes ? unescaped(text) : text;
  if (has_newline) printed_ += '\n';
}

void ShellRun::print_format(const std::vector<std::string>& words) {
  const std::string format = unescaped(words[1]);
  std::size_t argument = 2;
  do {
    const std::size_t before = argument;
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (format[i] != '%' || i + 1 == format.size()) {
        printed_ += format[i];
        continue;
      }
      const char kind = format[++i];
      if (kind == '%') {
        printed_ += '%';
        continue;
      }
      const std::string text = argument < words.size() ? words[argument] : std::string();
      ++argument;
      printed_ += kind == 'd' ? fmt::format("{}", number_of(text).value_or(0)) : text;
    }
    if (argument == before) return;  // the format takes none
  } while (argument < words.size() && printed_.size() < kMostText);
}

int ShellRun::sleep(const std::vector<std::string>& words) {
  Duration total{};
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::optional<Duration> time = sleep_time(words[i]);
    if (!time) {
      printed_ += fmt::format("sleep: invalid number '{}'\n", words[i]);
      return 1;
    }
    total = *time > Duration::max() - total ? Duration::max() : total + *time;
  }
  pause_ = total;
  return 0;
}

void ShellRun::exit(int code) {
  status_ = code;
  exit_code_ = code;
}

std::string ShellRun::variable(const std::string& name) const {
  if (name == "?") return fmt::format("{}", status_);
  const auto found = world_.environment.find(name);
  if (found != world_.environment.end()) return found->second;
  return name == "HOSTNAME" ? world_.hostname : std::string();
}

/// Names and numbers with + and - between them; what is no number counts as 0.
std::string ShellRun::sum(std::string_view text) const {
  std::uint64_t total = 0;
  bool is_minus = false;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ' || text[i] == '$') {
      ++i;
    } else if (text[i] == '+' || text[i] == '-') {
      is_minus = text[i++] == '-';
    } else {
      const std::size_t end = std::min(text.find_first_of(" +-$", i), text.size());
      const std::string word(text.substr(i, end - i));
      const std::int64_t value = number_of(is_shell_name(word) ? variable(word) : word).value_or(0);
      const auto bits = static_cast<std::uint64_t>(value);
      total = is_minus ? total - bits : total + bits;
      i = end;
    }
  }
  return fmt::format("{}", static_cast<std::int64_t>(total));
}

std::string ShellRun::expand(const std::string& word, Time now) const {
  const auto parts = parts_of_word(word);
  INFERLAB_CHECK(parts.has_value());  // the parser takes no other words
  std::string out;
  for (const ShellPart& part : *parts) {
    switch (part.kind) {
      case ShellPart::Kind::kText:
        out += part.text;
        break;
      case ShellPart::Kind::kVariable:
        out += variable(part.text);
        break;
      case ShellPart::Kind::kCommand: {
        const std::vector<std::string> words = split(part.text, '\0');
        out += words[0] == "date" ? date_text(words, now) : world_.hostname;
        break;
      }
      case ShellPart::Kind::kSum:
        out += sum(part.text);
        break;
    }
  }
  if (out.size() > kMostText) out.resize(kMostText);
  return out;
}

}  // namespace inferlab::sim
