// What llama.cpp says of converted folders and of adapters:
//     node greedy.mjs FOLDER expected.json
// FOLDER has the files that `INFERLAB_PEER_FOLDER=FOLDER test_engine_backend "convert*[peer]"` wrote
// ("LoRA*[peer]" for expected_lora.json). NAME.gguf.lora is the adapter that NAME.gguf runs with.
import fs from "node:fs";
import path from "node:path";
import {greedy, openModel} from "./likely.mjs";

const [folder, out] = process.argv.slice(2);
const kPrompt = [5, 77, 300, 12, 9, 140];

const said = {};
for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".gguf")).sort()) {
  const model = await openModel(path.join(folder, file));
  const adapter = path.join(folder, file + ".lora");
  const {tokens, gaps, top} = await greedy(
    model, kPrompt,
    {numTokens: 48, numTop: 8, contextSize: 128, adapter: fs.existsSync(adapter) ? adapter : undefined});
  said[file] = {tokens, top, smallestGap: Math.min(...gaps)};
  await model.dispose();
}
fs.writeFileSync(out, JSON.stringify(said, null, 1).replace(/\n {3,}/g, " ") + "\n");
process.exit(0);
