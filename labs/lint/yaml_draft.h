#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "labs/lint/value_path.h"

namespace inferlab::labs::lint {

/// `text` with what `after`, the whole document as it is to be, holds at `path`. The document's
/// root stands at byte `root`. nullopt: its layout allows no such change. A draft: YamlEditor reads
/// what comes out.
std::optional<std::string> text_with(std::string_view text, std::size_t root, ValuePathView path,
                                     const sim::Value& after);

/// `text` without what stands at `path`; likewise.
std::optional<std::string> text_without(std::string_view text, std::size_t root,
                                        ValuePathView path);

}  // namespace inferlab::labs::lint
