#pragma once

#include "labs/spec/spec_table.h"

namespace inferlab::labs {

// Params that several kinds take.
inline constexpr SpecField kNamespaceParam = {.name = "namespace",
                                              .description = "of the object; default if left out"};
inline constexpr SpecField kDeploymentParam = {
    .name = "deployment", .description = "name of the Deployment", .required = true};
inline constexpr SpecField kServiceParam = {
    .name = "service", .description = "name of the Service", .required = true};
inline constexpr SpecField kPoolParam = {
    .name = "pool", .type = SpecType::kId, .description = "name of a pool", .required = true};

}  // namespace inferlab::labs
