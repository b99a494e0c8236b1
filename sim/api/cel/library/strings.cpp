// Text: the standard functions and version 2 of cel-go's strings library, as Kubernetes has them.
// Places and lengths count code points. Source: CEL language definition; cel-go, "ext/strings".
#include <algorithm>

#include "sim/api/cel/overload.h"

namespace inferlab::sim::cel {

namespace {

using Characters = std::vector<std::string_view>;

// Each code point as the bytes it is written with.
Characters characters(std::string_view text) {
  Characters out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

std::string joined(const Characters& all, std::size_t first, std::size_t last) {
  std::string out;
  for (std::size_t i = first; i < last; ++i) out += all[i];
  return out;
}

Val out_of_range(std::int64_t index) {
  return Val::error("index out of range: " + std::to_string(index));
}

Val starts_with(Args args, Work& /*work*/) {
  return Val::boolean(args[0].as_string().starts_with(args[1].as_string()));
}
Val ends_with(Args args, Work& /*work*/) {
  return Val::boolean(args[0].as_string().ends_with(args[1].as_string()));
}
Val contains(Args args, Work& /*work*/) {
  return Val::boolean(args[0].as_string().find(args[1].as_string()) != std::string_view::npos);
}

Val char_at(Args args, Work& work) {
  const Characters all = characters(args[0].as_string());
  const std::int64_t index = args[1].as_int();
  if (index < 0 || index > static_cast<std::int64_t>(all.size())) return out_of_range(index);
  const auto at = static_cast<std::size_t>(index);
  return made_string(at == all.size() ? std::string() : std::string(all[at]), work);
}

Val index_of(Args args, Work& /*work*/) {
  const std::int64_t offset = args.size() > 2 ? args[2].as_int() : 0;
  if (args[1].as_string().empty()) return Val::integer(offset);
  if (offset < 0) return out_of_range(offset);
  const Characters all = characters(args[0].as_string());
  if (offset >= static_cast<std::int64_t>(all.size())) return Val::integer(-1);
  // Both are valid UTF-8, so a match of bytes begins where a character does.
  const char* start = all[static_cast<std::size_t>(offset)].data();
  const std::string_view rest(start, static_cast<std::size_t>(args[0].as_string().end() - start));
  const std::size_t found = rest.find(args[1].as_string());
  if (found == std::string_view::npos) return Val::integer(-1);
  return Val::integer(offset + static_cast<std::int64_t>(count_code_points(rest.substr(0, found))));
}

Val last_index_of(Args args, Work& /*work*/) {
  const Characters all = characters(args[0].as_string());
  const auto size = static_cast<std::int64_t>(all.size());
  const bool has_offset = args.size() > 2;
  if (args[1].as_string().empty()) return Val::integer(has_offset ? args[2].as_int() : size);
  const std::int64_t offset = has_offset ? args[2].as_int() : size - 1;
  if (offset < 0) return has_offset ? out_of_range(offset) : Val::integer(-1);
  if (offset >= size) return Val::integer(-1);
  const char* begin = args[0].as_string().data();
  const auto byte = static_cast<std::size_t>(all[static_cast<std::size_t>(offset)].data() - begin);
  const std::size_t found = args[0].as_string().rfind(args[1].as_string(), byte);
  if (found == std::string_view::npos) return Val::integer(-1);
  return Val::integer(
      static_cast<std::int64_t>(count_code_points(args[0].as_string().substr(0, found))));
}

template <char first, char last>
Val shift_case(Args args, Work& work) {
  std::string out(args[0].as_string());
  for (char& c : out) {
    if (c >= first && c <= last) c = static_cast<char>(c ^ 0x20);
  }
  return made_string(std::move(out), work);
}

Val replace(Args args, Work& work) {
  const std::string_view text = args[0].as_string();
  const std::string_view old_text = args[1].as_string();
  const std::string_view new_text = args[2].as_string();
  std::int64_t left = args.size() > 3 ? args[3].as_int() : -1;
  std::string out;
  std::size_t at = 0;
  // An empty text stands before every character and at the end.
  while (left != 0 && !work.spent()) {
    const std::size_t found = text.find(old_text, at);
    if (found == std::string_view::npos) break;
    const std::size_t copied = out.size();
    out += text.substr(at, found - at);
    out += new_text;
    at = found + old_text.size();
    if (old_text.empty()) {
      if (at >= text.size()) break;
      std::size_t next = at + 1;
      while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80U)
        ++next;
      out += text.substr(at, next - at);
      at = next;
    }
    work.bytes_left -= static_cast<std::int64_t>(out.size() - copied);
    --left;
  }
  out += text.substr(std::min(at, text.size()));
  return made_string(std::move(out), work);
}

Val split(Args args, Work& work) {
  const std::string_view text = args[0].as_string();
  const std::string_view separator = args[1].as_string();
  std::int64_t most = args.size() > 2 ? args[2].as_int() : -1;
  std::vector<Val> out;
  if (most == 0) return Val::list(std::move(out));
  if (separator.empty()) {
    const Characters all = characters(text);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool last = most > 0 && static_cast<std::int64_t>(out.size()) == most - 1;
      out.push_back(made_string(last ? joined(all, i, all.size()) : std::string(all[i]), work));
      if (last) break;
    }
    return made_list(std::move(out), work);
  }
  std::size_t at = 0;
  for (;;) {
    const bool last = most > 0 && static_cast<std::int64_t>(out.size()) == most - 1;
    const std::size_t found = last ? std::string_view::npos : text.find(separator, at);
    out.push_back(made_string(std::string(text.substr(at, found - at)), work));
    if (found == std::string_view::npos) return made_list(std::move(out), work);
    at = found + separator.size();
  }
}

Val substring(Args args, Work& work) {
  const Characters all = characters(args[0].as_string());
  const auto size = static_cast<std::int64_t>(all.size());
  const std::int64_t first = args[1].as_int();
  const std::int64_t last = args.size() > 2 ? args[2].as_int() : size;
  if (args.size() > 2 && first > last) {
    return Val::error("invalid substring range. start: " + std::to_string(first) +
                      ", end: " + std::to_string(last));
  }
  if (first < 0 || first > size) return out_of_range(first);
  if (last < 0 || last > size) return out_of_range(last);
  return made_string(joined(all, static_cast<std::size_t>(first), static_cast<std::size_t>(last)),
                     work);
}

bool is_space(std::string_view character) {
  // Unicode's White_Space property.
  static constexpr std::string_view kSpaces[] = {
      " ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\u0085", "\u00a0", "\u1680",
      "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
      "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};
  return std::find(std::begin(kSpaces), std::end(kSpaces), character) != std::end(kSpaces);
}

Val trim(Args args, Work& work) {
  const Characters all = characters(args[0].as_string());
  std::size_t first = 0, last = all.size();
  while (first < last && is_space(all[first])) ++first;
  while (last > first && is_space(all[last - 1])) --last;
  return made_string(joined(all, first, last), work);
}

Val join(Args args, Work& work) {
  const ListData& list = args[0].as_list();
  const std::string_view separator = args.size() > 1 ? args[1].as_string() : std::string_view();
  std::string out;
  for (std::size_t i = 0; i < list.size() && !work.spent(); ++i) {
    const Val item = list.at(i);
    if (!item.is(Val::Kind::kString)) return Val::error("join: invalid input: " + item.text());
    const std::size_t before = out.size();
    if (i > 0) out += separator;
    out += item.as_string();
    work.bytes_left -= static_cast<std::int64_t>(out.size() - before);
  }
  return Val::string(std::move(out));
}

Val quote(Args args, Work& work) {
  static constexpr std::string_view kPlain = "\a\b\f\n\r\t\v\\\"";
  static constexpr std::string_view kEscaped = "abfnrtv\\\"";
  std::string out = "\"";
  for (const char c : args[0].as_string()) {
    const std::size_t special = kPlain.find(c);
    if (special == std::string_view::npos) {
      out += c;
    } else {
      out += '\\';
      out += kEscaped[special];
    }
  }
  return made_string(out + '"', work);
}

constexpr auto kGlobal = LibraryRow::Form::kGlobal;
constexpr auto kMember = LibraryRow::Form::kMember;

constexpr LibraryRow kRows[] = {
    {"contains", kMember, "string, string -> bool", contains, Cost::kContains},
    {"endsWith", kMember, "string, string -> bool", ends_with, Cost::kTraverse},
    {"startsWith", kMember, "string, string -> bool", starts_with, Cost::kTraverse},
    {"charAt", kMember, "string, int -> string", char_at},
    {"indexOf", kMember, "string, string -> int", index_of, Cost::kItems},
    {"indexOf", kMember, "string, string, int -> int", index_of, Cost::kItems},
    {"lastIndexOf", kMember, "string, string -> int", last_index_of, Cost::kItems},
    {"lastIndexOf", kMember, "string, string, int -> int", last_index_of, Cost::kItems},
    {"lowerAscii", kMember, "string -> string", shift_case<'A', 'Z'>, Cost::kTraverse},
    {"upperAscii", kMember, "string -> string", shift_case<'a', 'z'>, Cost::kTraverse},
    {"replace", kMember, "string, string, string -> string", replace, Cost::kTraverseTwice},
    {"replace", kMember, "string, string, string, int -> string", replace, Cost::kTraverseTwice},
    {"split", kMember, "string, string -> list(string)", split, Cost::kTraverseTwice},
    {"split", kMember, "string, string, int -> list(string)", split, Cost::kTraverseTwice},
    {"substring", kMember, "string, int -> string", substring, Cost::kTraverse},
    {"substring", kMember, "string, int, int -> string", substring, Cost::kTraverse},
    {"trim", kMember, "string -> string", trim, Cost::kTraverse},
    {"join", kMember, "list(string) -> string", join, Cost::kWriteResult},
    {"join", kMember, "list(string), string -> string", join, Cost::kWriteResult},
    {"strings.quote", kGlobal, "string -> string", quote, Cost::kTraverse},
};

}  // namespace

Library string_library() {
  return kRows;
}

}  // namespace inferlab::sim::cel
