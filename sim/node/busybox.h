#pragma once

#include <string_view>

namespace inferlab::sim {

/// "docker.io/library/busybox": the one image of which we know what programs it has.
bool is_busybox(std::string_view repository);

/// Whether a container of that image can start with this word: a program's name, or its path.
bool busybox_has(std::string_view program);

}  // namespace inferlab::sim
