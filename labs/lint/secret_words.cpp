#include "labs/lint/secret_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "labs/lint/model_command.h"
#include "sim/node/shell_words.h"

namespace inferlab::labs::lint {
namespace {

struct TokenForm {
  std::string_view begin;
  std::size_t least;  // characters, all told
  std::string_view what;
};

// Source: the services' own documentation of their tokens' prefixes; GitHub, "Supported secret
// scanning patterns".
constexpr TokenForm kForms[] = {
    {"hf_", 13, "a token of Hugging Face's"}, {"sk-", 20, "a key of an LLM provider's"},
    {"ghp_", 20, "a token of GitHub's"},      {"github_pat_", 30, "a token of GitHub's"},
    {"glpat-", 20, "a token of GitLab's"},    {"xoxb-", 20, "a token of Slack's"},
    {"AKIA", 20, "an access key of AWS's"},   {"nvapi-", 20, "a key of NVIDIA's"},
    {"eyJ", 40, "a JSON Web Token"},
};

// Of Hugging Face's tokens, so that hf_hub_download is none.
bool has_letters_alone(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; });
}

// "HF_TOKEN=abc" before a shell's command: the variable's name.
std::string_view assigned_secret(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos || equals + 1 == word.size()) return {};
  const std::string_view name = word.substr(0, equals), value = word.substr(equals + 1);
  const bool is_variable = std::all_of(name.begin(), name.end(), [](char c) {
    return std::isupper(static_cast<unsigned char>(c)) != 0 || c == '_';
  });
  if (!is_variable || value.front() == '$' || value.front() == '/') return {};
  for (const std::string_view end : {"_TOKEN", "_PASSWORD", "_SECRET", "_KEY"}) {
    if (name.ends_with(end)) return name;
  }
  return {};
}

// "--api-key", "--hf-token", "--password": a whole word of the name, so that --tokenizer and
// --max-num-batched-tokens are none, and --ssl-keyfile neither.
bool names_secret(std::string_view option) {
  if (option.ends_with("-file") || option.ends_with("-path") || option.ends_with("-env")) {
    return false;
  }
  for (const std::string_view word : {"token", "password", "passwd", "secret", "apikey"}) {
    if (option == word || option.ends_with(fmt::format("-{}", word))) return true;
  }
  for (const std::string_view word : {"api-key", "access-key", "secret-key", "private-key"}) {
    if (option == word || option.ends_with(fmt::format("-{}", word))) return true;
  }
  return false;
}

bool is_reference(std::string_view value) {
  return value.empty() || value.front() == '$' || value.front() == '/';
}

}  // namespace

std::vector<SecretWord> secret_words(const sim::Value& container) {
  std::vector<SecretWord> out;
  const auto add = [&](const std::string& path, std::string what) {
    const bool known = std::any_of(out.begin(), out.end(),
                                   [&](const SecretWord& word) { return word.path == path; });
    if (!known) out.push_back({path, std::move(what)});
  };
  for (const Option& option : options_of(container)) {
    if (names_secret(option.name) && !is_reference(option.value)) {
      add(option.path, "--" + option.name);
    }
  }
  for (const char* list : {"command", "args"}) {
    const sim::Value& items = container[list];
    for (std::size_t i = 0; i < items.size(); ++i) {
      for (const std::string& word : sim::shell_words(items[i].as_string())) {
        if (const auto name = assigned_secret(word); !name.empty()) {
          add(fmt::format("{}[{}]", list, i), std::string(name));
        }
        for (const TokenForm& form : kForms) {
          const std::size_t at = word.find(form.begin);
          const bool begins =
              at == 0 || (at != std::string::npos && (word[at - 1] == '=' || word[at - 1] == ' '));
          if (!begins || word.size() - at < form.least) continue;
          if (form.begin == "hf_" && !has_letters_alone(word.substr(at + 3))) continue;
          add(fmt::format("{}[{}]", list, i), std::string(form.what));
        }
      }
    }
  }
  return out;
}

}  // namespace inferlab::labs::lint
