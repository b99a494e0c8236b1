#pragma once

#include <string>
#include <string_view>

/// A lab file that is right, small enough to break one line of it. Line numbers count from the
/// first line, "id: small".
inline constexpr std::string_view kSmallLab = R"(id: small
title: A small lab
minutes: 5
rows: [K8S-02]
objective: Run a Deployment.
prerequisites: [A cluster]
story: There is one.
tasks: [Apply it]
commands:
  - run: kubectl get pods
    why: Shows the Pods.
validation_signals: [It runs]
failure_drills:
  - title: Break it
    steps: Delete it.
    expect: It is gone.
expected_signals: [Nothing is left]
cluster:
  gpus: [L4]
  pools:
    - name: cpu
      count: 1
      cpu: 4
      memory: 16Gi
    - name: gpu
      count: 1
      gpu: L4
      gpus_per_node: 1
      cpu: 8
      memory: 32Gi
      taints:
        - key: nvidia.com/gpu
          value: present
          effect: NoSchedule
  images:
    - repository: registry.example.com/pause
      tags: ["3.9", latest]
      size: 1M
      behaviour: sleeper
traffic:
  - name: chat
    service: front
    port: 80
    start: 1m
    end: 5m
    requests_per_second: 1
run:
  horizon: 10m
  apply_at: 10s
checks:
  - id: available
    kind: deployment-available
    title: It is available
    points: 100
    rows: [K8S-02]
    hint: look
    params: {deployment: front, replicas: 1, by: 5m}
hints:
  - id: look
    when: it is not there
    cost: 1
    text: Look.
mutants:
  - id: none
    title: nothing is there
    removes: [deployment.yaml]
    loses: [available]
review:
  sources: ["Kubernetes documentation: Deployments"]
  reviewed: "2026-11-21"
)";

/// A Deployment for it.
inline constexpr std::string_view kFrontDeployment = R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: front
spec:
  selector:
    matchLabels: {app: front}
  template:
    metadata:
      labels: {app: front}
    spec:
      containers:
        - name: main
          image: registry.example.com/pause:3.9
)";

/// kSmallLab with `from` replaced by `to`; `from` must stand in it exactly once.
std::string small_lab_with(std::string_view from, std::string_view to);
