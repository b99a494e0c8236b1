#pragma once

#include <string_view>
#include <vector>

#include "sim/api/kind.h"
#include "sim/api/views.h"

namespace inferlab::sim {

// What objects count for in a ResourceQuota; its controller and admission use the same rules.
// Source: Kubernetes documentation, "Resource Quotas"; Kubernetes 1.32, pkg/quota/v1/evaluator.

/// Whether objects of this kind are counted at all: those of a namespace, but no Events.
bool has_quota(const Kind& kind);

/// Whether an amount of this name ("requests.cpu", "count/jobs.batch") is about this kind.
bool is_counted_as(const Kind& kind, std::string_view name);

/// What one object counts for, by name. Pods at their end count as objects alone.
Resources quota_usage(const Kind& kind, const Value& object, Time now);

/// Whether the scopes of a quota hold for an object; only Pods can fit into one.
bool quota_scopes_fit(const Value& quota_spec, const Kind& kind, const Value& object);

/// A Pod with spec.activeDeadlineSeconds: scope Terminating.
bool is_terminating_scope(const Value& pod);

/// The JSON of amounts: {"pods": "1", "requests.cpu": "500m"}.
Value to_value(const Resources& amounts);

}  // namespace inferlab::sim
