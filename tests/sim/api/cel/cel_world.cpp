#include "tests/sim/api/cel/cel_world.h"

#include <fmt/format.h>

#include "sim/api/json.h"

namespace inferlab::sim::cel {

namespace {

using Kind = Val::Kind;

std::string quoted(std::string_view text) {
  return to_json(Value(text));
}

// Bytes outside of ASCII as \x escapes.
std::string quoted_bytes(std::string_view bytes) {
  std::string out = "b\"";
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    out += code >= 0x20 && code < 0x7F ? std::string(1, c) : fmt::format("\\x{:02x}", code);
  }
  return out + '"';
}

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

class CelWorld final : public testing::GoldenWorld {
 public:
  std::string run(const testing::GoldenCommand& command) override {
    const std::string name = command.get("name");
    if (command.name == "schema") {
      const Result<Value> schema = parse_json(command.text);
      if (!schema) return schema.error().message + "\n";
      const std::optional<Type> type =
          schema_type(*schema, command.get("as", name), command.get("root") == "true");
      if (!type) return "no type\n";
      environment_.variables.emplace_back(name, *type);
      return {};
    }
    if (command.name == "dyn") {
      environment_.variables.emplace_back(name, Type());
      return {};
    }
    if (command.name == "stored") {
      environment_.two_variable_macros = true;
      return {};
    }
    if (command.name == "value") return bind(name, command.text);
    if (command.name == "eval") return evaluate(trimmed(command.text));
    if (command.name == "type") {
      const Result<Program> program = compile(trimmed(command.text), environment_);
      return (program ? program->result_type().str() : program.error().message) + "\n";
    }
    return "unknown command " + command.name + "\n";
  }

 private:
  std::string bind(const std::string& name, const std::string& text) {
    const Result<Value> value = parse_json(text);
    if (!value) return value.error().message + "\n";
    for (const auto& [variable, type] : environment_.variables) {
      if (variable != name) continue;
      bindings_.set(name, from_value(*value, type));
      return {};
    }
    return "no variable " + name + "\n";
  }

  std::string evaluate(const std::string& text) {
    const Result<Program> program = compile(text, environment_);
    if (!program) {
      const std::string& hint = program.error().hint;
      return program.error().message + (hint.empty() ? "" : "\nhint: " + hint) + "\n";
    }
    Budget budget;
    const Result<Val> val = program->evaluate(bindings_, budget);
    return fmt::format("{}  (cost {})\n", val ? show(*val) : "error: " + val.error().message,
                       kPerRequestLimit - budget.left);
  }

  Environment environment_;
  Bindings bindings_;
};

}  // namespace

std::string show(const Val& val) {
  switch (val.kind()) {
    case Kind::kUint:
      return val.text() + "u";
    case Kind::kString:
      return quoted(val.as_string());
    case Kind::kBytes:
      return quoted_bytes(val.as_bytes());
    case Kind::kTimestamp:
      return "timestamp(" + quoted(val.text()) + ")";
    case Kind::kDuration:
      return "duration(" + quoted(val.text()) + ")";
    case Kind::kList: {
      std::string out = "[";
      for (std::size_t i = 0; i < val.as_list().size(); ++i) {
        out += (i > 0 ? ", " : "") + show(val.as_list().at(i));
      }
      return out + "]";
    }
    case Kind::kMap: {
      std::string out = "{";
      for (std::size_t i = 0; i < val.as_map().size(); ++i) {
        out += (i > 0 ? ", " : "") + show(val.as_map().key_at(i)) + ": " +
               show(val.as_map().value_at(i));
      }
      return out + "}";
    }
    case Kind::kOptional:
      if (val.as_optional() == nullptr) return "optional.none()";
      return "optional.of(" + show(*val.as_optional()) + ")";
    case Kind::kOpaque:
      return std::string(val.as_opaque().type_name()) + "(" + val.text() + ")";
    case Kind::kDouble: {
      // A whole one keeps its point, so that it is told from an int.
      const std::string text = val.text();
      return text.find_first_of(".eIN") == std::string::npos ? text + ".0" : text;
    }
    default:
      return val.text();
  }
}

std::string outcome(const std::string& text, const Environment& environment,
                    const Bindings& bindings) {
  const Result<Program> program = compile(text, environment);
  if (!program) {
    // The first line says what; the golden cases look at the rest.
    const std::string& message = program.error().message;
    const std::size_t start = message.rfind("ERROR: <input>:", message.find('\n'));
    return "error: " +
           message.substr(start == std::string::npos ? 0 : start,
                          message.find('\n') - (start == std::string::npos ? 0 : start));
  }
  Budget budget;
  const Result<Val> val = program->evaluate(bindings, budget);
  return val ? show(*val) : "error: " + val.error().message;
}

std::unique_ptr<testing::GoldenWorld> make_cel_world() {
  return std::make_unique<CelWorld>();
}

}  // namespace inferlab::sim::cel
