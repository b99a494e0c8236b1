#include "labs/report/sarif_parts.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "labs/report/escape.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr const char* kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

}  // namespace

Value sarif_message(std::string_view text) {
  std::string out;
  for (const char c : for_terminal(text, /*multiline=*/true)) {
    if (c == '(' && out.ends_with(']')) out += ' ';
    out += c;
    if (c == '{' || c == '}') out += c;
  }
  return Value::object({{"text", out}});
}

std::string sarif_uri(const std::string& path) {
  const std::string normal = std::filesystem::path(path).lexically_normal().generic_string();
  std::string out = normal.starts_with('/') ? "file://" : "";
  for (const char c : normal) {
    // Whatever is not unreserved is encoded, ':' too, so that no first folder is taken for a
    // scheme.
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~' || c == '/';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string sarif_log(SarifRun run) {
  Value::Array notes;
  for (const std::string& note : run.notes) {
    notes.push_back(Value::object({{"level", "note"}, {"message", sarif_message(note)}}));
  }
  const Value invocation =
      Value::object({{"executionSuccessful", true},
                     {"toolExecutionNotifications", Value::array(std::move(notes))}});
  Value::Object driver = {{"name", "inferlab"}, {"rules", Value::array(std::move(run.rules))}};
  if (!run.version.empty()) driver.push_back({"semanticVersion", run.version});
  const Value whole =
      Value::object({{"tool", Value::object({{"driver", Value::object(std::move(driver))}})},
                     {"columnKind", "unicodeCodePoints"},
                     {"invocations", Value::array({invocation})},
                     {"results", Value::array(std::move(run.results))}});
  return sim::to_json(
             Value::object(
                 {{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Value::array({whole})}}),
             2) +
         "\n";
}

}  // namespace inferlab::labs
