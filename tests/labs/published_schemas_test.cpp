// The validators that reports are held against do refuse what is wrong.
#include "tests/labs/published_schemas.h"

#include <catch2/catch.hpp>

#include "labs/report/formats.h"
#include "tests/labs/report_sample.h"

namespace {

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string faults_of_junit(const std::string& text) {
  PublishedSchemas schemas;
  schemas.add_junit("report", text);
  return schemas.faults();
}

std::string faults_of_sarif(const std::string& text) {
  PublishedSchemas schemas;
  schemas.add_sarif("report", text);
  return schemas.faults();
}

}  // namespace

TEST_CASE("published schemas: a JUnit report that is not valid is refused, and why is said") {
  const std::string good = inferlab::labs::report_junit(report_sample());
  CHECK(faults_of_junit(good) == "");
  // The first is asked for by Ant's schema alone.
  CHECK(faults_of_junit(changed(good, " hostname=\"localhost\"", "")).find("'hostname'") !=
        std::string::npos);
  CHECK(faults_of_junit(changed(good, "<system-out/>", "<system-in/>")).find("system-in") !=
        std::string::npos);
  CHECK(faults_of_junit("<testsuites>") != "");
}

TEST_CASE("published schemas: a SARIF log that is not valid is refused, and why is said") {
  const std::string good = inferlab::labs::report_sarif(report_sample());
  CHECK(faults_of_sarif(good) == "");
  CHECK(faults_of_sarif(changed(good, "\"level\": \"error\"", "\"level\": \"fatal\""))
            .find("'fatal'") != std::string::npos);
  CHECK(faults_of_sarif("{") != "");
}
