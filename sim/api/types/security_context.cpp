// Schema tables: security contexts.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kAppArmorProfileFields[] = {
    {.name = "localhostProfile"},
    {.name = "type", .required = true, .default_json = "\"\""},
};

constexpr Field kCapabilitiesFields[] = {
    {.name = "add", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "drop", .type = FieldType::kList, .list_type = "atomic"},
};

constexpr Field kSELinuxOptionsFields[] = {
    {.name = "level", .omit_zero = true},
    {.name = "role", .omit_zero = true},
    {.name = "type", .omit_zero = true},
    {.name = "user", .omit_zero = true},
};

constexpr Field kSeccompProfileFields[] = {
    {.name = "localhostProfile"},
    {.name = "type", .required = true, .default_json = "\"\""},
};

constexpr Field kWindowsSecurityContextOptionsFields[] = {
    {.name = "gmsaCredentialSpec"},
    {.name = "gmsaCredentialSpecName"},
    {.name = "hostProcess", .type = FieldType::kBool},
    {.name = "runAsUserName"},
};

constexpr Field kSecurityContextFields[] = {
    {.name = "allowPrivilegeEscalation", .type = FieldType::kBool},
    {.name = "appArmorProfile", .type = FieldType::kObject, .object = &kAppArmorProfile},
    {.name = "capabilities", .type = FieldType::kObject, .object = &kCapabilities},
    {.name = "privileged", .type = FieldType::kBool},
    {.name = "procMount"},
    {.name = "readOnlyRootFilesystem", .type = FieldType::kBool},
    {.name = "runAsGroup", .type = FieldType::kInt64},
    {.name = "runAsNonRoot", .type = FieldType::kBool},
    {.name = "runAsUser", .type = FieldType::kInt64},
    {.name = "seLinuxOptions", .type = FieldType::kObject, .object = &kSELinuxOptions},
    {.name = "seccompProfile", .type = FieldType::kObject, .object = &kSeccompProfile},
    {.name = "windowsOptions",
     .type = FieldType::kObject,
     .object = &kWindowsSecurityContextOptions},
};

constexpr Field kSysctlFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "value", .required = true, .default_json = "\"\""},
};

constexpr Field kPodSecurityContextFields[] = {
    {.name = "appArmorProfile", .type = FieldType::kObject, .object = &kAppArmorProfile},
    {.name = "fsGroup", .type = FieldType::kInt64},
    {.name = "fsGroupChangePolicy"},
    {.name = "runAsGroup", .type = FieldType::kInt64},
    {.name = "runAsNonRoot", .type = FieldType::kBool},
    {.name = "runAsUser", .type = FieldType::kInt64},
    {.name = "seLinuxChangePolicy"},
    {.name = "seLinuxOptions", .type = FieldType::kObject, .object = &kSELinuxOptions},
    {.name = "seccompProfile", .type = FieldType::kObject, .object = &kSeccompProfile},
    {.name = "supplementalGroups",
     .type = FieldType::kList,
     .element = FieldType::kInt64,
     .list_type = "atomic"},
    {.name = "supplementalGroupsPolicy"},
    {.name = "sysctls",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kSysctl,
     .list_type = "atomic"},
    {.name = "windowsOptions",
     .type = FieldType::kObject,
     .object = &kWindowsSecurityContextOptions},
};

}  // namespace

constinit const Type kAppArmorProfile = {"io.k8s.api.core.v1.AppArmorProfile", "",
                                         kAppArmorProfileFields};
constinit const Type kCapabilities = {"io.k8s.api.core.v1.Capabilities", "", kCapabilitiesFields};
constinit const Type kSELinuxOptions = {"io.k8s.api.core.v1.SELinuxOptions", "",
                                        kSELinuxOptionsFields};
constinit const Type kSeccompProfile = {"io.k8s.api.core.v1.SeccompProfile", "",
                                        kSeccompProfileFields};
constinit const Type kWindowsSecurityContextOptions = {
    "io.k8s.api.core.v1.WindowsSecurityContextOptions", "", kWindowsSecurityContextOptionsFields};
constinit const Type kSecurityContext = {"io.k8s.api.core.v1.SecurityContext", "",
                                         kSecurityContextFields};
constinit const Type kSysctl = {"io.k8s.api.core.v1.Sysctl", "", kSysctlFields};
constinit const Type kPodSecurityContext = {"io.k8s.api.core.v1.PodSecurityContext", "",
                                            kPodSecurityContextFields};

}  // namespace inferlab::sim::types
