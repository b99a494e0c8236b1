// RFC 6902, with the error texts of github.com/evanphx/json-patch, which the API server passes on.
#include <charconv>
#include <optional>

#include "sim/api/json.h"
#include "sim/api/patch/merge_patch.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kMaxOperations = 10'000;

Error refused(std::string why) {
  return Error{ErrorKind::kInvalid, std::move(why)};
}

// "/spec/a~1b" is {"spec", "a/b"}.
std::vector<std::string> tokens_of(std::string_view pointer) {
  std::vector<std::string> out;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    std::string token;
    for (std::size_t i = 0; i < end; ++i) {
      if (pointer[i] == '~' && i + 1 < end && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
        token.push_back(pointer[++i] == '0' ? '~' : '/');
      } else {
        token.push_back(pointer[i]);
      }
    }
    out.push_back(std::move(token));
    pointer.remove_prefix(end);
  }
  return out;
}

std::optional<std::size_t> index_of(const std::string& token) {
  std::size_t index = 0;
  const char* end = token.data() + token.size();
  const auto read = std::from_chars(token.data(), end, index);
  if (read.ec != std::errc() || read.ptr != end || token.empty()) return std::nullopt;
  return index;
}

const Value* lookup(const Value& document, const std::vector<std::string>& path) {
  const Value* at = &document;
  for (const std::string& token : path) {
    if (at->is_array()) {
      const auto index = index_of(token);
      if (!index || *index >= at->size()) return nullptr;
      at = &at->items()[*index];
    } else {
      at = at->find(token);
      if (at == nullptr) return nullptr;
    }
  }
  return at;
}

enum class Edit : std::uint8_t { kAdd, kReplace, kRemove };

Result<Value> edited(const Value& at, std::span<const std::string> path, Edit edit,
                     const Value& value, const std::string& whole) {
  if (path.empty()) return value;
  const std::string& token = path.front();
  const std::string name = edit == Edit::kAdd       ? "add"
                           : edit == Edit::kReplace ? "replace"
                                                    : "remove";
  const auto missing = [&] {
    return refused(name + " operation does not apply: doc is missing " +
                   (path.size() == 1 ? "key: " : "path: ") + "\"" + whole + "\": missing value");
  };
  if (at.is_array()) {
    Value::Array items = at.items();
    const bool last = path.size() == 1;
    if (last && edit == Edit::kAdd && token == "-") {
      items.push_back(value);
      return Value::array(std::move(items));
    }
    const auto index = index_of(token);
    const std::size_t limit = items.size() + (last && edit == Edit::kAdd ? 1 : 0);
    if (!index || *index >= limit) {
      if (!last) return missing();
      return refused(name + " operation does not apply: doc is missing path: \"" + whole +
                     "\": invalid index referenced: " + token);
    }
    const auto position = items.begin() + static_cast<std::ptrdiff_t>(*index);
    if (!last) {
      INFERLAB_TRY(*position, edited(*position, path.subspan(1), edit, value, whole));
    } else if (edit == Edit::kAdd) {
      items.insert(position, value);
    } else if (edit == Edit::kReplace) {
      *position = value;
    } else {
      items.erase(position);
    }
    return Value::array(std::move(items));
  }
  if (!at.is_object()) return missing();
  if (path.size() == 1) {
    if (edit != Edit::kAdd && !at.has(token)) return missing();
    return edit == Edit::kRemove ? at.without(token) : at.with(token, value);
  }
  const Value* next = at.find(token);
  if (next == nullptr) return missing();
  INFERLAB_TRY(Value changed, edited(*next, path.subspan(1), edit, value, whole));
  return at.with(token, std::move(changed));
}

Result<Value> one_operation(const Value& document, const Value& operation) {
  const std::string op = operation["op"].str();
  const std::string path = operation["path"].str();
  const std::vector<std::string> tokens = tokens_of(path);
  const auto apply = [&](const Value& to, const std::vector<std::string>& where, Edit edit,
                         const Value& value, const std::string& whole) {
    return edited(to, where, edit, value, whole);
  };
  if (op == "add") return apply(document, tokens, Edit::kAdd, operation["value"], path);
  if (op == "replace") return apply(document, tokens, Edit::kReplace, operation["value"], path);
  if (op == "remove") return apply(document, tokens, Edit::kRemove, Value(), path);
  if (op == "test") {
    const Value* found = lookup(document, tokens);
    const Value& wanted = operation["value"];
    if (found != nullptr ? *found == wanted : wanted.is_null()) return document;
    return refused("testing value " + path + " failed: test failed");
  }
  if (op == "move" || op == "copy") {
    const std::string from = operation["from"].str();
    const std::vector<std::string> source = tokens_of(from);
    const Value* found = lookup(document, source);
    if (found == nullptr) {
      return refused(op + " operation does not apply: doc is missing from path: \"" + from +
                     "\": missing value");
    }
    const Value moved = *found;
    Value rest = document;
    if (op == "move") {
      INFERLAB_TRY(rest, edited(document, source, Edit::kRemove, Value(), from));
    }
    return apply(rest, tokens, Edit::kAdd, moved, path);
  }
  return refused("Unexpected kind: " + op);
}

}  // namespace

Result<Value> json_patch(const Value& target, const Value& patch) {
  if (patch.size() > kMaxOperations) {
    return refused("The allowed maximum operations in a JSON patch is 10000, got " +
                   std::to_string(patch.size()));
  }
  Value out = target;
  for (const Value& operation : patch.items()) {
    INFERLAB_TRY(out, one_operation(out, operation));
  }
  return out;
}

}  // namespace inferlab::sim
