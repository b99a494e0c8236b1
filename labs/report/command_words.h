#pragma once

#include <string>
#include <string_view>

namespace inferlab::labs {

// Commands that reports and errors tell somebody to run: they work when they are pasted into a
// shell, whatever a learner is called.

/// `text` as one word of bash, zsh and fish: as it is where it holds nothing special, or else in
/// single quotes.
std::string shell_word(std::string_view text);

/// " --learner NAME", which ends a command about this learner's variant; empty: nobody's.
std::string learner_words(std::string_view learner);

/// " --session LAB@LEARNER", which ends a command about his running session; empty: nobody's.
std::string session_words(std::string_view lab_id, std::string_view learner);

/// "inferlab lab hint LAB HINT --learner NAME"
std::string hint_command(std::string_view lab_id, std::string_view hint, std::string_view learner);

}  // namespace inferlab::labs
