#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::sim {

/// Adds what the real server remarks on a Pod, or on a template of Pods, that it takes all the
/// same: labels and volumes out of use, names given twice, selectors that match nothing.
/// `path` leads to the Pod, "spec.template"; empty for a Pod itself.
/// Source: Kubernetes 1.32, pkg/api/pod, warnings.
void add_pod_warnings(const Value& pod, const std::string& path,
                      std::vector<std::string>& warnings);

/// Adds a remark on each label of nodes out of use that this term of a node selector names.
void add_node_term_warnings(const Value& term, const std::string& path,
                            std::vector<std::string>& warnings);
/// What to use instead of a label of nodes; empty: it is in use.
std::string_view node_label_out_of_use(std::string_view label);

/// Adds a remark where an amount of bytes is no whole number.
void add_fraction_warning(const Value& amounts, const char* resource, const std::string& path,
                          std::vector<std::string>& warnings);

}  // namespace inferlab::sim
