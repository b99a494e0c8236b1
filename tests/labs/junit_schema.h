#pragma once

#include <string>
#include <vector>

#include "tests/labs/xml_reader.h"

/// The elements of a JUnit report, held against the schema of Jenkins' xUnit plugin (junit-10.xsd);
/// its counts must be right. Fails the test on anything else.
std::vector<XmlElement> read_junit(const std::string& text);
