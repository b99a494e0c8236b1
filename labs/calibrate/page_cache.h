#pragma once

#include <string>

namespace inferlab::labs {

/// Asks the operating system to forget the pages of a file, or of the files in a folder, that it
/// keeps in memory. It may not: pages that somebody has mapped stay.
void drop_from_page_cache(const std::string& path);

/// The part of the file's pages, or of the folder's files, that is in memory; 1 where the system
/// does not tell. Source: mincore(2).
double part_in_page_cache(const std::string& path);

}  // namespace inferlab::labs
