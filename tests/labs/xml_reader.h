#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

struct XmlElement {
  std::string name, parent;
  std::map<std::string, std::string> attributes;
  std::string text;  // right behind its start, as it is written
};

/// The elements of XML as our formats write it: no comments, no CDATA, double quotes, and
/// `prologue` before them. Fails the test on anything else.
std::vector<XmlElement> read_xml(
    std::string_view text,
    std::string_view prologue = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
