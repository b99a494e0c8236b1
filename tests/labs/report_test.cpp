// The three formats of a report, with text of strangers in it, to the last byte.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "labs/report/error_report.h"
#include "labs/report/escape.h"
#include "labs/report/formats.h"
#include "labs/report/wrap.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "tests/labs/report_sample.h"

using namespace inferlab::labs;  // NOLINT

namespace {

void check_file(const std::string& name, const std::string& actual) {
  const std::string path = std::string(INFERLAB_SOURCE_DIR) + "/tests/labs/expected/" + name;
  if (std::getenv("INFERLAB_REWRITE") != nullptr) {
    REQUIRE(write_text_file(path, actual).has_value());
  }
  const auto expected = read_text_file(path, 1 << 20);
  REQUIRE(expected.has_value());
  CHECK(actual == *expected);
}

}  // namespace

TEST_CASE("report: text is aligned and shows foreign text without its control characters") {
  const std::string text = report_text(report_sample(), Style(false));
  CHECK(text.find('\x1b') == std::string::npos);
  check_file("report.txt", text);
}

TEST_CASE("report: colour is added around the same words") {
  std::string text = report_text(report_sample(), Style(true));
  CHECK(text.find("\x1b[31m✘ FAIL\x1b[0m") != std::string::npos);
  for (std::size_t at = text.find("\x1b["); at != std::string::npos; at = text.find("\x1b[")) {
    text.erase(at, text.find('m', at) - at + 1);
  }
  CHECK(text == report_text(report_sample(), Style(false)));
}

TEST_CASE("report: JSON has a stable order of keys") {
  check_file("report.json", report_json(report_sample()));
}

TEST_CASE("report: JUnit escapes what would end an element") {
  const std::string xml = report_junit(report_sample());
  CHECK(xml.find("]]>") == std::string::npos);
  check_file("report.xml", xml);
}

TEST_CASE(
    "report: a check that another one blocks is one line for people, and names it elsewhere") {
  Report report = report_sample();
  report.checks[1].seen = "blocked by `available`: there is no Deployment";
  report.checks[1].blocked_by = "available";
  report.checks[1].hint.clear();
  const std::string text = report_text(report, Style(false));
  CHECK(text.find("seen      blocked by `available`: there is no Deployment\n\n") !=
        std::string::npos);
  CHECK(text.find("the same image") == std::string::npos);
  CHECK(report_json(report).find("\"blocked_by\": \"available\"") != std::string::npos);
  const std::string xml = report_junit(report);
  CHECK(xml.find("message=\"10 of 40 points: blocked by `available`: ") != std::string::npos);
  CHECK(xml.find("blocked_by: available</failure>") != std::string::npos);
}

TEST_CASE("report: what cannot be graded is an error with its place, for programs") {
  const inferlab::Error error{inferlab::ErrorKind::kInvalid,
                              "a:b.yaml:3:7: kind: no <\"X\">: sorry", "known: Y"};
  CHECK(error_report("lab", "mine", error, ReportFormat::kText).empty());
  const std::string xml = error_report("lab", "mine", error, ReportFormat::kJunit);
  CHECK(xml.find("tests=\"1\" failures=\"0\" errors=\"1\"") != std::string::npos);
  CHECK(xml.find("<error message=\"a:b.yaml:3:7: kind: no &lt;&quot;X&quot;&gt;: sorry\" "
                 "type=\"submission\">") != std::string::npos);
  const auto json =
      inferlab::sim::parse_json(error_report("lab", "mine", error, ReportFormat::kJson));
  REQUIRE(json.has_value());
  CHECK((*json)["schema"].as_string() == "inferlab.report/v1");
  CHECK_FALSE((*json)["passed"].as_bool(true));
  REQUIRE((*json)["errors"].size() == 1);
  const inferlab::sim::Value& first = (*json)["errors"][std::size_t{0}];
  CHECK(first["file"].as_string() == "a:b.yaml");
  CHECK(first["line"].as_int() == 3);
  CHECK(first["column"].as_int() == 7);
  CHECK(first["text"].as_string() == "kind: no <\"X\">: sorry");
  CHECK(first["hint"].as_string() == "known: Y");
  CHECK(placed({inferlab::ErrorKind::kInvalid, "folder: no such folder"}).file.empty());
}

TEST_CASE("escape: control characters, direction marks and broken UTF-8 become visible") {
  CHECK(for_terminal("a\tb\nc") == "a b c");
  CHECK(for_terminal("a\nb", true) == "a\nb");
  CHECK(for_terminal("\r\x07\x7f") == "<U+000D><U+0007><U+007F>");
  CHECK(for_terminal("\xc2\x9b") == "<U+009B>");          // the one-byte CSI
  CHECK(for_terminal("\xc0\xaf") == "<C0><AF>");          // overlong
  CHECK(for_terminal("\xed\xa0\x80") == "<ED><A0><80>");  // surrogate
  CHECK(for_terminal("\xe2\x82") == "<E2><82>");          // cut off
  CHECK(for_terminal("Grüße 日本 ✔") == "Grüße 日本 ✔");
  CHECK(for_xml("\x01<&>\"") == "&lt;U+0001&gt;&lt;&amp;&gt;&quot;");
}

TEST_CASE("wrap: what its author has broken into lines is broken anew, and once") {
  CHECK(wrap_markdown("one two\nthree four five\n\nsix\n", 14) ==
        "one two three\nfour five\n\nsix");
  CHECK(wrap_markdown("Do:\n- one two\n  three four\n- five", 12, 2) ==
        "Do:\n  - one two\n    three\n    four\n  - five");
  CHECK(wrap_markdown("As in\n\n    actions:\n      - at: 1m\n        where: {a: b}\n\nEnd.", 80) ==
        "As in\n\n    actions:\n      - at: 1m\n        where: {a: b}\n\nEnd.");
  CHECK(wrap_markdown("1. one two\n   three\n12. four", 8) == "1. one\n   two\n   three\n12. four");
  CHECK(wrap_markdown("Run:\n\n    kubectl get pods --all\n\nthen\nlook", 12) ==
        "Run:\n\n    kubectl get pods --all\n\nthen look");
  CHECK(wrap_markdown("```\na\nb\n```\nc\nd", 12) == "```\na\nb\n```\nc d");
  CHECK(wrap_markdown("3 - 2\nis 1", 12) == "3 - 2 is 1");
  CHECK(wrap_markdown("\n", 12).empty());
}

TEST_CASE("wrap: lines break at spaces, and a long word stays whole") {
  CHECK(wrap("one two three", 8, 2) == "one\n  two\n  three");
  CHECK(wrap("abcdefghijkl m", 5) == "abcdefghijkl\nm");
  CHECK(wrap("a\n\nb", 10, 2) == "a\n\n  b");
}
