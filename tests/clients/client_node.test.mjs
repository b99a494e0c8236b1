// @kubernetes/client-node against a running cluster: the one of $KUBECONFIG.
// Started by tests/program/clients_test.cpp, which says how the cluster is made.
import * as k8s from '@kubernetes/client-node';
import assert from 'node:assert/strict';
import {PassThrough} from 'node:stream';
import test from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';

const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const namespace = 'default';
const sleeper = 'registry.example.com/library/busybox:1.36';

const configMap = (name, data, labels) => ({metadata: {name, labels}, data});

const deployment = (name, replicas) => ({
  metadata: {name},
  spec: {
    replicas,
    selector: {matchLabels: {app: name}},
    template: {
      metadata: {labels: {app: name}},
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{name: 'main', image: sleeper}],
      },
    },
  },
});

/** Asks again until the answer is true; the last answer. */
async function until(ask, seconds = 30) {
  const end = Date.now() + 1000 * seconds;
  for (;;) {
    const answer = await ask();
    if (answer || Date.now() > end) return answer;
    await sleep(50);
  }
}

/** The Status that `promise` is refused with. */
async function refused(promise, code) {
  const error = await promise.then(
      () => assert.fail('was not refused'),
      (reason) => reason,
  );
  assert.equal(error.code, code, String(error));
  const status = typeof error.body === 'string' ? JSON.parse(error.body) : error.body;
  assert.equal(status.kind, 'Status');
  assert.equal(status.code, code);
  return status;
}

test('version, nodes and what is served', async () => {
  const version = await config.makeApiClient(k8s.VersionApi).getCode();
  assert.equal(version.gitVersion, 'v1.32.4');
  const nodes = await core.listNode();
  assert.ok(nodes.items.length > 0);
  for (const node of nodes.items) {
    assert.ok(node.metadata.creationTimestamp instanceof Date);
    assert.ok(node.status.conditions.some((c) => c.type === 'Ready' && c.status === 'True'));
  }
  const groups = await config.makeApiClient(k8s.ApisApi).getAPIVersions();
  assert.ok(groups.groups.some((group) => group.name === 'apps'));
});

test('an object from its creation to its end', async () => {
  const made = await core.createNamespacedConfigMap({namespace, body: configMap('life', {a: '1'})});
  assert.ok(made.metadata.uid);
  const again =
      await refused(core.createNamespacedConfigMap({namespace, body: configMap('life')}), 409);
  assert.equal(again.message, 'configmaps "life" already exists');
  const body = {...made, data: {a: '2'}};
  const replaced = await core.replaceNamespacedConfigMap({name: 'life', namespace, body});
  assert.deepEqual(replaced.data, {a: '2'});
  const conflict =
      await refused(core.replaceNamespacedConfigMap({name: 'life', namespace, body}), 409);
  assert.equal(conflict.reason, 'Conflict');
  await core.deleteNamespacedConfigMap({name: 'life', namespace});
  const gone = await refused(core.readNamespacedConfigMap({name: 'life', namespace}), 404);
  assert.equal(gone.message, 'configmaps "life" not found');
  const invalid =
      await refused(core.createNamespacedConfigMap({namespace, body: configMap('No_Good')}), 422);
  assert.equal(invalid.details.causes[0].field, 'metadata.name');
});

test('patches of every type', async () => {
  await apps.createNamespacedDeployment({namespace, body: deployment('patched', 0)});
  const patch = (body, type) => apps.patchNamespacedDeployment(
      {name: 'patched', namespace, body, fieldManager: 'node'},
      k8s.setHeaderOptions('Content-Type', type));
  const side = {spec: {template: {spec: {containers: [{name: 'side', image: sleeper}]}}}};
  const strategic = await patch(side, k8s.PatchStrategy.StrategicMergePatch);
  assert.equal(strategic.spec.template.spec.containers.length, 2);  // a list is merged by name
  const merged = await patch(side, k8s.PatchStrategy.MergePatch);
  assert.equal(merged.spec.template.spec.containers.length, 1);  // a list is replaced
  const byPath =
      await patch([{op: 'add', path: '/spec/paused', value: true}], k8s.PatchStrategy.JsonPatch);
  assert.equal(byPath.spec.paused, true);
  await refused(
      patch([{op: 'test', path: '/spec/replicas', value: 7}], k8s.PatchStrategy.JsonPatch), 422);

  const objects = k8s.KubernetesObjectApi.makeApiClient(config);
  const applied =
      {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'applied', namespace}, data: {k: '1'}};
  const apply = (manager, force) => objects.patch(
      applied, undefined, undefined, manager, force, k8s.PatchStrategy.ServerSideApply);
  assert.equal((await apply('ann', false)).data.k, '1');
  applied.data.k = '2';
  const conflict = await refused(apply('bob', false), 409);
  assert.match(conflict.message, /^Apply failed with 1 conflict: conflict with "ann": \.data\.k$/);
  assert.equal((await apply('bob', true)).data.k, '2');
  await objects.delete(applied);
  await apps.deleteNamespacedDeployment({name: 'patched', namespace});
});

