#include "labs/report/junit_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/time.h"
#include "labs/report/escape.h"

namespace inferlab::labs {
namespace {

std::string property(const std::string& name, const std::string& value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", for_xml(name), for_xml(value));
}

std::string outcome_xml(const JunitCase& each) {
  switch (each.outcome) {
    case JunitCase::Outcome::kPassed:
      return {};
    case JunitCase::Outcome::kSkipped:
      return fmt::format("      <skipped message=\"{}\"/>\n", for_xml(each.message));
    case JunitCase::Outcome::kFailed:
    case JunitCase::Outcome::kError:
      break;
  }
  const char* tag = each.outcome == JunitCase::Outcome::kFailed ? "failure" : "error";
  return fmt::format("      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n", tag,
                     for_xml(each.message), for_xml(each.type), for_xml(each.body));
}

std::string case_xml(const JunitCase& each) {
  const std::string head = fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"0\"",
                                       for_xml(each.name), for_xml(each.class_name));
  const std::string outcome = outcome_xml(each);
  return outcome.empty() ? head + "/>\n" : head + ">\n" + outcome + "    </testcase>\n";
}

// The schema's form has no time zone.
std::string time_zero() {
  std::string out = format_rfc3339(Time{});
  out.pop_back();
  return out;
}

std::string suite_xml(const JunitSuite& suite, std::size_t id) {
  const auto count = [&suite](JunitCase::Outcome outcome) {
    return std::count_if(suite.cases.begin(), suite.cases.end(),
                         [outcome](const JunitCase& each) { return each.outcome == outcome; });
  };
  std::string out = fmt::format(
      "  <testsuite name=\"{}\" package=\"{}\" id=\"{}\" timestamp=\"{}\" hostname=\"localhost\" "
      "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\">\n",
      for_xml(suite.name), for_xml(suite.package), id, time_zero(), suite.cases.size(),
      count(JunitCase::Outcome::kFailed), count(JunitCase::Outcome::kError),
      count(JunitCase::Outcome::kSkipped));
  out += "    <properties>\n" + property("clock", "virtual");
  for (const auto& [name, value] : suite.properties) out += property(name, value);
  out += "    </properties>\n";
  for (const JunitCase& each : suite.cases) out += case_xml(each);
  return out + "    <system-out/>\n    <system-err/>\n  </testsuite>\n";
}

}  // namespace

std::string junit_document(const std::vector<JunitSuite>& suites) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (std::size_t i = 0; i < suites.size(); ++i) out += suite_xml(suites[i], i);
  return out + "</testsuites>\n";
}

}  // namespace inferlab::labs
