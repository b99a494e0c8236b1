#include "engine/structured/compile.h"

#include <fmt/format.h>

#include "engine/structured/effort.h"
#include "engine/structured/gbnf.h"
#include "engine/structured/pattern.h"
#include "engine/structured/schema_compiler.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab::structured {
namespace {

constexpr std::uint64_t kMaxEffort = 30'000'000;
constexpr std::size_t kMaxChoices = 10'000;
constexpr std::size_t kMaxChoiceBytes = std::size_t{1} << 20;

Result<Network> compile_regex(const StructuredSpec& spec, std::size_t max_states, Effort& effort) {
  NetworkBuilder builder(max_states);
  const RuleId root = builder.add_rule();
  INFERLAB_TRY(const StateId end,
               append_pattern(builder, builder.start_of(root), spec.text, MatchKind::kWhole,
                              /*in_json=*/false, spec.place, effort));
  builder.set_accepting(end);
  return builder.finish(root, spec.place);
}

Result<Network> compile_choice(const StructuredSpec& spec, std::size_t max_states) {
  std::size_t bytes = 0;
  for (const std::string& choice : spec.choices) {
    bytes += choice.size();
    if (is_valid_utf8(choice)) continue;
    return Error{ErrorKind::kInvalid, fmt::format("{}: a choice is not UTF-8", spec.place)};
  }
  if (spec.choices.empty() || spec.choices.size() > kMaxChoices || bytes > kMaxChoiceBytes) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: has {} choices of {} bytes together", spec.place,
                             spec.choices.size(), bytes),
                 fmt::format("1 to {} choices, at most {} bytes", kMaxChoices, kMaxChoiceBytes)};
  }
  NetworkBuilder builder(max_states);
  const RuleId root = builder.add_rule();
  builder.set_accepting(
      builder.append_dfa(builder.start_of(root), CharDfa::of_texts(spec.choices)));
  return builder.finish(root, spec.place);
}

}  // namespace

Result<Network> compile_network(const StructuredSpec& spec, std::size_t max_states) {
  Effort effort(kMaxEffort);
  switch (spec.kind) {
    case StructuredSpec::Kind::kJsonSchema:
      return compile_schema(spec.text, spec.any_whitespace, spec.place, max_states, effort);
    case StructuredSpec::Kind::kJsonObject:
      return compile_schema(R"({"type": "object"})", spec.any_whitespace, spec.place, max_states,
                            effort);
    case StructuredSpec::Kind::kRegex:
      return compile_regex(spec, max_states, effort);
    case StructuredSpec::Kind::kChoice:
      return compile_choice(spec, max_states);
    case StructuredSpec::Kind::kGrammar:
      return compile_gbnf(spec.text, spec.place, max_states);
  }
  return Error{ErrorKind::kInvalid, fmt::format("{}: of an unknown kind", spec.place)};
}

}  // namespace inferlab::structured
