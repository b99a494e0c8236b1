#pragma once

#include <string>
#include <vector>

#include "tests/labs/xml_reader.h"

/// The elements of a JUnit report, which is held against the published schemas; the counts of its
/// suites must be right. Fails the test on anything else.
std::vector<XmlElement> read_junit(const std::string& text);
