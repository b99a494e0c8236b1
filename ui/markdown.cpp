#include "ui/markdown.h"

#include <imgui.h>
#include <md4c.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "ui/theme.h"

namespace inferlab::ui {
namespace {

// Draws while md4c walks the text: words flow into lines of the panel's width.
class Painter {
 public:
  int enter_block(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_H:
        level_ = static_cast<MD_BLOCK_H_DETAIL*>(detail)->level;
        gap(level_ <= 2 ? 8.0F : 4.0F);
        break;
      case MD_BLOCK_UL:
        lists_.push_back(0);
        break;
      case MD_BLOCK_OL:
        lists_.push_back(static_cast<int>(static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start));
        break;
      case MD_BLOCK_LI:
        begin_item();
        break;
      case MD_BLOCK_CODE:
        code_.clear();
        in_code_ = true;
        break;
      case MD_BLOCK_HR:
        ImGui::Separator();
        break;
      default:
        break;
    }
    return 0;
  }

  int leave_block(MD_BLOCKTYPE type) {
    switch (type) {
      case MD_BLOCK_H:
        end_line();
        level_ = 0;
        break;
      case MD_BLOCK_P:
        end_line();
        if (lists_.empty()) gap(5);
        break;
      case MD_BLOCK_LI:
        end_line();
        break;
      case MD_BLOCK_UL:
      case MD_BLOCK_OL:
        lists_.pop_back();
        if (lists_.empty()) gap(5);
        break;
      case MD_BLOCK_CODE:
        draw_code();
        break;
      default:
        break;
    }
    return 0;
  }

  int enter_span(MD_SPANTYPE type) {
    if (type == MD_SPAN_STRONG || type == MD_SPAN_EM) ++strong_;
    if (type == MD_SPAN_CODE) in_span_code_ = true;
    return 0;
  }
  int leave_span(MD_SPANTYPE type) {
    if (type == MD_SPAN_STRONG || type == MD_SPAN_EM) --strong_;
    if (type == MD_SPAN_CODE) in_span_code_ = false;
    return 0;
  }

  int text(MD_TEXTTYPE type, std::string_view text) {
    if (in_code_) {
      code_ += text;
    } else if (type == MD_TEXT_BR) {
      end_line();
    } else if (type == MD_TEXT_SOFTBR) {
      space_ = true;
    } else {
      flow(text);
    }
    return 0;
  }

 private:
  [[nodiscard]] float indent() const { return static_cast<float>(lists_.size()) * 18.0F; }
  static void gap(float height) { ImGui::Dummy({1, height}); }

  void begin_item() {
    end_line();
    marker_ = lists_.back() == 0 ? "•" : std::to_string(lists_.back()++) + ".";
  }

  ImFont* font() const {
    if (in_span_code_) return fonts().mono;
    if (level_ == 1) return fonts().title;
    return level_ > 1 || strong_ > 0 ? fonts().bold : fonts().body;
  }

  void flow(std::string_view text) {
    while (!text.empty()) {
      if (text.front() == ' ' || text.front() == '\n') {
        space_ = true;
        text.remove_prefix(1);
        continue;
      }
      const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
      word(text.substr(0, end));
      text.remove_prefix(end);
    }
  }

  void word(std::string_view text) {
    ImGui::PushFont(font());
    const char* end = text.data() + text.size();
    const ImVec2 size = ImGui::CalcTextSize(text.data(), end);
    const float gap_width = space_ && at_x_ > 0 ? ImGui::CalcTextSize(" ").x : 0;
    const float left = indent();
    if (at_x_ > 0 && left + at_x_ + gap_width + size.x > ImGui::GetContentRegionAvail().x) {
      ImGui::PopFont();
      end_line();
      ImGui::PushFont(font());
    }
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    ImDrawList& draw = *ImGui::GetWindowDrawList();
    if (!marker_.empty()) {
      draw.AddText({origin.x + left - 14, origin.y}, palette().dim, marker_.c_str());
      marker_.clear();
    }
    const float gap_now = at_x_ > 0 ? gap_width : 0;
    const ImVec2 at(origin.x + left + at_x_ + gap_now, origin.y);
    if (in_span_code_) {
      draw.AddRectFilled({at.x - 2, at.y}, {at.x + size.x + 2, at.y + size.y + 1}, palette().raised,
                         3);
    }
    draw.AddText(at, in_span_code_ ? palette().sky : palette().text, text.data(), end);
    at_x_ += gap_now + size.x;
    line_height_ = std::max(line_height_, size.y);
    space_ = false;
    ImGui::PopFont();
  }

  void end_line() {
    if (at_x_ > 0) ImGui::Dummy({indent() + at_x_, line_height_ - 1});
    at_x_ = 0;
    line_height_ = 0;
    space_ = false;
  }

  void draw_code() {
    in_code_ = false;
    while (!code_.empty() && code_.back() == '\n') code_.pop_back();
    ImGui::PushFont(fonts().mono);
    const ImVec2 size = ImGui::CalcTextSize(code_.c_str());
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    ImDrawList& draw = *ImGui::GetWindowDrawList();
    draw.AddRectFilled(at, {at.x + width, at.y + size.y + 14}, palette().ground, 5);
    ImGui::PushClipRect(at, {at.x + width, at.y + size.y + 14}, true);
    draw.AddText({at.x + 9, at.y + 7}, palette().text, code_.c_str());
    ImGui::PopClipRect();
    ImGui::Dummy({width, size.y + 16});
    ImGui::PopFont();
  }

  std::vector<int> lists_;  // 0: bullets, else the next number
  std::string marker_, code_;
  unsigned level_ = 0;
  int strong_ = 0;
  bool in_code_ = false, in_span_code_ = false, space_ = false;
  float at_x_ = 0, line_height_ = 0;
};

Painter& painter(void* user) {
  return *static_cast<Painter*>(user);
}

}  // namespace

void draw_markdown(const std::string& text) {
  Painter state;
  MD_PARSER parser{};
  parser.flags = MD_DIALECT_COMMONMARK | MD_FLAG_NOHTML;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* user) {
    return painter(user).enter_block(type, detail);
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void*, void* user) {
    return painter(user).leave_block(type);
  };
  parser.enter_span = [](MD_SPANTYPE type, void*, void* user) {
    return painter(user).enter_span(type);
  };
  parser.leave_span = [](MD_SPANTYPE type, void*, void* user) {
    return painter(user).leave_span(type);
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* part, MD_SIZE size, void* user) {
    return painter(user).text(type, std::string_view(part, size));
  };
  md_parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, &state);
}

}  // namespace inferlab::ui
