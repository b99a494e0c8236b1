#include "labs/grade/batch/csv.h"

#include <fmt/format.h>

#include "labs/report/escape.h"

namespace inferlab::labs::batch {

std::string csv_field(std::string_view text) {
  std::string shown = for_terminal(text);
  constexpr std::string_view kFormula = "=+-@";
  if (!shown.empty() && kFormula.find(shown.front()) != std::string_view::npos) {
    shown.insert(shown.begin(), '\'');
  }
  if (shown.find_first_of(",\"") == std::string::npos) return shown;
  std::string out = "\"";
  for (const char c : shown) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

Result<std::vector<std::vector<std::string>>> read_csv(std::string_view text,
                                                       std::string_view name) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // spreadsheets write it
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<std::vector<std::string>> out;
  std::vector<std::string> record(1);
  bool quoted = false, closed = false;
  int line = 1;
  const auto error = [&](std::string_view why) {
    return Error{ErrorKind::kInvalid, fmt::format("{}:{}: {}", name, line, why)};
  };
  const auto end_record = [&] {
    if (record.size() > 1 || !record.front().empty()) out.push_back(std::move(record));
    record = {std::string()};
    closed = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c != '"') {
        record.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        record.back() += text[++i];
      } else {
        quoted = false;
        closed = true;
      }
    } else if (c == ',') {
      record.emplace_back();
      closed = false;
    } else if (c == '\n') {
      end_record();
    } else if (c == '\r' && (i + 1 == text.size() || text[i + 1] == '\n')) {
      continue;
    } else if (closed) {
      return error("a field goes on after its closing quote");
    } else if (c == '"' && record.back().empty()) {
      quoted = true;
    } else {
      record.back() += c;
    }
  }
  if (quoted) return error("a quote is not closed");
  end_record();
  return out;
}

}  // namespace inferlab::labs::batch
