#include "tests/labs/lint_sample.h"

#include <memory>
#include <utility>

namespace inferlab::labs::lint {
namespace {

constexpr const char* kManifest = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: llama-8b, namespace: prod}
spec:
  template:
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:latest  # moves
          args: ["--grüße", --model=llama]
---
apiVersion: v1
kind: Service
metadata: {name: llama, namespace: prod}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  deeply: {nested: {flow: {mapping: {which: {is: {so: {long: {that: {it: {fits: {no: {terminal: 1}}}}}}}}}}}}
)";

constexpr Check kTag = {
    .id = "image-tag",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "an image whose tag moves",
    .why =
        "A node that comes later pulls other code than the nodes before it, so that two replicas "
        "of one model give two answers.",
    .mend = "Name the image by its digest.",
    .rows = "RT-01 TRP-04"};

constexpr Check kSecret = {.id = "config-secret",
                           .tier = Tier::kContext,
                           .severity = Severity::kNote,
                           .title = "a ConfigMap that holds too much",
                           .why = "Everybody who may list ConfigMaps reads it.",
                           .mend = "Move it into a Secret.",
                           .rows = "SEC-02"};

constexpr Check kUnreadable = {.id = "unreadable",
                               .tier = Tier::kApi,
                               .severity = Severity::kError,
                               .title = "no YAML, or no Kubernetes object",
                               .why = "kubectl apply stops here.",
                               .mend = "Write a document that begins with {apiVersion: …}.",
                               .rows = ""};

}  // namespace

LintSample lint_sample() {
  LintSample out;
  out.files.push_back(parse_manifest("./a b/odd:,%.yaml", "kind: [\xff\n"));
  out.files.push_back(parse_manifest("web/llama.yaml", kManifest));
  std::deque<Object> objects = objects_of(out.files);
  for (Object& object : objects) object.ns = object.value["metadata"]["namespace"].str();
  auto bundle = std::make_shared<const Bundle>(std::move(objects));

  LintResult& result = out.result;
  result.verdict = Verdict::kFail;
  result.objects = bundle->objects().size();
  result.checks = 78;
  result.notes = {"19 checks need a context\n::error::and <b> were not run"};

  Finding unreadable;
  unreadable.check = &kUnreadable;
  unreadable.file = out.files[0].path;
  unreadable.object = "File/" + unreadable.file;
  unreadable.place = {1, 7};
  unreadable.message = "a quote is \x1b[31mnever\x1b[0m closed\n::warning::pwned, 100% \xff]]>";
  unreadable.mend = kUnreadable.mend;
  result.findings.push_back(std::move(unreadable));

  Report report(result.findings);
  report.begin(kTag);
  const Object& deployment = bundle->objects()[0];
  report.add(deployment, "spec.template.spec.containers[0].image",
             "container \"vllm\" runs [latest](http://evil), {0}");
  report.add(deployment, "spec.template.spec.containers[0].args[1]", "the model has no revision")
      .mend = "Add --revision.";
  report.begin(kSecret);
  const Object& settings = bundle->objects()[2];
  report
      .add(settings, "data.deeply.nested.flow.mapping.which.is.so.long.that.it.fits.no.terminal",
           "terminal is 1")
      .fixes = {{.kind = Fix::Kind::kRemove, .path = "data.deeply", .value = {}}};
  result.bundle = std::move(bundle);
  return out;
}

}  // namespace inferlab::labs::lint
