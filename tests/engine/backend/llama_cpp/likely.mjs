// What llama.cpp (node-llama-cpp's prebuilt binary) finds likely. node_modules is beside this file or
// above it (bench/peers/llama_cpp/package.json).
import {getLlama} from "node-llama-cpp";

const kOptions = {temperature: 1, topK: 0, topP: 1, minP: 0};
const llama = await getLlama({gpu: false, build: "never", maxThreads: 2, logLevel: "error"});

export const openModel = (file) => llama.loadModel({modelPath: file});

/// Greedy tokens after `ids`, the log-probabilities of the `numTop` likeliest for the first of them, and
/// for each how far its logit was above the second one's.
export async function greedy(model, ids, {numTokens, numTop, contextSize, flashAttention = false, adapter}) {
  const lora = adapter ? {adapters: [{filePath: adapter}]} : undefined;
  const context = await model.createContext(
    {contextSize, batchSize: contextSize, threads: 2, sequences: 1, flashAttention, lora});
  const sequence = context.getSequence();
  const tokens = [], gaps = [];
  let step = ids, top = [];
  while (tokens.length < numTokens) {
    const items = step.map((id, i) => i + 1 < step.length
      ? id : [id, {generateNext: {token: true, probabilities: true, options: kOptions}}]);
    const results = await sequence.controlledEvaluate(items);
    const likely = [...results[step.length - 1].next.probabilities.entries()];
    if (tokens.length === 0) top = likely.slice(0, numTop).map(([id, p]) => [id, Math.log(p)]);
    gaps.push(Math.log(likely[0][1] / likely[1][1]));
    tokens.push(likely[0][0]);
    step = [likely[0][0]];
  }
  await context.dispose();
  return {tokens, gaps, top};
}
