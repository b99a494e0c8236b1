#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace inferlab::labs {

/// How a command declares what it takes. What is bound must outlive the parsing; it keeps its value
/// when the argument is not given. Hides CLI11 from the commands: it costs seconds a file.
class Args {
 public:
  explicit Args(CLI::App& app) : app_(app) {}

  void positional(const std::string& name, std::string& into, const std::string& what,
                  bool required = true);
  /// The words that are left, as many as there are.
  void positional(const std::string& name, std::vector<std::string>& into, const std::string& what);
  void flag(const std::string& names, bool& into, const std::string& what);
  void option(const std::string& names, std::string& into, const std::string& what,
              bool required = false);
  void option(const std::string& names, std::vector<std::string>& into, const std::string& what);
  /// May come several times, with one value each.
  void repeated_option(const std::string& names, std::vector<std::string>& into,
                       const std::string& what);
  /// Checks the bounds, both included.
  void option(const std::string& names, std::int64_t& into, const std::string& what,
              std::int64_t minimum, std::int64_t maximum);
  void option(const std::string& names, double& into, const std::string& what, double minimum,
              double maximum);
  void option(const std::string& names, std::optional<std::uint64_t>& into,
              const std::string& what);
  /// One of `words`.
  void choice(const std::string& names, std::string& into, const std::vector<std::string>& words,
              const std::string& what);
  /// Taken, and not shown in the help.
  void hidden_flag(const std::string& names, bool& into);
  /// As many values as `most`; an empty list: not given.
  void hidden_option(const std::string& names, std::vector<std::string>& into, int most);
  /// --format text|json
  void format(std::string& into);

 private:
  CLI::App& app_;
};

}  // namespace inferlab::labs
