#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "labs/grade/batch/shingles.h"

namespace inferlab::labs::batch {

/// Two submissions that are much alike.
struct AlikePair {
  enum class Kind : std::uint8_t {
    kText,    // as they were handed in: who copies from another variant keeps its names
    kAnswer,  // once each one's values stand for the parameters
  };
  std::size_t a = 0, b = 0;  // indices of what was compared, a < b
  std::size_t shared = 0;    // shingles that both have
  double score = 0;          // Jaccard: shared of all that one of them has
  Kind kind = Kind::kAnswer;
};

/// Who hands in less than this of their own (see Shingles) is compared with nobody: two starters
/// with one changed line are no copies of each other.
inline constexpr std::size_t kFewShingles = 8;
inline constexpr double kAlike = 0.8;

/// All pairs of score `least` (above 0) and more, the most alike first, then by index. Exact: an
/// inverted index of each one's rarest shingles finds the candidates, which are then compared
/// (prefix filtering: Bayardo, Ma and Srikant, WWW 2007).
std::vector<AlikePair> alike_pairs(const std::vector<Shingles>& all, double least = kAlike);

/// The pairs that are alike in one way or the other, each once, as kText where it is alike in both;
/// in the same order. Lines of any learner's starter do not count.
std::vector<AlikePair> alike_submissions(const std::vector<Likeness>& all, double least = kAlike);

/// Writes the pairs by the names of what was compared: FILE.csv (a,b,score,shared,likeness) or
/// FILE.json
/// ("schema": "inferlab.similarity/v1").
Result<void> write_similarity(const std::string& file, const std::vector<AlikePair>& pairs,
                              const std::vector<std::string>& names);

/// Whether write_similarity() knows the file's kind and can write it.
Result<void> check_similarity(const std::string& file);

}  // namespace inferlab::labs::batch
