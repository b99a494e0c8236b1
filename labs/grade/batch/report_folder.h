#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace inferlab::labs::batch {

/// Makes the folder that the reports of a batch go to. kInvalid: it would be a submission itself.
Result<void> make_report_folder(const std::string& folder, const std::string& submissions);

/// Writes FOLDER/NAME.json and FOLDER/NAME.txt; see file_name_for().
Result<void> write_reports(const std::string& folder, std::string_view name,
                           const std::string& json, const std::string& text);

/// A submission's name as the name of a file that no shell or spreadsheet stumbles over: other
/// characters than letters, digits and ._-@+ as %XX; a long one is cut and ends with its hash. Two
/// names never give one.
std::string file_name_for(std::string_view name);

}  // namespace inferlab::labs::batch
