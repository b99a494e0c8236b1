#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace inferlab::labs {

// What every JUnit XML document of ours is made of. There is no one standard: a document holds to
// both XML schemas that are in use, Apache Ant's (windyroad/JUnit-Schema, JUnit.xsd) and that of
// Jenkins' xUnit plugin (junit-10.xsd), as far as the stricter one allows.

struct JunitCase {
  enum class Outcome : std::uint8_t { kPassed, kFailed, kError, kSkipped };
  std::string class_name, name;
  Outcome outcome = Outcome::kPassed;
  std::string message, type, body;  // of what did not pass; a skipped case has the message alone
};

struct JunitSuite {
  /// Whatever is told of one suite must not have the name of another: Jenkins makes one of two that
  /// have, and older ones drop the second.
  std::string name;
  std::string package;
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<JunitCase> cases;
};

/// The document, as the text of a file. Texts are as strangers wrote them. Every duration is 0 and
/// every suite begins at time zero of a run, with a property `clock` that says "virtual": a report
/// holds no wall time, and Ant's schema asks for a timestamp.
std::string junit_document(const std::vector<JunitSuite>& suites);

}  // namespace inferlab::labs
