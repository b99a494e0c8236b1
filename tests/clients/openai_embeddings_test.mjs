// The openai client against a running server of a model for embeddings: $OPENAI_BASE_URL.
// Started by tests/program/openai_embeddings_test.cpp, which says how the server is made.
import OpenAI from 'openai';
import assert from 'node:assert/strict';
import test from 'node:test';

const client = new OpenAI({maxRetries: 0});
const model = 'embedder';
const length = (vector) => Math.hypot(...vector);

test('a text: the client asks for base64 and gets the same floats', async () => {
  const answer = await client.embeddings.create({model, input: 'a pod in a node'});
  assert.equal(answer.object, 'list');
  assert.equal(answer.model, model);
  assert.equal(answer.data.length, 1);
  const [{embedding, index, object}] = answer.data;
  assert.equal(index, 0);
  assert.equal(object, 'embedding');
  assert.ok(Math.abs(length(embedding) - 1) < 1e-5);
  const plain = await client.embeddings.create(
      {model, input: 'a pod in a node', encoding_format: 'float'});
  assert.deepEqual(plain.data[0].embedding.map(Math.fround), embedding.map(Math.fround));
  assert.equal(plain.usage.prompt_tokens, plain.usage.total_tokens);
  assert.ok(plain.usage.prompt_tokens > 0);
});

test('a list of texts: in their order, each as it is alone', async () => {
  const input = ['the pod', 'the node and the pod', 'in', 'the pod'];
  const all = await client.embeddings.create({model, input});
  assert.deepEqual(all.data.map((one) => one.index), [0, 1, 2, 3]);
  assert.deepEqual(all.data[0].embedding, all.data[3].embedding);
  assert.notDeepEqual(all.data[0].embedding, all.data[1].embedding);
  const alone = await client.embeddings.create({model, input: input[1]});
  assert.deepEqual(alone.data[0].embedding, all.data[1].embedding);
});

test('token ids, one list and several', async () => {
  const one = await client.embeddings.create({model, input: [5, 6, 7]});
  const two = await client.embeddings.create({model, input: [[8], [5, 6, 7]]});
  assert.equal(one.usage.prompt_tokens, 3);
  assert.equal(two.usage.prompt_tokens, 4);
  assert.deepEqual(one.data[0].embedding, two.data[1].embedding);
});

test('vLLM\'s own fields: truncate_prompt_tokens, normalize', async () => {
  const cut = await client.embeddings.create(
      {model, input: [5, 6, 7, 8], truncate_prompt_tokens: 3});
  assert.equal(cut.usage.prompt_tokens, 3);
  const raw = await client.embeddings.create({model, input: [5, 6, 7], normalize: false});
  assert.ok(Math.abs(length(raw.data[0].embedding) - 1) > 1e-3);
});

test('errors have their class and their words', async () => {
  const refused = async (body, kind, words) => {
    const error = await client.embeddings.create(body).then(
        () => assert.fail('was not refused'), (reason) => reason);
    assert.ok(error instanceof kind, String(error));
    assert.match(error.message, words);
  };
  await refused({model, input: 'a', dimensions: 8}, OpenAI.BadRequestError,
      /does not support matryoshka representation/);
  await refused({model, input: []}, OpenAI.BadRequestError, /at least one prompt/);
  await refused({model, input: Array(5000).fill(5)}, OpenAI.BadRequestError,
      /maximum context length is \d+ tokens. However, you requested 5000 tokens in the input/);
  await refused({model: 'another', input: 'a'}, OpenAI.NotFoundError, /does not exist/);
  const error = await client.chat.completions.create(
      {model, messages: [{role: 'user', content: 'a'}]}).catch((reason) => reason);
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.match(error.message, /does not support Chat Completions API/);
});
