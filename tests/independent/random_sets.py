"""Random PodCliqueSets that upstream would accept, each with the world that it is compiled in."""
import copy
import json
import random

from expansion import QUEUE, World

CLIQUE_NAMES = ["worker", "prefill-worker", "a", "0-a", "1", "w", "b", "g", "x-1", "1-w", "kv", "dw",
                "leader", "z0", "frontend"]
GROUP_NAMES = ["g", "prefill", "a", "g-0", "x", "0", "decode", "w-1"]
LEVELS = ["zone", "block", "rack", "host"]  # from broad to narrow
SCHEDULERS = ["default-scheduler", "default-scheduler", "kai-scheduler", "kai-scheduler", "volcano", "lpx-scheduler"]
STARTUP_TYPES = ["CliqueStartupTypeAnyOrder", "CliqueStartupTypeInOrder", "CliqueStartupTypeExplicit"]

# Keys that the operator or a scheduler also writes on some object, next to keys that only look like theirs.
LABEL_KEYS = ["team", "app.kubernetes.io/name", "app.kubernetes.io/part-of", "app.kubernetes.io/component",
              "app.kubernetes.io/managed-by", "scheduling.grove.io/x", "x.grove.io/y", "grove.io/foo",
              "grove.io/podgang", "grove.io/base-podgang", "grove.io/podclique", "grove.io/podclique-pod-index",
              "grove.io/pod-template-hash", "grove.io/scheduler-name", "grove.io/podcliqueset-replica-index",
              "kai.scheduler/node-pool", "kai.scheduler/subgroup-name"]
ANNOTATION_KEYS = ["note", "grove.io/foo", "grove.io/topology-name", "kubectl.kubernetes.io/last-applied-configuration",
                   "scheduling.grove.io/z", "pod-group-name", "scheduling.k8s.io/group-name",
                   "scheduling.volcano.sh/group-name", "kai.scheduler/skip-podgrouper", "kai.scheduler/topology"]
VARIABLES = ["A", "B", "GROVE_X", "GROVE_PCS_NAME", "GROVE_PCSG_NAME", "GROVE_PCSG_INDEX",
             "GROVE_PCSG_TEMPLATE_NUM_PODS", "GROVE_PCLQ_POD_INDEX", "GROVE_HEADLESS_SERVICE"]

QUEUES = [{"apiVersion": "scheduling.volcano.sh/v1beta1", "kind": "Queue", "metadata": {"name": name}, "spec": {},
           "status": {"state": "Open"}} for name in ("q1", "default")]


def device_request(**exactly) -> dict:
    return {"devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": "d", **exactly}}]}}


def claim_template(namespace: str, name: str, spec: dict) -> dict:
    return {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaimTemplate",
            "metadata": {"namespace": namespace, "name": name, "labels": {"not": "copied"}}, "spec": {"spec": spec}}


ALTERNATIVES = [{"name": "one", "deviceClassName": "d"},
                {"name": "all", "deviceClassName": "e", "allocationMode": "All"},
                {"name": "three", "deviceClassName": "e", "count": 3, "allocationMode": "ExactCount"}]
EXTERNAL_TEMPLATES = [
    claim_template("default", "near", device_request()),
    claim_template("default", "own", device_request(count=9)),  # hidden by the internal one of that name
    claim_template("other", "far", {"devices": {"requests": [{"name": "r", "firstAvailable": ALTERNATIVES}]}})]
INTERNAL_TEMPLATES = [
    {"name": "own", "templateSpec": {"spec": device_request(count=2, allocationMode="ExactCount")}},
    {"name": "bare", "templateSpec": {"spec": device_request()}}]
TOPOLOGIES = ("t1", "t2")
BINDINGS = [{"apiVersion": "grove.io/v1alpha1", "kind": "ClusterTopologyBinding", "metadata": {"name": name},
             "spec": {"levels": [{"domain": level, "key": f"{level}.io/{name}"} for level in LEVELS]}}
            for name in TOPOLOGIES]


