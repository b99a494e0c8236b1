// OpenAI's own client against `inferlab serve`: the one at $OPENAI_BASE_URL, with $OPENAI_API_KEY.
// Started by tests/program/serve_clients_test.cpp, which says how the server is made.
import assert from 'node:assert/strict';
import test from 'node:test';
import OpenAI from 'openai';

const client = new OpenAI({maxRetries: 0});
const model = (await client.models.list()).data[0].id;
const messages = [{role: 'user', content: 'What is a Pod?'}];
const chat = (more) => client.chat.completions.create({model, messages, ...more});

test('models are listed and retrieved', async () => {
  const found = await client.models.retrieve(model);
  assert.equal(found.id, model);
  assert.ok(found.max_model_len > 0);
  await assert.rejects(client.models.retrieve('none'), OpenAI.NotFoundError);
});

test('a chat is answered, and streamed word for word the same', async () => {
  const whole = await chat({temperature: 0, max_completion_tokens: 24});
  assert.equal(whole.choices[0].message.role, 'assistant');
  assert.equal(whole.usage.total_tokens, whole.usage.prompt_tokens + whole.usage.completion_tokens);
  const stream = await chat({
    temperature: 0, max_completion_tokens: 24, stream: true, stream_options: {include_usage: true},
  });
  let text = '';
  let usage = null;
  let reason = null;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? '';
    reason = chunk.choices[0]?.finish_reason ?? reason;
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(reason, whole.choices[0].finish_reason);
  assert.deepEqual(usage, whole.usage);
});

test('the stream helper puts an answer together', async () => {
  const stream = client.chat.completions.stream({model, messages, temperature: 0, max_tokens: 12});
  const completion = await stream.finalChatCompletion();
  const whole = await chat({temperature: 0, max_tokens: 12});
  assert.equal(completion.choices[0].message.content, whole.choices[0].message.content);
});

test('n choices, with and without a stream', async () => {
  const whole = await chat({n: 3, seed: 7, max_tokens: 8});
  assert.deepEqual(whole.choices.map((choice) => choice.index), [0, 1, 2]);
  const texts = ['', '', ''];
  for await (const chunk of await chat({n: 3, seed: 7, max_tokens: 8, stream: true})) {
    for (const choice of chunk.choices) texts[choice.index] += choice.delta.content ?? '';
  }
  assert.deepEqual(texts, whole.choices.map((choice) => choice.message.content));
});

test('logprobs of chats and completions', async () => {
  const whole = await chat({temperature: 0, max_tokens: 5, logprobs: true, top_logprobs: 2});
  for (const token of whole.choices[0].logprobs.content) {
    assert.equal(token.top_logprobs.length, 2);
    assert.ok(token.logprob <= 0);
    assert.ok(token.bytes.length > 0);
  }
  const scored = await client.completions.create({
    model, prompt: 'A Pod is the smallest unit', max_tokens: 0, echo: true, logprobs: 1,
  });
  const {tokens, token_logprobs: logprobs} = scored.choices[0].logprobs;
  assert.equal(scored.choices[0].text, 'A Pod is the smallest unit');
  assert.equal(tokens.length, scored.usage.prompt_tokens);
  assert.equal(logprobs[0], null);
  assert.ok(logprobs.slice(1).every((logprob) => logprob <= 0));
});

test('several prompts in one request', async () => {
  const both = await client.completions.create({
    model, prompt: ['A Pod', 'A Service'], max_tokens: 6, temperature: 0,
  });
  const one = await client.completions.create({
    model, prompt: 'A Service', max_tokens: 6, temperature: 0,
  });
  assert.equal(both.choices[1].text, one.choices[0].text);
});

test('tools are taken; the answer is text', async () => {
  const tools = [{type: 'function', function: {name: 'f', parameters: {type: 'object'}}}];
  const answer = await chat({tools, max_tokens: 4});
  assert.equal(answer.choices[0].message.tool_calls, undefined);
  await assert.rejects(chat({tools, tool_choice: 'auto'}), OpenAI.BadRequestError);
});

test('a forced tool call is one, streamed or not', async () => {
  const parameters = {
    type: 'object',
    properties: {node: {enum: ['gpu-0', 'gpu-1']}, force: {type: 'boolean'}},
    required: ['node', 'force'],
    additionalProperties: false,
  };
  const tools = [{type: 'function', function: {name: 'drain', parameters}}];
  const named = {type: 'function', function: {name: 'drain'}};
  for (const [tool_choice, reason] of [['required', 'tool_calls'], [named, 'stop']]) {
    const asked = {tools, tool_choice, parallel_tool_calls: false, temperature: 0, max_tokens: 120};
    const [choice] = (await chat(asked)).choices;
    assert.equal(choice.finish_reason, reason);
    assert.equal(choice.message.tool_calls.length, 1);
    const [call] = choice.message.tool_calls;
    assert.match(call.id, /^chatcmpl-tool-/);
    assert.equal(call.type, 'function');
    assert.equal(call.function.name, 'drain');
    const given = JSON.parse(call.function.arguments);
    assert.deepEqual(Object.keys(given), ['node', 'force']);
    assert.ok(['gpu-0', 'gpu-1'].includes(given.node));
    assert.equal(typeof given.force, 'boolean');
    const stream = client.chat.completions.stream({model, messages, ...asked});
    const [streamed] = (await stream.finalChatCompletion()).choices;
    assert.equal(streamed.finish_reason, reason);
    assert.deepEqual(streamed.message.tool_calls.map((one) => one.function),
      choice.message.tool_calls.map((one) => one.function));
  }
});

test('errors are the typed ones, with the field', async () => {
  await assert.rejects(chat({temperature: 3}), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, 'temperature');
    assert.equal(error.type, 'BadRequestError');
    return true;
  });
  await assert.rejects(chat({model: 'none'}), OpenAI.NotFoundError);
  const stranger = new OpenAI({maxRetries: 0, apiKey: 'none'});
  await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
  await assert.rejects(client.embeddings.create({model, input: 'a'}), OpenAI.BadRequestError);
});

test('an aborted stream ends, and the server goes on', async () => {
  const stream = await chat({stream: true, max_tokens: 150, ignore_eos: true});
  for await (const _ of stream) {
    stream.controller.abort();
    break;
  }
  assert.ok((await chat({max_tokens: 2})).id.startsWith('chatcmpl-'));
});
