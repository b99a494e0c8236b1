// The openai client against a running server with adapters: $OPENAI_BASE_URL; $ADAPTER is a folder
// of one. Started by tests/program/lora_test.cpp, which says how the server is made.
import OpenAI from 'openai';
import assert from 'node:assert/strict';
import test from 'node:test';

const client = new OpenAI({maxRetries: 0});
const ask = (model, more = {}) => client.chat.completions.create({
  model,
  messages: [{role: 'user', content: 'What is a Pod?'}],
  max_tokens: 12,
  temperature: 0,
  ignore_eos: true,
  ...more,
});
const text = async (model) => (await ask(model)).choices[0].message.content;

test('the model of a request chooses the adapter, streamed or not', async () => {
  const plain = await text('peft');
  assert.notEqual(plain, await text('base'));
  assert.notEqual(plain, await text('llama'));
  let streamed = '';
  for await (const chunk of await ask('peft', {stream: true})) {
    assert.equal(chunk.model, 'peft');
    streamed += chunk.choices[0].delta.content ?? '';
  }
  assert.equal(streamed, plain);
  // All at once, as one batch or several.
  const names = ['base', 'peft', 'llama', 'peft', 'base'];
  const alone = {base: await text('base'), peft: plain, llama: await text('llama')};
  assert.deepEqual(await Promise.all(names.map(text)), names.map((name) => alone[name]));
});

test('adapters are models with a parent', async () => {
  const models = [];
  for await (const model of client.models.list()) models.push(model);
  assert.deepEqual(models.map((model) => [model.id, model.parent]),
                   [['base', null], ['peft', 'base'], ['llama', 'base']]);
  assert.equal((await client.models.retrieve('peft')).root, process.env.ADAPTER);
});

test('loaded and unloaded, with typed errors', async () => {
  const load = (body) => client.post('/load_lora_adapter', {body});
  const unload = (body) => client.post('/unload_lora_adapter', {body});
  await assert.rejects(text('new'), OpenAI.NotFoundError);
  assert.equal(await load({lora_name: 'new', lora_path: process.env.ADAPTER}),
               "Success: LoRA adapter 'new' added successfully.");
  assert.equal(await text('new'), await text('peft'));
  await assert.rejects(load({lora_name: 'new', lora_path: process.env.ADAPTER}),
                       OpenAI.BadRequestError);
  await assert.rejects(load({lora_name: 'other', lora_path: '/no/such/folder'}),
                       OpenAI.NotFoundError);
  assert.equal(await unload({lora_name: 'new'}),
               "Success: LoRA adapter 'new' removed successfully.");
  await assert.rejects(text('new'), OpenAI.NotFoundError);
});
