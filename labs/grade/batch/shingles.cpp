#include "labs/grade/batch/shingles.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "sim/api/json.h"
#include "sim/api/yaml.h"

namespace inferlab::labs::batch {
namespace {

using sim::Value;

constexpr std::size_t kWords = 4;
constexpr sim::YamlLimits kYamlLimits = {.max_bytes = std::size_t{1} << 20, .max_documents = 200};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// `text` with each whole word or phrase that is the value of a parameter as the parameter's name.
std::string masked(std::string text, const ParameterValues& parameters) {
  for (const auto& [name, value] : parameters) {
    if (value.empty() || text.find(value) == std::string::npos) continue;
    const std::string mark = "${" + name + "}";
    // Beside each other: a value in its place would move the rest of a long text each time.
    std::string out;
    std::size_t done = 0;
    for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at)) {
      const std::size_t end = at + value.size();
      const bool whole = (at == 0 || !is_word(text[at - 1]) || !is_word(value.front())) &&
                         (end == text.size() || !is_word(text[end]) || !is_word(value.back()));
      out.append(text, done, at - done);
      out += whole ? mark : value;
      done = at = end;
    }
    text = out.append(text, done);
  }
  return text;
}

Shingles in_order(Shingles shingles) {
  std::sort(shingles.begin(), shingles.end());
  shingles.erase(std::unique(shingles.begin(), shingles.end()), shingles.end());
  if (shingles.size() > kMaxShingles) shingles.resize(kMaxShingles);
  return shingles;
}

class Reader {
 public:
  explicit Reader(const ParameterValues& parameters) : parameters_(parameters) {}

  void read(const Value& document) {
    words_.clear();
    // So that a document of few words has shingles too.
    for (std::size_t i = 1; i < kWords; ++i) words_.push_back(0);
    walk(document);
  }
  Shingles take() { return in_order(std::move(out_)); }

 private:
  void walk(const Value& value) {
    if (value.is_object()) {
      for (const Value::Member& member : value.members()) {
        word(member.key);
        walk(member.value);
      }
    } else if (value.is_array()) {
      word("[");
      for (const Value& item : value.items()) walk(item);
      word("]");
    } else if (value.is_string()) {
      word(value.as_string());
    } else {
      word(sim::to_json(value));
    }
  }

  void word(std::string_view text) {
    words_.push_back(hash_of(masked(std::string(text), parameters_)));
    RunHash hash;
    for (std::size_t i = words_.size() - kWords; i < words_.size(); ++i) hash.add(words_[i]);
    out_.push_back(hash.digest() >> 1);
  }

  const ParameterValues& parameters_;
  std::vector<std::uint64_t> words_;
  Shingles out_;
};

}  // namespace

Shingles shingles_of(const std::vector<SubmissionFile>& files, const ParameterValues& parameters) {
  Reader reader(parameters);
  for (const SubmissionFile& file : files) {
    const auto documents = sim::parse_yaml(file.text, file.name, kYamlLimits);
    if (!documents) continue;
    for (const sim::YamlDocument& document : *documents) reader.read(document.value);
  }
  return reader.take();
}

Likeness likeness_of(const std::vector<SubmissionFile>& files,
                     const std::vector<SubmissionFile>& starter,
                     const ParameterValues& parameters) {
  return {.answer = without(shingles_of(files, parameters), shingles_of(starter, parameters)),
          .text = shingles_of(files, {}),
          .starter = shingles_of(starter, {})};
}

Value to_value(const Likeness& likeness) {
  const auto list = [](const Shingles& shingles) {
    Value::Array out;
    for (const std::uint64_t one : shingles) out.push_back(static_cast<std::int64_t>(one));
    return Value::array(std::move(out));
  };
  return Value::object({{"answer", list(likeness.answer)},
                        {"text", list(likeness.text)},
                        {"starter", list(likeness.starter)}});
}

Likeness likeness_from(const Value& value) {
  const auto shingles = [](const Value& list) {
    Shingles out;
    for (const Value& one : list.items()) out.push_back(static_cast<std::uint64_t>(one.as_int()));
    return in_order(std::move(out));  // a file may have been changed
  };
  return {.answer = shingles(value["answer"]),
          .text = shingles(value["text"]),
          .starter = shingles(value["starter"])};
}

Shingles without(const Shingles& shingles, const Shingles& others) {
  Shingles out;
  std::set_difference(shingles.begin(), shingles.end(), others.begin(), others.end(),
                      std::back_inserter(out));
  return out;
}

}  // namespace inferlab::labs::batch
