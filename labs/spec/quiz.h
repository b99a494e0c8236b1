#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "labs/spec/spec_table.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// One question of a lab. What a learner answers stands in answers.txt beside the manifests, by
/// the question's id.
struct Question {
  enum class Type : std::uint8_t {
    kSingle,    // one option
    kMultiple,  // some of the options, in any order
    kOrder,     // all of the options, in order
    kNumber,    // with a unit
    kCause,     // one option, of what brought an incident about
  };
  std::string id, text;
  Type type = Type::kSingle;
  std::vector<std::pair<std::string, std::string>> options;  // id and text
  std::vector<std::string> answer;  // ids of options: the right ones, or the right order
  // Of kNumber.
  double number = 0;
  std::string unit;
  double tolerance = 0;  // of the number, 0.05 is 5 %
  double within = 0;     // or so much, in `unit`: the larger one counts
  /// Where the right number comes from a run: a measure's form (see labs/checks/measure.h), of the
  /// run of an answer that the lab ships ("starter", "solution") or of the one handed in.
  sim::Value measure;
  std::string measured_in;
  std::string explanation;  // for who has answered it right, or given up
};

extern const SpecTable kQuizTable;

/// Of a quiz.yaml. All errors, each "FILE:LINE:COLUMN: FIELD: WHY", go to `errors`.
std::vector<Question> read_quiz(std::string_view text, const std::string& file,
                                std::vector<Error>& errors);

/// The options that an answer names: the items of a list, or of a text with commas between them.
std::vector<std::string> chosen_options(const sim::Value& answer);

/// Whether `answer`, as a learner wrote it, is right; `truth` is that of a number. nullopt: it is
/// no answer to such a question (another option, no number, another unit).
std::optional<bool> is_right(const Question& question, const sim::Value& answer, double truth);

/// "16 GiB", "1.5 min", "3": the number in `unit`; nullopt: no number, or a unit of another kind.
/// Without a unit it is meant in `unit`.
std::optional<double> number_in(std::string_view text, std::string_view unit);

}  // namespace inferlab::labs
