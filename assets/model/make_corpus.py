#!/usr/bin/env python3
"""Generate the training corpus of the inferlab-tiny model.

The corpus is made only from sentences written for this project: the facts in
``knowledge.txt`` and the grammars in this file.  The generator is seeded, so
the same call always writes the same files:

    train.jsonl   documents for training
    val.jsonl     held-out documents, see ``is_held_out``

A document is one JSON object: ``{"kind": ..., "text": ...}``.  Chats are
already rendered as ChatML with the control tokens spelled out.

What is held out: every rendered *question* and every rendered *answer* is put
into the training side or the held-out side by a hash of its text.  A training
chat uses training questions and training answers only; a held-out chat uses
held-out ones only, whenever the template has enough variants to split.  A few
question frames (``HELD_OUT_FRAMES``) are never used for training at all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator, Optional

HERE = Path(__file__).resolve().parent

IM_START, IM_END = "<|im_start|>", "<|im_end|>"

# ------------------------------------------------------------------ templates

Slots = dict[str, str]


def expand(text: str, rng: random.Random) -> str:
    """Pick one alternative of each (possibly nested) ``[a|b]`` group."""
    innermost = re.compile(r"\[([^\[\]]*)\]")
    while True:
        match = innermost.search(text)
        if match is None:
            return re.sub(r"  +", " ", text).strip()
        choice = rng.choice(match.group(1).split("|"))
        text = text[: match.start()] + choice + text[match.end() :]


def fill(text: str, slots: Slots) -> str:
    """Replace ``{name}`` by its value; unknown braces stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda m: slots.get(m.group(1), m.group(0)), text)


def render(text: str, rng: random.Random, slots: Slots) -> str:
    return fill(expand(text, rng), slots)


