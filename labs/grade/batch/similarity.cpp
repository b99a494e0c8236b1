#include "labs/grade/batch/similarity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "labs/grade/batch/csv.h"
#include "labs/report/escape.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"

namespace inferlab::labs::batch {
namespace {

using sim::Value;

std::size_t shared_by(const Shingles& a, const Shingles& b) {
  std::size_t shared = 0;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    if (*x == *y) {
      ++shared;
      ++x;
      ++y;
    } else if (*x < *y) {
      ++x;
    } else {
      ++y;
    }
  }
  return shared;
}

// How many of `size` shingles must be looked at, rarest first, for a pair of this score to meet.
std::size_t prefix_of(std::size_t size, double least) {
  constexpr double kRounding = 1e-9;  // 0.8 * 15 may be a little more than 12
  const auto needed =
      static_cast<std::size_t>(std::ceil(least * static_cast<double>(size) - kRounding));
  return size - std::max<std::size_t>(needed, 1) + 1;
}

void most_alike_first(std::vector<AlikePair>& pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const AlikePair& x, const AlikePair& y) {
    if (x.score != y.score) return x.score > y.score;
    return x.a != y.a ? x.a < y.a : x.b < y.b;
  });
}

std::string_view word_of(AlikePair::Kind kind) {
  return kind == AlikePair::Kind::kText ? "text" : "answer";
}

}  // namespace

std::vector<AlikePair> alike_pairs(const std::vector<Shingles>& all, double least) {
  std::unordered_map<std::uint64_t, std::size_t> owners;
  for (const Shingles& each : all) {
    for (const std::uint64_t shingle : each) ++owners[shingle];
  }
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> index;
  std::vector<std::size_t> met_by(all.size(), all.size());  // who has met it as a candidate last
  std::vector<AlikePair> out;
  for (std::size_t b = 0; b < all.size(); ++b) {
    if (all[b].size() < kFewShingles) continue;
    std::vector<std::uint64_t> rarest = all[b];
    std::sort(rarest.begin(), rarest.end(), [&](std::uint64_t x, std::uint64_t y) {
      const std::size_t of_x = owners[x], of_y = owners[y];
      return of_x != of_y ? of_x < of_y : x < y;
    });
    rarest.resize(prefix_of(rarest.size(), least));
    for (const std::uint64_t shingle : rarest) {
      std::vector<std::size_t>& holders = index[shingle];
      for (const std::size_t a : holders) {
        if (met_by[a] == b) continue;
        met_by[a] = b;
        const std::size_t shared = shared_by(all[a], all[b]);
        const double score = static_cast<double>(shared) /
                             static_cast<double>(all[a].size() + all[b].size() - shared);
        if (score >= least) out.push_back({a, b, shared, score});
      }
      holders.push_back(b);
    }
  }
  most_alike_first(out);
  return out;
}

std::vector<AlikePair> alike_submissions(const std::vector<Likeness>& all, double least) {
  // A copy brings the names of the other's starter along, which its own starter has not.
  Shingles starters;
  for (const Likeness& each : all) {
    starters.insert(starters.end(), each.starter.begin(), each.starter.end());
  }
  std::sort(starters.begin(), starters.end());
  starters.erase(std::unique(starters.begin(), starters.end()), starters.end());
  std::vector<Shingles> texts, answers;
  for (const Likeness& each : all) {
    texts.push_back(without(each.text, starters));
    answers.push_back(each.answer);
  }
  std::vector<AlikePair> out = alike_pairs(texts, least);
  std::set<std::pair<std::size_t, std::size_t>> known;
  for (AlikePair& pair : out) {
    pair.kind = AlikePair::Kind::kText;
    known.emplace(pair.a, pair.b);
  }
  for (const AlikePair& pair : alike_pairs(answers, least)) {
    if (known.count({pair.a, pair.b}) == 0) out.push_back(pair);
  }
  most_alike_first(out);
  return out;
}

Result<void> check_similarity(const std::string& file) {
  const std::string extension = extension_of(file);
  if (extension != ".csv" && extension != ".json") {
    return Error{ErrorKind::kInvalid, fmt::format("{}: must end with .csv or .json", file)};
  }
  return check_writable(file);
}

Result<void> write_similarity(const std::string& file, const std::vector<AlikePair>& pairs,
                              const std::vector<std::string>& names) {
  if (extension_of(file) == ".csv") {
    std::string text = "a,b,score,shared,likeness\n";
    for (const AlikePair& pair : pairs) {
      text += fmt::format("{},{},{:.3f},{},{}\n", csv_field(names[pair.a]),
                          csv_field(names[pair.b]), pair.score, pair.shared, word_of(pair.kind));
    }
    return write_text_file(file, text);
  }
  Value::Array list;
  for (const AlikePair& pair : pairs) {
    list.push_back(Value::object({{"a", for_terminal(names[pair.a])},
                                  {"b", for_terminal(names[pair.b])},
                                  {"score", std::round(pair.score * 1000) / 1000},
                                  {"shared", static_cast<std::int64_t>(pair.shared)},
                                  {"likeness", word_of(pair.kind)}}));
  }
  const Value document = Value::object({{"schema", "inferlab.similarity/v1"},
                                        {"least", kAlike},
                                        {"pairs", Value::array(std::move(list))}});
  return write_text_file(file, sim::to_json(document, 2) + "\n");
}

}  // namespace inferlab::labs::batch
