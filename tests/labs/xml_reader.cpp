#include "tests/labs/xml_reader.h"

#include <catch2/catch.hpp>

namespace {

class XmlReader {
 public:
  XmlReader(std::string_view text, std::string_view prologue) : rest_(text) { expect(prologue); }

  std::vector<XmlElement> read() {
    while (!rest_.empty()) {
      if (rest_.starts_with("</")) {
        expect("</");
        REQUIRE_FALSE(open_.empty());
        expect(open_.back() + ">");
        open_.pop_back();
      } else {
        element();
      }
      const std::string text = until('<');
      if (!out_.empty() && out_.back().text.empty()) out_.back().text = text;
    }
    CHECK(open_.empty());
    return out_;
  }

 private:
  void expect(std::string_view word) {
    INFO("at: " << rest_.substr(0, 60));
    REQUIRE(rest_.substr(0, word.size()) == word);
    rest_.remove_prefix(word.size());
  }

  std::string until(char end) {
    std::string out(rest_.substr(0, rest_.find(end)));
    rest_.remove_prefix(out.size());
    CHECK(out.find('>') == std::string::npos);
    return out;
  }

  void element() {
    expect("<");
    XmlElement out;
    out.name = std::string(rest_.substr(0, rest_.find_first_of(" />")));
    rest_.remove_prefix(out.name.size());
    out.parent = open_.empty() ? "" : open_.back();
    while (rest_.starts_with(" ")) {
      expect(" ");
      const std::string name = until('=');
      expect("=\"");
      CHECK(out.attributes.emplace(name, until('"')).second);
      CHECK(out.attributes[name].find('<') == std::string::npos);
      expect("\"");
    }
    if (rest_.starts_with("/")) {
      expect("/>");
    } else {
      expect(">");
      open_.push_back(out.name);
    }
    out_.push_back(out);
  }

  std::string_view rest_;
  std::vector<std::string> open_;
  std::vector<XmlElement> out_;
};

}  // namespace

std::vector<XmlElement> read_xml(std::string_view text, std::string_view prologue) {
  return XmlReader(text, prologue).read();
}
