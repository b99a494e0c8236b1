#pragma once

#include <string>
#include <string_view>

namespace inferlab::labs {

// Workflow commands of GitHub Actions, "::error title=…::TEXT". Source: GitHub documentation,
// "Workflow commands for GitHub Actions"; what is escaped is what GitHub's own toolkit
// (@actions/core) escapes.

/// A stranger's text as the value of a command's property.
std::string github_property(std::string_view text);
/// A stranger's text as what a command says. Its lines stay lines.
std::string github_data(std::string_view text);
/// "file=PATH," as GitHub looks for it: from the repository's root, where "./a" is none.
std::string github_file(const std::string& path);

}  // namespace inferlab::labs
