#include "labs/report/wrap.h"

#include <algorithm>
#include <vector>

namespace inferlab::labs {

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string pad(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t used = display_width(text);
  if (used < width) out.append(width - used, ' ');
  return out;
}

std::string cut(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t end = 0;
  std::size_t used = 0;
  while (end < text.size()) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (begins && ++used == width) break;
    ++end;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  bool line_start = true;
  while (!text.empty()) {
    if (text.front() == '\n') {
      out += '\n';
      text.remove_prefix(1);
      if (!text.empty() && text.front() != '\n') out.append(indent, ' ');
      column = indent;
      line_start = true;
      continue;
    }
    const std::size_t spaces = std::min(text.find_first_not_of(' '), text.size());
    const std::size_t end = std::min(text.find_first_of(" \n", spaces), text.size());
    const std::string_view word = text.substr(spaces, end - spaces);
    const std::size_t word_width = display_width(word);
    if (!line_start && column + spaces + word_width > width) {
      out += '\n';
      out.append(indent, ' ');
      out += word;
      column = indent + word_width;
    } else {
      out.append(spaces, ' ');  // at the start of a line they are the author's own indent
      out += word;
      column += spaces + word_width;
    }
    line_start = false;
    text.remove_prefix(end);
  }
  return out;
}

namespace {

std::size_t spaces_before(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// "- " or "12. ", with what stands before it; 0: the line begins no item.
std::size_t mark_size(std::string_view line) {
  std::size_t at = spaces_before(line);
  const std::size_t begin = at;
  while (at < line.size() && line[at] >= '0' && line[at] <= '9') ++at;
  const bool is_number = at > begin && at < line.size() && line[at] == '.';
  const bool is_bullet = at == begin && at < line.size() && (line[at] == '-' || line[at] == '*');
  if (!is_number && !is_bullet) return 0;
  return at + 1 < line.size() && line[at + 1] == ' ' ? at + 2 : 0;
}

/// The lines of a text as whole paragraphs, items and lines of code.
struct Block {
  std::string text;
  std::size_t hang = 0;  // of an item: its mark's columns
  bool is_code = false;
};

std::vector<Block> blocks_of(std::string_view text) {
  constexpr std::size_t kCode = 4;  // columns that make a line code, outside of lists
  std::vector<Block> out;
  bool fenced = false, open = false;  // open: the next line may go on with the last block
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t indent = spaces_before(line);
    const bool is_fence = line.substr(indent).starts_with("```");
    // What stands in indented code like an item is none.
    const bool in_code = !out.empty() && out.back().is_code && indent >= kCode &&
                         indent < line.size() && spaces_before(out.back().text) >= kCode &&
                         spaces_before(out.back().text) < out.back().text.size();
    const std::size_t mark = fenced || in_code ? 0 : mark_size(line);
    if (fenced || is_fence || line.substr(indent).empty() || line.starts_with('#') ||
        line.starts_with('|') || (mark == 0 && !open && indent >= kCode)) {
      if (is_fence) fenced = !fenced;
      out.push_back({std::string(line), 0, true});
      open = false;
    } else if (mark > 0 || !open) {
      out.push_back({std::string(line), mark, false});
      open = true;
    } else {
      out.back().text += " " + std::string(line.substr(indent));
    }
  }
  return out;
}

}  // namespace

std::string wrap_markdown(std::string_view text, std::size_t width, std::size_t indent) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::string out;
  for (const Block& block : blocks_of(text)) {
    if (!out.empty()) out += '\n';
    if (!out.empty() && !block.text.empty()) out.append(indent, ' ');
    if (block.is_code) {
      out += block.text;
      continue;
    }
    const std::string_view all = block.text;
    out += all.substr(0, block.hang);
    out += wrap(all.substr(block.hang), width, indent + block.hang);
  }
  return out;
}

}  // namespace inferlab::labs
