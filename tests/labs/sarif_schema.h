#pragma once

#include <string>

#include "sim/api/value.h"

/// A SARIF log, held against the parts of SARIF 2.1.0 that we use. Fails the test on anything else.
inferlab::sim::Value read_sarif(const std::string& text);
