"""Debian's python3-kubernetes against a running cluster: the one of $KUBECONFIG.

Started by tests/program/clients_test.cpp, which says how the cluster is made.
"""
import json
import threading
import time
import unittest

from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client.rest import ApiException

NAMESPACE = "default"
SLEEPER = "registry.example.com/library/busybox:1.36"


def config_map(name, data=None, labels=None):
    return client.V1ConfigMap(
        metadata=client.V1ObjectMeta(name=name, labels=labels), data=data)


def deployment(name, replicas=1):
    return client.V1Deployment(
        metadata=client.V1ObjectMeta(name=name),
        spec=client.V1DeploymentSpec(
            replicas=replicas,
            selector=client.V1LabelSelector(match_labels={"app": name}),
            template=client.V1PodTemplateSpec(
                metadata=client.V1ObjectMeta(labels={"app": name}),
                spec=client.V1PodSpec(
                    termination_grace_period_seconds=1,
                    containers=[client.V1Container(name="main", image=SLEEPER)]))))


def until(ask, seconds=30):
    """Asks again until the answer is true; the last answer."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.05)


class ClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        config.load_kube_config()
        cls.core = client.CoreV1Api()
        cls.apps = client.AppsV1Api()

    def status_of(self, error):
        """The Status that came with an ApiException."""
        status = json.loads(error.body)
        self.assertEqual(status["kind"], "Status")
        self.assertEqual(status["status"], "Failure")
        self.assertEqual(status["code"], error.status)
        return status

    def refused(self, call, code):
        with self.assertRaises(ApiException) as caught:
            call()
        self.assertEqual(caught.exception.status, code)
        return self.status_of(caught.exception)

    def test_version_and_discovery(self):
        self.assertEqual(client.VersionApi().get_code().git_version, "v1.32.4")
        groups = {group.name for group in client.ApisApi().get_api_versions().groups}
        self.assertLessEqual({"apps", "batch", "policy", "autoscaling"}, groups)
        names = {resource.name for resource in self.core.get_api_resources().resources}
        self.assertLessEqual({"pods", "pods/log", "pods/eviction", "nodes/status"}, names)

    def test_lists_of_every_kind_are_understood(self):
        # The models refuse what lacks a required field.
        self.assertGreater(len(self.core.list_node().items), 0)
        node = self.core.list_node().items[0]
        self.assertTrue(any(c.type == "Ready" for c in node.status.conditions))
        self.assertIn("cpu", node.status.allocatable)
        for page in (
                self.core.list_namespace(), self.core.list_service_for_all_namespaces(),
                self.core.list_event_for_all_namespaces(),
                self.core.list_endpoints_for_all_namespaces(),
                self.core.list_service_account_for_all_namespaces(),
                self.core.list_config_map_for_all_namespaces(),
                client.DiscoveryV1Api().list_endpoint_slice_for_all_namespaces(),
                client.CoordinationV1Api().list_lease_for_all_namespaces(),
                client.RbacAuthorizationV1Api().list_cluster_role(),
                client.RbacAuthorizationV1Api().list_cluster_role_binding(),
                client.SchedulingV1Api().list_priority_class(),
                client.StorageV1Api().list_storage_class(),
                client.StorageV1Api().list_csi_node()):
            self.assertTrue(page.metadata.resource_version)
            self.assertGreater(len(page.items), 0, type(page).__name__)

    def test_an_object_from_its_creation_to_its_end(self):
        made = self.core.create_namespaced_config_map(NAMESPACE, config_map("life", {"a": "1"}))
        self.assertTrue(made.metadata.uid)
        again = self.refused(
            lambda: self.core.create_namespaced_config_map(NAMESPACE, config_map("life")), 409)
        self.assertEqual(again["reason"], "AlreadyExists")
        self.assertEqual(again["message"], 'configmaps "life" already exists')

        made.data = {"a": "2"}
        replaced = self.core.replace_namespaced_config_map("life", NAMESPACE, made)
        self.assertEqual(replaced.data, {"a": "2"})
        conflict = self.refused(
            lambda: self.core.replace_namespaced_config_map("life", NAMESPACE, made), 409)
        self.assertEqual(conflict["reason"], "Conflict")
        self.assertIn("the object has been modified", conflict["message"])

        self.core.delete_namespaced_config_map("life", NAMESPACE)
        gone = self.refused(
            lambda: self.core.read_namespaced_config_map("life", NAMESPACE), 404)
        self.assertEqual(gone["details"], {"name": "life", "kind": "configmaps"})
        invalid = self.refused(
            lambda: self.core.create_namespaced_config_map(NAMESPACE, config_map("No_Good")), 422)
        self.assertEqual(invalid["details"]["causes"][0]["field"], "metadata.name")

    def test_patches_of_every_type(self):
        self.apps.create_namespaced_deployment(NAMESPACE, deployment("patched", replicas=0))
        strategic = self.apps.patch_namespaced_deployment("patched", NAMESPACE, {
            "spec": {"template": {"spec": {"containers": [
                {"name": "side", "image": SLEEPER}]}}}})
        names = [c.name for c in strategic.spec.template.spec.containers]
        self.assertEqual(sorted(names), ["main", "side"])  # a list is merged by name
        by_path = self.apps.patch_namespaced_deployment("patched", NAMESPACE, [
            {"op": "test", "path": "/spec/replicas", "value": 0},
            {"op": "add", "path": "/metadata/labels", "value": {"tier": "gold"}}])
        self.assertEqual(by_path.metadata.labels, {"tier": "gold"})
        failed = self.refused(lambda: self.apps.patch_namespaced_deployment(
            "patched", NAMESPACE, [{"op": "test", "path": "/spec/replicas", "value": 7}]), 422)
        self.assertEqual(failed["reason"], "Invalid")

        resources = dynamic.DynamicClient(client.ApiClient()).resources
        deployments = resources.get(api_version="apps/v1", kind="Deployment")
        merged = deployments.patch(
            name="patched", namespace=NAMESPACE,
            body={"spec": {"template": {"spec": {"containers": [
                {"name": "only", "image": SLEEPER}]}}}},
            content_type="application/merge-patch+json")
        self.assertEqual(len(merged.spec.template.spec.containers), 1)  # a list is replaced

        config_maps = resources.get(api_version="v1", kind="ConfigMap")
        body = {"apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": "applied"}, "data": {"k": "1"}}

        def apply(**options):
            return config_maps.patch(
                name="applied", namespace=NAMESPACE, body=json.dumps(body),
                content_type="application/apply-patch+yaml", **options)
        self.assertEqual(apply(field_manager="ann").data.k, "1")
        body["data"]["k"] = "2"
        with self.assertRaises(dynamic.exceptions.ConflictError) as caught:
            apply(field_manager="bob")
        self.assertIn('conflict with \\"ann\\": .data.k', caught.exception.body.decode())
        self.assertEqual(apply(field_manager="bob", force_conflicts=True).data.k, "2")
        self.core.delete_namespaced_config_map("applied", NAMESPACE)
        self.apps.delete_namespaced_deployment("patched", NAMESPACE)

    def test_lists_by_label_and_in_pages(self):
        for number in range(7):
            self.core.create_namespaced_config_map(NAMESPACE, config_map(
                f"page-{number}", labels={"set": "pages", "odd": str(number % 2)}))
        odd = self.core.list_namespaced_config_map(
            NAMESPACE, label_selector="set=pages,odd in (1)")
        self.assertEqual(len(odd.items), 3)
        one = self.core.list_namespaced_config_map(
            NAMESPACE, field_selector="metadata.name=page-4")
        self.assertEqual([item.metadata.name for item in one.items], ["page-4"])
        names, token, pages = [], None, 0
        while pages == 0 or token:
            page = self.core.list_namespaced_config_map(
                NAMESPACE, label_selector="set=pages", limit=3, _continue=token)
            names += [item.metadata.name for item in page.items]
            token, pages = page.metadata._continue, pages + 1
        self.assertEqual((pages, names), (3, [f"page-{n}" for n in range(7)]))
        self.core.delete_collection_namespaced_config_map(NAMESPACE, label_selector="set=pages")
        self.assertEqual(self.core.list_namespaced_config_map(
            NAMESPACE, label_selector="set=pages").items, [])

    def test_watch(self):
        start = self.core.list_namespaced_config_map(NAMESPACE).metadata.resource_version

        def write():
            self.core.create_namespaced_config_map(
                NAMESPACE, config_map("seen", labels={"set": "watch"}))
            self.core.patch_namespaced_config_map("seen", NAMESPACE, {"data": {"k": "v"}})
            self.core.delete_namespaced_config_map("seen", NAMESPACE)
        writer = threading.Thread(target=write)
        stream, events = watch.Watch(), []
        writer.start()
        for event in stream.stream(
                self.core.list_namespaced_config_map, NAMESPACE, resource_version=start,
                label_selector="set=watch", timeout_seconds=30):
            events.append((event["type"], event["object"].data))
            if event["type"] == "DELETED":
                stream.stop()
        writer.join()
        self.assertEqual(events, [("ADDED", None), ("MODIFIED", {"k": "v"}),
                                  ("DELETED", {"k": "v"})])
        ended = list(watch.Watch().stream(
            self.core.list_namespaced_config_map, NAMESPACE, label_selector="set=watch",
            timeout_seconds=1))
        self.assertEqual(ended, [])
        # Far ahead of the cluster: told so, and the client does not loop over it.
        with self.assertRaises(ApiException) as caught:
            list(watch.Watch().stream(
                self.core.list_namespaced_config_map, NAMESPACE, resource_version="1000000000",
                timeout_seconds=1))
        self.assertIn(caught.exception.status, (410, 504))

    def test_a_deployment_runs_scales_and_is_evicted_from(self):
        self.apps.create_namespaced_deployment(NAMESPACE, deployment("web", replicas=2))

        def ready():
            return self.apps.read_namespaced_deployment_status(
                "web", NAMESPACE).status.ready_replicas
        self.assertTrue(until(lambda: ready() == 2))
        scale = self.apps.read_namespaced_deployment_scale("web", NAMESPACE)
        self.assertEqual((scale.spec.replicas, scale.status.selector), (2, "app=web"))
        scale.spec.replicas = 3
        self.apps.replace_namespaced_deployment_scale("web", NAMESPACE, scale)
        self.assertTrue(until(lambda: ready() == 3))

        pods = self.core.list_namespaced_pod(NAMESPACE, label_selector="app=web").items
        policy = client.PolicyV1Api()
        policy.create_namespaced_pod_disruption_budget(NAMESPACE, client.V1PodDisruptionBudget(
            metadata=client.V1ObjectMeta(name="web"),
            spec=client.V1PodDisruptionBudgetSpec(
                min_available=3, selector=client.V1LabelSelector(match_labels={"app": "web"}))))
        self.assertTrue(until(lambda: policy.read_namespaced_pod_disruption_budget_status(
            "web", NAMESPACE).status.expected_pods == 3))

        def evict():
            name = pods[0].metadata.name
            return self.core.create_namespaced_pod_eviction(
                name, NAMESPACE,
                client.V1Eviction(metadata=client.V1ObjectMeta(name=name)))
        refused = self.refused(evict, 429)
        self.assertEqual(refused["reason"], "TooManyRequests")
        self.assertIn("disruption budget", refused["message"])
        policy.delete_namespaced_pod_disruption_budget("web", NAMESPACE)
        self.assertTrue(until(evict))
        self.apps.delete_namespaced_deployment(
            "web", NAMESPACE, propagation_policy="Foreground")
        self.assertTrue(until(lambda: not self.core.list_namespaced_pod(
            NAMESPACE, label_selector="app=web").items))

    def test_logs(self):
        # Without a GPU the server says what it misses and ends.
        self.core.create_namespaced_pod(NAMESPACE, client.V1Pod(
            metadata=client.V1ObjectMeta(name="talks"),
            spec=client.V1PodSpec(restart_policy="Never", containers=[client.V1Container(
                name="main", image="registry.example.com/ai/vllm:v0.11.0",
                args=["--model", "meta-llama/Llama-3.1-8B-Instruct"])])))
        self.assertTrue(until(lambda: self.core.read_namespaced_pod_status(
            "talks", NAMESPACE).status.phase == "Failed"))
        text = self.core.read_namespaced_pod_log("talks", NAMESPACE)
        self.assertTrue(text.endswith("\n"))
        last = self.core.read_namespaced_pod_log(
            "talks", NAMESPACE, tail_lines=1, timestamps=True)
        self.assertRegex(last, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z ")
        self.assertIn(last.split(" ", 1)[1], text)
        followed = list(watch.Watch().stream(
            self.core.read_namespaced_pod_log, "talks", NAMESPACE))
        self.assertEqual("\n".join(followed).strip(), text.strip())
        self.core.delete_namespaced_pod("talks", NAMESPACE)

    def test_custom_resources(self):
        extensions = client.ApiextensionsV1Api()
        schema = client.V1JSONSchemaProps(type="object", properties={
            "spec": client.V1JSONSchemaProps(type="object", properties={
                "size": client.V1JSONSchemaProps(type="integer", minimum=0)})})
        extensions.create_custom_resource_definition(client.V1CustomResourceDefinition(
            metadata=client.V1ObjectMeta(name="pools.py.example.com"),
            spec=client.V1CustomResourceDefinitionSpec(
                group="py.example.com", scope="Namespaced",
                names=client.V1CustomResourceDefinitionNames(plural="pools", kind="Pool"),
                versions=[client.V1CustomResourceDefinitionVersion(
                    name="v1", served=True, storage=True,
                    schema=client.V1CustomResourceValidation(open_apiv3_schema=schema))])))
        self.assertTrue(until(lambda: any(
            condition.type == "Established" and condition.status == "True"
            for condition in (extensions.read_custom_resource_definition_status(
                "pools.py.example.com").status.conditions or []))))
        custom = client.CustomObjectsApi()
        place = ("py.example.com", "v1", NAMESPACE, "pools")
        pool = {"apiVersion": "py.example.com/v1", "kind": "Pool",
                "metadata": {"name": "a"}, "spec": {"size": 2}}
        self.assertEqual(
            custom.create_namespaced_custom_object(*place, pool)["spec"]["size"], 2)
        changed = custom.patch_namespaced_custom_object(*place, "a", {"spec": {"size": 3}})
        self.assertEqual(changed["spec"]["size"], 3)
        invalid = self.refused(lambda: custom.patch_namespaced_custom_object(
            *place, "a", {"spec": {"size": -1}}), 422)
        self.assertIn("should be greater than or equal to 0", invalid["message"])
        self.assertEqual(len(custom.list_namespaced_custom_object(*place)["items"]), 1)
        custom.delete_namespaced_custom_object(*place, "a")
        extensions.delete_custom_resource_definition("pools.py.example.com")

    def test_many_documents_at_once(self):
        utils.create_from_dict(client.ApiClient(), {
            "apiVersion": "v1", "kind": "List", "items": [
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "py-team"}},
                {"apiVersion": "v1", "kind": "Secret", "metadata": {
                    "name": "s", "namespace": "py-team"}, "stringData": {"token": "abc"}}]})
        self.assertEqual(
            self.core.read_namespaced_secret("s", "py-team").data, {"token": "YWJj"})
        self.core.delete_namespace("py-team")

        def is_gone():
            try:
                self.core.read_namespace("py-team")
            except ApiException as error:
                return error.status == 404
            return False
        self.assertTrue(until(is_gone))


if __name__ == "__main__":
    # The client leaves its connections to the garbage collector, with a warning each.
    unittest.main(verbosity=2, warnings="ignore")
