#include "engine/huggingface/tokenizer_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/printable.h"

namespace inferlab::huggingface {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::int64_t kMaxTokens = 1 << 24;
constexpr std::int64_t kMaxHoles = 1 << 16;  // ids without a token

/// Takes the vocabulary and the merges out of a document while it is read: as a tree of values
/// they would take ten times the room.
class Collector {
 public:
  std::vector<std::pair<std::string, std::int64_t>> vocab;  // {"TOKEN": ID}
  std::vector<std::pair<std::string, double>> pieces;       // [["TOKEN", SCORE]]
  std::vector<std::pair<std::string, std::string>> merges;
  bool too_deep = false;
  bool broken = false;  // a vocabulary or a merge of another form

  /// nlohmann's callback: false drops what was read.
  bool operator()(int depth, Json::parse_event_t event, Json& value) {
    using Event = Json::parse_event_t;
    if (depth > kMaxDepth) {
      too_deep = true;
      return false;
    }
    if (event == Event::key) return on_key(depth, value);
    if (place_ == Place::kElsewhere) return true;
    if (event == Event::value) return on_value(depth, value);
    if (depth == 2) {  // the container itself
      if (event == Event::array_end || event == Event::object_end) place_ = Place::kElsewhere;
      return true;
    }
    if (event == Event::array_end) {
      end_pair();
      return false;
    }
    if (event == Event::array_start && depth == 3) {
      text_count_ = 0;
      number_.reset();
      return true;
    }
    broken = true;
    return true;
  }

 private:
  enum class Place : std::uint8_t { kElsewhere, kVocab, kMerges };

  bool on_key(int depth, const Json& key) {
    const auto& name = key.get_ref<const std::string&>();
    if (depth == 1) {
      in_model_ = name == "model";
      place_ = Place::kElsewhere;
    } else if (depth == 2) {
      place_ = Place::kElsewhere;
      if (in_model_ && name == "vocab") place_ = Place::kVocab;
      if (in_model_ && name == "merges") place_ = Place::kMerges;
    } else if (depth == 3 && place_ == Place::kVocab) {
      key_ = name;
      return false;
    }
    return true;
  }

  bool on_value(int depth, Json& value) {
    if (depth == 2) {  // "vocab": null
      place_ = Place::kElsewhere;
      return true;
    }
    if (depth == 4) {
      pair_value(value);
      return false;
    }
    if (depth == 3 && place_ == Place::kVocab && value.is_number_integer()) {
      vocab.emplace_back(std::move(key_), integer_of(value).value_or(-1));
    } else if (depth == 3 && place_ == Place::kMerges && value.is_string()) {
      const auto& line = value.get_ref<const std::string&>();
      const std::size_t space = line.find(' ');
      if (space == std::string::npos) broken = true;
      if (space != std::string::npos) {
        merges.emplace_back(line.substr(0, space), line.substr(space + 1));
      }
    } else {
      broken = true;
    }
    return false;
  }

  void pair_value(Json& value) {
    if (value.is_string() && text_count_ < texts_.size()) {
      texts_[text_count_++] = value.get<std::string>();
    } else if (value.is_number() && !number_) {
      number_ = value.get<double>();
    } else {
      broken = true;
    }
  }

  void end_pair() {
    if (place_ == Place::kMerges && text_count_ == 2 && !number_) {
      merges.emplace_back(std::move(texts_[0]), std::move(texts_[1]));
    } else if (place_ == Place::kVocab && text_count_ == 1 && number_) {
      pieces.emplace_back(std::move(texts_[0]), *number_);
    } else {
      broken = true;
    }
  }

