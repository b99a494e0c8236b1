#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace inferlab::labs {

/// One option of a command, as its help has it.
struct CommandOption {
  std::vector<std::string> names;  // "-o", "--output"
  std::string summary;
  bool takes_value = false;
  std::vector<std::string> words;  // what the value may be; empty: anything
};

/// A word that is no option, by its place.
struct CommandArgument {
  std::string name;  // "LAB"
  std::vector<std::string> words;
  bool repeats = false;  // and all words behind it
};

/// A command, or a group of them, as the program has declared it. What is not in its help is not
/// here either.
struct CommandNode {
  std::string name, summary;
  std::vector<CommandOption> options;
  std::vector<CommandArgument> arguments;
  std::vector<CommandNode> children;
};

CommandNode command_tree(const CLI::App& app);

}  // namespace inferlab::labs
