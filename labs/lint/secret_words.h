#pragma once

#include <string>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::labs::lint {

/// A word of a command line that is a secret. What it is, never the word itself.
struct SecretWord {
  std::string path;  // in the container: "args[3]"
  std::string what;  // "--api-key", "a token of Hugging Face's"
};

/// Values of options and of a shell's variables whose name says that they are secret, and words in
/// the form of the tokens that services hand out. References to variables, $(NAME) and $NAME, are
/// none.
std::vector<SecretWord> secret_words(const sim::Value& container);

}  // namespace inferlab::labs::lint
