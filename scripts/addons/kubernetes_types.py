"""Finds Kubernetes' own types inside of a CustomResourceDefinition.

A project's definition writes a PodSpec out field by field, thousands of lines of it. The program has
these types as tables, so that an add-on's file only names them: x-inferlab-type. What a definition
changes about a type (fields added or left out, others required) stands beside the name.
"""
import gzip
import json

# Looked for, best known first. Types that hold metadata are not among them: how much of the metadata
# is kept differs from project to project.
NAMES = [
    "core.v1.PodSpec", "core.v1.Container", "core.v1.EphemeralContainer", "core.v1.Affinity",
    "core.v1.NodeAffinity", "core.v1.PodAffinity", "core.v1.PodAntiAffinity", "core.v1.NodeSelector",
    "core.v1.Volume", "core.v1.VolumeMount", "core.v1.EnvVar", "core.v1.EnvFromSource",
    "core.v1.EnvVarSource", "core.v1.Probe", "core.v1.Lifecycle", "core.v1.SecurityContext",
    "core.v1.PodSecurityContext", "core.v1.ResourceRequirements", "core.v1.Toleration",
    "core.v1.TopologySpreadConstraint", "core.v1.ServiceSpec", "core.v1.ServiceStatus",
    "core.v1.ContainerPort", "core.v1.LocalObjectReference", "core.v1.SecretKeySelector",
    "core.v1.ConfigMapKeySelector", "core.v1.ObjectReference", "core.v1.PodDNSConfig",
    "core.v1.HostAlias", "core.v1.HTTPGetAction", "core.v1.TCPSocketAction", "core.v1.PodOS",
    "core.v1.EphemeralVolumeSource", "core.v1.PersistentVolumeClaimTemplate",
    "core.v1.PersistentVolumeClaimSpec", "core.v1.NodeSelectorTerm",
    "apps.v1.DeploymentStrategy", "batch.v1.PodFailurePolicy", "batch.v1.SuccessPolicy",
    "autoscaling.v2.HorizontalPodAutoscalerBehavior", "autoscaling.v2.MetricSpec",
    "autoscaling.v2.HPAScalingRules", "meta.v1.LabelSelector",
]
# Fields that later versions of Kubernetes gave to these types: the tables are those of 1.32, whose
# Pods cannot have them.
LATER = {
    "PodSpec": {"hostnameOverride", "workloadRef", "schedulingGroup"},
    "Container": {"restartPolicyRules"}, "EphemeralContainer": {"restartPolicyRules"},
    "EnvVarSource": {"fileKeyRef"}, "Lifecycle": {"stopSignal"},
    "VolumeProjection": {"podCertificate"}, "HPAScalingRules": {"tolerance"},
}
# Rules for values: the tables hold none, so what has one is no plain Kubernetes type.
RULES = {"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties",
         "maxProperties", "enum", "pattern", "x-kubernetes-validations",
         "x-kubernetes-preserve-unknown-fields"}
MAP_TYPE, LIST_TYPE = "x-kubernetes-map-type", "x-kubernetes-list-type"
META = "io.k8s.apimachinery.pkg.apis.meta.v1."


class Types:
    def __init__(self, openapi_v2):
        with gzip.open(openapi_v2) as file:
            self.definitions = json.load(file)["definitions"]
        self.full = {}
        for name in NAMES:
            full = META + name[8:] if name.startswith("meta.v1.") else "io.k8s.api." + name
            self.full[name] = full

    def target(self, schema):
        """The named type that a member refers to, or None."""
        ref = schema.get("$ref") or (schema.get("allOf") or [{}])[0].get("$ref")
        return ref.rsplit("/", 1)[1] if ref else None

    def fields(self, full):
        return self.definitions[full].get("properties") or {}

    def fits(self, node, schema):
        """Whether `node` of a definition has the names that `schema` of Kubernetes has, all the way
        down, later fields aside."""
        if RULES & set(node) and "x-kubernetes-int-or-string" not in node:
            return False
        full = self.target(schema)
        if full is not None:
            fields = self.fields(full)
            if not fields or full == META + "ObjectMeta":  # Quantity, Time, ...
                return not node.get("properties")
            if set(self.definitions[full].get("required") or []) - set(node.get("required") or []):
                return False
            have = node.get("properties") or {}
            later = LATER.get(full.rsplit(".", 1)[1], set())
            if set(have) - later != set(fields) - later:
                return False
            return all(self.fits(have[name], fields[name]) for name in fields if name in have)
        if schema.get("type") == "array":
            # A list that says nothing is atomic.
            same = node.get(LIST_TYPE, "atomic") == schema.get(LIST_TYPE, "atomic")
            return (same and node.get("type") == "array" and
                    self.fits(node.get("items", {}), schema["items"]))
        if isinstance(schema.get("additionalProperties"), dict):
            more = node.get("additionalProperties")
            return isinstance(more, dict) and self.fits(more, schema["additionalProperties"])
        return not node.get("properties")

    def find(self, node):
        """The type that `node` is, or is built on: its short name and the fields that it lacks."""
        have = set(node.get("properties") or {})
        best = None
        for rank, name in enumerate(NAMES):
            fields = set(self.fields(self.full[name]))
            later = LATER.get(name.rsplit(".", 1)[1], set())
            lacks = fields - have - later
            more = have - fields - later
            small = len(fields) < 6
            if node.get(MAP_TYPE) != self.definitions[self.full[name]].get(MAP_TYPE):
                continue
            if len(lacks) > (0 if small else len(fields) // 3) or (small and more):
                continue
            if small and not self.fits(node, {"$ref": "/" + self.full[name]}):
                continue
            score = (len(fields & have) - 2 * len(lacks) - len(more), -rank)
            if len(fields & have) >= 2 * len(lacks) and (best is None or score > best[0]):
                best = (score, name, sorted(lacks))
        return (best[1], best[2]) if best else (None, None)

    def later(self, name):
        return LATER.get(name.rsplit(".", 1)[1], set())

    def required(self, name):
        return self.definitions[self.full[name]].get("required") or []
