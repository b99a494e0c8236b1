#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "labs/desk/desk_view.h"
#include "labs/session/driver.h"

namespace inferlab::labs {

struct ApplyOutcome {
  std::vector<EditorProblem> problems;
  std::vector<std::string> done;  // "deployment.apps/vllm-llama created", as kubectl says
};

/// Creates or updates the objects of a text in a running cluster, with strict field validation, in
/// order. A mistake in the text itself (no YAML) stops all of it before anything is applied; an
/// object that the API refuses is a problem of its own. From any thread but the run's.
ApplyOutcome apply_manifest(Driver& driver, std::string_view text);

}  // namespace inferlab::labs
