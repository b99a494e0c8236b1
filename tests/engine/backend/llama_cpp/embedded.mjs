// What llama.cpp says of the embedded model, whose files `inferlab model quantize --type` wrote:
//     node embedded.mjs F16.gguf Q8_0.gguf embedded.json
import fs from "node:fs";
import {greedy, openModel} from "./likely.mjs";

const [f16, q8, out] = process.argv.slice(2);
const chat = (text) => `<|im_start|>user\n${text}<|im_end|>\n<|im_start|>assistant\n`;
const kPrompts = [
  "Maria runs a small cluster.", "What is a Pod?", chat("How do I list all pods?"), "The scheduler",
  "kubectl get", "apiVersion: v1\nkind: Pod\n", "A GPU node", "To drain a node,", "The model answers",
  "Why is my pod Pending?", "One day,", "The KV cache", "A Deployment has", "3 + 4 =", "In the morning",
  chat("What is a taint?"), chat("Hello!"), "The readiness probe", "Requests and limits", "Autoscaling",
  "A service", chat("What is 12 + 7?"), "Prometheus scrapes", "The last token"];

const rounded = (x) => Math.round(x * 1e5) / 1e5;
const said = {};
for (const [name, file, flashAttention] of
  [["F16", f16, false], ["Q8_0", q8, false], ["Q8_0 with flash attention", q8, true]]) {
  const model = await openModel(file);
  said[name] = [];
  for (const text of kPrompts) {
    const ids = [...model.tokenize(text, true)];
    const {tokens, gaps, top} =
      await greedy(model, ids, {numTokens: 64, numTop: 5, contextSize: 256, flashAttention});
    said[name].push({text, ids, tokens, gaps: gaps.map(rounded),
                     top: top.map(([id, p]) => [id, rounded(p)])});
  }
  await model.dispose();
}
const lines = Object.entries(said).map(([name, runs]) =>
  ` ${JSON.stringify(name)}: [\n  ${runs.map((run) => JSON.stringify(run)).join(",\n  ")}]`);
fs.writeFileSync(out, `{\n${lines.join(",\n")}\n}\n`);
process.exit(0);
