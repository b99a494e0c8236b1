#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/model_weights.h"
#include "labs/spec/spec_table.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// A revision of a model as somebody could release it: the weights' file with something done to it,
/// and what the server was told to do by default. The default one is the file as it is, greedy.
struct ModelRevision {
  std::string id;
  std::string category;  // of the cases that it breaks; empty: none
  // The file.
  std::optional<TensorType> quantize;  // of the matrices
  int bits = 0;               // of a weight: its block's largest, in so many steps; 0: as they are
  double copied = 1;          // share of the tensors' bytes that have arrived; the rest are zeros
  double merges = 1;          // share of the tokenizer's merges, the first ones
  std::string chat_template;  // in place of the file's own; empty: its own
  // What an answer is made with where a request does not say: vLLM's --generation-config.
  double temperature = 0;
  std::int64_t seed = 0;
  std::string stop;  // ends an answer; empty: none does
  std::vector<std::string> bad_words;
  bool ignore_eos = false;
  bool echo = false;  // the answer begins with the prompt
  // The server.
  std::int64_t max_model_len = 0;  // 0: the model's own
  std::int64_t max_num_seqs = 0;   // 0: all cases at once
  bool enable_prefix_caching = true;

  sim::Value document;  // as a lab states it: equal ones answer equally
};

/// The form of a revision in a lab's file.
extern const SpecTable kRevisionTable;

/// Of a value that its table was checked against.
ModelRevision revision_from(const sim::Value& value);

/// The model of `path` as the revision has it; a small one with its numbers decoded, which changes
/// none of them. A revision that changes the file needs a GGUF file. kInvalid: what is left of it
/// is no model that the engine runs.
Result<Model> revised_model(const std::string& path, const ModelRevision& revision);

}  // namespace inferlab::labs
