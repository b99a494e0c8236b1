// What llama.cpp, as node-llama-cpp's prebuilt binary, needs for what `inferlab bench engine`
// measures of our engine: node measure.mjs MODEL.gguf THREADS TASK... prints one JSON object.
import {readFileSync} from "node:fs";
import {availableParallelism} from "node:os";
import {getLlama} from "node-llama-cpp";

const [file, threads, ...tasks] = process.argv.slice(2);
const kWarmUp = 2, kDecodeTokens = 48, kSequences = 8, kSteps = 16, kPrompt = 512,
  kBusySteps = 12;

// Tokens that every vocabulary has; their text does not matter.
const tokens = (count, first = 0) =>
  Array.from({length: count}, (_, i) => 3 + ((i + first) * 7919) % 256);

const llama = await getLlama({gpu: false, build: "never", maxThreads: +threads, logLevel: "error"});
const model = await llama.loadModel({modelPath: file});
const options = {temperature: 0, yieldEogToken: true};

async function context(size, sequences, batching = {}) {
  return await model.createContext(
    {contextSize: size, batchSize: kPrompt, threads: +threads, sequences, batching});
}

// Milliseconds for each token of one sequence.
async function decode(count_to = kDecodeTokens) {
  const all = await context(256, 1);
  let count = 0, begin = 0;
  for await (const token of all.getSequence().evaluate(tokens(8), options)) {
    void token;
    if (count === kWarmUp) begin = performance.now();
    if (count++ === kWarmUp + count_to) break;
  }
  const took = (performance.now() - begin) / count_to;
  await all.dispose();
  return took;
}

// Milliseconds for a step in which each of eight sequences gets a token. How the library gathers
// the sequences of a step is left to it: gathering by hand gave the same times.
async function eight() {
  const all = await context(128, kSequences, {itemPrioritizationStrategy: "maximumParallelism"});
  const steps = [];
  await Promise.all(Array.from({length: kSequences}, async (_, index) => {
    let count = 0;
    for await (const token of all.getSequence().evaluate(tokens(8, index), options)) {
      void token;
      if (index === 0) steps.push(performance.now());
      if (count++ === kWarmUp + kSteps) break;
    }
  }));
  await all.dispose();
  return (steps.at(-1) - steps[kWarmUp]) / kSteps;
}

// Milliseconds until a prompt of 512 tokens is computed.
async function prefill() {
  const all = await context(kPrompt + 8, 1);
  const sequence = all.getSequence();
  await sequence.evaluateWithoutGeneratingNewTokens(tokens(16));
  await sequence.clearHistory();
  const begin = performance.now();
  await sequence.evaluateWithoutGeneratingNewTokens(tokens(kPrompt));
  const took = performance.now() - begin;
  await all.dispose();
  return took;
}

// Seconds for which others had a core, and the hypervisor: all that was busy but ourselves. Not how long
// our threads waited: there are more of them than cores, so that they wait for each other too.
function taken() {
  const ticks = readFileSync("/proc/stat", "utf8").split("\n")[0].trim().split(/\s+/).slice(1, 9).map(Number);
  const [user, nice, system, , , irq, softirq, stolen] = ticks;
  const own = process.cpuUsage();
  return (user + nice + system + irq + softirq + stolen) / 100 - (own.user + own.system) * 1e-6;
}

// As ours: small models over and over for a second. The median.
async function decodeForASecond() {
  const begin = performance.now(), times = [];
  while (times.length === 0 || performance.now() - begin < 1000) times.push(await decode());
  times.sort((a, b) => a - b);
  return times[times.length >> 1];
}

const kTasks = {decode: decodeForASecond, eight, prefill, busy: () => decode(kBusySteps)};
const result = {};
for (const task of tasks) {
  const begin = performance.now(), takenBefore = taken();
  const ms = await kTasks[task]();
  const lost = (taken() - takenBefore) / ((performance.now() - begin) / 1000);
  result[task] = {ms, cores: Math.max(0, availableParallelism() - lost)};
}
console.log(JSON.stringify(result));
process.exit(0);
