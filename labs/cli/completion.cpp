#include "labs/cli/completion.h"

#include <fmt/format.h>

#include <algorithm>

#include "labs/report/command_words.h"
#include "labs/report/escape.h"

namespace inferlab::labs {
namespace {

const CommandOption* option_named(const CommandNode& node, std::string_view name) {
  for (const CommandOption& option : node.options) {
    if (std::ranges::count(option.names, name) > 0) return &option;
  }
  return nullptr;
}

const CommandNode* child_named(const CommandNode& node, std::string_view name) {
  for (const CommandNode& child : node.children) {
    if (child.name == name) return &child;
  }
  return nullptr;
}

// The name that the values' table knows it by.
const std::string& main_name(const CommandOption& option) {
  const auto found = std::ranges::find_if(
      option.names, [](const std::string& name) { return name.starts_with("--"); });
  return found == option.names.end() ? option.names.front() : *found;
}

/// A command line up to the word that is being typed.
struct Walk {
  const CommandNode* node;
  CompletionLine line;
  const CommandOption* waiting = nullptr;  // for its value
  bool options_end = false;                // "--" was there
};

void take(Walk& walk, const std::string& word) {
  if (walk.waiting != nullptr) {
    walk.line.options[main_name(*walk.waiting)] = word;
    walk.waiting = nullptr;
  } else if (!walk.options_end && word == "--") {
    walk.options_end = true;
  } else if (!walk.options_end && word.starts_with('-') && word != "-") {
    const std::size_t equals = word.find('=');
    const CommandOption* option = option_named(*walk.node, word.substr(0, equals));
    if (option == nullptr || !option->takes_value) return;
    if (equals == std::string::npos) {
      walk.waiting = option;
    } else {
      walk.line.options[main_name(*option)] = word.substr(equals + 1);
    }
  } else if (const CommandNode* child = child_named(*walk.node, word);
             child != nullptr && walk.line.arguments.empty()) {
    walk.node = child;
    walk.line.command += (walk.line.command.empty() ? "" : " ") + word;
  } else {
    walk.line.arguments.push_back(word);
  }
}

std::vector<CompletionWord> fixed(const std::vector<std::string>& words) {
  std::vector<CompletionWord> out;
  for (const std::string& word : words) out.push_back({word, {}});
  return out;
}

Completion value_of(const CommandOption& option, const Walk& walk, std::string_view begun) {
  if (!option.words.empty()) return {Completion::Mode::kWords, fixed(option.words)};
  return values_of(main_name(option), walk.line, begun);
}

Completion options_of(const CommandNode& node) {
  Completion out;
  for (const CommandOption& option : node.options) {
    for (const std::string& name : option.names) out.words.push_back({name, option.summary});
  }
  return out;
}

Completion argument_of(const Walk& walk, std::string_view begun) {
  const std::vector<CommandArgument>& arguments = walk.node->arguments;
  Completion out;
  if (walk.line.arguments.empty()) {
    for (const CommandNode& child : walk.node->children) {
      out.words.push_back({child.name, child.summary});
    }
  }
  if (arguments.empty()) return out;
  const std::size_t at = std::min(walk.line.arguments.size(), arguments.size() - 1);
  if (at < walk.line.arguments.size() && !arguments[at].repeats) return out;
  Completion values = arguments[at].words.empty()
                          ? values_of(arguments[at].name, walk.line, begun)
                          : Completion{Completion::Mode::kWords, fixed(arguments[at].words)};
  out.mode = values.mode;
  out.words.insert(out.words.end(), values.words.begin(), values.words.end());
  return out;
}

Completion beginning_with(Completion all, std::string_view begun) {
  std::erase_if(all.words,
                [&](const CompletionWord& each) { return !each.word.starts_with(begun); });
  return all;
}

// A word as somebody has typed it, without its quotes. An open one ends with the word.
std::string unquoted(std::string_view text) {
  std::string out;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      out += text[++i];
    } else if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote && quote != '\0') {
      quote = '\0';
    } else {
      out += c;
    }
  }
  return out;
}

std::string escaped_colons(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// An option stays one; what stands behind its '=' may need quotes.
std::string bash_word(const std::string& word) {
  if (!word.starts_with('-')) return shell_word(word);
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals + 1 == word.size()) return word;
  return word.substr(0, equals + 1) + shell_word(word.substr(equals + 1));
}

std::string line_for(std::string_view shell, const CompletionWord& each) {
  if (shell == "bash") return bash_word(each.word);
  const std::string word = for_terminal(each.word), summary = for_terminal(each.summary);
  if (shell == "zsh") return escaped_colons(word) + (summary.empty() ? "" : ":" + summary);
  return word + (summary.empty() ? "" : "\t" + summary);
}

}  // namespace

Completion complete(const CommandNode& program, const std::vector<std::string>& words) {
  if (words.empty()) return {};
  const std::string& begun = words.back();
  Walk walk{.node = &program, .line = {}};
  // Its words are those of another command.
  const std::size_t first = words.front() == "help" && words.size() > 1 ? 1 : 0;
  for (std::size_t i = first; i + 1 < words.size(); ++i) take(walk, words[i]);
  if (first > 0) {
    Completion out;
    for (const CommandNode& child : walk.node->children) {
      out.words.push_back({child.name, child.summary});
    }
    return beginning_with(std::move(out), begun);
  }
  if (walk.waiting != nullptr) {
    return beginning_with(value_of(*walk.waiting, walk, begun), begun);
  }
  if (begun.starts_with('-') && !walk.options_end) {
    const std::size_t equals = begun.find('=');
    if (equals == std::string::npos) return beginning_with(options_of(*walk.node), begun);
    const CommandOption* option = option_named(*walk.node, begun.substr(0, equals));
    if (option == nullptr) return {};
    const std::string value = begun.substr(equals + 1);
    Completion out = beginning_with(value_of(*option, walk, value), value);
    for (CompletionWord& each : out.words) each.word.insert(0, begun, 0, equals + 1);
    return out;
  }
  Completion out = beginning_with(argument_of(walk, begun), begun);
  const bool any = !out.words.empty() || out.mode != Completion::Mode::kWords;
  return any || !begun.empty() || walk.options_end ? out : options_of(*walk.node);
}

std::string completion_answer(const CommandNode& program, std::string_view shell,
                              std::vector<std::string> words) {
  if (shell == "bash") {
    for (std::string& word : words) word = unquoted(word);
  }
  const Completion found = complete(program, words);
  std::string out = found.mode == Completion::Mode::kFiles     ? "files\n"
                    : found.mode == Completion::Mode::kFolders ? "folders\n"
                                                               : "words\n";
  for (const CompletionWord& each : found.words) out += line_for(shell, each) + "\n";
  return out;
}

}  // namespace inferlab::labs
