#!/usr/bin/env python3
"""Makes assets/addons/NAME.yaml from the definitions of the project itself.

    scripts/addons/make.py NAME SOURCES OPENAPI_V2_JSON_GZ

SOURCES holds a clone of each project (REPOSITORY as the recipe names it, "/" written as "+"), and the
last argument is /openapi/v2 of a Kubernetes 1.32, gzipped. The recipe, scripts/addons/NAME.yaml, says
which files at which tag make the add-on and holds the descriptions, which are ours: of a project's
files the facts are taken, not the sentences.
"""
import pathlib
import subprocess
import sys

import yaml

from kubernetes_types import Types
from write_yaml import Writer

HERE = pathlib.Path(__file__).parent
COMMON_NOTES = [
    "",
    "Names, types and rules are those of the project's own definitions (source, below); the",
    "descriptions are ours. x-inferlab-type stands for a type of Kubernetes' own, 1.32 of it: see",
    "sim/api/custom/embedded_types.h. Made by scripts/addons/make.py: change the recipe there.",
]
FIRST = ["x-inferlab-type", "x-inferlab-without", "type", "description", "format", "nullable",
         "default", "enum", "pattern", "required"]


def show(sources, repository, tag, path):
    clone = pathlib.Path(sources) / repository.replace("/", "+")
    return subprocess.run(["git", "-C", str(clone), "show", f"{tag}:{path}"], check=True,
                          capture_output=True, text=True).stdout


class Schema:
    """One version's schema, made small."""

    def __init__(self, types, descriptions):
        self.types, self.descriptions, self.described = types, descriptions, set()

    def walk(self, node, path):
        out = self.shape(node, path)
        text = self.descriptions.get(path)
        if text:
            self.described.add(path)
            out["description"] = text
        rest = [key for key in out if key not in FIRST]
        return {key: out[key] for key in FIRST + rest if key in out}

    def shape(self, node, path):
        if "properties" in node:
            name, lacks = self.types.find(node)
            if name:
                return self.reference(node, path, name, lacks)
        out = {}
        for key, value in node.items():
            if key == "description":
                continue
            if key == "properties":
                value = {name: self.walk(sub, f"{path}.{name}".lstrip("."))
                         for name, sub in value.items()}
            elif key in ("items", "additionalProperties") and isinstance(value, dict):
                value = self.walk(value, path + "[]" if key == "items" else path + "{}")
            out[key] = value
        return out

    def reference(self, node, path, name, lacks):
        out = {"x-inferlab-type": self.types.full[name]}
        if lacks:
            out["x-inferlab-without"] = lacks
        fields = self.types.fields(self.types.full[name])
        own = {}
        for field, sub in node["properties"].items():
            at = f"{path}.{field}".lstrip(".")
            if field in self.types.later(name):
                continue
            if field in fields and self.types.fits(sub, fields[field]):
                continue
            own[field] = self.walk(sub, at)
        if own:
            out["properties"] = own
        required = sorted(node.get("required") or [])
        if required != sorted(self.types.required(name)):
            out["required"] = required
        for key in ("x-kubernetes-validations", "x-kubernetes-preserve-unknown-fields", "nullable",
                    "default", "minProperties", "maxProperties"):
            if key in node:
                out[key] = node[key]
        return out


def apply_patch(definition, patch):
    """One step of a JSON patch, as the project's own kustomization has it."""
    steps = [step.replace("~1", "/") for step in patch["path"].split("/")[1:]]
    at = definition
    for step in steps[:-1]:
        at = at[int(step)] if isinstance(at, list) else at[step]
    if patch["op"] == "remove":
        del at[steps[-1]]
    elif isinstance(at, list):
        at.append(patch["value"])
    else:
        at[steps[-1]] = patch["value"]


def column_of(column):
    return {key: column[key] for key in ("name", "type", "format", "jsonPath", "priority")
            if key in column}


def descriptions_of(recipe, kind):
    every = recipe.get("descriptions", {})
    out = dict(every.get(kind, {}))
    for path, (other, prefix) in recipe.get("like", {}).get(kind, {}).items():
        for there, text in every[other].items():
            if there.startswith(prefix + "."):
                out[path + there[len(prefix):]] = text
    return out


def make_definition(raw, recipe, types):
    spec = raw["spec"]
    kind = spec["names"]["kind"]
    descriptions = descriptions_of(recipe, kind)
    versions, used = [], set()
    for version in spec["versions"]:
        schema = Schema(types, descriptions)
        out = {key: version[key] for key in ("name", "served", "storage", "deprecated",
                                             "deprecationWarning") if key in version}
        for key in ("subresources", "selectableFields"):
            if version.get(key):
                out[key] = version[key]
        if version.get("additionalPrinterColumns"):
            out["additionalPrinterColumns"] = [column_of(c)
                                               for c in version["additionalPrinterColumns"]]
        out["schema"] = {"openAPIV3Schema": schema.walk(version["schema"]["openAPIV3Schema"], "")}
        used |= schema.described
        versions.append(out)
    unused = set(descriptions) - used
    if unused:
        sys.exit(f"{kind}: nothing stands at {', '.join(sorted(unused))}")
    metadata = {key: raw["metadata"][key] for key in ("name", "annotations", "labels")
                if raw["metadata"].get(key)}
    return {"apiVersion": raw["apiVersion"], "kind": raw["kind"], "metadata": metadata,
            "spec": {"group": spec["group"], "names": spec["names"], "scope": spec["scope"],
                     "versions": versions}}


def main():
    name, sources, openapi = sys.argv[1:4]
    recipe = yaml.safe_load((HERE / f"{name}.yaml").read_text())
    types = Types(openapi)
    objects = list(recipe.get("given", []))  # what the project's install guide has people create
    for file in recipe["files"]:
        repository = file.get("repository", recipe["repository"])
        tag = file.get("tag", recipe["tag"])
        text = show(sources, repository, tag, file["path"])
        patches = []
        if "patch" in file:
            patches = yaml.safe_load(show(sources, repository, tag, file["patch"]))
        for raw in yaml.load_all(text, Loader=yaml.CSafeLoader):
            if not raw or raw.get("kind") not in recipe.get("kinds", ["CustomResourceDefinition"]):
                continue
            for patch in patches:
                apply_patch(raw, patch)
            if raw["kind"] == "CustomResourceDefinition":
                raw = make_definition(raw, recipe, types)
            objects.append(raw)
    out = {"name": name, "title": recipe["title"], "version": recipe["version"],
           "source": recipe["source"]}
    if "acted_on" in recipe:
        out["acted_on"] = recipe["acted_on"]
    out["objects"] = objects
    notes = recipe["notes"].strip().splitlines() + COMMON_NOTES
    head = "".join(f"# {line}\n" for line in notes).replace("# \n", "#\n")
    target = HERE.parent.parent / "assets" / "addons" / f"{name}.yaml"
    target.write_text(head + Writer(out).text())
    read_back = yaml.safe_load(target.read_text())
    assert read_back == out, "the file does not say what was meant"
    print(f"{target.name}: {target.stat().st_size} bytes, {len(objects)} objects")


if __name__ == "__main__":
    main()
