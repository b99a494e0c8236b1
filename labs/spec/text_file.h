#pragma once

#include <cstddef>
#include <string>

#include "engine/base/result.h"

namespace inferlab::labs {

/// The bytes of a regular file of at most `max_bytes`. Nothing is read of a larger one (kInvalid);
/// a device, a pipe or a folder is refused without being opened for reading. kNotFound,
/// kUnavailable as the words say. With `follow_links` false a symbolic link as the last part is
/// refused.
Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes,
                                   bool follow_links = true);

/// Writes the file whole: beside it first, then in its place, so that a reader never sees half of
/// it. A link is followed to the file that it names; a device or a pipe is written to, not
/// replaced. kInvalid: no file can be written at that place; kUnavailable: the disk is full.
Result<void> write_text_file(const std::string& path, const std::string& text);

/// ".csv" of "a/b.csv"; empty where there is none.
std::string extension_of(const std::string& path);

/// Whether write_text_file() would find a place there: asked before work that takes long. Leaves
/// nothing behind.
Result<void> check_writable(const std::string& path);

}  // namespace inferlab::labs
