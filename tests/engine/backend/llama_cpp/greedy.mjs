// What llama.cpp (node-llama-cpp's prebuilt binary) says of converted folders and of adapters:
//     node greedy.mjs FOLDER expected.json
// FOLDER has the files that `INFERLAB_PEER_FOLDER=FOLDER test_engine_backend "convert*[peer]"` wrote
// ("LoRA*[peer]" for expected_lora.json), and node_modules is beside this file or above it
// (bench/peers/llama_cpp/package.json). NAME.gguf.lora is the adapter that NAME.gguf runs with.
import {getLlama} from "node-llama-cpp";
import fs from "node:fs";
import path from "node:path";

const [folder, out] = process.argv.slice(2);
const kPrompt = [5, 77, 300, 12, 9, 140], kTokens = 48, kTop = 8;

const llama = await getLlama({gpu: false, build: "never", maxThreads: 2, logLevel: "error"});
const said = {};
for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".gguf")).sort()) {
  const model = await llama.loadModel({modelPath: path.join(folder, file)});
  const adapter = path.join(folder, file + ".lora");
  const lora = fs.existsSync(adapter) ? {adapters: [{filePath: adapter}]} : undefined;
  const context = await model.createContext(
    {contextSize: 128, batchSize: 128, threads: 2, sequences: 1, flashAttention: false, lora});
  const sequence = context.getSequence();
  const tokens = [], gaps = [];
  let step = kPrompt, top = [];
  const options = {temperature: 1, topK: 0, topP: 1, minP: 0};
  while (tokens.length < kTokens) {
    const items = step.map((id, i) => i + 1 < step.length
      ? id : [id, {generateNext: {token: true, probabilities: true, options}}]);
    const results = await sequence.controlledEvaluate(items);
    const likely = [...results[step.length - 1].next.probabilities.entries()];
    if (tokens.length === 0) top = likely.slice(0, kTop).map(([id, p]) => [id, Math.log(p)]);
    gaps.push(Math.log(likely[0][1] / likely[1][1]));
    tokens.push(likely[0][0]);
    step = [likely[0][0]];
  }
  said[file] = {tokens, top, smallestGap: Math.min(...gaps)};
  await context.dispose();
  await model.dispose();
}
fs.writeFileSync(out, JSON.stringify(said, null, 1).replace(/\n {3,}/g, " ") + "\n");
process.exit(0);