test('lists by label and in pages', async () => {
  for (let number = 0; number < 7; number += 1) {
    await core.createNamespacedConfigMap({
      namespace,
      body: configMap(`page-${number}`, undefined, {set: 'js', odd: String(number % 2)}),
    });
  }
  const odd = await core.listNamespacedConfigMap({namespace, labelSelector: 'set=js,odd in (1)'});
  assert.equal(odd.items.length, 3);
  const names = [];
  let token;
  do {
    const page = await core.listNamespacedConfigMap(
        {namespace, labelSelector: 'set=js', limit: 3, _continue: token});
    names.push(...page.items.map((item) => item.metadata.name));
    token = page.metadata._continue;
  } while (token);
  assert.deepEqual(names, [0, 1, 2, 3, 4, 5, 6].map((n) => `page-${n}`));
  await core.deleteCollectionNamespacedConfigMap({namespace, labelSelector: 'set=js'});
  assert.equal(
      (await core.listNamespacedConfigMap({namespace, labelSelector: 'set=js'})).items.length, 0);
});

test('a watch tells of each change and can be ended', async () => {
  const start = (await core.listNamespacedConfigMap({namespace})).metadata.resourceVersion;
  const events = [];
  let over;
  const ended = new Promise((resolve) => {
    over = resolve;
  });
  const watch = await new k8s.Watch(config).watch(
      `/api/v1/namespaces/${namespace}/configmaps`,
      {resourceVersion: start, labelSelector: 'set=seen', allowWatchBookmarks: true},
      (type, object) => {
        if (type === 'BOOKMARK') return;
        events.push([type, object.data?.k]);
        if (type === 'DELETED') watch.abort();
      },
      over);
  await core.createNamespacedConfigMap(
      {namespace, body: configMap('seen', {k: '1'}, {set: 'seen'})});
  await core.patchNamespacedConfigMap(
      {name: 'seen', namespace, body: {data: {k: '2'}}},
      k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch));
  await core.deleteNamespacedConfigMap({name: 'seen', namespace});
  await ended;
  assert.deepEqual(events, [['ADDED', '1'], ['MODIFIED', '2'], ['DELETED', '2']]);
});

test('an informer keeps a picture of a Deployment\'s Pods', async () => {
  const informer = k8s.makeInformer(
      config, `/api/v1/namespaces/${namespace}/pods`,
      () => core.listNamespacedPod({namespace, labelSelector: 'app=pictured'}), 'app=pictured');
  const failures = [];
  informer.on('error', (error) => failures.push(error));
  await informer.start();
  await apps.createNamespacedDeployment({namespace, body: deployment('pictured', 2)});
  const running = () => informer.list().filter((pod) => pod.status?.phase === 'Running').length;
  assert.ok(await until(() => running() === 2));
  const scale = await apps.readNamespacedDeploymentScale({name: 'pictured', namespace});
  scale.spec.replicas = 1;
  await apps.replaceNamespacedDeploymentScale({name: 'pictured', namespace, body: scale});
  assert.ok(await until(() => informer.list().length === 1));
  await apps.deleteNamespacedDeployment({name: 'pictured', namespace});
  assert.ok(await until(() => informer.list().length === 0));
  assert.deepEqual(failures, []);
  await informer.stop();
});

test('logs, at once and followed to their end', async () => {
  // Without a GPU the server says what it misses and ends.
  await core.createNamespacedPod({
    namespace,
    body: {
      metadata: {name: 'talks'},
      spec: {
        restartPolicy: 'Never',
        containers: [{
          name: 'main',
          image: 'registry.example.com/ai/vllm:v0.11.0',
          args: ['--model', 'meta-llama/Llama-3.1-8B-Instruct'],
        }],
      },
    },
  });
  assert.ok(await until(
      async () =>
          (await core.readNamespacedPod({name: 'talks', namespace})).status.phase === 'Failed'));
  const text = await core.readNamespacedPodLog({name: 'talks', namespace});
  assert.ok(text.endsWith('\n'));
  const stream = new PassThrough();
  const lines = [];
  stream.on('data', (chunk) => lines.push(chunk));
  const done = new Promise((resolve) => {
    stream.on('end', resolve);
  });
  await new k8s.Log(config).log(namespace, 'talks', 'main', stream, {follow: true});
  await done;
  assert.equal(Buffer.concat(lines).toString(), text);
  await core.deleteNamespacedPod({name: 'talks', namespace});
  const none = await core.readNamespacedPodLog({name: 'none', namespace})
                   .then(() => assert.fail('was not refused'), (error) => error);
  assert.equal(none.code, 404);
});

test('metrics of nodes', async () => {
  const metrics = await until(async () => {
    const list = await new k8s.Metrics(config).getNodeMetrics().catch(() => ({items: []}));
    return list.items.length > 0 && list;
  });
  assert.match(metrics.items[0].usage.cpu, /^\d+[num]?$/);
});
