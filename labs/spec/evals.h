#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/tokenizer/chat_template.h"
#include "labs/spec/spec_table.h"
#include "sim/api/value.h"

namespace re2 {
class RE2;
}

namespace inferlab::labs {

/// What an answer must be like. Every part that is given must hold.
struct EvalExpectation {
  // Parts of the answer's text; of letters the case does not count.
  std::vector<std::string> contains;      // all of them
  std::vector<std::string> contains_any;  // one of them at least
  std::vector<std::string> not_contains;  // none of them
  std::shared_ptr<const re2::RE2> regex;  // found somewhere in the text; null: none
  std::string exact;                      // the text, less space around it
  std::int64_t max_words = 0;             // 0: any number
  std::string finish_reason;              // "stop": the model ended it; "length": max_tokens did
  // What can be read in the first fenced block, or in the whole text where there is none.
  std::string format;               // "json", "yaml"; empty: nothing need be
  std::vector<std::string> fields;  // JSONPaths without braces that find something in it
};

/// One question to a model.
struct EvalCase {
  std::string id, category;
  double weight = 1;
  std::vector<ChatMessage> messages;
  std::int64_t max_tokens = 0;
  EvalExpectation expect;
};

/// What must hold of a model's answers for it to be released.
struct EvalGate {
  double pass_rate = 1;  // of the cases, by weight
  std::vector<std::string> must_pass;
  /// By category, as pass_rate; those that are not named need none of their own.
  std::vector<std::pair<std::string, double>> categories;
};

/// An evaluation: evals.yaml of a submission. What it asks is sent without a temperature or a seed,
/// as clients send it, so that what a revision ships for them is part of what is judged.
struct EvalSuite {
  std::vector<EvalCase> cases;
  EvalGate gate;
  sim::Value document;  // as it was written
};

/// The form of evals.yaml.
extern const SpecTable kEvalsTable;

struct EvalLimits {
  std::size_t max_cases = 24;
  std::size_t max_messages = 8;              // of a case
  std::size_t max_prompt_bytes = 4096;       // of all cases together
  std::int64_t max_output_tokens = 1024;     // of all cases together
  std::size_t max_items = 16;                // of a list in `expect`
  std::size_t max_item_bytes = 256;          // of a text in `expect`
  std::int64_t max_pattern_bytes = 1 << 20;  // of memory, of a compiled pattern
};

/// Of an evals.yaml. The first of its errors, kInvalid, "FILE:LINE:COLUMN: FIELD: WHY".
Result<EvalSuite> read_evals(std::string_view text, const std::string& file,
                             const EvalLimits& limits = {});

}  // namespace inferlab::labs
