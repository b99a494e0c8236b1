#include "sim/node/exec_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include "sim/node/shell_run.h"
#include "sim/node/shell_words.h"

namespace inferlab::sim {
namespace {

/// How a command ended; without a value where it is not simulated.
using Ran = ShellRun::Ended;
using MaybeRan = std::optional<Ran>;
using Words = std::span<const std::string>;

struct Url {
  std::string host;
  int port = 80;
  std::string path = "/";
};

/// nullopt for anything but plain HTTP to this pod itself.
std::optional<Url> local_url(std::string_view text) {
  if (text.starts_with("http://")) text.remove_prefix(7);
  if (text.find("://") != std::string_view::npos || text.find('$') != std::string_view::npos) {
    return std::nullopt;
  }
  Url url;
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) url.path = std::string(text.substr(slash));
  const std::string_view authority = text.substr(0, slash);
  const std::size_t colon = authority.rfind(':');
  url.host = std::string(authority.substr(0, colon));
  if (url.host != "localhost" && url.host != "127.0.0.1" && url.host != "0.0.0.0") {
    return std::nullopt;
  }
  if (colon != std::string_view::npos) {
    const std::string_view digits = authority.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  }
  return url;
}

/// "10", "2.5s"; nullopt for anything else.
std::optional<Duration> seconds_of(std::string_view text) {
  const std::string with_unit = std::string(text) + (text.ends_with('s') ? "" : "s");
  return parse_duration(with_unit);
}

std::string_view phrase_of(int status) {
  switch (status) {
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

struct Option {
  std::string name;
  std::string value;
};

/// Options and operands of a command line in GNU style; `with_value` holds the names (letters or
/// long names) that take a value.
struct Parsed {
  std::vector<Option> options;
  std::vector<std::string> operands;
  [[nodiscard]] const Option* find(std::string_view a, std::string_view b = {}) const {
    for (const Option& one : options) {
      if (one.name == a || (!b.empty() && one.name == b)) return &one;
    }
    return nullptr;
  }
};

Parsed parse_options(Words words, std::string_view letters_with_value,
                     std::initializer_list<std::string_view> names_with_value) {
  Parsed out;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.starts_with("--")) {
      const std::size_t equals = word.find('=');
      Option option{word.substr(2, equals == std::string::npos ? equals : equals - 2), {}};
      const bool takes = std::find(names_with_value.begin(), names_with_value.end(),
                                   std::string_view(option.name)) != names_with_value.end();
      if (equals != std::string::npos) {
        option.value = word.substr(equals + 1);
      } else if (takes && i + 1 < words.size()) {
        option.value = words[++i];
      }
      out.options.push_back(std::move(option));
    } else if (word.size() > 1 && word[0] == '-') {
      for (std::size_t letter = 1; letter < word.size(); ++letter) {
        Option option{std::string(1, word[letter]), {}};
        if (letters_with_value.find(word[letter]) == std::string_view::npos) {
          out.options.push_back(std::move(option));
          continue;
        }
        if (letter + 1 < word.size()) {
          option.value = word.substr(letter + 1);
        } else if (i + 1 < words.size()) {
          option.value = words[++i];
        }
        out.options.push_back(std::move(option));
        break;
      }
    } else {
      out.operands.push_back(word);
    }
  }
  return out;
}

MaybeRan run_curl(Words words, const ExecWorld& world) {
  const Parsed parsed =
      parse_options(words, "ommHXAuwbceT",
                    {"output", "max-time", "connect-timeout", "header", "request", "user-agent",
                     "retry", "retry-delay", "retry-max-time", "user", "write-out", "url"});
  const Option* const method = parsed.find("X", "request");
  if (method != nullptr && method->value != "GET" && method->value != "HEAD") return std::nullopt;
  for (const char* const sends : {"d", "data", "F", "json"}) {
    if (parsed.find(sends) != nullptr) return std::nullopt;
  }
  std::vector<std::string> urls = parsed.operands;
  if (const Option* const named = parsed.find("url")) urls.push_back(named->value);
  if (urls.size() != 1) return std::nullopt;
  const std::optional<Url> url = local_url(urls.front());
  if (!url) return std::nullopt;
  const bool is_quiet =
      parsed.find("s", "silent") != nullptr && parsed.find("S", "show-error") == nullptr;
  const auto failed = [&](int status, std::string message, Duration took = {}) {
    return Ran{status, is_quiet ? std::string() : fmt::format("curl: ({}) {}", status, message),
               took};
  };
  const HttpAnswer answer = world.get(url->port, url->path);
  if (!answer.connected) {
    return failed(7, fmt::format("Failed to connect to {} port {} after 0 ms: Couldn't connect to "
                                 "server",
                                 url->host, url->port));
  }
  if (const Option* const limit = parsed.find("m", "max-time")) {
    const std::optional<Duration> most = seconds_of(limit->value);
    if (most && *most > 0s && answer.latency > *most) {
      const auto whole = *most / 1ms;
      return failed(28,
                    fmt::format("Operation timed out after {} milliseconds with 0 bytes "
                                "received",
                                whole),
                    *most);
    }
  }
  if (answer.status >= 400 && (parsed.find("f", "fail") || parsed.find("fail-with-body"))) {
    return failed(22, fmt::format("The requested URL returned error: {}", answer.status),
                  answer.latency);
  }
  return Ran{0, {}, answer.latency};
}

MaybeRan run_wget(Words words, const ExecWorld& world) {
  const Parsed parsed = parse_options(words, "OoTtUP",
                                      {"timeout", "tries", "output-document", "user-agent",
                                       "header", "output-file", "connect-timeout", "read-timeout"});
  if (parsed.operands.size() != 1 || parsed.find("post-data") || parsed.find("post-file")) {
    return std::nullopt;
  }
  const std::optional<Url> url = local_url(parsed.operands.front());
  if (!url) return std::nullopt;
  const HttpAnswer answer = world.get(url->port, url->path);
  if (!answer.connected) {
    return Ran{1, "wget: can't connect to remote host (127.0.0.1): Connection refused"};
  }
  if (const Option* const limit = parsed.find("T", "timeout")) {
    const std::optional<Duration> most = seconds_of(limit->value);
    if (most && *most > 0s && answer.latency > *most) {
      return Ran{1, "wget: download timed out", *most};
    }
  }
  if (answer.status >= 400) {
    return Ran{1,
               fmt::format("wget: server returned error: HTTP/1.1 {} {}", answer.status,
                           phrase_of(answer.status)),
               answer.latency};
  }
  return Ran{0, {}, answer.latency};
}

/// The string literal that begins right behind `call` in a Python program.
std::optional<std::string> literal_behind(std::string_view program, std::string_view call) {
  const std::size_t at = program.find(call);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = program.substr(at + call.size());
  if (rest.empty() || (rest.front() != '\'' && rest.front() != '"')) return std::nullopt;
  const std::size_t end = rest.find(rest.front(), 1);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(rest.substr(1, end - 1));
}

MaybeRan run_python(Words words, const ExecWorld& world) {
  if (words.size() != 3 || words[1] != "-c") return std::nullopt;
  const std::string_view program = words[2];
  // Of other statements (try, loops) nobody can say how they end without a Python.
  if (program.find("try:") != std::string_view::npos) return std::nullopt;
  const std::optional<std::string> opened = literal_behind(program, "urlopen(");
  const std::optional<std::string> got = literal_behind(program, "requests.get(");
  if (!opened && !got) return std::nullopt;
  const std::optional<Url> url = local_url(opened ? *opened : *got);
  if (!url) return std::nullopt;
  const HttpAnswer answer = world.get(url->port, url->path);
  if (!answer.connected) {
    if (opened) {
      return Ran{1, "urllib.error.URLError: <urlopen error [Errno 111] Connection refused>"};
    }
    return Ran{1, fmt::format("requests.exceptions.ConnectionError: HTTPConnectionPool(host='{}', "
                              "port={}): Max retries exceeded with url: {}",
                              url->host, url->port, url->path)};
  }
  if (answer.status < 400) return Ran{0, {}, answer.latency};
  const std::string_view phrase = phrase_of(answer.status);
  if (opened) {
    return Ran{1, fmt::format("urllib.error.HTTPError: HTTP Error {}: {}", answer.status, phrase),
               answer.latency};
  }
  if (program.find("raise_for_status()") == std::string_view::npos) return std::nullopt;
  return Ran{1,
             fmt::format("requests.exceptions.HTTPError: {} Error: {} for url: {}", answer.status,
                         phrase, *got),
             answer.latency};
}

/// nullopt: below a volume, or a pattern.
std::optional<bool> file_exists(std::string_view path, const ExecWorld& world) {
  if (path.find_first_of("*?$") != std::string_view::npos) return std::nullopt;
  for (const std::string& mount : world.mounts) {
    if (path.starts_with(mount)) return std::nullopt;
  }
  // What the kubelet and the kernel put into every container.
  constexpr std::string_view kAlwaysThere[] = {"/", "/tmp", "/etc/hosts", "/etc/hostname",
                                               "/etc/resolv.conf"};
  const bool is_there =
      std::find(std::begin(kAlwaysThere), std::end(kAlwaysThere), path) != std::end(kAlwaysThere);
  if (!is_there && (path.starts_with("/proc/") || path.starts_with("/dev/"))) return std::nullopt;
  return is_there;
}

/// cat, ls, test and [: nothing that a simulated process does leaves a file behind.
MaybeRan run_file_command(Words words, const ExecWorld& world) {
  const std::string_view program = base_name(words.front());
  std::vector<std::string> operands(words.begin() + 1, words.end());
  if (program == "[") {
    if (operands.empty() || operands.back() != "]") return std::nullopt;
    operands.pop_back();
  }
  if (program == "cat" || program == "ls") {
    std::erase_if(operands, [](const std::string& word) { return word.starts_with('-'); });
    if (operands.size() != 1) return std::nullopt;
  } else if (operands.size() != 2 || (operands[0] != "-f" && operands[0] != "-e" &&
                                      operands[0] != "-s" && operands[0] != "-r")) {
    return std::nullopt;
  }
  const std::optional<bool> exists = file_exists(operands.back(), world);
  if (!exists) return std::nullopt;
  if (*exists) return Ran{};
  if (program == "cat") {
    return Ran{1, fmt::format("cat: can't open '{}': No such file or directory", operands.back())};
  }
  if (program == "ls") {
    return Ran{1, fmt::format("ls: {}: No such file or directory", operands.back())};
  }
  return Ran{1};
}

/// The programs that a probe has beyond those of every script.
MaybeRan run_program(Words words, const ExecWorld& world) {
  const std::string_view program = base_name(words.front());
  if (program == "curl") return run_curl(words, world);
  if (program == "wget") return run_wget(words, world);
  if (program == "cat" || program == "ls" || program == "test" || program == "[") {
    return run_file_command(words, world);
  }
  if (program.starts_with("python")) return run_python(words, world);
  return std::nullopt;
}

MaybeRan run_command(const std::vector<std::string>& command, const ExecWorld& world) {
  const auto any = [](const std::vector<std::string>& /*words*/) { return true; };
  std::optional<ShellScript> script = ShellScript::of_command(command, any);
  if (!script) return std::nullopt;
  ShellRun run(std::move(*script), {.environment = world.environment,
                                    .hostname = world.hostname,
                                    .files = world.files,
                                    .run_program = [&](const std::vector<std::string>& words) {
                                      return run_program(words, world);
                                    }});
  return run.run_to_end(world.now);
}

}  // namespace

ProbeOutcome run_exec_probe(const std::vector<std::string>& command, Duration timeout,
                            const ExecWorld& world) {
  const MaybeRan ran = run_command(command, world);
  const std::string text = fmt::format("{}", fmt::join(command, " "));
  if (!ran) {
    return {.success = false,
            .output = fmt::format("the command \"{}\" is not simulated: a simulated container runs "
                                  "only a GET of localhost (curl, wget, python), tests of files, "
                                  "true, false and sleep",
                                  text),
            .errored = true};
  }
  if (ran->took > timeout) {
    return {false, fmt::format("command timed out: \"{}\" timed out after {}", text,
                               format_duration(timeout))};
  }
  return {ran->status == 0, ran->output};
}

}  // namespace inferlab::sim
