#include "labs/cli/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace inferlab::labs {
namespace {

// All three scripts work alike: they walk the words before the cursor to the command that these
// name ("inferlab/lab/list"), and offer what can follow it.
struct Place {
  std::string path;
  const CommandNode* node;
};

void add_places(const CommandNode& node, const std::string& path, std::vector<Place>& out) {
  out.push_back({path, &node});
  for (const CommandNode& child : node.children) add_places(child, path + "/" + child.name, out);
}

std::vector<Place> places_of(const CommandNode& program) {
  std::vector<Place> out;
  add_places(program, program.name, out);
  return out;
}

// Every place below the program: what a word leads to.
std::string paths(const std::vector<Place>& places, std::string_view between) {
  std::string out;
  for (std::size_t i = 1; i < places.size(); ++i) {
    if (!out.empty()) out += between;
    out += places[i].path;
  }
  return out;
}

// In single quotes, for all three shells.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// `case` branches for the values of options: "inferlab/grade --format".
template <typename Write>
void each_choice(const Place& place, Write write) {
  for (const CommandOption& option : place.node->options) {
    if (!option.takes_value) continue;
    for (const std::string& name : option.names) {
      write(fmt::format("'{} {}'", place.path, name), option.words);
    }
  }
}

std::string bash_script(const std::vector<Place>& places) {
  std::string choices, words;
  for (const Place& place : places) {
    each_choice(place, [&](const std::string& key, const std::vector<std::string>& of) {
      choices += fmt::format("    {}) words='{}' ;;\n", key, fmt::join(of, " "));
    });
    std::vector<std::string> all;
    for (const CommandNode& child : place.node->children) all.push_back(child.name);
    for (const CommandOption& option : place.node->options) {
      all.insert(all.end(), option.names.begin(), option.names.end());
    }
    words += fmt::format("      {}) words='{}' ;;\n", place.path, fmt::join(all, " "));
  }
  return fmt::format(R"(# bash completion for inferlab: source <(inferlab completion bash)
_inferlab() {{
  local at=inferlab word words='' current=${{COMP_WORDS[COMP_CWORD]}}
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$at/$word" in
      {}) at="$at/$word" ;;
    esac
  done
  case "$at ${{COMP_WORDS[COMP_CWORD-1]}}" in
{}    *) case "$at" in
{}    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _inferlab inferlab
)",
                     paths(places, "|"), choices, words);
}

std::string zsh_script(const std::vector<Place>& places) {
  std::string choices, items;
  for (const Place& place : places) {
    each_choice(place, [&](const std::string& key, const std::vector<std::string>& of) {
      choices += of.empty()
                     ? fmt::format("    {}) _files; return ;;\n", key)
                     : fmt::format("    {}) compadd {}; return ;;\n", key, fmt::join(of, " "));
    });
    items += fmt::format("    {}) items=(\n", place.path);
    for (const CommandNode& child : place.node->children) {
      items += fmt::format("      {}\n", quoted(child.name + ":" + child.summary));
    }
    for (const CommandOption& option : place.node->options) {
      for (const std::string& name : option.names) {
        items += fmt::format("      {}\n", quoted(name + ":" + option.summary));
      }
    }
    items += "    ) ;;\n";
  }
  return fmt::format(R"(#compdef inferlab
# zsh completion for inferlab: source <(inferlab completion zsh)
_inferlab() {{
  local at=inferlab word
  local -a items
  for word in ${{words[2,CURRENT-1]}}; do
    case "$at/$word" in
      {}) at="$at/$word" ;;
    esac
  done
  case "$at ${{words[CURRENT-1]}}" in
{}  esac
  case "$at" in
{}  esac
  _describe inferlab items
  _files
}}
compdef _inferlab inferlab
)",
                     paths(places, "|"), choices, items);
}

std::string fish_script(const std::vector<Place>& places) {
  std::string out = fmt::format(R"(# fish completion for inferlab: inferlab completion fish | source
function __inferlab_at
  set -l at inferlab
  for word in (commandline -opc)[2..-1]
    switch "$at/$word"
      case {}
        set at "$at/$word"
    end
  end
  test "$at" = "$argv[1]"
end
)",
                                paths(places, " "));
  for (const Place& place : places) {
    const std::string begin = fmt::format("complete -c inferlab -n '__inferlab_at {}'", place.path);
    for (const CommandNode& child : place.node->children) {
      out += fmt::format("{} -f -a {} -d {}\n", begin, child.name, quoted(child.summary));
    }
    for (const CommandOption& option : place.node->options) {
      out += begin;
      for (const std::string& name : option.names) {
        const bool is_long = name.starts_with("--");
        out += fmt::format(" {} {}", is_long ? "-l" : "-s", name.substr(is_long ? 2 : 1));
      }
      if (option.takes_value) out += " -r";
      if (!option.words.empty()) out += fmt::format(" -f -a '{}'", fmt::join(option.words, " "));
      out += fmt::format(" -d {}\n", quoted(option.summary));
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> completion_script(const CommandNode& program, std::string_view shell) {
  const std::vector<Place> places = places_of(program);
  if (shell == "bash") return bash_script(places);
  if (shell == "zsh") return zsh_script(places);
  if (shell == "fish") return fish_script(places);
  return std::nullopt;
}

}  // namespace inferlab::labs
