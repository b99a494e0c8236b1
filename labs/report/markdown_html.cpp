#include "labs/report/markdown_html.h"

#include <fmt/format.h>
#include <md4c.h>

#include "labs/report/escape.h"

namespace inferlab::labs {
namespace {

class Writer {
 public:
  std::string out;

  int enter_block(MD_BLOCKTYPE type, void* detail) {
    out += fmt::format("<{}>", tag_of(type, detail));
    if (type == MD_BLOCK_CODE) out += "<code>";
    return 0;
  }
  int leave_block(MD_BLOCKTYPE type, void* detail) {
    if (type == MD_BLOCK_CODE) out += "</code>";
    out += fmt::format("</{}>\n", tag_of(type, detail));
    return 0;
  }
  int enter_span(MD_SPANTYPE type, void* detail) {
    if (type == MD_SPAN_A) {
      const auto* link = static_cast<MD_SPAN_A_DETAIL*>(detail);
      const std::string_view to(link->href.text, link->href.size);
      const bool leads =
          to.starts_with("https://") || to.starts_with("http://") || to.starts_with("#");
      out += leads ? fmt::format("<a href=\"{}\" rel=\"noreferrer\">", for_xml(to)) : "<a>";
    } else {
      out += fmt::format("<{}>", tag_of(type));
    }
    return 0;
  }
  int leave_span(MD_SPANTYPE type) {
    out += fmt::format("</{}>", type == MD_SPAN_A ? "a" : tag_of(type));
    return 0;
  }
  int text(MD_TEXTTYPE type, std::string_view text) {
    if (type == MD_TEXT_BR) {
      out += "<br/>";
    } else {
      out += for_xml(text);
    }
    return 0;
  }

 private:
  static std::string tag_of(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_H:
        // Headings of a text stand below those of the page.
        return fmt::format("h{}", std::min(6U, 2 + static_cast<MD_BLOCK_H_DETAIL*>(detail)->level));
      case MD_BLOCK_UL:
        return "ul";
      case MD_BLOCK_OL:
        return "ol";
      case MD_BLOCK_LI:
        return "li";
      case MD_BLOCK_CODE:
        return "pre";
      case MD_BLOCK_QUOTE:
        return "blockquote";
      case MD_BLOCK_P:
        return "p";
      default:
        return "div";
    }
  }
  static const char* tag_of(MD_SPANTYPE type) {
    switch (type) {
      case MD_SPAN_EM:
        return "em";
      case MD_SPAN_STRONG:
        return "strong";
      case MD_SPAN_CODE:
        return "code";
      default:
        return "span";
    }
  }
};

Writer& writer(void* data) {
  return *static_cast<Writer*>(data);
}

}  // namespace

std::string markdown_html(std::string_view markdown) {
  Writer out;
  MD_PARSER parser{};
  parser.flags = MD_FLAG_NOHTML | MD_FLAG_PERMISSIVEURLAUTOLINKS;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* data) {
    return type == MD_BLOCK_DOC ? 0 : writer(data).enter_block(type, detail);
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void* detail, void* data) {
    return type == MD_BLOCK_DOC ? 0 : writer(data).leave_block(type, detail);
  };
  parser.enter_span = [](MD_SPANTYPE type, void* detail, void* data) {
    return writer(data).enter_span(type, detail);
  };
  parser.leave_span = [](MD_SPANTYPE type, void* /*detail*/, void* data) {
    return writer(data).leave_span(type);
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* data) {
    return writer(data).text(type, {text, size});
  };
  md_parse(markdown.data(), static_cast<MD_SIZE>(markdown.size()), &parser, &out);
  return std::move(out.out);
}

std::string markdown_line(std::string_view markdown) {
  std::string out = markdown_html(markdown);
  while (out.ends_with('\n')) out.pop_back();
  if (out.starts_with("<p>") && out.ends_with("</p>") && out.find("<p>", 3) == std::string::npos) {
    out = out.substr(3, out.size() - 7);
  }
  return out;
}

}  // namespace inferlab::labs
