#include "labs/cli/args.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <string>

namespace inferlab::labs {

void Args::positional(const std::string& name, std::string& into, const std::string& what,
                      bool required) {
  app_.add_option(name, into, what)->required(required);
}

void Args::positional(const std::string& name, std::vector<std::string>& into,
                      const std::string& what) {
  app_.add_option(name, into, what);
}

void Args::flag(const std::string& names, bool& into, const std::string& what) {
  app_.add_flag(names, into, what);
}

void Args::option(const std::string& names, std::string& into, const std::string& what,
                  bool required) {
  auto* option = app_.add_option(names, into, what)->required(required);
  if (!into.empty()) option->capture_default_str();
}

void Args::option(const std::string& names, std::vector<std::string>& into,
                  const std::string& what) {
  app_.add_option(names, into, what);
}

void Args::repeated_option(const std::string& names, std::vector<std::string>& into,
                           const std::string& what) {
  app_.add_option(names, into, what)->allow_extra_args(false);
}

void Args::option(const std::string& names, std::int64_t& into, const std::string& what,
                  std::int64_t minimum, std::int64_t maximum) {
  app_.add_option(names, into, what)->capture_default_str()->check(CLI::Range(minimum, maximum));
}

void Args::option(const std::string& names, double& into, const std::string& what, double minimum,
                  double maximum) {
  app_.add_option(names, into, what)->capture_default_str()->check(CLI::Range(minimum, maximum));
}

void Args::option(const std::string& names, std::optional<std::uint64_t>& into,
                  const std::string& what) {
  // Without it -1 would be taken for the largest number there is.
  const auto why_not = [](const std::string& text) {
    std::uint64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool good = code == std::errc{} && end == text.data() + text.size();
    return good ? std::string() : text + ": must be a whole number, 0 or more";
  };
  app_.add_option(names, into, what)->check(CLI::Validator(why_not, "N"));
}

void Args::choice(const std::string& names, std::string& into,
                  const std::vector<std::string>& words, const std::string& what) {
  app_.add_option(names, into, what)->capture_default_str()->check(CLI::IsMember(words));
}

void Args::hidden_flag(const std::string& names, bool& into) {
  app_.add_flag(names, into)->group("");
}

void Args::hidden_option(const std::string& names, std::vector<std::string>& into, int most) {
  app_.add_option(names, into)->group("")->expected(1, most);
}

void Args::format(std::string& into) {
  choice("--format", into, {"text", "json"}, "how to print");
}

}  // namespace inferlab::labs
