#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inferlab::labs::lint {

/// The metrics that a PromQL query reads, each once, in the order of the query: `sum by (pod)
/// (rate(vllm:request_success_total{job="x"}[5m]))` reads "vllm:request_success_total". A selector
/// that names its metric by a label ({__name__="up"}) counts; functions, aggregations, keywords,
/// label names and strings do not. What is no PromQL gives what looks like names.
/// Source: Prometheus documentation, "Querying basics" and "Operators".
std::vector<std::string> promql_names(std::string_view query);

}  // namespace inferlab::labs::lint
