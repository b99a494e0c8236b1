#pragma once

#include "labs/grade/lab_test.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// {"lab", "holds", "answers": [{"answer", "title", "expected", "seen", "earned", "points",
/// "holds", "reasons": [{"check", "seen"}]}]}
sim::Value lab_test_json(const LabTestResult& result);

}  // namespace inferlab::labs
