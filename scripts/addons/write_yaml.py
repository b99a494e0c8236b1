"""Writes an add-on's file: block style above, one line for what fits on one, and an anchor for what
comes again."""
import json
import re

WIDTH = 100
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ./()_-]*[A-Za-z0-9)]|[A-Za-z]")
# What YAML 1.1 takes for something else than text.
WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}
SHARED_FROM = 300  # characters


def scalar(value):
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS:
        return value
    return json.dumps(value)


def flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(v) for v in value) + "]"
    return scalar(value)


class Writer:
    def __init__(self, document):
        self.lines = []
        self.names = {}   # the flow text of what comes again -> its anchor
        self.seen = {}
        self.count(document, "root")
        self.shared = {text for text, (times, _) in self.seen.items() if times > 1}
        self.block(document, 0)

    def count(self, value, hint):
        if not isinstance(value, (dict, list)):
            return
        text = flow(value)
        if isinstance(value, dict) and len(text) >= SHARED_FROM:
            times, name = self.seen.get(text, (0, hint))
            self.seen[text] = (times + 1, name)
            if times:  # what stands inside comes again with it
                return
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            own = key if isinstance(key, str) and key not in ("properties", "items") else hint
            self.count(member, own)

    def anchor(self, value):
        """"*name" for what was written before, "&name " where it is first written."""
        text = flow(value)
        if text not in self.shared:
            return None, ""
        if text in self.names:
            return "*" + self.names[text], ""
        base = re.sub(r"[^A-Za-z0-9]", "", self.seen[text][1]) or "part"
        name, number = base, 1
        while name in self.names.values():
            number += 1
            name = f"{base}{number}"
        self.names[text] = name
        return None, "&" + name

    def member(self, head, value, indent):
        if isinstance(value, dict) and value:
            known, anchor = self.anchor(value)
            if known:
                self.lines.append(f"{head} {known}")
                return
            if anchor:
                self.lines.append(f"{head} {anchor}")
                self.block(value, indent)
                return
        line = f"{head} {flow(value)}"
        # Nothing shared may hide in a line: it is shorter than what is shared.
        if not isinstance(value, (dict, list)) or not value or len(line) <= WIDTH:
            self.lines.append(line)
        else:
            self.lines.append(head)
            self.block(value, indent)

    def block(self, value, indent):
        pad = " " * indent
        if isinstance(value, dict):
            for key, member in value.items():
                # A list stands at the level of its key.
                self.member(f"{pad}{scalar(key)}:", member,
                            indent if isinstance(member, list) else indent + 2)
            return
        for item in value:
            if isinstance(item, dict) and item and len(flow(item)) + indent + 2 > WIDTH:
                start = len(self.lines)
                known, anchor = self.anchor(item)
                if known:
                    self.lines.append(f"{pad}- {known}")
                    continue
                if anchor:
                    self.lines.append(f"{pad}- {anchor}")
                    self.block(item, indent + 2)
                    continue
                self.block(item, indent + 2)
                self.lines[start] = pad + "- " + self.lines[start][indent + 2:]
            else:
                self.member(f"{pad}-", item, indent + 2)

    def text(self):
        return "\n".join(self.lines) + "\n"
