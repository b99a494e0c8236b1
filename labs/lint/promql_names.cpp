#include "labs/lint/promql_names.h"

#include <algorithm>
#include <cctype>

namespace inferlab::labs::lint {
namespace {

bool begins_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':';
}
bool is_of_name(char c) {
  return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
}

std::string lower(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Followed by a list of labels in parentheses.
bool takes_labels(std::string_view word) {
  constexpr std::string_view kWords[] = {"by",       "without",    "on",
                                         "ignoring", "group_left", "group_right"};
  return std::find(std::begin(kWords), std::end(kWords), lower(word)) != std::end(kWords);
}

bool is_keyword(std::string_view word) {
  constexpr std::string_view kWords[] = {"and",   "or",  "unless", "bool",  "offset",
                                         "atan2", "inf", "nan",    "start", "end"};
  return std::find(std::begin(kWords), std::end(kWords), lower(word)) != std::end(kWords);
}

// Walks a query once; every function leaves `at_` behind what it has read.
class Reader {
 public:
  explicit Reader(std::string_view query) : query_(query) {}

  std::vector<std::string> read() {
    while (at_ < query_.size()) {
      const char c = query_[at_];
      if (c == '"' || c == '\'' || c == '`') {
        string();
      } else if (c == '#') {
        at_ = std::min(query_.find('\n', at_), query_.size());
      } else if (c == '[') {
        at_ = std::min(query_.find(']', at_), query_.size());
      } else if (c == '{') {
        selector();
      } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
        while (at_ < query_.size() && (is_of_name(query_[at_]) || query_[at_] == '.')) ++at_;
      } else if (begins_name(c)) {
        word();
      } else {
        ++at_;
      }
    }
    return std::move(names_);
  }

 private:
  std::string string() {
    const char quote = query_[at_++];
    std::string out;
    while (at_ < query_.size() && query_[at_] != quote) {
      if (query_[at_] == '\\' && quote != '`' && at_ + 1 < query_.size()) ++at_;
      out += query_[at_++];
    }
    if (at_ < query_.size()) ++at_;
    return out;
  }

  void selector() {
    ++at_;
    std::string label;
    bool equals = false;
    while (at_ < query_.size() && query_[at_] != '}') {
      const char c = query_[at_];
      if (c == '"' || c == '\'' || c == '`') {
        const std::string value = string();
        // {"my.metric"} names it too, since Prometheus 3.
        if ((label == "__name__" && equals) || label.empty()) note(value);
        label.clear();
      } else if (begins_name(c)) {
        label.clear();
        while (at_ < query_.size() && is_of_name(query_[at_])) label += query_[at_++];
        skip_spaces();
        equals = query_.substr(at_, 1) == "=" && query_.substr(at_, 2) != "=~";
      } else {
        ++at_;
      }
    }
    if (at_ < query_.size()) ++at_;
  }

  void word() {
    const std::size_t begin = at_;
    while (at_ < query_.size() && is_of_name(query_[at_])) ++at_;
    const std::string_view name = query_.substr(begin, at_ - begin);
    skip_spaces();
    const bool opens = at_ < query_.size() && query_[at_] == '(';
    if (takes_labels(name)) {
      if (opens) at_ = std::min(query_.find(')', at_), query_.size());
      return;
    }
    // `sum by (pod) (…)`: an aggregation whose parenthesis comes later.
    std::size_t next = at_;
    while (next < query_.size() && is_of_name(query_[next])) ++next;
    const bool aggregates = takes_labels(query_.substr(at_, next - at_)) &&
                            lower(query_.substr(at_, next - at_)) != "on" &&
                            lower(query_.substr(at_, next - at_)) != "ignoring";
    if (opens || is_keyword(name) || (aggregates && is_aggregation(name))) return;
    note(std::string(name));
  }

  static bool is_aggregation(std::string_view word) {
    constexpr std::string_view kWords[] = {
        "sum",   "min",  "max",     "avg",      "group",  "stddev",      "stdvar",
        "count", "topk", "bottomk", "quantile", "limitk", "limit_ratio", "count_values"};
    return std::find(std::begin(kWords), std::end(kWords), lower(word)) != std::end(kWords);
  }

  void skip_spaces() {
    while (at_ < query_.size() && std::isspace(static_cast<unsigned char>(query_[at_])) != 0) {
      ++at_;
    }
  }

  void note(const std::string& name) {
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
  }

  std::string_view query_;
  std::size_t at_ = 0;
  std::vector<std::string> names_;
};

}  // namespace

std::vector<std::string> promql_names(std::string_view query) {
  return Reader(query).read();
}

}  // namespace inferlab::labs::lint