def is_held_out(text: str, share: float = 0.1) -> bool:
    """Decide by a stable hash of the text if it belongs to the held-out side."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32


def capital(text: str) -> str:
    """Upper-case the first letter, but leave names such as kubectl alone."""
    if text.split()[0] in {"kubectl", "etcd", "nvidia.com/gpu", "nodeSelector",
                           "max_tokens", "safetensors", "llama.cpp", "vLLM", "kind", "cordon"}:
        return text if text.split()[0] != "cordon" else "C" + text[1:]
    return text[:1].upper() + text[1:]


APPS = ["chat", "llm", "demo", "web", "api", "tiny-llm", "model", "inferlab", "server",
        "bot", "search", "summary", "gateway", "worker", "assistant"]
NAMESPACES = ["default", "inferlab", "prod", "staging", "dev", "team-a", "team-b", "ml",
              "serving", "test", "gpu-lab", "monitoring"]
NODES = ["node-1", "node-2", "node-3", "gpu-1", "gpu-2", "gpu-node-1", "gpu-node-2",
         "worker-1", "worker-2", "worker-7", "big-gpu", "cpu-1", "cpu-4"]
PEOPLE = ["Anna", "Ben", "Carla", "David", "Emma", "Farid", "Greta", "Hugo", "Ines",
          "Jonas", "Kim", "Lena", "Maria", "Noah", "Olga", "Paul", "Rosa", "Sam", "Tara", "Yusuf"]


def random_slots(rng: random.Random) -> Slots:
    """Values that a question and its answer share."""
    app = rng.choice(APPS)
    suffix = "".join(rng.choice("bcdfghjklmnpqrstvwxz2456789") for _ in range(5))
    pod = rng.choice([f"{app}-0", f"{app}-1", f"{app}-{suffix}", app])
    return {
        "app": app, "pod": pod, "svc": app, "ns": rng.choice(NAMESPACES),
        "node": rng.choice(NODES), "n": str(rng.randint(1, 9)),
        "port": rng.choice(["8000", "8080", "80", "9000", "5000"]),
        "tag": f"{rng.choice(['v', ''])}{rng.randint(0, 3)}.{rng.randint(0, 9)}",
        "name": rng.choice(PEOPLE), "other": rng.choice(PEOPLE),
    }


# ------------------------------------------------------------------ knowledge


@dataclass
class Topic:
    subject: str
    title: str
    definitions: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    entries: list[tuple[list[str], list[str]]] = field(default_factory=list)


def load_knowledge(path: Path) -> list[Topic]:
    """Parse ``knowledge.txt``; the format is described at its top."""
    topics: list[Topic] = []
    previous = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        tag, _, body = line.partition(": ")
        if tag == "T":
            subject, _, title = body.partition(" | ")
            topics.append(Topic(subject, title))
        elif tag == "D":
            topics[-1].definitions.append(body)
        elif tag == "F":
            topics[-1].facts.append(body)
        elif tag == "Q":
            if previous != "Q":
                topics[-1].entries.append(([], []))
            topics[-1].entries[-1][0].append(body)
        elif tag == "A":
            topics[-1].entries[-1][1].append(body)
        else:
            raise ValueError(f"{path.name}:{number}: unknown tag {tag!r}")
        previous = tag
    return topics


# Frames for questions about one subject.  The held-out frames are used only in
# val.jsonl, so they test whole paraphrases that the model has never seen.
FRAMES = [
    "What is {x}?", "What is {x}?", "What is {x}?", "Explain {x}.", "Explain {x} in simple words.",
    "What does {x} mean?", "Can you explain {x}?", "Tell me what {x} is.", "Tell me about {x}.",
    "Describe {x}.", "What do you know about {x}?", "Please explain {x}.", "what is {x}",
    "Define {x}.", "I do not know what {x} is.", "What is {x} in Kubernetes?", "explain {x}",
    "Hi, what is {x}?", "Help me understand {x}.", "What is meant by {x}?", "{x}?",
    "Please tell me about {x}.", "In one sentence, what is {x}?", "Give me a short explanation of {x}.",
    "What exactly is {x}?", "Can you tell me what {x} is?", "How would you explain {x}?",
    "I am new here. What is {x}?", "Why do people talk about {x}?", "What is {x} for?",
]
HELD_OUT_FRAMES = [
    "Could you say in a few words what {x} is?", "I read about {x}. What is it?",
    "Hello, can you explain {x} to a beginner?", "What should I know about {x}?",
]
MORE = ["Tell me more.", "More, please.", "What else should I know?", "Anything else?", "Go on.",
        "What else?", "Can you say more?", "And what else?", "Give me more details."]
THANKS = ["Thanks!", "Thank you.", "Thank you!", "Thanks, that helps.", "Great, thanks.", "Ok, thanks.",
          "Thanks a lot!", "That was helpful.", "Good answer, thank you."]
WELCOME = ["You are welcome!", "You are welcome. Ask me more about Kubernetes if you like.", "Glad to help!",
           "You are welcome. Good luck with your cluster!", "With pleasure!", "Happy to help."]

SYSTEM_PROMPTS = [
    "You are a helpful assistant.", "You are a helpful assistant for Kubernetes.",
    "You are inferlab, a small model that helps with Kubernetes.", "Answer in simple English.",
    "Answer short.", "You are a friendly teacher.", "You answer questions about running LLMs on Kubernetes.",
    "Be brief and clear.", "You are a concise assistant.", "Answer in one or two sentences.",
]

# ------------------------------------------------------------------ chats

Turn = tuple[str, str]  # (question, answer)
PairMaker = Callable[[random.Random], Turn]


def chatml(turns: list[Turn], system: Optional[str] = None) -> str:
    """Render turns in the ChatML form that the chat template also produces."""
    parts = [f"{IM_START}system\n{system}{IM_END}\n"] if system else []
    for question, answer in turns:
        parts.append(f"{IM_START}user\n{question}{IM_END}\n{IM_START}assistant\n{answer}{IM_END}\n")
    return "".join(parts)


PREFIXES = ["Please: ", "Hi! ", "Hello, ", "Hello. ", "Hey, ", "Quick question: ", "I have a question. ", "Can you help me? ",
            "Tell me: ", "Sorry, ", "One more question: ", "So, ", "And ", "Ok, ", "I would like to know: ", "In Kubernetes, "]
SUFFIXES = [" Please help.", " Please explain.", " Thanks.", " Thank you!", " I am a beginner.", " Keep it short.",
            " Explain it simply.", " I do not understand it.", " Please answer in simple words."]


def as_typed(question: str, rng: random.Random) -> str:
    """Vary a question as people do: greetings, lower case, no full stop, small typing errors."""
    if "\n" in question or len(question) < 12:
        return question
    form = rng.random()
    if form < 0.10:
        prefix = rng.choice(PREFIXES)
        if prefix[-2] in ",d" and question.split()[0] in {"What", "How", "Why", "Where", "When", "Which", "Can", "Does", "Is", "Do"}:
            question = question[0].lower() + question[1:]
        question = prefix + question
    elif form < 0.15 and question[-1] in ".?!":
        question += rng.choice(SUFFIXES)
    if rng.random() < 0.12:
        question = question.lower()
    if rng.random() < 0.15:
        question = question.rstrip(".?!")
    if rng.random() < 0.04:
        # Swap or lose one letter inside a word.
        i = rng.randrange(1, len(question) - 2)
        if question[i : i + 2].isalpha():
            question = question[:i] + rng.choice([question[i + 1] + question[i], question[i]]) + question[i + 2 :]
    return question


def pairs_from_entry(questions: list[str], answers: list[str]) -> PairMaker:
    def make(rng: random.Random) -> Turn:
        slots = random_slots(rng)
        return render(rng.choice(questions), rng, slots), render(rng.choice(answers), rng, slots)
    return make


def define(topic: Topic, rng: random.Random, extra: float = 0.45) -> str:
    """A definition, sometimes followed by one fact."""
    slots = random_slots(rng)
    text = render(rng.choice(topic.definitions), rng, slots)
    if topic.facts and rng.random() < extra:
        text += " " + render(rng.choice(topic.facts), rng, slots)
    return capital(text)


def definition_pairs(topic: Topic, frames: list[str]) -> PairMaker:
    def make(rng: random.Random) -> Turn:
        subject = topic.subject
        # People also ask without the article: "What is Pod?"
        bare = re.sub(r"^(a|an|the) ", "", subject)
        if bare != subject and rng.random() < 0.12:
            subject = bare
        question = capital(rng.choice(frames).replace("{x}", subject))
        return question, define(topic, rng)
    return make


# kubectl: (questions, command, explanation).  {r} is a resource word.
RESOURCES = {
    "pods": "Pods", "services": "Services", "deployments": "Deployments", "nodes": "nodes",
    "events": "events", "configmaps": "ConfigMaps", "secrets": "Secrets", "jobs": "Jobs",
    "replicasets": "ReplicaSets", "statefulsets": "StatefulSets", "daemonsets": "DaemonSets",
    "pvc": "PersistentVolumeClaims", "hpa": "HorizontalPodAutoscalers", "ingress": "Ingress objects",
    "namespaces": "namespaces",
}
CLUSTER_WIDE = {"nodes", "namespaces"}


def kubectl_list(rng: random.Random) -> Turn:
    resource, words = rng.choice(list(RESOURCES.items()))
    namespace = rng.choice(NAMESPACES)
    form = rng.random()
    verb = rng.choice(["list", "see", "show", "get", "find"])
    if resource in CLUSTER_WIDE or form < 0.4:
        question = rng.choice([f"How do I {verb} all {words}?", f"How can I {verb} the {words}?",
                               f"Which command shows the {words}?", f"{capital(verb)} all {words}.",
                               f"What is the command to {verb} {words}?"])
        command = f"kubectl get {resource}"
    elif form < 0.8:
        question = rng.choice([f"How do I {verb} the {words} in the namespace {namespace}?",
                               f"How can I {verb} all {words} in {namespace}?",
                               f"Which command shows the {words} of the namespace {namespace}?",
                               f"{capital(verb)} the {words} in {namespace}."])
        command = f"kubectl get {resource} -n {namespace}"
    else:
        question = rng.choice([f"How do I {verb} the {words} in all namespaces?",
                               f"How can I {verb} {words} of every namespace?",
                               f"{capital(verb)} the {words} of all namespaces."])
        command = f"kubectl get {resource} -A"
    answer = rng.choice([f"Run `{command}`.", f"Use `{command}`.", f"The command is `{command}`.",
                         f"Run `{command}`. It lists the {words}.", f"You can use `{command}`."])
    return question, answer


KUBECTL = [
    (["How do I [see|read|show] the logs of [the Pod |]{pod}?", "Show [me |]the logs of {pod}.",
      "How can I read the log of {pod}?", "Which command shows the logs of {pod}?"],
     ["[Run|Use] `kubectl logs {pod}`. [Add -f to follow it.|With -f it follows the log.|]"]),
    (["How do I follow the logs of {pod}?", "How can I watch the logs of {pod} live?"],
     ["[Run|Use] `kubectl logs -f {pod}`.[| It shows new lines as they come.]"]),
    (["How do I see the logs of {pod} before [the|its] [crash|restart]?", "Show the logs of the last run of {pod}."],
     ["[Run|Use] `kubectl logs {pod} --previous`."]),
    (["How do I [describe|inspect] [the Pod |]{pod}?", "How can I see the events of [the Pod |]{pod}?",
      "How do I find out why {pod} does not start?", "How do I debug the Pod {pod}?"],
     ["[Run|Use] `kubectl describe pod {pod}`. [The events are at the end.|Read the events at the end.]"]),
    (["How do I [describe|inspect] the node {node}?", "How can I see [how many GPUs|what] the node {node} has?"],
     ["[Run|Use] `kubectl describe node {node}`. [It shows the capacity, the taints and the Pods.|Look at Capacity and Allocatable.]"]),
    (["How do I delete [the Pod |]{pod}?", "Delete [the Pod |]{pod}.", "How can I remove the Pod {pod}?"],
     ["[Run|Use] `kubectl delete pod {pod}`.[| If a Deployment owns it, a new Pod is created.]"]),
    (["How do I scale [the Deployment |]{app} to {n} replicas?", "Scale {app} to {n} replicas.",
      "How can I run {n} replicas of {app}?", "I want {n} Pods of {app}. How?"],
     ["[Run|Use] `kubectl scale deployment {app} --replicas={n}`."]),
    (["How do I restart [the Deployment |]{app}?", "Restart the Deployment {app}.",
      "How can I restart all Pods of {app}?"],
     ["[Run|Use] `kubectl rollout restart deployment/{app}`.[| It replaces the Pods step by step.]"]),
    (["How do I [see|check] the rollout of {app}?", "Is the rollout of {app} done?", "How can I watch the rollout of {app}?"],
     ["[Run|Use] `kubectl rollout status deployment/{app}`."]),
    (["How do I [undo|roll back] the rollout of {app}?", "Roll back {app}.", "How can I go back to the last version of {app}?"],
     ["[Run|Use] `kubectl rollout undo deployment/{app}`."]),
    (["How do I forward port {port} of [the Service |]{svc}?", "How can I reach the Service {svc} from my laptop?",
      "Forward port {port} to {svc}."],
     ["[Run|Use] `kubectl port-forward service/{svc} {port}:{port}`. Then open localhost:{port}."]),
    (["How do I open a shell in [the Pod |]{pod}?", "How can I get a shell in {pod}?"],
     ["[Run|Use] `kubectl exec -it {pod} -- sh`."]),
    (["How do I apply the file {app}.yaml?", "Apply {app}.yaml.", "How can I send {app}.yaml to the cluster?"],
     ["[Run|Use] `kubectl apply -f {app}.yaml`."]),
    (["How do I create the namespace {ns}?", "Create a namespace called {ns}."],
     ["[Run|Use] `kubectl create namespace {ns}`."]),
    (["How do I label the node {node} [for GPUs|with gpu=true]?", "Put the label gpu=true on {node}."],
     ["[Run|Use] `kubectl label node {node} gpu=true`."]),
    (["How do I cordon [the node |]{node}?", "How can I stop new Pods on {node}?"],
     ["[Run|Use] `kubectl cordon {node}`. New Pods are not placed there [any more|after that]."]),
    (["How do I drain [the node |]{node}?", "How can I empty the node {node}?"],
     ["[Run|Use] `kubectl drain {node} --ignore-daemonsets`."]),
    (["How do I allow new Pods on {node} again?", "How do I uncordon {node}?"],
     ["[Run|Use] `kubectl uncordon {node}`."]),
    (["How do I [see|check] the endpoints of [the Service |]{svc}?", "Which Pods are behind the Service {svc}?"],
     ["[Run|Use] `kubectl get endpointslices -l kubernetes.io/service-name={svc}`."]),
    (["How do I change the image of {app} to {app}:{tag}?", "Update {app} to the image {app}:{tag}."],
     ["[Run|Use] `kubectl set image deployment/{app} {app}={app}:{tag}`."]),
    (["How do I see the CPU and memory of my Pods?", "How much memory do my Pods use?", "Which command shows the use of CPU?"],
     ["[Run|Use] `kubectl top pods`.[| It needs the metrics server.]"]),
    (["How do I see the events in the namespace {ns}?", "Show [me |]the [latest|last] events in {ns}."],
     ["[Run|Use] `kubectl get events -n {ns} --sort-by=.lastTimestamp`."]),
    (["How do I get the YAML of [the Deployment |]{app}?", "Show [me |]the Deployment {app} as YAML."],
     ["[Run|Use] `kubectl get deployment {app} -o yaml`."]),
]

SMALL_TALK = [
    (["[Hi|Hello|Hey|Good morning|Good evening|Hello there|Hi there][!|.|]", "[hi|hello|hey]", "Hello, [can you help me|are you there]?"],
     ["[Hello!|Hi!] [How can I help you?|What would you like to know about Kubernetes?|Ask me about LLMs on Kubernetes.]"]),
    (["[Hi|Hello], [I am|my name is] {name}.", "My name is {name}.", "I am {name}, nice to meet you."],
     ["[Hello|Hi|Nice to meet you], {name}! [How can I help you?|What would you like to know?]"]),
    (["Who are you?", "What are you?", "who are you", "What is your name?", "Tell me about yourself.",
      "Are you [a human|a person|a robot|an AI]?", "[Hi|Hello], who are you?", "Which model are you?", "Introduce yourself."],
     ["I am [a small language model|a small model|a tiny model] of inferlab. [I can answer simple questions about LLMs on Kubernetes.|I help people to learn how LLMs run on Kubernetes.|I run on a CPU and know a little about Kubernetes.]"]),
    (["Who [made|trained|built] you?", "Where do you come from?"],
     ["I was trained from scratch for inferlab[.| on a few CPU cores.| with simple texts about Kubernetes.]"]),
    (["What can you do?", "How can you help me?", "What do you know?", "What can I ask you?", "Help!", "help", "Can you help me?"],
     ["I can [explain|answer questions about] Pods, GPUs, probes, Services, [scaling|rollouts] and LLM inference. [Just ask!|Ask me a short question.|]"]),
    (["How are you?", "How are you today?", "Are you ok?", "How is it going?"],
     ["I am [fine|well], thank you. [How can I help you?|All my weights are loaded.|I am ready for your questions.]"]),
    (["How big are you?", "How many parameters do you have?", "Are you a large model?"],
     ["I have about three million parameters, so I am [very small|tiny]. [Large models have billions.|Please check what I say.]"]),
    (["Can you [make mistakes|be wrong]?", "Are your answers [always |]right?", "Can I trust you?"],
     ["I am a very small model, so I [can be wrong|make mistakes]. [Please check my answers.|Check important things in the documentation.]"]),
    (["What is inferlab?", "Explain inferlab.", "Tell me about inferlab.", "What is inferlab for?"],
     ["inferlab [teaches people|helps people to learn] how to run LLMs on Kubernetes with a real inference engine. [I am its small model.|]"]),
    (["[Bye|Goodbye|See you|Good night|Good bye][!|.|]", "I have to go.", "That is all for today."],
     ["[Goodbye!|Bye!|See you!] [Have a nice day.|Good luck with your cluster.|Come back soon.|]"]),
    (["Tell me a joke.", "Do you know a joke?", "Make me laugh."],
     ["Why did the Pod stay at home? It had no toleration for the node.",
      "A Pod walks into a bar. The bar has a taint, so the Pod walks out.",
      "Why was the GPU so calm? Someone else had requested it, so it had no Pods to worry about."]),
    (["[What is|How is] the weather [today|]?", "Who won the game?", "What is the capital of {name}?", "Who is the president?",
      "Write a poem about love.", "What time is it?", "What is the best movie?", "Tell me the news.", "Cook me a meal.",
      "What is the stock price?", "Who is {name}?", "Which car should I buy?", "How do I cook rice?", "Where is {name}?"],
     ["[I do not know that.|Sorry, I do not know.] [I am a small model and can only talk about LLMs on Kubernetes.|Ask me about Kubernetes or LLM inference.]"]),
    (["Say hello.", "Say hello to {name}.", "Please say hi to {name}."], ["Hello, {name}!"]),
    (["Count to five.", "Count from one to five."], ["One, two, three, four, five."]),
    (["Count to three.", "Count from 1 to 3."], ["One, two, three."]),
    (["Are you there?", "Test", "test", "ping", "Is this thing on?"], ["[Yes, I am here.|I am here.] [How can I help you?|Ask me something.]"]),
    (["Yes.", "No.", "Ok.", "ok", "Good.", "I see.", "Hm."], ["[Good.|All right.] [What would you like to know?|Do you have a question about Kubernetes?]"]),
    (["Can you write code?", "Write a program.", "Can you speak German?", "Can you translate this?"],
     ["[No, I am too small for that.|I am too small for that.] I [can only answer|answer] simple questions about LLMs on Kubernetes."]),
]

NUMBER_WORDS = "zero one two three four five six seven eight nine ten".split()


def sums(rng: random.Random) -> Turn:
    operation = rng.random()
    if operation < 0.55:
        a, b = rng.randint(0, 12), rng.randint(0, 12)
        sign, word, result = "+", "plus", a + b
    elif operation < 0.8:
        a = rng.randint(0, 15)
        b = rng.randint(0, a)
        sign, word, result = "-", "minus", a - b
    else:
        a, b = rng.randint(0, 6), rng.randint(0, 6)
        sign, word, result = "*", "times", a * b
    question = rng.choice(["What is {a} {s} {b}?", "What is {a} {w} {b}?", "{a} {s} {b}", "{a} {s} {b} =", "How much is {a} {w} {b}?",
                           "Calculate {a} {s} {b}.", "{a}{s}{b}?"])
    question = fill(question, {"a": str(a), "b": str(b), "s": sign, "w": word})
    shown = word if word in question else sign
    return question, f"{a} {shown} {b} is {result}."


def memory_sizes(rng: random.Random) -> Turn:
    """How much memory the weights of a model need."""
    billions = rng.choice([1, 2, 3, 4, 6, 7, 8, 10, 12, 13, 14, 20, 30, 32, 34, 40, 70])
    bits = rng.choice([16, 16, 8, 4])
    size = billions * bits / 8
    shown = f"{size:g}"
    question = rng.choice([f"How much memory does a {billions}B model need in {bits}-bit?",
                           f"How big is a model with {billions} billion parameters in {bits}-bit?",
                           f"How many gigabytes does a {billions}B model have with {bits} bits?"])
    each = {16: "two bytes", 8: "one byte", 4: "half a byte"}[bits]
    answer = rng.choice([f"About {shown} GB for the weights, because each weight needs {each}. Add memory for the KV cache.",
                         f"With {bits} bits each weight needs {each}, so the weights need about {shown} GB."])
    return question, answer


EVENTS = [
    ("{n} Insufficient nvidia.com/gpu", "not enough free GPUs", "Free a GPU, add a GPU node, or ask for fewer GPUs."),
    ("{n} Insufficient cpu", "not enough free CPU", "Lower the CPU request or add a node."),
    ("{n} Insufficient memory", "not enough free memory", "Lower the memory request or add a node."),
    ("{n} node(s) had untolerated taint {gpu: true}", "a taint that the Pod does not tolerate", "Add a matching toleration to the Pod."),
    ("{n} node(s) didn't match Pod's node affinity/selector", "labels that do not match the nodeSelector", "Fix the nodeSelector or label a node."),
    ("{n} node(s) were unschedulable", "been cordoned", "Run kubectl uncordon when the node is healthy."),
]


def scheduling_event(rng: random.Random) -> Turn:
    reason, meaning, fix = rng.choice(EVENTS)
    count = rng.randint(1, 9)
    event = f"0/{count} nodes are available: {reason.replace('{n}', str(count))}."
    question = rng.choice([f"What does this mean: {event}", f"My Pod is Pending: {event}", f"Explain this event: {event}",
                           f"I see {event} What can I do?", f"{event}", f"The event says: {event} Why?"])
    start = "The node has" if count == 1 else f"All {count} nodes have"
    if count > 1 and rng.random() < 0.3:
        start = "All nodes have"
    answer = rng.choice([f"No node can take the Pod. {start} {meaning}. {fix}", f"{start} {meaning}, so the Pod stays Pending. {fix}"])
    return question, answer


def pod_manifest(rng: random.Random) -> Turn:
    slots = random_slots(rng)
    gpus = rng.choice([0, 1, 1, 2, 4])
    app, tag = slots["app"], slots["tag"]
    what = f" with {gpus} GPU{'s' if gpus > 1 else ''}" if gpus else ""
    question = rng.choice([f"Show me a Pod manifest{what} called {app}.", f"Write a Pod called {app}{what}.",
                           f"Write a manifest for the Pod {app}{what}.", f"Give me the YAML of a Pod{what} named {app}."])
    yaml = (f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {app}\nspec:\n  containers:\n"
            f"  - name: {app}\n    image: {app}:{tag}\n")
    if gpus:
        yaml += f"    resources:\n      limits:\n        nvidia.com/gpu: {gpus}\n"
    return question, f"```yaml\n{yaml}```"


def deployment_manifest(rng: random.Random) -> Turn:
    slots = random_slots(rng)
    app, tag, count = slots["app"], slots["tag"], slots["n"]
    question = rng.choice([f"Show me a Deployment called {app} with {count} replicas.", f"Write a Deployment for {app} with {count} replicas.",
                           f"Give me the YAML of a Deployment named {app} with {count} replicas."])
    yaml = (f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {app}\nspec:\n  replicas: {count}\n"
            f"  selector:\n    matchLabels:\n      app: {app}\n  template:\n    metadata:\n      labels:\n        app: {app}\n"
            f"    spec:\n      containers:\n      - name: {app}\n        image: {app}:{tag}\n")
    return question, f"```yaml\n{yaml}```"


def service_manifest(rng: random.Random) -> Turn:
    slots = random_slots(rng)
    app, port = slots["app"], slots["port"]
    question = rng.choice([f"Show me a Service for {app} on port {port}.", f"Write a Service called {app} with port {port}.",
                           f"Give me the YAML of a Service named {app} on port {port}."])
    yaml = (f"apiVersion: v1\nkind: Service\nmetadata:\n  name: {app}\nspec:\n  selector:\n    app: {app}\n"
            f"  ports:\n  - port: {port}\n    targetPort: {port}\n")
    return question, f"```yaml\n{yaml}```"


def compare(topics: list[Topic]) -> PairMaker:
    """Compare two topics by putting their definitions side by side."""
    groups = ["a Pod,a Deployment,a ReplicaSet,a StatefulSet,a DaemonSet,a Job,a container,a node",
              "a Service,an Ingress,ClusterIP,a NodePort,a LoadBalancer,the Gateway API",
              "a taint,a toleration,a nodeSelector,node affinity,a label,an annotation",
              "a ConfigMap,a Secret,a volume,a PersistentVolumeClaim",
              "a readiness probe,a liveness probe,a startup probe,a health endpoint",
              "TTFT,ITL,throughput,latency", "prefill,decode,chunked prefill,speculative decoding",
              "batching,continuous batching,a queue,prefix caching,the KV cache,paged attention",
              "the HPA,the cluster autoscaler,KEDA,scale to zero", "tensor parallelism,pipeline parallelism",
              "temperature,top-p sampling,top-k sampling,greedy decoding,max_tokens",
              "GGUF,safetensors,Q8_0,quantization", "llama.cpp,vLLM", "training,inference,fine-tuning", "Docker,Kubernetes", "MIG,time slicing,the device plugin",
              "CrashLoopBackOff,OOMKilled,ImagePullBackOff,the Pending phase",
              "the scheduler,the kubelet,the API server,etcd,the control plane,a controller",
              "a rollout,a rollback,a canary release,a rolling update",
              "a token,a tokenizer,a prompt,a system prompt,a chat template,a stop token"]
    by_subject = {t.subject: t for t in topics}
    pairs = []
    for group in groups:
        members = [by_subject[s] for s in group.split(",")]
        pairs += [(a, b) for a in members for b in members if a is not b]

    def first_sentence(topic: Topic, rng: random.Random) -> str:
        text = render(rng.choice(topic.definitions), rng, random_slots(rng))
        return capital(re.split(r"(?<=[.])\s", text)[0])

    def make(rng: random.Random) -> Turn:
        a, b = rng.choice(pairs)
        question = rng.choice(["What is the difference between {a} and {b}?", "How do {a} and {b} differ?", "Compare {a} and {b}.",
                               "{a} or {b}: what is the difference?", "Explain {a} and {b}."])
        question = capital(fill(question, {"a": a.subject, "b": b.subject}))
        return question, f"{first_sentence(a, rng)} {first_sentence(b, rng)}"
    return make


# ------------------------------------------------------------------ plain texts


def article(topic: Topic, related: list[Topic], rng: random.Random) -> str:
    """A short explanatory text: a definition and some facts, with a title or not."""
    slots = random_slots(rng)
    sentences = [capital(render(rng.choice(topic.definitions), rng, slots))]
    facts = [render(f, rng, slots) for f in rng.sample(topic.facts, min(len(topic.facts), rng.randint(1, 4)))]
    sentences += [capital(f) for f in facts]
    for _, answers in rng.sample(topic.entries, min(len(topic.entries), rng.randint(0, 1))):
        answer = render(rng.choice(answers), rng, slots)
        if not re.match(r"(Yes|No|A little|Run|Use|Put|Set|Check|By default|About)\b", answer):
            sentences.append(answer)
    if len(sentences) < 3 and related:
        other = rng.choice(related)
        sentences.append(capital(render(rng.choice(other.definitions), rng, slots)))
    title = f"# {topic.title}\n\n" if rng.random() < 0.5 else ""
    return title + " ".join(sentences) + "\n"


STORY_OPENINGS = [
    "{name} [runs|operates|looks after] a [small|large|new] cluster [for her team|for a school|for a company|at work|with {n} GPU nodes].",
    "[One day|One morning|Today|Last week|On Monday] {name} [wanted to|had to|tried to] run [a language model|an LLM|a new model|a chat model] on Kubernetes.",
    "{name} and {other} [work|worked] on [a chat service|a model server|an LLM service] for [their company|a customer|students].",
    "{name} is learning how to run LLMs on Kubernetes.",
]
# (problem, clue, fix, lesson)
STORIES = [
    ("[The Pod|The new Pod|Her Pod] {pod} [stayed|was] Pending [for a long time|all morning|for an hour].",
     "The events [said|showed] that there were not enough free GPUs.",
     "{name} [stopped an old model|deleted an old Pod|added a GPU node], and [the scheduler placed the Pod|the Pod started] [at once|soon|after a minute].",
     "[A Pod is Pending until a node fits.|The events of a Pod tell why it is Pending.]"),
    ("[The Pod|The new Pod] {pod} [stayed|was] Pending although a GPU was free.",
     "The node {node} had a taint, and the Pod had no toleration.",
     "{name} added a toleration, and the Pod [started|was scheduled on the node].",
     "[A taint keeps Pods away from a node.|Only Pods with a matching toleration may run on a tainted node.]"),
    ("[The server|The model server] was killed again and again while it loaded the model.",
     "The liveness probe [failed|was too strict], because loading took [two|three|four|five] minutes.",
     "{name} added a startup probe, and the server [came up|started well].",
     "[A startup probe gives a slow server time to start.|Model loading takes time.]"),
    ("[Users|The users|Some users] [got errors|saw errors] [after each update|during every rollout].",
     "The Pods got traffic before the model was loaded.",
     "{name} added a readiness probe that succeeds only when the model is loaded.",
     "[A Pod gets traffic only when it is ready.|Readiness decides if a Pod gets traffic.]"),
    ("[The users|Users] had to wait long for the first token.",
     "The [metrics|dashboard] showed a long queue.",
     "{name} [added two replicas|scaled the Deployment to {n} replicas], and the TTFT became [short|much shorter].",
     "[TTFT includes the time in the queue.|A long queue means that more replicas are needed.]"),
    ("The container {app} [crashed|was killed] with exit code 137.",
     "It [used|needed] more memory than its limit.",
     "{name} [raised the memory limit|used a smaller model|used a quantized model], and the Pod [stayed up|ran well].",
     "[Exit code 137 often means OOMKilled.|A container over its memory limit is killed.]"),
    ("The rollout of {app} [was stuck|did not finish].",
     "The new Pod needed a GPU, but the old Pods held all of them.",
     "{name} set maxSurge to 0 and maxUnavailable to 1, and the rollout [finished|went on].",
     "[Without a spare GPU an old Pod must stop first.|A rolling update with maxSurge needs spare GPUs.]"),
    ("The Service {svc} [had no endpoints|did not answer].",
     "Its selector did not match the labels of the Pods.",
     "{name} [fixed|corrected] the selector, and [requests|the traffic] reached the Pods.",
     "A Service finds its Pods by labels."),
    ("The Pod {pod} showed ImagePullBackOff.",
     "[The tag of the image was wrong.|The registry was private, and no pull secret was set.]",
     "{name} [corrected it|fixed it], and the node pulled the image.",
     "ImagePullBackOff means that the node cannot pull the image."),
    ("The answers came slowly, [one word at a time|word by word].",
     "Each decode step had to read all the weights in 16-bit.",
     "{name} used a quantized model with 8 bits, and the ITL [became smaller|dropped].",
     "[Decode is limited by memory bandwidth.|Fewer bytes per weight make decode faster.]"),
    ("[New requests had to wait|Many requests waited] although the GPU had [little|not much] work.",
     "The KV cache was full, because some prompts were very long.",
     "{name} [limited the context length|set a shorter context], and more requests fitted into the batch.",
     "The KV cache grows with each token."),
    ("The new version of {app} gave [bad|strange] answers.",
     "[The chat template was wrong.|It used a wrong chat template.]",
     "{name} [rolled back|ran kubectl rollout undo] and [fixed|corrected] the template.",
     "A model needs the chat template that it was trained with."),
    ("The node {node} did not show any GPU.",
     "The NVIDIA device plugin [was not running|was missing] on the node.",
     "{name} installed the device plugin, and the node offered nvidia.com/gpu.",
     "The device plugin tells the kubelet how many GPUs there are."),
    ("The HPA did not add Pods, and the queue [grew|became long].",
     "It looked at the CPU, but the work was done on the GPU.",
     "{name} [changed the metric to|chose] the queue length, and the HPA [scaled up|added Pods].",
     "For LLM servers the queue length is a better signal than the CPU."),
]
STORY_LINKS = ["{name} [ran|used] kubectl describe and [read the events|looked at the events].", "{name} [read|looked at] the logs.",
               "{name} asked {other} for help.", "{other} [helped|had an idea].", "{name} [looked|checked] [carefully|closely].", ""]
STORY_ENDS = ["{name} [was happy|was glad|smiled].", "[Then|After that] everything worked [well|again].", "{name} learned: {lesson}",
              "{name} wrote it down: {lesson}", "{lesson}", "So {name} learned something new. {lesson}"]


def story(rng: random.Random) -> str:
    slots = random_slots(rng)
    while slots["other"] == slots["name"]:
        slots["other"] = rng.choice(PEOPLE)
    problem, clue, fix, lesson = rng.choice(STORIES)
    slots["lesson"] = expand(lesson, rng)
    parts = [rng.choice(STORY_OPENINGS), problem, rng.choice(STORY_LINKS), clue, fix, rng.choice(STORY_ENDS)]
    text = " ".join(render(p, rng, slots) for p in parts if p)
    # Openings are written with a neutral possessive where a name decides nothing.
    return re.sub(r"  +", " ", text.replace("for her team", "for a team").replace("Her Pod", "The Pod")) + "\n"


def faq(topic: Topic, rng: random.Random) -> str:
    """A plain question and answer without chat tokens, as in a FAQ."""
    slots = random_slots(rng)
    if topic.entries and rng.random() < 0.6:
        questions, answers = rng.choice(topic.entries)
        question, answer = render(rng.choice(questions), rng, slots), render(rng.choice(answers), rng, slots)
    else:
        question, answer = capital(f"What is {topic.subject}?"), define(topic, rng)
    return f"Q: {question}\nA: {answer}\n"


# ------------------------------------------------------------------ assembly


class Splitter:
    """Draws pairs so that questions and answers stay on their side of the split."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.variety: dict[int, tuple[bool, bool]] = {}

    def splittable(self, make: PairMaker) -> tuple[bool, bool]:
        """Does the maker have enough different questions / answers to split?"""
        key = id(make)
        if key not in self.variety:
            probe = random.Random(1234)
            pairs = [make(probe) for _ in range(60)]
            self.variety[key] = (len({q for q, _ in pairs}) >= 8, len({a for _, a in pairs}) >= 8)
        return self.variety[key]

    def draw(self, make: PairMaker, held_out: bool, any_question: bool = False) -> Optional[Turn]:
        split_q, split_a = self.splittable(make)
        if held_out and not (split_q or any_question or split_a):
            return None
        for _ in range(200):
            question, answer = make(self.rng)
            if split_q and not any_question and is_held_out(question) != held_out:
                continue
            if split_a and is_held_out(answer) != held_out:
                continue
            return question, answer
        return None


