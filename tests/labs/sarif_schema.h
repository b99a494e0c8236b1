#pragma once

#include <string>

#include "sim/api/value.h"

/// A SARIF log, held against the published schema, and against what the specification's text asks
/// of the parts that we use. Fails the test on anything else.
inferlab::sim::Value read_sarif(const std::string& text);
