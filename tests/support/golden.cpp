#include "tests/support/golden.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

namespace inferlab::testing {
namespace {

constexpr std::string_view kSeparator = "----";

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line;
    text += '\n';
  }
  return text;
}

/// Words of a line; double quotes keep spaces together and are taken off.
std::vector<std::string> split_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  bool has_word = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
      has_word = true;
    } else if (!quoted && (c == ' ' || c == '\t')) {
      if (has_word) words.push_back(word);
      word.clear();
      has_word = false;
    } else {
      word += c;
      has_word = true;
    }
  }
  if (has_word) words.push_back(word);
  return words;
}

GoldenCommand parse_command(std::string place, std::string_view line, std::string& end_of_text) {
  GoldenCommand command;
  command.place = std::move(place);
  end_of_text.clear();
  for (std::string& word : split_words(line)) {
    const std::size_t equals = word.find('=');
    if (command.name.empty()) {
      command.name = std::move(word);
    } else if (word.size() > 2 && word.starts_with("<<")) {
      end_of_text = word.substr(2);
    } else if (equals != std::string::npos && equals > 0) {
      command.args[word.substr(0, equals)] = word.substr(equals + 1);
    } else {
      command.words.push_back(std::move(word));
    }
  }
  return command;
}

/// Reads one file from top to bottom, running it on the way.
class Walker {
 public:
  Walker(const std::string& file_name, std::string_view text, const MakeGoldenWorld& make_world)
      : file_name_(file_name), lines_(split_lines(text)), world_(make_world()) {}

  std::vector<std::string> run(std::string& rewritten) {
    while (at_ < lines_.size()) {
      const std::string& line = lines_[at_];
      if (line == kSeparator) {
        finish_case();
      } else if (line.empty() || line.starts_with('#')) {
        out_.push_back(line);
        ++at_;
      } else {
        run_command();
      }
    }
    if (num_commands_ > 0) {
      failures_.push_back(
          fmt::format("{}: commands without {} at the end", file_name_, kSeparator));
    }
    rewritten = join_lines(out_);
    return std::move(failures_);
  }

 private:
  void run_command() {
    std::string end_of_text;
    GoldenCommand command =
        parse_command(fmt::format("{}:{}", file_name_, at_ + 1), lines_[at_], end_of_text);
    out_.push_back(lines_[at_++]);
    while (!end_of_text.empty() && at_ < lines_.size()) {
      const std::string& line = lines_[at_++];
      out_.push_back(line);
      if (line == end_of_text) break;
      command.text += line + "\n";
    }
    actual_ += world_->run(command);
    if (!actual_.empty() && actual_.back() != '\n') actual_ += '\n';
    ++num_commands_;
  }

  void finish_case() {
    const std::size_t place = at_ + 1;
    ++at_;
    std::string expected;
    const bool doubled = at_ < lines_.size() && lines_[at_] == kSeparator;
    if (doubled) {
      ++at_;
      while (at_ < lines_.size() && !is_end_of_doubled()) expected += lines_[at_++] + "\n";
      at_ = std::min(at_ + 2, lines_.size());
    } else {
      while (at_ < lines_.size() && !lines_[at_].empty()) expected += lines_[at_++] + "\n";
    }
    if (expected != actual_) {
      failures_.push_back(fmt::format("{}:{}: output differs (- expected, + actual)\n{}",
                                      file_name_, place, line_diff(expected, actual_)));
    }
    const bool must_double = actual_.starts_with('\n') || actual_.find("\n\n") != std::string::npos;
    out_.emplace_back(kSeparator);
    if (must_double) out_.emplace_back(kSeparator);
    for (std::string& line : split_lines(actual_)) out_.push_back(std::move(line));
    if (must_double) out_.insert(out_.end(), 2, std::string(kSeparator));
    actual_.clear();
    num_commands_ = 0;
  }

  [[nodiscard]] bool is_end_of_doubled() const {
    return lines_[at_] == kSeparator && at_ + 1 < lines_.size() && lines_[at_ + 1] == kSeparator;
  }

  std::string file_name_;
  std::vector<std::string> lines_;
  std::unique_ptr<GoldenWorld> world_;
  std::size_t at_ = 0;
  std::vector<std::string> out_;
  std::vector<std::string> failures_;
  std::string actual_;  // of the case that is being read
  int num_commands_ = 0;
};

bool rewriting() {
  const char* value = std::getenv("INFERLAB_REWRITE");  // NOLINT(concurrency-mt-unsafe)
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace

std::string GoldenCommand::get(const std::string& key, std::string_view fallback) const {
  const auto found = args.find(key);
  return found == args.end() ? std::string(fallback) : found->second;
}

std::int64_t GoldenCommand::integer(const std::string& key, std::int64_t fallback) const {
  const auto found = args.find(key);
  if (found == args.end()) return fallback;
  std::int64_t number = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [stop, error] = std::from_chars(found->second.data(), end, number);
  if (error != std::errc() || stop != end) {
    std::cerr << place << ": " << key << ": is not a number: " << found->second << "\n";
    std::exit(2);  // NOLINT(concurrency-mt-unsafe): a broken test file, not a failed test
  }
  return number;
}

std::string line_diff(std::string_view expected, std::string_view actual) {
  const std::vector<std::string> a = split_lines(expected);
  const std::vector<std::string> b = split_lines(actual);
  // common[i][j]: length of the longest common subsequence of a[i..] and b[j..].
  std::vector<std::vector<int>> common(a.size() + 1, std::vector<int>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      common[i][j] =
          a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::string diff;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      diff += "  " + a[i] + "\n";
      ++i;
      ++j;
    } else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1])) {
      diff += "- " + a[i++] + "\n";
    } else {
      diff += "+ " + b[j++] + "\n";
    }
  }
  return diff;
}

std::vector<std::string> run_golden_text(const std::string& file_name, std::string_view text,
                                         const MakeGoldenWorld& make_world,
                                         std::string& rewritten) {
  return Walker(file_name, text, make_world).run(rewritten);
}

std::vector<std::string> run_golden_cases(std::string_view folder,
                                          const MakeGoldenWorld& make_world) {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(INFERLAB_SOURCE_DIR) / "tests" / "golden" / folder;
  std::vector<fs::path> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(root, error)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  if (error || files.empty()) return {fmt::format("{}: no golden cases", root.string())};
  std::sort(files.begin(), files.end());

  std::vector<std::string> failures;
  for (const fs::path& file : files) {
    std::ostringstream content;
    content << std::ifstream(file).rdbuf();
    const std::string text = content.str();
    std::string rewritten;
    std::vector<std::string> of_file =
        run_golden_text(file.filename().string(), text, make_world, rewritten);
    if (rewriting()) {
      if (rewritten != text) std::ofstream(file) << rewritten;
      continue;
    }
    std::move(of_file.begin(), of_file.end(), std::back_inserter(failures));
  }
  return failures;
}

}  // namespace inferlab::testing
