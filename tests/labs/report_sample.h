#pragma once

#include <string>

#include "labs/report/report.h"

/// A report with text of strangers in it.
inferlab::labs::Report report_sample();

/// The same with this text wherever a stranger's, a learner's or a lab's stands.
inferlab::labs::Report report_full_of(const std::string& text);
