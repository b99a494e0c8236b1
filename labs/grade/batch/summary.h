#pragma once

#include <cstddef>
#include <string>

#include "labs/grade/batch/row.h"
#include "labs/report/style.h"

namespace inferlab::labs::batch {

/// A batch for people: how many, how many points (a histogram of tenths), which checks were lost
/// most often, and the submissions that were not graded with their reasons. Lines have no more than
/// `width` columns.
std::string summary_text(const Table& table, const Style& style, std::size_t width);

}  // namespace inferlab::labs::batch
