#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab::labs {

/// What a word may be completed to.
struct CompletionWord {
  std::string word, summary;
};

struct Completion {
  enum class Mode { kWords, kFiles, kFolders };
  Mode mode = Mode::kWords;  // files and folders are the shell's affair
  std::vector<CompletionWord> words;
};

/// What stands before the word that is being completed.
struct CompletionLine {
  std::string command;                         // "lab hint"
  std::vector<std::string> arguments;          // by place
  std::map<std::string, std::string> options;  // by the first long name: "--learner"
};

/// What the argument or option of this name ("HINT", "--learner") may be, where its words are not
/// fixed: labs, sessions, learners, what a lab has. `begun` is what has been typed of it. Reads
/// what is there, and changes nothing; what cannot be read has no words.
Completion values_of(std::string_view name, const CompletionLine& line, std::string_view begun);

}  // namespace inferlab::labs
