#include "sim/api/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "sim/api/base64.h"
#include "sim/api/json.h"
#include "sim/api/utf8.h"
#include "sim/api/yaml_scalar.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

struct Fault {
  Place place;
  std::string what, why, hint;
};

// A text with its aliases written out may be so many times as long as one without them.
constexpr std::size_t kExpansion = 2;

Place place_of(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

// Builds documents from the parser's events. Nodes are counted as they come, an alias as all that
// it stands for, so that a text can make no more than the limit, whatever it says. After a fault
// the rest of the events passes by unread.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(const YamlLimits& limits) : limits_(limits) {}

  std::vector<YamlDocument> documents;
  std::optional<Fault> fault;

  void OnDocumentStart(const YAML::Mark& mark) override {
    // yaml-cpp 0.7 takes a stray "," at the top for an empty document, without end.
    if (mark.pos == last_start_) {
      refuse(mark, "not valid YAML", "a value was expected here", "");
    }
    last_start_ = mark.pos;
    if (++started_ > limits_.max_documents) {
      refuse(mark, "too many documents", "there may be " + std::to_string(limits_.max_documents),
             "split the file");
    }
    document_ = {};
    has_root_ = false;
    anchors_.clear();
    frames_.clear();
    path_.clear();
  }
  void OnDocumentEnd() override {
    if (fault || !has_root_ || document_.value.is_null()) return;
    documents.push_back(std::move(document_));
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (open(mark)) add({.plain = true}, mark, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (!open(mark)) return;
    const auto it = anchors_.find(anchor);
    if (it == anchors_.end()) {
      refuse(mark, "alias", "it stands inside of what it refers to", "write the value out");
      return;
    }
    Node node = it->second;
    node.plain = false;
    if (frames_.size() + node.height > limits_.max_depth) return too_deep(mark);
    add(std::move(node), mark, 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (!open(mark)) return;
    Node node{.bytes = text.size(), .plain = tag == "?"};
    const std::string_view name = std::string_view(tag).starts_with(kTagPrefix)
                                      ? std::string_view(tag).substr(kTagPrefix.size())
                                      : std::string_view();
    if (tag == "?") {
      node.value = plain_yaml_scalar(text);
    } else if (name == "int" || name == "float" || name == "bool" || name == "null") {
      node.value = plain_yaml_scalar(text);
      const bool fits = name == "null"   ? node.value.is_null()
                        : name == "bool" ? node.value.is_bool()
                                         : node.value.is_number();
      if (!fits) {
        return refuse(mark, "!!" + std::string(name), "\"" + text + "\" is none",
                      "drop the tag or mend the value");
      }
    } else if (name == "binary") {
      auto bytes = from_base64(text);
      if (!bytes) return refuse(mark, "!!binary", "the value is not base64", "");
      node.value = Value(valid_utf8(*std::move(bytes)));
    } else {
      node.value = Value(text);
    }
    if (node.value.is_string()) node.value = Value(valid_utf8(node.value.str()));
    node.text = node.value.is_string() ? std::string() : text;
    add(std::move(node), mark, anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    start(mark, anchor, false);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    start(mark, anchor, true);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

 private:
  struct Node {
    Value value = {};
    std::size_t nodes = 1;
    std::size_t height = 0;  // 0 for scalars
    std::size_t bytes = 0;   // of its scalars
    bool plain = false;      // an unquoted scalar
    std::string text = {};   // of a scalar that is no string: what it says as a key
  };
  struct Frame {
    bool is_map = false;
    YAML::anchor_t anchor = 0;
    YAML::Mark mark;
    std::size_t path_length = 0;  // of the container itself
    std::size_t nodes = 1;
    std::size_t height = 0;
    std::size_t bytes = 0;
    Value::Array items;
    Value::Object members;
    std::vector<Value> merges;  // of "<<"
    std::optional<std::string> key;
    bool merging = false;
  };

  void refuse(const YAML::Mark& mark, std::string what, std::string why, std::string hint) {
    if (!fault) fault = Fault{place_of(mark), std::move(what), std::move(why), std::move(hint)};
  }
  void too_deep(const YAML::Mark& mark) {
    refuse(mark, "nesting", "it goes deeper than " + std::to_string(limits_.max_depth) + " levels",
           "flatten the document");
  }

  // True when events still count. Sets path_ to where the next node goes.
  bool open(const YAML::Mark& mark) {
    if (fault) return false;
    if (frames_.empty()) {
      document_.places.emplace("", place_of(mark));
      return true;
    }
    Frame& top = frames_.back();
    if (!top.is_map) {
      path_.resize(top.path_length);
      path_ += "[" + std::to_string(top.items.size()) + "]";
      note_place(mark);
    }
    return true;
  }

  // Keys may be long, and every place has them all: only paths that people write are kept.
  void note_place(const YAML::Mark& mark) {
    constexpr std::size_t kLongestPath = 512;
    if (path_.size() <= kLongestPath) document_.places.emplace(path_, place_of(mark));
  }

  bool wants_key() const {
    return !frames_.empty() && frames_.back().is_map && !frames_.back().key;
  }

  void start(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_map) {
    if (!open(mark)) return;
    if (wants_key()) {
      return refuse(mark, "key", "it is a list or a map",
                    "keys are plain words; quote a text that starts with { or [");
    }
    if (frames_.size() >= limits_.max_depth) return too_deep(mark);
    Frame frame;
    frame.is_map = is_map;
    frame.anchor = anchor;
    frame.mark = mark;
    frame.path_length = path_.size();
    frames_.push_back(std::move(frame));
  }

  void end() {
    if (fault) return;
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    path_.resize(frame.path_length);
    Node node;
    node.nodes = frame.nodes;
    node.height = frame.height + 1;
    node.bytes = frame.bytes;
    node.value = frame.is_map ? finish_map(frame) : Value::array(std::move(frame.items));
    add(std::move(node), frame.mark, frame.anchor);
  }

  Value finish_map(Frame& frame) {
    const std::size_t given = frame.members.size();
    std::vector<std::string> keys;
    for (const Value::Member& member : frame.members) keys.push_back(member.key);
    Value out = Value::object(std::move(frame.members));
    if (out.size() != given) {
      std::sort(keys.begin(), keys.end());
      for (std::size_t i = 1; i < keys.size(); ++i) {
        if (keys[i] == keys[i - 1]) document_.duplicates.push_back(path_ + "." + keys[i]);
      }
      document_.duplicates.erase(
          std::unique(document_.duplicates.begin(), document_.duplicates.end()),
          document_.duplicates.end());
    }
    if (frame.merges.empty()) return out;
    // Of two with one key the last one stays: first merges last, own members at the end.
    Value::Object all;
    for (auto merge = frame.merges.rbegin(); merge != frame.merges.rend(); ++merge) {
      all.insert(all.end(), merge->members().begin(), merge->members().end());
    }
    all.insert(all.end(), out.members().begin(), out.members().end());
    return Value::object(std::move(all));
  }

  void add(Node node, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    if (frames_.empty()) {
      total_ += node.nodes;
      total_bytes_ += node.bytes;
      document_.value = std::move(node.value);
      has_root_ = true;
      check_total(mark);
      return;
    }
    Frame& top = frames_.back();
    top.nodes += node.nodes;
    top.height = std::max(top.height, node.height);
    top.bytes += node.bytes;
    check_total(mark, top.nodes, top.bytes);
    if (fault) return;
    if (!top.is_map) {
      top.items.push_back(std::move(node.value));
      return;
    }
    if (!top.key) {
      if (node.value.is_array() || node.value.is_object()) {
        return refuse(mark, "key", "it is a list or a map", "keys are plain words");
      }
      top.merging = node.plain && node.value.is_string() && node.value.as_string() == "<<";
      top.key = key_text(node);
      path_.resize(top.path_length);
      path_ += "." + *top.key;
      note_place(mark);
      return;
    }
    if (top.merging) {
      take_merge(node.value, mark, top);
    } else {
      top.members.push_back({*top.key, std::move(node.value)});
    }
    top.key.reset();
    path_.resize(top.path_length);
  }

  // A key is a string: of a number or a bool, its canonical text.
  static std::string key_text(const Node& node) {
    if (node.value.is_string()) return node.value.str();
    return to_json(node.value);
  }

  void take_merge(const Value& value, const YAML::Mark& mark, Frame& top) {
    if (value.is_object()) {
      top.merges.push_back(value);
      return;
    }
    for (const Value& item : value.items()) {
      if (!item.is_object()) break;
      top.merges.push_back(item);
    }
    if (top.merges.size() < std::max<std::size_t>(value.size(), 1)) {
      refuse(mark, "<<", "map merge requires map or sequence of maps as the value", "");
    }
  }

  void check_total(const YAML::Mark& mark, std::size_t nodes = 0, std::size_t bytes = 0) {
    const auto too_much = [&](std::size_t most, const char* what) {
      refuse(mark, "size",
             "with its aliases written out it has more than " + std::to_string(most) + what,
             "write less, or use fewer aliases");
    };
    // Few aliases of a long text are as much as many of a short one.
    const std::size_t most_bytes = kExpansion * limits_.max_bytes;
    if (total_ + nodes > limits_.max_nodes) too_much(limits_.max_nodes, " values");
    if (total_bytes_ + bytes > most_bytes) too_much(most_bytes, " bytes");
  }

  const YamlLimits& limits_;
  YamlDocument document_;
  bool has_root_ = false;
  std::size_t started_ = 0;  // documents, empty ones too
  int last_start_ = -1;
  std::size_t total_ = 0, total_bytes_ = 0;  // of the documents before
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::string path_;
};

std::string hint_for(std::string_view text, const Place& place) {
  std::size_t start = 0;
  for (int line = 1; line < place.line && start < text.size(); ++line) {
    start = text.find('\n', start);
    if (start == std::string_view::npos) return {};
    ++start;
  }
  const std::string_view line = text.substr(start, text.find('\n', start) - start);
  const std::size_t first = line.find_first_not_of(' ');
  if (first != std::string_view::npos && line[first] == '\t')
    return "indent with spaces: YAML allows no tabs there";
  if (line.find(": ") != line.rfind(": ")) return "put a value that holds \": \" in quotes";
  return "look at the indentation and the quotes of this line and the one before";
}

Error error_at(std::string_view name, const Fault& fault) {
  return Error{ErrorKind::kInvalid,
               std::string(name) + ":" + std::to_string(fault.place.line) + ":" +
                   std::to_string(fault.place.column) + ": " + fault.what + ": " + fault.why,
               fault.hint};
}

}  // namespace

Place YamlDocument::place(std::string_view path) const {
  while (true) {
    const auto it = places.find(path);
    if (it != places.end()) return it->second;
    const std::size_t cut = path.find_last_of(".[");
    if (cut == std::string_view::npos) return {};
    path = path.substr(0, cut);
  }
}

Result<std::vector<YamlDocument>> parse_yaml(std::string_view text, std::string_view name,
                                             const YamlLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return error_at(name, {{1, 1},
                           "size",
                           "the text has " + std::to_string(text.size()) + " bytes, the limit is " +
                               std::to_string(limits.max_bytes),
                           "split the file"});
  }
  Builder builder(limits);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (!builder.fault && parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& e) {
    if (!builder.fault) {
      const Place place = e.mark.is_null() ? Place{1, 1} : place_of(e.mark);
      builder.fault = Fault{place, "not valid YAML", e.msg, hint_for(text, place)};
    }
  }
  if (builder.fault) return error_at(name, *builder.fault);
  return std::move(builder.documents);
}

}  // namespace inferlab::sim