def generate(topics: list[Topic], rng: random.Random, documents: int, held_out: bool) -> Iterator[dict[str, str]]:
    splitter = Splitter(rng)
    frames = HELD_OUT_FRAMES if held_out else FRAMES
    define_makers = [definition_pairs(t, FRAMES) for t in topics]
    frame_makers = [definition_pairs(t, frames) for t in topics]
    entry_makers = [pairs_from_entry(q, a) for t in topics for q, a in t.entries]
    talk_makers = [pairs_from_entry(q, a) for q, a in SMALL_TALK]
    command_makers = [pairs_from_entry(q, a) for q, a in KUBECTL]
    compare_maker = compare(topics)
    # weight, name, function that picks a maker
    chats: list[tuple[float, str, Callable[[], PairMaker]]] = [
        (26, "definition", lambda: rng.choice(define_makers)),
        (28, "question", lambda: rng.choice(entry_makers)),
        (9, "smalltalk", lambda: rng.choice(talk_makers)),
        (9, "kubectl", lambda: rng.choice(command_makers)),
        (3, "kubectl", lambda: kubectl_list),
        (4, "event", lambda: scheduling_event),
        (3, "sum", lambda: sums),
        (1.5, "memory", lambda: memory_sizes),
        (1.2, "manifest", lambda: rng.choice([pod_manifest, pod_manifest, deployment_manifest, service_manifest])),
        (4, "compare", lambda: compare_maker),
    ]
    if held_out:
        chats.append((8, "frame", lambda: rng.choice(frame_makers)))
    weights = [w for w, _, _ in chats]

    def chat() -> Optional[dict[str, str]]:
        _, kind, pick = rng.choices(chats, weights)[0]
        first = splitter.draw(pick(), held_out, any_question=kind == "frame")
        if first is None:
            return None
        turns, form = [first], rng.random()
        if form < 0.06:
            turns.append((rng.choice(THANKS), rng.choice(WELCOME)))
        elif form < 0.20:
            _, _, pick_second = rng.choices(chats, weights)[0]
            second = splitter.draw(pick_second(), held_out)
            if second is not None:
                turns.append(second)
        elif form < 0.26 and kind == "definition":
            topic = rng.choice([t for t in topics if len(t.facts) >= 2])
            two = rng.sample(topic.facts, 2)
            more = " ".join(capital(render(f, rng, random_slots(rng))) for f in two)
            draw = splitter.draw(define_makers[topics.index(topic)], held_out)
            if draw is not None and is_held_out(more) == held_out:
                turns = [draw, (rng.choice(MORE), more)]
        system = rng.choice(SYSTEM_PROMPTS) if rng.random() < 0.15 else None
        turns = [(as_typed(question, rng), answer) for question, answer in turns]
        return {"kind": kind, "text": chatml(turns, system)}

    def plain() -> Optional[dict[str, str]]:
        form = rng.random()
        index = rng.randrange(len(topics))
        topic, neighbours = topics[index], topics[max(0, index - 1) : index] + topics[index + 1 : index + 2]
        if form < 0.45:
            text, kind = article(topic, neighbours, rng), "article"
        elif form < 0.85:
            text, kind = story(rng), "story"
        else:
            text, kind = faq(topic, rng), "faq"
        return {"kind": kind, "text": text} if is_held_out(text) == held_out else None

    made = 0
    while made < documents:
        document = chat() if rng.random() < 0.78 else plain()
        if document is not None:
            made += 1
            yield document


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build"), help="folder for train.jsonl and val.jsonl")
    parser.add_argument("--documents", type=int, default=150000, help="number of training documents")
    parser.add_argument("--val-documents", type=int, default=1600, help="number of held-out documents")
    parser.add_argument("--seed", type=int, default=20240501)
    args = parser.parse_args()

    topics = load_knowledge(HERE / "knowledge.txt")
    args.out.mkdir(parents=True, exist_ok=True)
    for name, documents, held_out in (("train", args.documents, False), ("val", args.val_documents, True)):
        rng = random.Random(f"{args.seed}-{name}")
        seen: set[str] = set()
        size = 0
        kinds: dict[str, int] = {}
        with open(args.out / f"{name}.jsonl", "w", encoding="utf-8") as handle:
            for document in generate(topics, rng, documents, held_out):
                if held_out and document["text"] in seen:
                    continue
                seen.add(document["text"])
                size += len(document["text"].encode("utf-8"))
                kinds[document["kind"]] = kinds.get(document["kind"], 0) + 1
                handle.write(json.dumps(document, ensure_ascii=False) + "\n")
        print(f"{name}: {sum(kinds.values())} documents, {len(seen)} different, {size} bytes, {dict(sorted(kinds.items()))}")


if __name__ == "__main__":
    main()