class Generator:
    """One random set; the order of the draws is what a seed stands for."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.choice, self.below = self.random.choice, self.random.randrange
        self.scheduler = self.choice(SCHEDULERS)
        default = self.scheduler if self.chance(0.5) else "default-scheduler"
        self.world = World(default_scheduler=default, schedulers=("default-scheduler", self.scheduler),
                           topology_aware=self.chance(0.7), mnnvl=self.chance(0.5), bindings=copy.deepcopy(BINDINGS),
                           claim_templates=EXTERNAL_TEMPLATES, init_image=self.choice(["waiter:1", "r.example/i:v2"]))
        self.with_topology = self.world.topology_aware and self.scheduler in ("default-scheduler", "kai-scheduler")
        self.topology, self.with_sharing = self.choice(TOPOLOGIES), self.chance(0.5)
        if self.scheduler == "kai-scheduler" and self.chance(0.3):  # a topology of the administrator, not of Grove
            reference = {"schedulerName": self.scheduler, "topologyReference": "theirs"}
            self.world.bindings[0]["spec"]["schedulerTopologyBindings"] = [reference]
        self.name = self.choice(["p", "a-0", "web", "x-0-g"])
        self.namespace = self.choice(["default", "default", "ns1"])
        self.clique_names = self.random.sample(CLIQUE_NAMES, self.below(1, 7))
        self.pcs = self.make_set()
        self.assume_replicas()

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def some(self, items: list) -> list:
        return self.random.sample(items, self.below(1, len(items) + 1))

    def labels(self) -> dict:
        return {key: f"u{self.below(9)}" for key in LABEL_KEYS if self.chance(0.2)}

    def annotations(self, mnnvl_probability: float) -> dict:
        found = {key: self.choice(["v", "a b", '{"x":1}', ""]) for key in ANNOTATION_KEYS if self.chance(0.15)}
        if self.chance(mnnvl_probability):
            found["grove.io/mnnvl-group"] = self.choice(["dom", "t2", "none"]) if self.world.mnnvl else "none"
        return found

    def make_set(self) -> dict:
        metadata = {"name": self.name, "labels": self.labels(), "annotations": self.annotations(0.6)}
        if self.namespace != "default" or self.chance(0.8):
            metadata["namespace"] = self.namespace
        template = self.make_template()
        if self.scheduler == "kai-scheduler":
            holder = metadata if self.chance(0.6) else template["cliques"][0]
            part = self.choice(["labels", "annotations"])
            holder.setdefault(part, {})[QUEUE] = "q1"
            if part == "labels" and self.chance(0.3):  # a label hides an annotation
                holder.setdefault("annotations", {})[QUEUE] = "hidden"
        if self.scheduler == "volcano" and self.chance(0.5):
            metadata["annotations"]["scheduling.grove.io/volcano-queue"] = self.choice(["q1", " ", "q1 "])
        return {"apiVersion": "grove.io/v1alpha1", "kind": "PodCliqueSet", "metadata": metadata,
                "spec": {"replicas": self.choice([0, 1, 1, 2, 2]), "template": template}}

    def make_template(self) -> dict:
        template: dict = {}
        if self.chance(0.8):
            template["cliqueStartupType"] = self.choice(STARTUP_TYPES)
        if self.chance(0.3):
            template["priorityClassName"] = self.choice(["high", "low"])
        if self.chance(0.3):
            template["headlessServiceConfig"] = self.choice([{"publishNotReadyAddresses": False}, {}])
        broadest = self.constrain(template, 0.5, 0, True)
        groups = self.make_groups("topologyConstraint" not in template, broadest)
        self.group_of = {member: group for group in groups for member in group["cliqueNames"]}
        template["cliques"] = [self.make_clique(position, name, template, broadest)
                               for position, name in enumerate(self.clique_names)]
        if groups:
            template["podCliqueScalingGroups"] = groups
        if self.with_sharing:
            template["resourceClaimTemplates"] = INTERNAL_TEMPLATES
            self.share(template, self.clique_names, [group["name"] for group in groups])
        return template

    def make_groups(self, name_topology: bool, broadest: int) -> list:
        groups, free = [], self.clique_names[:]
        self.random.shuffle(free)
        for name in self.random.sample(GROUP_NAMES, self.below(4)):
            members = [free.pop() for _ in range(min(self.below(1, 4), len(free)))]
            if not members:
                break
            group = {"name": name, "cliqueNames": members}
            if self.chance(0.8):
                group["replicas"] = self.below(1, 5)
            if self.chance(0.7):
                group["minAvailable"] = self.below(1, group.get("replicas", 1) + 1)
            if self.chance(0.5):
                group["annotations"] = self.annotations(0.5)
            if self.chance(0.3) and name not in self.clique_names:  # else two autoscalers could have one name
                group["scaleConfig"] = {"maxReplicas": self.below(4, 9)}
                if self.chance(0.5):
                    group["scaleConfig"]["minReplicas"] = self.below(group.get("minAvailable", 1), 5)
                self.measure(group["scaleConfig"])
            self.constrain(group, 0.4, broadest, name_topology)
            if self.with_sharing:
                self.share(group, members, [])
            groups.append(group)
        return groups

    def measure(self, config: dict) -> None:
        if self.chance(0.4):
            target = {"type": "Utilization", "averageUtilization": 50}
            config["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]

    def constrain(self, holder: dict, probability: float, broadest: int, must_name_topology: bool) -> int:
        """A topology constraint no broader than that of what is around; the result bounds what is inside."""
        if not self.with_topology or not self.chance(probability):
            return broadest
        level = self.below(broadest, len(LEVELS))
        strengths = self.some(["required", "preferred"])
        holder["topologyConstraint"] = {"pack": {strength: LEVELS[level] for strength in strengths}}
        if must_name_topology or self.chance(0.5):
            holder["topologyConstraint"]["topologyName"] = self.topology
        return level

    def share(self, holder: dict, cliques: list, groups: list) -> None:
        """References to claim templates; without cliques to choose from, there is no filter."""
        references = [{"name": "own"}, {"name": "bare"},
                      {"name": "near", "namespace": "default"}, {"name": "far", "namespace": "other"}]
        if self.namespace == "default":
            references.append({"name": "near"})
        entries = {}
        for _ in range(self.below(4)):
            entry = {**self.choice(references), "scope": self.choice(["AllReplicas", "PerReplica"])}
            if cliques and self.chance(0.5):
                entry["filter"] = {"childCliqueNames": self.some(cliques)}
                if groups and self.chance(0.6):
                    entry["filter"]["childScalingGroupNames"] = self.some(groups)
                    if self.chance(0.5):
                        del entry["filter"]["childCliqueNames"]
            entries.setdefault(entry["name"], entry)
        if entries:
            holder["resourceSharing"] = list(entries.values())

    def make_clique(self, position: int, name: str, template: dict, broadest: int) -> dict:
        clique: dict = {"name": name}
        group = self.group_of.get(name)
        if self.chance(0.5):
            clique["labels"] = self.labels()
        if self.chance(0.6):
            clique["annotations"] = self.annotations(0.7)
        spec: dict = {"replicas": self.below(1, 5), "podSpec": self.make_pod_spec()}
        if position or self.chance(0.7):  # one clique may go without, since the names of roles differ
            spec["roleName"] = f"r{position}"
        if self.chance(0.5):
            spec["minAvailable"] = self.below(1, spec["replicas"] + 1)
        if group is None and self.chance(0.25):
            spec["autoScalingConfig"] = {"maxReplicas": spec["replicas"] + self.below(3)}
            if self.chance(0.5):
                spec["autoScalingConfig"]["minReplicas"] = spec["replicas"]
            self.measure(spec["autoScalingConfig"])
        elif spec["replicas"] == spec.get("minAvailable") == 1:
            del spec["replicas"]
        if position and self.chance(0.6):
            spec["startsAfter"] = self.some(self.clique_names[:position])
        around = [holder["topologyConstraint"] for holder in (template, group or {}) if "topologyConstraint" in holder]
        levels = [LEVELS.index(level) for constraint in around for level in constraint["pack"].values()]
        narrowest = max([broadest] + levels)
        self.constrain(clique, 0.3, narrowest, not around)
        if self.with_sharing and self.chance(0.5):
            self.share(clique, [], [])
        clique["spec"] = spec
        return clique

    def make_pod_spec(self) -> dict:
        pod_spec = {"containers": [self.make_container(f"c{k}") for k in range(self.below(1, 3))]}
        if self.chance(0.4):
            pod_spec["initContainers"] = [self.make_container("i0")]
        if any("claims" in c.get("resources", {}) for part in pod_spec.values() for c in part):
            pod_spec["resourceClaims"] = [{"name": "mine", "resourceClaimTemplateName": "foo"}]
        if self.chance(0.05):
            taken = {"name": "mnnvl-claim", "resourceClaimTemplateName": "foo"}
            pod_spec.setdefault("resourceClaims", []).append(taken)
        optional = {
            "volumes": [{"name": "v", "emptyDir": self.choice([{}, {"sizeLimit": "9Gi"}])}],
            "priorityClassName": "of-the-pod", "hostname": "h", "subdomain": "s", "serviceAccountName": "sa",
            "schedulingGates": [{"name": "my.io/gate"}], "terminationGracePeriodSeconds": self.choice([0, 5]),
            "nodeSelector": self.choice([{}, {"disk": "ssd", "arch": "arm"}]),
            "tolerations": self.choice([[], [{"key": "gpu", "operator": "Exists"}]]),
            "restartPolicy": self.choice(["Never", "OnFailure", "Always"])}
        pod_spec.update({key: value for key, value in optional.items() if self.chance(0.15)})
        if self.scheduler != self.world.default_scheduler or self.chance(0.4):
            pod_spec["schedulerName"] = self.scheduler
        return pod_spec

    def make_container(self, name: str) -> dict:
        container = {"name": name, "image": "i:1"}
        if self.chance(0.5):
            container["env"] = list(map(self.make_variable, self.random.sample(VARIABLES, self.below(6))))
        if self.chance(0.5):
            resources = {"limits": {"nvidia.com/gpu": self.choice(["0", "1", "8", "8"])},
                         "requests": {"cpu": self.choice(["500m", "2"]), "memory": self.choice(["9Gi", "64Gi"])},
                         "claims": [{"name": "mine"}]}
            container["resources"] = {part: value for part, value in resources.items() if self.chance(0.6)}
        if self.chance(0.2):
            container["ports"] = [{"name": "http", "containerPort": 80}]
        if self.chance(0.2) and name.startswith("c"):
            container["readinessProbe"] = {"httpGet": {"port": self.choice([80, "http"]), "path": "/"}}
        if self.chance(0.2):
            container.update({"command": [], "args": ["--x"]})
        return container

    def make_variable(self, name: str) -> dict:
        return self.choice([{"name": name}, {"name": name, "value": ""}, {"name": name, "value": "$(GROVE_PCS_NAME)"},
                            {"name": name, "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                            {"name": name, "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}])

    def assume_replicas(self) -> None:
        """Some objects that were scaled, at all three levels."""
        assumed = self.world.assumed_replicas
        replicas = self.pcs["spec"]["replicas"]
        if self.chance(0.3):
            replicas = assumed["PodCliqueSet", self.name] = self.below(4)
        for i in range(replicas):
            for name in self.clique_names:
                if name not in self.group_of and self.chance(0.15):
                    assumed["PodClique", f"{self.name}-{i}-{name}"] = self.below(5)
            for group in self.pcs["spec"]["template"].get("podCliqueScalingGroups", []):
                owner, count = f"{self.name}-{i}-{group['name']}", group.get("replicas", 1)
                if self.chance(0.2):
                    count = assumed["PodCliqueScalingGroup", owner] = self.below(6)
                for name in (f"{owner}-{j}-{member}" for j in range(count) for member in group["cliqueNames"]):
                    if self.chance(0.1):
                        assumed["PodClique", name] = self.below(5)


def write_inputs(folder, pcs, world):
    """The files of a set, and the arguments that compile it."""
    operator = {"apiVersion": "operator.config.grove.io/v1alpha1", "kind": "OperatorConfiguration",
                "scheduler": {"defaultProfileName": world.default_scheduler,
                              "profiles": [{"name": name} for name in sorted(set(world.schedulers))]},
                "topologyAwareScheduling": {"enabled": world.topology_aware},
                "network": {"autoMNNVLEnabled": world.mnnvl}}
    contents = {"set": [pcs] + world.bindings, "operator": [operator], "cluster": world.claim_templates + QUEUES}
    for name, documents in contents.items():
        (folder / f"{name}.yaml").write_text("---\n".join(json.dumps(d, indent=1) + "\n" for d in documents))
    arguments = ["compile", "-o", "ndjson", "--owner-references", "--operator-config", f"{folder}/operator.yaml",
                 "--with", f"{folder}/cluster.yaml", "--initc-image", world.init_image]
    for (kind, name), replicas in world.assumed_replicas.items():
        arguments += ["--assume-replicas", f"{kind}/{name}={replicas}"]
    return arguments + [f"{folder}/set.yaml"]
