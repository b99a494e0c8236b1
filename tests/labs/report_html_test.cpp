// The page and the badge: well-formed, self-contained, and safe to open whoever was graded.
#include <openssl/sha.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "labs/report/error_report.h"
#include "labs/report/formats.h"
#include "labs/report/html_style.h"
#include "tests/labs/report_sample.h"
#include "tests/labs/xml_reader.h"

using namespace inferlab::labs;  // NOLINT

namespace {

constexpr const char* kHostile =
    "<script>alert(1)</script>\"'& ]]> <img src=x onerror=alert(1)> </style> javascript:alert(1)";

std::vector<XmlElement> page(const std::string& html) {
  return read_xml(html, "<!DOCTYPE html>\n");
}

std::string base64(const unsigned char* bytes, std::size_t size) {
  constexpr const char* kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < size; i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < size ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k <= size ? kLetters[group >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return out;
}

std::string text_of(const std::vector<XmlElement>& elements, const std::string& name) {
  const auto found = std::find_if(elements.begin(), elements.end(),
                                  [&](const XmlElement& element) { return element.name == name; });
  REQUIRE(found != elements.end());
  return found->text;
}

// Nothing is loaded, run, or sent, and no style stands outside the style sheet.
void check_self_contained(const std::vector<XmlElement>& elements) {
  const std::vector<std::string> foreign = {
      "script", "link", "img",   "iframe", "object",        "embed", "form",    "input", "base",
      "image",  "use",  "video", "audio",  "foreignObject", "a",     "animate", "set"};
  for (const XmlElement& element : elements) {
    INFO(element.name);
    CHECK(std::find(foreign.begin(), foreign.end(), element.name) == foreign.end());
    for (const auto& [name, value] : element.attributes) {
      INFO(name);
      CHECK_FALSE(name.starts_with("on"));
      CHECK(name != "style");
      CHECK(name != "src");
      CHECK(name.find("href") == std::string::npos);
    }
  }
}

}  // namespace

TEST_CASE("html: the page is well-formed and needs nothing from anywhere") {
  for (const Report& report : {report_sample(), report_full_of(kHostile), Report()}) {
    const std::string html = report_html(report);
    check_self_contained(page(html));
    CHECK(html.find("url(") == std::string::npos);
    CHECK(html.find("@import") == std::string::npos);
    CHECK(html.find("http://") == std::string::npos);
    CHECK(html.find("https://") == std::string::npos);
  }
  check_self_contained(
      page(error_html(kHostile, kHostile, {inferlab::ErrorKind::kInvalid, kHostile, kHostile})));
}

TEST_CASE("html: its content security policy lets in its own style sheet alone") {
  const std::vector<XmlElement> elements = page(report_html(report_sample()));
  CHECK(text_of(elements, "style") == kHtmlStyle);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(kHtmlStyle.data()), kHtmlStyle.size(), digest);
  CHECK(base64(digest, sizeof(digest)) == kHtmlStyleHash);
  const auto policy = std::find_if(elements.begin(), elements.end(), [](const XmlElement& element) {
    return element.attributes.count("http-equiv") != 0;
  });
  REQUIRE(policy != elements.end());
  CHECK(policy->attributes.at("content") == "default-src 'none'; style-src 'sha256-" +
                                                std::string(kHtmlStyleHash) +
                                                "'; base-uri 'none'; form-action 'none'");
}

TEST_CASE("html: says the verdict, the marks, what was seen and what was asked for") {
  Report report = report_sample();
  report.next_lab = "drain-without-outage";
  report.notes = {"one write was left out"};
  const std::string html = report_html(report);
  for (const char* words :
       {"✘ Not passed", "70<small> / 100 points</small>", "1 of 2 checks hold",
        "100 needed to pass", "Secure by default", "This lab asks nothing of it.", "the same image",
        "<span class=\"tag\">TRP-04</span>",
        "<code>inferlab lab hint vllm-inference what-moves</code>", "Time to first token",
        "node-down of node &lt;gpu-0&gt;", "inferlab lab start drain-without-outage",
        "one write was left out", "66 (2 used, -4)", "00000000000000bb"}) {
    INFO(words);
    CHECK(html.find(words) != std::string::npos);
  }
}

TEST_CASE("html: a check that another one blocks stands back") {
  Report report = report_sample();
  report.checks[1].blocked_by = "available";
  const std::string html = report_html(report);
  CHECK(html.find("✘ blocked") != std::string::npos);
  CHECK(html.find("the same image") == std::string::npos);
}

TEST_CASE("html: a line is broken where nothing was seen, and a lone value is a dot") {
  const std::string html = report_html(report_sample());
  const std::vector<XmlElement> elements = page(html);
  const auto line = std::find_if(elements.begin(), elements.end(), [](const XmlElement& each) {
    return each.name == "path" && each.parent == "svg" && each.attributes.at("class") == "l0" &&
           each.attributes.at("d").starts_with("M") && each.attributes.at("d") != "M1 4H21";
  });
  REQUIRE(line != elements.end());
  const std::string& path = line->attributes.at("d");
  CHECK(std::count(path.begin(), path.end(), 'M') == 2);
  CHECK(std::count(path.begin(), path.end(), 'L') == 1);
  CHECK(html.find("<circle class=\"d0\"") != std::string::npos);
}

TEST_CASE("badge: a small image that says its verdict in words") {
  const std::string failed = report_badge(report_sample());
  const std::vector<XmlElement> elements = read_xml(failed, "");
  check_self_contained(elements);
  CHECK(elements.front().name == "svg");
  CHECK(elements.front().attributes.at("height") == "20");
  CHECK(failed.find(">66/100 fail</text>") != std::string::npos);
  Report report = report_full_of(kHostile);
  report.passed = true;
  check_self_contained(read_xml(report_badge(report), ""));
  CHECK(report_badge(report).find(">66/100 pass</text>") != std::string::npos);
  read_xml(error_badge(kHostile), "");
}
