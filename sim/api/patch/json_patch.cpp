// RFC 6902, with the error texts of github.com/evanphx/json-patch, which the API server passes on.
#include <charconv>
#include <optional>

#include "sim/api/json.h"
#include "sim/api/patch/merge_patch.h"

namespace inferlab::sim {
namespace {

// Source: k8s.io/apiserver, maxJSONPatchOperations; server options, JSONPatchMaxCopyBytes.
constexpr std::size_t kMaxOperations = 10'000;
constexpr std::size_t kMaxCopiedBytes = std::size_t{3} << 20;

Error refused(std::string why) {
  return Error{ErrorKind::kInvalid, std::move(why)};
}

// "/spec/a~1b" is {"spec", "a/b"}; "" is {}, the whole document. nullopt: no pointer.
std::optional<std::vector<std::string>> tokens_of(std::string_view pointer) {
  std::vector<std::string> out;
  while (!pointer.empty()) {
    if (pointer.front() != '/') return std::nullopt;
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

// Below `bound`; -1 is the last one, as the library has it.
std::optional<std::size_t> index_of(const std::string& token, std::size_t bound) {
  std::int64_t index = 0;
  const char* end = token.data() + token.size();
  const auto read = std::from_chars(token.data(), end, index);
  if (read.ec != std::errc() || read.ptr != end || token.empty()) return std::nullopt;
  const auto limit = static_cast<std::int64_t>(bound);
  if (index < 0) index += limit;
  if (index < 0 || index >= limit) return std::nullopt;
  return static_cast<std::size_t>(index);
}

const Value* lookup(const Value& document, const std::vector<std::string>& path) {
  const Value* at = &document;
  for (const std::string& token : path) {
    if (at->is_array()) {
      const auto index = index_of(token, at->size());
      if (!index) return nullptr;
      at = &at->items()[*index];
    } else {
      at = at->find(token);
      if (at == nullptr) return nullptr;
    }
  }
  return at;
}

// Bytes of `value` as JSON, about; counts no further than `limit`. Copies share what they copy: a
// few of them can stand for more than any memory holds.
std::size_t size_up_to(const Value& value, std::size_t limit) {
  if (value.is_string()) return value.size() + 2;
  std::size_t bytes = value.is_null() || value.is_bool() || value.is_number() ? 4 : 2;
  for (const Value& item : value.items()) {
    if (bytes > limit) return bytes;
    bytes += size_up_to(item, limit - bytes) + 1;
  }
  for (const Value::Member& member : value.members()) {
    if (bytes > limit) return bytes;
    bytes += member.key.size() + 4 + size_up_to(member.value, limit - bytes);
  }
  return bytes;
}

bool deeper_than(const Value& value, std::size_t levels) {
  if (!value.is_array() && !value.is_object()) return false;
  if (levels == 0) return true;
  for (const Value& item : value.items()) {
    if (deeper_than(item, levels - 1)) return true;
  }
  for (const Value::Member& member : value.members()) {
    if (deeper_than(member.value, levels - 1)) return true;
  }
  return false;
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
    const auto index = index_of(token, items.size() + (last && edit == Edit::kAdd ? 1 : 0));
    if (!index) {
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

// What all operations of one patch share.
struct Budget {
  std::size_t copied_bytes = 0;
};

Result<Value> one_operation(const Value& document, const Value& operation, Budget& budget) {
  const std::string op = operation["op"].str();
  const std::string path = operation["path"].str();
  const auto tokens = tokens_of(path);
  const auto missing = [&](std::string_view what, const std::string& where) {
    return refused(op + " operation does not apply: doc is missing " + std::string(what) + ": \"" +
                   where + "\": missing value");
  };
  if (op == "test") {
    const Value* found = tokens ? lookup(document, *tokens) : nullptr;
    const Value& wanted = operation["value"];
    if (found != nullptr ? *found == wanted : wanted.is_null()) return document;
    return refused("testing value " + path + " failed: test failed");
  }
  if (op == "replace" && tokens && tokens->empty()) {
    const Value& whole = operation["value"];
    if (whole.is_object() || whole.is_array()) return whole;
    return refused("replace operation value must be object or array");
  }
  if (op != "add" && op != "replace" && op != "remove" && op != "move" && op != "copy") {
    return refused("Unexpected kind: " + op);
  }
  // Only replace and test know the document as a whole.
  if (!tokens || tokens->empty()) return missing("path", path);
  if (op == "add") return edited(document, *tokens, Edit::kAdd, operation["value"], path);
  if (op == "replace") return edited(document, *tokens, Edit::kReplace, operation["value"], path);
  if (op == "remove") return edited(document, *tokens, Edit::kRemove, Value(), path);
  const std::string from = operation["from"].str();
  const auto source = tokens_of(from);
  const Value* found = source && !source->empty() ? lookup(document, *source) : nullptr;
  if (found == nullptr) return missing("path", from);
  const Value moved = *found;
  Value rest = document;
  if (op == "move") {
    INFERLAB_TRY(rest, edited(document, *source, Edit::kRemove, Value(), from));
  } else {
    budget.copied_bytes += size_up_to(moved, kMaxCopiedBytes);
    if (budget.copied_bytes > kMaxCopiedBytes) {
      return refused("Unable to complete the copy, the accumulated size increase of copy is " +
                     std::to_string(budget.copied_bytes) + ", exceeding the limit " +
                     std::to_string(kMaxCopiedBytes));
    }
  }
  return edited(rest, *tokens, Edit::kAdd, moved, path);
}

}  // namespace

Result<Value> json_patch(const Value& target, const Value& patch) {
  if (patch.size() > kMaxOperations) {
    return Error{ErrorKind::kExhausted,
                 "The allowed maximum operations in a JSON patch is 10000, got " +
                     std::to_string(patch.size())};
  }
  Value out = target;
  Budget budget;
  for (const Value& operation : patch.items()) {
    INFERLAB_TRY(out, one_operation(out, operation, budget));
  }
  // Moves nest a document deeper than anything that was sent.
  if (deeper_than(out, JsonLimits{}.max_depth)) return refused("json: exceeded max depth");
  return out;
}

}  // namespace inferlab::sim
