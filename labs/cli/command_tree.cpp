#include "labs/cli/command_tree.h"

#include <CLI/CLI.hpp>

namespace inferlab::labs {
namespace {

// CLI11 keeps the words of a choice only as the name of its type: "TEXT:{text,json}".
std::vector<std::string> words_of(const std::string& type) {
  std::vector<std::string> out;
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}');
  if (open == std::string::npos || close == std::string::npos) return out;
  std::size_t begin = open + 1;
  while (begin < close) {
    const std::size_t end = std::min(type.find(',', begin), close);
    out.push_back(type.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace

CommandNode command_tree(const CLI::App& app) {
  CommandNode node{app.get_name(), app.get_description(), {}, {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    if (option->get_lnames().empty() && option->get_snames().empty()) {
      node.arguments.push_back({option->get_single_name(), words_of(option->get_type_name()),
                                option->get_items_expected_max() > 1});
      continue;
    }
    CommandOption out;
    for (const std::string& name : option->get_snames()) out.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) out.names.push_back("--" + name);
    out.summary = option->get_description();
    out.takes_value = option->get_items_expected_max() > 0;
    out.words = words_of(option->get_type_name());
    node.options.push_back(std::move(out));
  }
  for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) {
    node.children.push_back(command_tree(*child));
  }
  return node;
}

}  // namespace inferlab::labs