  bool in_model_ = false;
  Place place_ = Place::kElsewhere;
  std::string key_;
  std::array<std::string, 2> texts_;
  std::size_t text_count_ = 0;
  std::optional<double> number_;
};

Result<std::vector<AddedToken>> added_tokens(const Json& list) {
  std::vector<AddedToken> result;
  if (list.is_null()) return result;
  if (!list.is_array()) return refused("added_tokens", "is no list");
  for (const Json& entry : list) {
    const auto id = integer_of(member(entry, "id"));
    AddedToken token{.id = 0,
                     .text = text_of(entry, "content"),
                     .special = flag_of(entry, "special", false),
                     .normalized = flag_of(entry, "normalized", false),
                     .left_strip = flag_of(entry, "lstrip", false),
                     .right_strip = flag_of(entry, "rstrip", false),
                     .single_word = flag_of(entry, "single_word", false)};
    if (!id || *id < 0 || *id >= kMaxTokens || token.text.empty()) {
      return refused("added_tokens",
                     fmt::format("entry {} has no id or no content", result.size()));
    }
    token.id = static_cast<TokenId>(*id);
    result.push_back(std::move(token));
  }
  std::ranges::stable_sort(result, {}, &AddedToken::id);
  return result;
}

/// What BPE may carry that no file of ours can: refused by name.
Result<void> check_bpe(const Json& model) {
  const Json& dropout = member(model, "dropout");
  if (!dropout.is_null() && dropout != 0.0) return refused("model.dropout", "is not supported");
  for (const char* name : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!text_of(model, name).empty()) {
      return refused(fmt::format("model.{}", name), "is not supported for BPE");
    }
  }
  return {};
}

class Builder {
 public:
  Builder(TokenizerModel& model, Collector& collector) : m_(model), c_(collector) {}

  Result<void> run() {
    INFERLAB_TRY(m_.added, added_tokens(member(m_.rest, "added_tokens")));
    INFERLAB_TRY_VOID(type());
    INFERLAB_TRY_VOID(tokens());
    INFERLAB_TRY_VOID(merges());
    return unknown();
  }

 private:
  Result<void> type() {
    const Json& model = member(m_.rest, "model");
    std::string name = text_of(model, "type");
    // Files of the first years name none.
    if (name.empty()) name = member(model, "merges").is_array() ? "BPE" : "WordPiece";
    if (name == "BPE") {
      m_.type = TokenizerModel::Type::kBpe;
      INFERLAB_TRY_VOID(check_bpe(model));
    } else if (name == "WordPiece") {
      m_.type = TokenizerModel::Type::kWordPiece;
    } else if (name == "Unigram") {
      m_.type = TokenizerModel::Type::kUnigram;
    } else {
      return refused("model.type", fmt::format("{} is not supported", printable(name)));
    }
    const bool unigram = m_.type == TokenizerModel::Type::kUnigram;
    if (c_.broken || (unigram ? c_.pieces.empty() || !c_.vocab.empty()
                              : c_.vocab.empty() || !c_.pieces.empty())) {
      return refused("model.vocab", "is empty or of another form than the type's");
    }
    return {};
  }

  Result<void> tokens() {
    std::int64_t last = -1;
    for (const auto& [token, id] : c_.vocab) {
      if (id < 0 || id >= kMaxTokens) return refused("model.vocab", fmt::format("has id {}", id));
      last = std::max(last, id);
    }
    last = std::max(last, static_cast<std::int64_t>(c_.pieces.size()) - 1);
    if (!m_.added.empty()) last = std::max(last, std::int64_t{m_.added.back().id});
    const auto known =
        static_cast<std::int64_t>(c_.vocab.size() + c_.pieces.size() + m_.added.size());
    if (last >= kMaxTokens || last > known + kMaxHoles) {
      return refused("model.vocab", fmt::format("has {} tokens and an id {}", known, last));
    }
    const auto size = static_cast<std::size_t>(last + 1);
    m_.tokens.resize(size);
    m_.exists.resize(size);
    if (!c_.pieces.empty()) m_.scores.resize(size);
    for (auto& [token, id] : c_.vocab) {
      INFERLAB_TRY_VOID(put(static_cast<std::size_t>(id), std::move(token)));
    }
    for (std::size_t i = 0; i < c_.pieces.size(); ++i) {
      if (!std::isfinite(c_.pieces[i].second)) return refused("model.vocab", "a score is infinite");
      m_.scores[i] = static_cast<float>(c_.pieces[i].second);
      INFERLAB_TRY_VOID(put(i, std::move(c_.pieces[i].first)));
    }
    for (const AddedToken& token : m_.added) {
      const auto id = static_cast<std::size_t>(token.id);
      if (m_.exists[id] && m_.tokens[id] != token.text) {
        return refused("added_tokens", fmt::format("{} is spelled {} in the vocabulary", token.id,
                                                   printable(m_.tokens[id])));
      }
      if (!m_.exists[id]) INFERLAB_TRY_VOID(put(id, token.text));
    }
    m_.ids.reserve(size);
    for (std::size_t id = 0; id < size; ++id) {
      if (m_.exists[id]) m_.ids.emplace(m_.tokens[id], static_cast<TokenId>(id));
    }
    return {};
  }

