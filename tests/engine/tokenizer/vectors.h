#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace inferlab::test {

using Vectors = std::vector<std::pair<std::string, std::vector<TokenId>>>;

inline std::string whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// `texts_file`: texts, each ended by a line "__ggml_vocab_test__". `ids_file`: the ids of each, a
/// line a text; for the empty text after the last mark there is none, and no ids.
inline Vectors read_vectors(const std::string& texts_file, const std::string& ids_file) {
  constexpr std::string_view kEnd = "\n__ggml_vocab_test__\n";
  const std::string texts = whole_file(texts_file);
  std::istringstream lines(whole_file(ids_file));
  Vectors vectors;
  std::string line;
  for (std::size_t begin = 0;;) {
    line.clear();
    std::getline(lines, line);
    const std::size_t end = texts.find(kEnd, begin);
    std::vector<TokenId> ids;
    std::istringstream numbers(line);
    for (TokenId id = 0; numbers >> id;) ids.push_back(id);
    vectors.emplace_back(texts.substr(begin, end - begin), std::move(ids));
    if (end == std::string::npos) break;
    begin = end + kEnd.size();
  }
  return vectors;
}

}  // namespace inferlab::test
