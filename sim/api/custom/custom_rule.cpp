#include "sim/api/custom/custom_rule.h"

#include "sim/api/custom/rule_path.h"
#include "sim/api/go_space.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kInstantiation = "program instantiation failed: ";

cel::Environment environment_of(const CustomRule& rule, const cel::Type& self, bool stored) {
  cel::Environment out;
  out.variables = {{"self", self},
                   {"oldSelf", rule.optional_old_self ? cel::Type::optional(self) : self}};
  out.two_variable_macros = stored;
  return out;
}

void compile_message(CustomRule& rule, const cel::Environment& environment) {
  auto program = cel::compile(rule.message_expression, environment);
  if (!program) {
    const std::string& why = program.error().message;
    rule.message_error = why.starts_with(kInstantiation)
                             ? "messageExpression " + why.substr(std::string("program ").size())
                             : "messageExpression " + why;
    return;
  }
  if (program->result_type().kind() != cel::Type::Kind::kString) {
    rule.message_error = "messageExpression must evaluate to a string";
    return;
  }
  rule.message_program = *std::move(program);
}

}  // namespace

CustomRule compile_rule(const Value& entry, const Value& schema, const cel::Type& self,
                        StoredExpressions stored) {
  CustomRule out;
  out.rule = go_trimmed(entry["rule"].as_string());
  out.message = go_trimmed(entry["message"].as_string());
  out.message_expression = entry["messageExpression"].str();
  out.reason = entry["reason"].str();
  out.optional_old_self = entry["optionalOldSelf"].as_bool();
  if (out.rule.empty()) return out;
  // As it was written: error texts point into it.
  auto program = cel::compile(entry["rule"].as_string(), environment_of(out, self, stored.rule));
  if (!program) {
    out.error = program.error().message;
    return out;
  }
  if (program->result_type().kind() != cel::Type::Kind::kBool) {
    out.error = "cel expression must evaluate to a bool";
    return out;
  }
  out.program = *std::move(program);
  out.uses_old_self = out.program->uses("oldSelf");
  if (!out.message_expression.empty())
    compile_message(out, environment_of(out, self, stored.message));
  if (const Value& path = entry["fieldPath"]; !path.empty())
    out.field_path = rule_field_path(path.as_string(), schema).value_or("");
  return out;
}

}  // namespace inferlab::sim
