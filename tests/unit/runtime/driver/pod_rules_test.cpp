// What compile refuses because the API server would refuse the pods, the autoscalers or the claims (GV3112, GV3130 and
// on). Verdicts in this table are those of kube-apiserver 1.35 for the pods of the template.
#include <gtest/gtest.h>

#include "runtime/driver/compile.h"

namespace grovec::driver {
namespace {

struct Row {
  int code;  ///< 0 = accepted
  const char* pod;
};

/// Codes of all errors of a set, 0 if there is none.
std::vector<int> codes_of(const std::string& set) {
  Compilation c;
  CompileRequest request;
  Result<Done> done = compile_documents(c, request, *load_text(c.context, "set.yaml", set, {}));
  EXPECT_TRUE(done) << (done ? "" : done.error().message);
  std::vector<int> out;
  for (const Diagnostic& d : c.context.diags.all())
    if (d.severity == Severity::kError) out.push_back(d.info->code);
  if (out.empty()) out.push_back(0);
  return out;
}

std::string set_of(const std::string& pod, const std::string& more = "") {
  return "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: {name: s}\nspec:\n  replicas: 1\n  template:\n" +
         more +
         "    cliques:\n    - name: first\n      spec: {roleName: first, replicas: 1, podSpec: {containers: [{name: c, "
         "image: i}]}}\n    - name: a\n      spec:\n        roleName: a\n        replicas: 1\n        podSpec: " +
         pod + "\n";
}

void expect_rows(std::span<const Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(codes_of(set_of(row.pod)), std::vector<int>{row.code}) << row.pod;
}

// `{…}` for a container that is otherwise complete.
#define CONTAINER(text) "{containers: [{name: c, image: i, " text "}]}"
#define POD(text) "{containers: [{name: c, image: i}], " text "}"
#define VOLUME(text) POD("volumes: [{name: v, " text "}]")

TEST(PodRules, Containers) {
  constexpr Row kRows[] = {
      {3112, "{containers: []}"},
      {3112, "{containers: [{name: c}]}"},
      {3112, "{containers: [{name: Big, image: i}]}"},
      {3112, "{containers: [{name: c, image: ' i'}]}"},
      {3112, POD("initContainers: [{name: c, image: i}]")},
      {3112, POD("ephemeralContainers: [{name: e, image: i}]")},
      {3131, CONTAINER("imagePullPolicy: Sometimes")},
      {3131, CONTAINER("terminationMessagePolicy: X")},
      {0, CONTAINER("terminationMessagePolicy: FallbackToLogsOnError")},
      {3131, CONTAINER("restartPolicy: Sometimes")},
      {3131, CONTAINER("restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [1]}}]")},
      {3131, CONTAINER("resizePolicy: [{resourceName: gpu, restartPolicy: NotRequired}]")},
      {0,
       POD("initContainers: [{name: side, image: i, restartPolicy: Always, livenessProbe: {exec: {command: [a]}}}]")},
      {3137, POD("initContainers: [{name: once, image: i, livenessProbe: {exec: {command: [a]}}}]")},
  };
  expect_rows(kRows);
}

TEST(PodRules, Ports) {
  constexpr Row kRows[] = {
      {3132, CONTAINER("ports: [{containerPort: 0}]")},
      {3132, CONTAINER("ports: [{containerPort: 65536}]")},
      {3132, CONTAINER("ports: [{containerPort: 80, protocol: tcp}]")},
      {3132, CONTAINER("ports: [{containerPort: 80, name: a-port-name-too-long}]")},
      {3132, CONTAINER("ports: [{containerPort: 80, name: '80'}]")},
      {3132, CONTAINER("ports: [{containerPort: 80, name: a}, {containerPort: 81, name: a}]")},
      {0, CONTAINER("ports: [{containerPort: 80, name: a}, {containerPort: 81, name: b}]")},
      {3132, CONTAINER("ports: [{containerPort: 80, hostPort: 1}, {containerPort: 81, hostPort: 1}]")},
      {0,
       "{initContainers: [{name: i, image: i, ports: [{containerPort: 80, hostPort: 1}]}], "
       "containers: [{name: c, image: i, ports: [{containerPort: 80, hostPort: 1}]}]}"},
      {3132, "{hostNetwork: true, containers: [{name: c, image: i, ports: [{containerPort: 80, hostPort: 81}]}]}"},
      {3132,
       "{hostNetwork: true, containers: [{name: c, image: i, ports: [{containerPort: 80}]}, "
       "{name: d, image: i, ports: [{containerPort: 80}]}]}"},
  };
  expect_rows(kRows);
}

TEST(PodRules, Environment) {
  constexpr Row kRows[] = {
      {3133, CONTAINER("env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]")},
      {3133, CONTAINER("env: [{name: A, valueFrom: {}}]")},
      {3133, CONTAINER("env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.labels}}}]")},
      {0, CONTAINER("env: [{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['a/b']\"}}}]")},
      {3133, CONTAINER("env: [{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['a b']\"}}}]")},
      {0, CONTAINER("env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}]")},
      {3133, CONTAINER("env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 2}}}]")},
      {3133, CONTAINER("env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: a/b}}}]")},
      {3133, CONTAINER("envFrom: [{}]")},
      {3133, CONTAINER("envFrom: [{configMapRef: {name: a}, secretRef: {name: a}}]")},
      {0, CONTAINER("envFrom: [{prefix: 1-, secretRef: {name: a}}]")},
  };
  expect_rows(kRows);
}

TEST(PodRules, Resources) {
  constexpr Row kRows[] = {
      {3134, CONTAINER("resources: {limits: {cpu: 1}, requests: {cpu: 2}}")},
      {0, CONTAINER("resources: {limits: {cpu: 1}, requests: {cpu: 1000m}}")},
      {3134, CONTAINER("resources: {requests: {nvidia.com/gpu: 1}}")},
      {0, CONTAINER("resources: {limits: {nvidia.com/gpu: 1}}")},
      {3134, CONTAINER("resources: {limits: {nvidia.com/gpu: 2}, requests: {nvidia.com/gpu: 1}}")},
      {3134, CONTAINER("resources: {limits: {nvidia.com/gpu: 500m}}")},
      {3134, CONTAINER("resources: {limits: {cpu: -1}}")},
      {3134, CONTAINER("resources: {limits: {gpu: 1}}")},
      {3134, CONTAINER("resources: {limits: {hugepages-2Mi: 2Mi}}")},
      {3134, CONTAINER("resources: {limits: {cpu: 1, hugepages-2Mi: 3Mi}}")},
      {0, CONTAINER("resources: {limits: {cpu: 1, hugepages-2Mi: 4Mi}}")},
      {3134, CONTAINER("resources: {claims: [{name: r}]}")},
      {0,
       "{resourceClaims: [{name: r, resourceClaimName: x}], containers: [{name: c, image: i, resources: "
       "{claims: [{name: r}]}}]}"},
      {3134, POD("resources: {limits: {nvidia.com/gpu: 1}}")},
      {3134, "{resources: {requests: {cpu: 1}}, containers: [{name: c, image: i, resources: {requests: {cpu: 2}}}]}"},
  };
  expect_rows(kRows);
}

TEST(PodRules, VolumesAndMounts) {
  constexpr Row kRows[] = {
      {3135, POD("volumes: [{name: '', emptyDir: {}}]")},
      {3135, POD("volumes: [{name: V, emptyDir: {}}]")},
      {0, POD("volumes: [{name: v}]")},  // the API server makes it an emptyDir
      {3135, VOLUME("emptyDir: {}, hostPath: {path: /a}")},
      {3135, VOLUME("emptyDir: {sizeLimit: -1}")},
      {3135, VOLUME("hostPath: {path: /a/../b}")},
      {3135, VOLUME("hostPath: {path: /a, type: Folder}")},
      {3135, VOLUME("persistentVolumeClaim: {claimName: ''}")},
      {3135, VOLUME("secret: {}")},
      {3135, VOLUME("configMap: {name: m, items: [{key: k, path: /abs}]}")},
      {3135, VOLUME("configMap: {name: m, defaultMode: 512}")},
      {3135, VOLUME("projected: {sources: [{serviceAccountToken: {path: t, expirationSeconds: 599}}]}")},
      {3135, VOLUME("projected: {sources: [{secret: {name: a, items: [{key: k, path: p}]}}, "
                    "{secret: {name: b, items: [{key: k, path: p}]}}]}")},
      {3135, VOLUME("ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}")},
      {3135, VOLUME("nfs: {server: s, path: rel}")},
      {3136, CONTAINER("volumeMounts: [{name: v, mountPath: /m}]")},
      {3136,
       "{volumes: [{name: v}], containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /m, "
       "subPath: ../s}]}]}"},
      {3136,
       "{volumes: [{name: v}], containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /m, "
       "mountPropagation: Bidirectional}]}]}"},
      {3136, "{volumes: [{name: v}], containers: [{name: c, image: i, volumeDevices: [{name: v, devicePath: /d}]}]}"},
  };
  expect_rows(kRows);
}

TEST(PodRules, Probes) {
  constexpr Row kRows[] = {
      {3137, CONTAINER("livenessProbe: {}")},
      {3137, CONTAINER("livenessProbe: {exec: {command: [a]}, tcpSocket: {port: 1}}")},
      {3137, CONTAINER("livenessProbe: {httpGet: {port: 0}}")},
      {3137, CONTAINER("livenessProbe: {httpGet: {port: 70000}}")},
      {0, CONTAINER("livenessProbe: {httpGet: {port: http}}")},  // a name, even one that no port has
      {3137, CONTAINER("livenessProbe: {exec: {command: [a]}, successThreshold: 2}")},
      {0, CONTAINER("readinessProbe: {exec: {command: [a]}, successThreshold: 2}")},
      {3137, CONTAINER("readinessProbe: {exec: {command: [a]}, terminationGracePeriodSeconds: 1}")},
      {3137, CONTAINER("startupProbe: {exec: {command: [a]}, periodSeconds: -1}")},
      {3137, CONTAINER("lifecycle: {preStop: {sleep: {seconds: 31}}}")},
      {0, CONTAINER("lifecycle: {preStop: {sleep: {seconds: 30}}}")},
      {3137, CONTAINER("lifecycle: {preStop: {}}")},
  };
  expect_rows(kRows);
}

TEST(PodRules, Security) {
  constexpr Row kRows[] = {
      {3138, CONTAINER("securityContext: {runAsUser: -1}")},
      {3138, CONTAINER("securityContext: {privileged: true, allowPrivilegeEscalation: false}")},
      {3138, CONTAINER("securityContext: {seccompProfile: {type: Localhost}}")},
      {3138, CONTAINER("securityContext: {procMount: Unmasked}")},
      {3138, POD("securityContext: {fsGroup: 4294967296}")},
      {3138, POD("securityContext: {sysctls: [{name: A, value: x}]}")},
      {3138, POD("hostUsers: false, hostPID: true")},
      {3138, POD("hostPID: true, shareProcessNamespace: true")},
      {3138, POD("os: {name: windows}, securityContext: {runAsUser: 1}")},
  };
  expect_rows(kRows);
}

TEST(PodRules, Scheduling) {
  constexpr Row kRows[] = {
      {3139, POD("tolerations: [{key: a, operator: Bad}]")},
      {3139, POD("tolerations: [{key: a, operator: Exists, value: x}]")},
      {3139, POD("tolerations: [{value: x}]")},
      {0, POD("tolerations: [{operator: Exists}]")},
      {3139, POD("tolerations: [{key: a, effect: NoSchedule, tolerationSeconds: 5}]")},
      {3139, POD("nodeSelector: {a b: c}")},
      {3139, POD("nodeSelector: {a: b c}")},
      {3139, POD("affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
                 "[{matchExpressions: [{key: a, operator: In}]}]}}}")},
      {3139, POD("affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 101, "
                 "podAffinityTerm: {topologyKey: t}}]}}")},
      {3139, POD("affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: ''}]}}")},
  };
  expect_rows(kRows);
}

TEST(PodRules, Settings) {
  constexpr Row kRows[] = {
      {3130, POD("dnsPolicy: Mine")},
      {3130, POD("dnsPolicy: None")},
      {0, POD("dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1]}")},
      {3130, POD("dnsConfig: {nameservers: [dns.example.com]}")},
      {3130, POD("activeDeadlineSeconds: 0")},
      {3130, POD("hostAliases: [{ip: localhost, hostnames: [a]}]")},
      {3130, POD("resourceClaims: [{name: r}]")},
      {3130, POD("resourceClaims: [{name: r, resourceClaimName: a, resourceClaimTemplateName: b}]")},
      {3130, POD("readinessGates: [{conditionType: a b}]")},
      {0, POD("terminationGracePeriodSeconds: -5")},  // stored as 1
  };
  expect_rows(kRows);
}

TEST(PodRules, NamesThatWaitingPodsGet) {
  const std::string in_order = "    cliqueStartupType: CliqueStartupTypeInOrder\n";
  EXPECT_EQ(codes_of(set_of("{containers: [{name: grove-initc, image: i}]}")), std::vector<int>{0});
  EXPECT_EQ(codes_of(set_of("{containers: [{name: grove-initc, image: i}]}", in_order)), std::vector<int>{3140});
  EXPECT_EQ(codes_of(set_of(POD("volumes: [{name: pod-info-vol}]"), in_order)), std::vector<int>{3140});
  EXPECT_EQ(codes_of(set_of(CONTAINER("volumeMounts: [{name: pod-info-vol, mountPath: /i}]"), in_order)),
            std::vector<int>{0});
}

TEST(PodRules, Claims) {
  auto with = [](const std::string& request, const std::string& shared) {
    return codes_of(set_of("{containers: [{name: c, image: i}]}",
                           "    resourceClaimTemplates: [{name: t, templateSpec: {spec: {devices: {requests: [" +
                               request + "]}}}}]\n" + shared));
  };
  const std::string shared = "    resourceSharing: [{name: t, scope: AllReplicas}]\n";
  EXPECT_EQ(with("{name: g, exactly: {deviceClassName: d}}", shared), std::vector<int>{0});
  EXPECT_EQ(with("{name: g, exactly: {}}", shared), std::vector<int>{3142});
  EXPECT_EQ(with("{name: g, exactly: {}}", ""), std::vector<int>{0});  // nobody shares it, so there is no claim
  EXPECT_EQ(with("{name: G, exactly: {deviceClassName: d}}", shared), std::vector<int>{3142});
  EXPECT_EQ(with("{name: g, exactly: {deviceClassName: d, count: -1}}", shared), std::vector<int>{3142});
}

}  // namespace
}  // namespace grovec::driver
