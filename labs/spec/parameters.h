#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/spec/spec_table.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// What differs between two learners' variants of a lab: values by name, which stand in its files
/// as
/// ${name}. In lab.yaml a parameter says what it may be:
///   parameters:
///     - {name: app, choices: [llama, chat, assist]}
///     - {name: replicas, from: 2, to: 5}
///     - {name: host, choices: [chat, talk], replaces: true}   # "chat" itself is replaced
///     - name: model                  # what belongs together is chosen together:
///       choices:                     # ${model.id}, ${model.load}
///         - {id: meta-llama/Llama-3.1-8B-Instruct, load: 2m}
struct Parameters {
  std::map<std::string, std::string, std::less<>> values;
  /// Of parameters that replace their first value: that, and the chosen one. Whole words only; '-',
  /// '_' and '.' are parts of words.
  std::map<std::string, std::string, std::less<>> words;
};

extern const SpecTable kParameterTable;

/// The values of this learner: the first ones that each parameter names for nobody (""), else drawn
/// from a stream of the lab's and the learner's names. The same for ever. Appends what is wrong
/// with the list to `errors`, as places in `file`.
Parameters choose_parameters(std::string_view lab_text, const std::string& file,
                             std::string_view learner, std::vector<Error>& errors);

/// `text` with the values in the place of ${name}, and of words that are to be replaced. A name of
/// lower-case letters that is no parameter is kInvalid, "FILE:LINE:COLUMN: …"; others (${HOME}) are
/// left alone. $${name} gives
/// ${name}.
Result<std::string> with_parameters(std::string_view text, const Parameters& values,
                                    const std::string& file);

}  // namespace inferlab::labs
