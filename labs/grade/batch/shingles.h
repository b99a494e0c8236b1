#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "labs/grade/submission.h"

namespace inferlab::labs::batch {

/// Hashes of what stands together in manifests, in order and each once: of every four words that
/// follow each other, keys and values alike, in each document with its keys in order. Comments, the
/// way a value is written and the order of files and documents do not show in them; values of the
/// variant's parameters count as the parameter's name. Source: shingling (Broder 1997).
///
/// At most kMaxShingles: of larger manifests the smallest hashes, which are a sample of them
/// (bottom-k MinHash). Files that are no YAML give none. Hashes fit an int64.
using Shingles = std::vector<std::uint64_t>;
inline constexpr std::size_t kMaxShingles = 4096;

/// The values of a variant's parameters, by name.
using ParameterValues = std::map<std::string, std::string, std::less<>>;

Shingles shingles_of(const std::vector<SubmissionFile>& files, const ParameterValues& parameters);

/// `shingles` without those of `others`.
Shingles without(const Shingles& shingles, const Shingles& others);

/// What a submission is compared by.
struct Likeness {
  Shingles answer;   // with its variant's values as the parameters, without the lab's starter
  Shingles text;     // as it was handed in, names and all
  Shingles starter;  // of the starter as its learner got it, names and all
};

/// `starter` are the files that the learner began with.
Likeness likeness_of(const std::vector<SubmissionFile>& files,
                     const std::vector<SubmissionFile>& starter, const ParameterValues& parameters);

/// As JSON for a child's report and a batch's journal, and back.
sim::Value to_value(const Likeness& likeness);
Likeness likeness_from(const sim::Value& value);

}  // namespace inferlab::labs::batch
