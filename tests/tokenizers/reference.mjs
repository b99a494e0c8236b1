// What Hugging Face's own implementation makes of texts: the vectors' and random ones.
//   node reference.mjs VOCABULARY_FOLDER TEXTS SEED COUNT > cases.json
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

let Tokenizer;
try {
  ({Tokenizer} = createRequire(import.meta.url)('@anush008/tokenizers'));
} catch (error) {  // a native library, which not every machine has
  console.error(String(error));
  process.exit(3);
}
const [folder, textsFile, seedText, count] = process.argv.slice(2);

let seed = Number(seedText) >>> 0;
const below = (limit) => {  // mulberry32
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return Math.floor(((t ^ (t >>> 14)) >>> 0) / 4294967296 * limit);
};
const pick = (list) => list[below(list.length)];

// Characters that every version of Unicode since 10 knows, so that no library's age shows.
const ranges = [[0x20, 0x7e], [0xa0, 0xff], [0x100, 0x17f], [0x3b1, 0x3c9], [0x410, 0x44f], [0x5d0, 0x5ea],
  [0x620, 0x64a], [0x300, 0x344], [0x904, 0x939], [0xe01, 0xe3a], [0x1e00, 0x1eff], [0x2000, 0x200f],
  [0x2160, 0x2188], [0x2460, 0x249b], [0x3041, 0x3096], [0x30a1, 0x30fa], [0x4e00, 0x9fa5], [0xac00, 0xd7a3],
  [0xff01, 0xff5e], [0x1d400, 0x1d454], [0x1f300, 0x1f5ff], [0x20000, 0x2a6d6]];
const common = ['', ' ', ' ', '  ', '    ', '\n', '\n\n', '\r\n', '\t', "'s", "'LL", "'Ve", "don't", '0', '12', '12345',
  ' 007', '3.14', '...', '!?', '//', '/*', ');\n', '{"a": [1]}', 'Hello', ' world', 'camelCase', 'snake_case',
  'İ', 'ſ', "'ſ", 'é', 'ﬁ', '½', '🚀🔥', '👨‍👩‍👧', '\u200b', '\ufeff', '\u3000', '\u2581', '\u0000', '<unk>', '<0x0A>'];

function randomText() {
  let text = '';
  for (let parts = 1 + below(30); parts > 0; --parts) {
    if (below(3) > 0) {
      text += pick(common);
    } else {
      const [first, last] = pick(ranges);
      for (let n = 1 + below(4); n > 0; --n) text += String.fromCodePoint(first + below(last - first + 1));
    }
  }
  return text;
}

const tokenizer = Tokenizer.fromFile(`${folder}/tokenizer.json`);
const texts = readFileSync(textsFile, 'utf8').split('\n__ggml_vocab_test__\n');
for (let i = 0; i < Number(count); ++i) texts.push(randomText());
const cases = [];
for (const text of texts) {
  const encoding = await tokenizer.encode(text, null, {addSpecialTokens: false});
  cases.push({text, ids: encoding.getIds()});
}
process.stdout.write(JSON.stringify(cases));