  Result<void> put(std::size_t id, std::string token) {
    if (m_.exists[id]) return refused("model.vocab", fmt::format("has the id {} twice", id));
    m_.exists[id] = true;
    m_.tokens[id] = std::move(token);
    return {};
  }

  Result<void> merges() {
    m_.merges.reserve(c_.merges.size());
    for (auto& [left, right] : c_.merges) {
      // GGUF writes them with a space between.
      if (left.empty() || right.empty() || left.find(' ', 1) != std::string::npos) {
        return refused("model.merges",
                       fmt::format("entry {} cannot be written with a space", m_.merges.size()));
      }
      left += ' ';
      left += right;
      m_.merges.push_back(std::move(left));
    }
    return {};
  }

  Result<void> unknown() {
    const Json& model = member(m_.rest, "model");
    if (m_.type == TokenizerModel::Type::kUnigram) {
      const auto id = integer_of(member(model, "unk_id"));
      if (id && (*id < 0 || *id >= std::ssize(m_.tokens))) {
        return refused("model.unk_id", fmt::format("is {}", *id));
      }
      if (id) m_.unknown = static_cast<TokenId>(*id);
      return {};
    }
    const std::string token = text_of(model, "unk_token");
    if (token.empty()) return {};
    m_.unknown = m_.find(token);
    if (!m_.unknown) {
      return refused("model.unk_token", fmt::format("{} is no token", printable(token)));
    }
    return {};
  }

  TokenizerModel& m_;
  Collector& c_;
};

}  // namespace

const Json& member(const Json& object, std::string_view name) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

std::string text_of(const Json& object, std::string_view name) {
  const Json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool flag_of(const Json& object, std::string_view name, bool fallback) {
  const Json& value = member(object, name);
  return value.is_boolean() ? value.get<bool>() : fallback;
}

std::optional<std::int64_t> integer_of(const Json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  return value.get<std::int64_t>();
}

Error refused(std::string_view where, std::string_view why) {
  return Error{ErrorKind::kInvalid, fmt::format("tokenizer.json: {}: {}", where, why)};
}

namespace {

Result<Json> parse_with(std::string_view text, std::string_view file,
                        const Json::parser_callback_t& callback) {
  try {
    return Json::parse(text, callback);
  } catch (const Json::exception& problem) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: not JSON: {}", file, printable(problem.what(), 200))};
  }
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view file) {
  if (text.empty()) return Json::object();
  bool too_deep = false;
  INFERLAB_TRY(Json json, parse_with(text, file, [&](int depth, Json::parse_event_t, Json&) {
                 too_deep = too_deep || depth > kMaxDepth;
                 return depth <= kMaxDepth;
               }));
  if (too_deep || !json.is_object()) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: is no object of a sensible depth", file)};
  }
  return json;
}

Result<TokenizerModel> TokenizerModel::parse(std::string_view text) {
  TokenizerModel model;
  Collector collector;
  INFERLAB_TRY(model.rest, parse_with(text, "tokenizer.json", std::ref(collector)));
  if (collector.too_deep || !model.rest.is_object()) {
    return refused("the document", "is no object of a sensible depth");
  }
  INFERLAB_TRY_VOID(Builder(model, collector).run());
  return model;
}

std::optional<TokenId> TokenizerModel::find(const std::string& token) const {
  const auto found = ids.find(token);
  if (found == ids.end()) return std::nullopt;
  return found->second;
}

}  // namespace inferlab::huggingface
