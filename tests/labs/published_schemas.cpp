#include "tests/labs/published_schemas.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "labs/grade/batch/report_folder.h"
#include "tests/support/process.h"

namespace {

using inferlab::testing::ProcessOptions;
using inferlab::testing::ProcessResult;

std::string schema(const std::string& name) {
  return INFERLAB_SOURCE_DIR "/tests/labs/schemas/" + name;
}

// 0 is valid and `invalid` is not; whatever else it ends with is a broken machine.
std::string said(const std::vector<std::string>& words, const std::vector<int>& invalid) {
  ProcessOptions options;
  options.timeout = std::chrono::minutes(3);
  const ProcessResult result = inferlab::testing::run_process(words, options);
  if (result.exit_code == 0) return {};
  INFO(words.front() << " ended with " << result.exit_code << ": " << result.err);
  CHECK(std::count(invalid.begin(), invalid.end(), result.exit_code) == 1);
  return result.out + result.err;
}

// Of xmllint: 1 is what is no XML, 3 and 4 what the schema does not allow.
std::string xml_faults(const std::vector<std::string>& files, const std::string& xsd) {
  std::vector<std::string> words = {"xmllint", "--nonet", "--noout", "--schema", schema(xsd)};
  words.insert(words.end(), files.begin(), files.end());
  return said(words, {1, 3, 4});
}

std::string json_faults(const std::vector<std::string>& files, const std::string& json_schema) {
  std::vector<std::string> words = {"/usr/bin/python3", "-m", "jsonschema"};
  for (const std::string& file : files) words.insert(words.end(), {"-i", file});
  words.push_back(schema(json_schema));
  return said(words, {1});
}

}  // namespace

std::string PublishedSchemas::write(const std::string& what, const std::string& ending,
                                    const std::string& text) const {
  return dir_.write(
      fmt::format("{}-{}{}", size(), inferlab::labs::batch::file_name_for(what), ending), text);
}

void PublishedSchemas::add_junit(const std::string& what, const std::string& text) {
  junit_.push_back(write(what, ".xml", text));
}

void PublishedSchemas::add_sarif(const std::string& what, const std::string& text) {
  sarif_.push_back(write(what, ".json", text));
}

std::string PublishedSchemas::faults() const {
  std::string out;
  for (const char* xsd : {"JUnit.xsd", "junit-10.xsd"}) {
    if (!junit_.empty()) out += xml_faults(junit_, xsd);
  }
  if (!sarif_.empty()) out += json_faults(sarif_, "sarif-2.1.0.json");
  return out;
}
