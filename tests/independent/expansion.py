"""What the operator creates for a PodCliqueSet: a model written from the reference alone, whose sections it names."""
import copy
from dataclasses import dataclass, field

from template_dump import Quantity, template_hash, without_empty_collections

GROVE = "grove.io/v1alpha1"
GANG = "scheduler.grove.io/v1alpha1"
APP = "app.kubernetes.io/"
SET_INDEX = "grove.io/podcliqueset-replica-index"
GROUP, GROUP_INDEX = "grove.io/podcliquescalinggroup", "grove.io/podcliquescalinggroup-replica-index"
CLIQUE, POD_INDEX = "grove.io/podclique", "grove.io/podclique-pod-index"
MNNVL_GROUP, MNNVL_CLAIM = "grove.io/mnnvl-group", "mnnvl-claim"
TOPOLOGY_NAME = "grove.io/topology-name"
SKIP_PODGROUPER = "kai.scheduler/skip-podgrouper"
QUEUE = "kai.scheduler/queue"
DOMAIN = ".svc.cluster.local"
SCOPES = ("AllReplicas", "PerReplica")


@dataclass
class World:
    """The operator's configuration and what else the cluster holds."""
    default_scheduler: str = "default-scheduler"
    schedulers: tuple = ("default-scheduler",)
    topology_aware: bool = False
    mnnvl: bool = False
    bindings: list = field(default_factory=list)
    claim_templates: list = field(default_factory=list)
    init_image: str = "grove-initc:v0.1.0-dev"
    assumed_replicas: dict = field(default_factory=dict)  # (kind, name) -> replicas of an object that was scaled


@dataclass
class Place:
    """Where a PodClique stands; a standalone one has no group."""
    set_index: int
    clique: dict
    group: dict | None = None
    group_index: int | None = None

    @property
    def scaled(self) -> bool:
        """Beyond what the base gang guarantees."""
        return self.group is not None and self.group_index >= self.group["minAvailable"]


def stored(submitted: dict) -> dict:
    """Sections 1.1 and 1.2: the defaults of the schema and of the mutating webhook."""
    pcs = copy.deepcopy(submitted)
    pcs["metadata"].setdefault("namespace", "default")
    pcs["spec"].setdefault("replicas", 0)
    template = pcs["spec"]["template"]
    template.setdefault("cliqueStartupType", "CliqueStartupTypeAnyOrder")
    template.setdefault("headlessServiceConfig", {}).setdefault("publishNotReadyAddresses", True)
    for group in template.get("podCliqueScalingGroups", []):
        group.setdefault("replicas", 1)
        group.setdefault("minAvailable", 1)
        if "scaleConfig" in group:
            group["scaleConfig"].setdefault("minReplicas", group["replicas"])
    for clique in template["cliques"]:
        spec, pod_spec = clique["spec"], clique["spec"]["podSpec"]
        submitted_replicas = spec.get("replicas", 0)
        spec["replicas"] = submitted_replicas or 1
        spec.setdefault("roleName", "")
        spec.setdefault("minAvailable", submitted_replicas)
        if "autoScalingConfig" in spec:
            spec["autoScalingConfig"].setdefault("minReplicas", submitted_replicas)
        pod_spec.setdefault("restartPolicy", "Always")
        pod_spec.setdefault("terminationGracePeriodSeconds", 30)
        for container in containers_of(pod_spec):
            for port in container.get("ports", []):
                port.setdefault("protocol", "TCP")
    return pcs


def containers_of(pod_spec: dict) -> list:
    return (pod_spec.get("containers") or []) + (pod_spec.get("initContainers") or [])


def as_written(pod_spec: dict) -> dict:
    """Section 1: PodCliques and Pods are written from Go structs."""
    written = without_empty_collections("v1.PodSpec", copy.deepcopy(pod_spec))
    for container in containers_of(written):
        container.setdefault("resources", {})
        for variable in container.get("env", []):
            if variable.get("value") == "":
                del variable["value"]
    return written


def field_variable(name: str, label: str) -> dict:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": f"metadata.labels['{label}']"}}}


def prepend_variables(pod_spec: dict, variables: list) -> None:
    """Section 6.3: injected variables come first and take the place of the user's with these names."""
    injected = {variable["name"] for variable in variables}
    for container in containers_of(pod_spec):
        others = [variable for variable in container.get("env", []) if variable["name"] not in injected]
        container["env"] = copy.deepcopy(variables) + others


def add_claim(containers: list, name: str) -> None:
    for container in containers:
        container["resources"].setdefault("claims", []).append({"name": name})


def requests_gpus(container: dict) -> bool:
    """Section 9."""
    resources = container.get("resources") or {}
    amounts = [(resources.get(part) or {}).get("nvidia.com/gpu") for part in ("limits", "requests")]
    return any(amount is not None and not Quantity(amount).is_zero for amount in amounts)


def with_device_defaults(claim_spec: dict) -> dict:
    """Section 8: external templates are read from the API server, which has defaulted them."""
    spec = copy.deepcopy(claim_spec)
    for request in spec["devices"]["requests"]:
        for choice in [request["exactly"]] if "exactly" in request else request["firstAvailable"]:
            if choice.setdefault("allocationMode", "ExactCount") == "ExactCount":
                choice.setdefault("count", 1)
    return spec


def topology_of(holder: dict) -> str | None:
    return (holder.get("topologyConstraint") or {}).get("topologyName")


class Expansion:
    """The objects of one stored PodCliqueSet. Where a text says "owner", it is (apiVersion, kind, name)."""

    def __init__(self, pcs: dict, world: World):
        self.world, self.objects, self.pods_of = world, [], {}
        self.metadata, self.template = pcs["metadata"], pcs["spec"]["template"]
        self.name, self.namespace = pcs["metadata"]["name"], pcs["metadata"]["namespace"]
        self.owner = (GROVE, "PodCliqueSet", self.name)
        self.common_labels = {APP + "managed-by": "grove-operator", APP + "part-of": self.name}
        self.cliques = {clique["name"]: clique for clique in self.template["cliques"]}
        self.groups = self.template.get("podCliqueScalingGroups") or []
        self.group_of = {member: group for group in self.groups for member in group["cliqueNames"]}
        self.standalone = [clique for name, clique in self.cliques.items() if name not in self.group_of]
        self.replicas = self.replicas_of("PodCliqueSet", self.name, pcs["spec"]["replicas"])
        self.priority = self.template.get("priorityClassName", "")
        self.hashes = {name: template_hash(clique, self.priority) for name, clique in self.cliques.items()}
        named = (clique["spec"]["podSpec"].get("schedulerName") for clique in self.cliques.values())
        self.scheduler = next(filter(None, named), world.default_scheduler)
        holders = (self.template, *self.groups, *self.cliques.values())
        self.topology = next(filter(None, map(topology_of, holders)), None)
        self.levels = self.topology_levels()

    def expand(self) -> list:
        self.access_objects()
        self.claims(self.template.get("resourceSharing"), self.owner, self.replicas, {}, SET_INDEX)
        for i in range(self.replicas):
            self.service(i)
            self.autoscalers(i)
            self.compute_domains(i)
            for clique in self.standalone:
                self.pod_clique(Place(i, clique))
            for group in self.groups:
                self.scaling_group(i, group)
            self.base_gang(i)
            for group in self.groups:
                self.scaled_gangs(i, group)
        if "kai-scheduler" in self.world.schedulers:
            for binding in self.world.bindings:
                self.kai_topology(binding)
        return self.objects

    # Section 2: names. Replicas of objects that were scaled are the live ones (sections 5.6, 5.7 and 11.1).

    def set_replica(self, i: int) -> str:
        return f"{self.name}-{i}"

    def group_name(self, i: int, group: dict) -> str:
        return f"{self.name}-{i}-{group['name']}"

    def clique_name(self, place: Place) -> str:
        if place.group is None:
            return f"{self.name}-{place.set_index}-{place.clique['name']}"
        return f"{self.group_name(place.set_index, place.group)}-{place.group_index}-{place.clique['name']}"

    def gang_name(self, place: Place) -> str:
        """Section 2.2: scaled gangs count from 0."""
        if not place.scaled:
            return self.set_replica(place.set_index)
        return f"{self.group_name(place.set_index, place.group)}-{place.group_index - place.group['minAvailable']}"

    def replicas_of(self, kind: str, name: str, otherwise: int) -> int:
        return self.world.assumed_replicas.get((kind, name), otherwise)

    def group_replicas(self, i: int, group: dict) -> int:
        return self.replicas_of("PodCliqueScalingGroup", self.group_name(i, group), group["replicas"])

    def members(self, i: int, group: dict, j: int) -> list:
        return [Place(i, self.cliques[name], group, j) for name in group["cliqueNames"]]

    # Section 3: metadata.

    def add(self, api_version: str, kind: str, name: str, labels: dict, owner: tuple, annotations: dict | None = None,
            finalizer: str | None = None, **rest) -> dict:
        """Sections 3.3 and 3.4; the result is the object's metadata."""
        reference = {**dict(zip(("apiVersion", "kind", "name"), owner)), "controller": True, "blockOwnerDeletion": True}
        metadata = {"name": name, "namespace": self.namespace, "labels": labels, "ownerReferences": [reference]}
        if annotations:
            metadata["annotations"] = annotations
        if finalizer:
            metadata["finalizers"] = [finalizer]
        self.objects.append({"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest})
        return metadata

    def labels(self, name: str, component: str, more: dict | None = None) -> dict:
        """Section 3.1."""
        return {**self.common_labels, APP + "name": name, APP + "component": component, **(more or {})}

    def mirrored(self, part: str) -> dict:
        """Section 3.2: what a PodGang has of the set's labels or annotations."""
        return {key: value for key, value in (self.metadata.get(part) or {}).items() if not key.startswith("grove.io/")}

    # Section 5: one method for each kind; 5.2 to 5.5 exist once for each set, whatever its replicas.

    def access_objects(self) -> None:
        rbac, role, owner = "rbac.authorization.k8s.io", f"grove.io:pcs:{self.name}", self.owner
        label, secret = f"grove.io-pcs-{self.name}", f"{self.name}-ic-sat"
        self.add("v1", "ServiceAccount", self.name, self.labels(self.name, "pod-service-account"), owner,
                 automountServiceAccountToken=True)
        self.add(f"{rbac}/v1", "Role", role, self.labels(label, "pod-role"), owner,
                 rules=[{"apiGroups": [""], "resources": ["pods", "pods/status"], "verbs": ["get", "list", "watch"]}])
        self.add(f"{rbac}/v1", "RoleBinding", role, self.labels(label, "pod-role-binding"), owner,
                 roleRef={"apiGroup": rbac, "kind": "Role", "name": role},
                 subjects=[{"kind": "ServiceAccount", "name": self.name, "namespace": self.namespace}])
        self.add("v1", "Secret", secret, self.labels(secret, "pod-sa-token-secret"), owner,
                 {"kubernetes.io/service-account.name": self.name}, type="kubernetes.io/service-account-token")

    def service(self, i: int) -> None:
        """Section 5.1."""
        name, index = self.set_replica(i), {SET_INDEX: str(i)}
        spec = {"clusterIP": "None", "selector": {**self.common_labels, **index}}
        if self.template["headlessServiceConfig"]["publishNotReadyAddresses"]:
            spec["publishNotReadyAddresses"] = True
        self.add("v1", "Service", name, self.labels(name, "pcs-headless-service", index),
                 self.owner, spec=spec)

    def scaling_group(self, i: int, group: dict) -> None:
        """Section 5.6, and what the group owns."""
        name, replicas = self.group_name(i, group), self.group_replicas(i, group)
        annotations = dict(group.get("annotations") or {})
        inherited = (self.metadata.get("annotations") or {}).get(MNNVL_GROUP)
        if inherited is not None:
            annotations.setdefault(MNNVL_GROUP, inherited)
        spec = {"replicas": replicas, "minAvailable": group["minAvailable"], "cliqueNames": group["cliqueNames"]}
        labels = self.labels(name, "pcs-podcliquescalinggroup", {SET_INDEX: str(i)})
        self.add(GROVE, "PodCliqueScalingGroup", name, labels, self.owner, annotations,
                 "grove.io/podcliquescalinggroup.grove.io", spec=spec)
        owner = (GROVE, "PodCliqueScalingGroup", name)
        self.claims(group.get("resourceSharing"), owner, replicas, {GROUP: name}, GROUP_INDEX)
        for j in range(replicas):
            for place in self.members(i, group, j):
                self.pod_clique(place)

    def pod_clique(self, place: Place) -> None:
        """Section 5.7, and what the PodClique owns."""
        name, clique = self.clique_name(place), place.clique
        spec = copy.deepcopy(clique["spec"])
        spec["replicas"] = self.replicas_of("PodClique", name, spec["replicas"])
        spec["podSpec"] = as_written(spec["podSpec"])
        if place.group:
            pods = sum(self.cliques[member]["spec"]["replicas"] for member in place.group["cliqueNames"])
            prepend_variables(spec["podSpec"], [field_variable("GROVE_PCSG_NAME", GROUP),
                                                {"name": "GROVE_PCSG_TEMPLATE_NUM_PODS", "value": str(pods)},
                                                field_variable("GROVE_PCSG_INDEX", GROUP_INDEX)])
        spec.pop("startsAfter", None)
        dependencies = self.dependencies(place)
        if dependencies:
            spec["startsAfter"] = [self.clique_name(dependency) for dependency in dependencies]
        self.inject_compute_domain(place, spec["podSpec"])
        labels, owner = self.clique_labels(place, name), self.owner
        if place.group:
            owner = (GROVE, "PodCliqueScalingGroup", labels[GROUP])
        annotations = {key: value for key, value in (clique.get("annotations") or {}).items() if key != TOPOLOGY_NAME}
        self.add(GROVE, "PodClique", name, labels, owner, annotations, "grove.io/podclique.grove.io", spec=spec)
        pod_clique = self.objects[-1]
        sharing, as_owner = clique.get("resourceSharing"), (GROVE, "PodClique", name)
        self.claims(sharing, as_owner, spec["replicas"], {CLIQUE: name}, POD_INDEX)
        self.pods_of[name] = [f"{name}-~{k}" for k in range(spec["replicas"])]
        for k in range(spec["replicas"]):
            self.pod(place, k, pod_clique, dependencies)

    def clique_labels(self, place: Place, name: str) -> dict:
        """Section 3.1: the template's labels give way to the operator's."""
        gang, base = self.gang_name(place), self.set_replica(place.set_index)
        component = "pcsg-podclique" if place.group else "pcs-podclique"
        labels = {**(place.clique.get("labels") or {}), **self.labels(name, component), SET_INDEX: str(place.set_index),
                  "grove.io/podgang": gang, "grove.io/pod-template-hash": self.hashes[place.clique["name"]]}
        if place.group:
            labels.update({GROUP: self.group_name(place.set_index, place.group), GROUP_INDEX: str(place.group_index)})
        if gang != base:
            labels["grove.io/base-podgang"] = base
        return labels

    def autoscalers(self, i: int) -> None:
        """Section 5.8."""
        targets = [("PodClique", f"{self.name}-{i}-{name}", clique["spec"].get("autoScalingConfig"))
                   for name, clique in self.cliques.items()]
        targets += [("PodCliqueScalingGroup", self.group_name(i, group), group.get("scaleConfig"))
                    for group in self.groups]
        for kind, name, config in targets:
            if config:
                copied = {key: config[key] for key in ("minReplicas", "maxReplicas", "metrics") if config.get(key)}
                spec = {"scaleTargetRef": {"apiVersion": GROVE, "kind": kind, "name": name}, **copied}
                self.add("autoscaling/v2", "HorizontalPodAutoscaler", name, self.labels(name, "pcs-hpa"),
                         self.owner, spec=spec)

    # Section 6: pods. Their names end in "~" and the index here, since the API server chooses the real ones.

    def pod(self, place: Place, k: int, pod_clique: dict, dependencies: list) -> None:
        """Section 6.1, step by step."""
        name, service, gang = self.clique_name(place), self.set_replica(place.set_index), self.gang_name(place)
        labels = {**pod_clique["metadata"]["labels"], CLIQUE: name, POD_INDEX: str(k)}
        annotations = dict(pod_clique["metadata"].get("annotations", {}))
        spec = copy.deepcopy(pod_clique["spec"]["podSpec"])
        spec["schedulingGates"] = [{"name": "grove.io/podgang-pending-creation"}]
        spec["schedulerName"] = self.scheduler
        if self.scheduler == "kai-scheduler":  # section 12
            labels["kai.scheduler/subgroup-name"] = name
            annotations.update({SKIP_PODGROUPER: "true", "pod-group-name": gang})
        if self.scheduler == "volcano":
            annotations.update({"scheduling.volcano.sh/group-name": gang, "scheduling.k8s.io/group-name": gang})
        prepend_variables(spec, [{"name": "GROVE_PCS_NAME", "value": self.name},
                                 {"name": "GROVE_PCS_INDEX", "value": str(place.set_index)},
                                 {"name": "GROVE_PCLQ_NAME", "value": name},
                                 {"name": "GROVE_HEADLESS_SERVICE", "value": f"{service}.{self.namespace}{DOMAIN}"},
                                 field_variable("GROVE_PCLQ_POD_INDEX", POD_INDEX)])
        spec["hostname"], spec["subdomain"] = f"{name}-{k}", service
        for claim in self.claims_of_pod(place, k):
            add_claim(containers_of(spec), claim)
            spec.setdefault("resourceClaims", []).append({"name": claim, "resourceClaimName": claim})
        if dependencies:
            self.wait_for(dependencies, spec)
        metadata = self.add("v1", "Pod", f"{name}-~{k}", labels, (GROVE, "PodClique", name), annotations, spec=spec)
        metadata["generateName"] = f"{name}-"

    # Section 7: startup order.

    def dependencies(self, place: Place) -> list:
        """Sections 7.1 and 7.2: the PodCliques that this one waits for."""
        kind, names = self.template["cliqueStartupType"], list(self.cliques)
        after = []
        if kind == "CliqueStartupTypeInOrder":
            position = names.index(place.clique["name"])
            after = names[max(position - 1, 0):position]
        elif kind == "CliqueStartupTypeExplicit":
            after = place.clique["spec"].get("startsAfter") or []
        found = []
        for name in after:
            clique, group = self.cliques[name], self.group_of.get(name)
            if place.scaled:
                if group is place.group:
                    found.append(Place(place.set_index, clique, group, place.group_index))
            elif group is None:
                found.append(Place(place.set_index, clique))
            else:
                found += [Place(place.set_index, clique, group, j) for j in range(group["minAvailable"])]
        return found

    def wait_for(self, dependencies: list, pod_spec: dict) -> None:
        """Section 7.3."""
        token, info = "sa-token-secret-vol", "pod-info-vol"
        items = [("namespace", "metadata.namespace"), ("podgangname", "metadata.labels['grove.io/podgang']")]
        files = [{"path": path, "fieldRef": {"fieldPath": source}} for path, source in items]
        pod_spec.setdefault("volumes", []).extend([
            {"name": token, "secret": {"secretName": f"{self.name}-ic-sat", "defaultMode": 420}},
            {"name": info, "downwardAPI": {"items": files}}])
        arguments = [f"--podcliques={self.clique_name(d)}:{d.clique['spec']['minAvailable']}" for d in dependencies]
        mounts = [{"name": info, "readOnly": True, "mountPath": "/var/grove/pod-info"},
                  {"name": token, "readOnly": True, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}]
        # A container of a Go struct has its resources written even though there are none.
        waiter = {"name": "grove-initc", "image": self.world.init_image, "args": arguments, "volumeMounts": mounts}
        pod_spec.setdefault("initContainers", []).append({**waiter, "resources": {}})

    # Section 8: shared resource claims.

    def claims(self, entries, owner: tuple, replicas: int, labels: dict, index_label: str) -> None:
        for entry in entries or []:
            indices = ["all"] if entry["scope"] == "AllReplicas" else range(replicas)
            for index in indices:
                claim_labels = {**self.common_labels, APP + "component": "resource-claim", **labels}
                if index != "all":
                    claim_labels[index_label] = str(index)
                name = f"{owner[2]}-{index}-{entry['name']}"
                self.add("resource.k8s.io/v1", "ResourceClaim", name, claim_labels, owner, spec=self.claim_spec(entry))

    def claim_spec(self, entry: dict) -> dict:
        internal = [] if entry.get("namespace") else self.template.get("resourceClaimTemplates") or []
        for template in internal:
            if template["name"] == entry["name"]:
                return copy.deepcopy(template["templateSpec"]["spec"])
        wanted = (entry.get("namespace") or self.namespace, entry["name"])
        for template in self.world.claim_templates:
            if (template["metadata"]["namespace"], template["metadata"]["name"]) == wanted:
                return with_device_defaults(template["spec"]["spec"])
        raise ValueError(f"there is no ResourceClaimTemplate {wanted}")

    def claims_of_pod(self, place: Place, k: int) -> list:
        """The claims that a pod refers to, in the order of injection."""
        clique_name, group = place.clique["name"], place.group
        own_names = {clique_name, group["name"]} if group else {clique_name}

        def for_set(chosen: dict) -> bool:
            lists = [chosen.get("childCliqueNames", []), chosen.get("childScalingGroupNames", [])]
            return not own_names.isdisjoint(sum(lists, []))

        def for_group(chosen: dict) -> bool:
            return clique_name in chosen.get("childCliqueNames", [])

        levels = [(self.template, self.name, place.set_index, for_set)]
        if group:
            levels.append((group, self.group_name(place.set_index, group), place.group_index, for_group))
        levels.append((place.clique, self.clique_name(place), k, None))
        found = []
        for holder, owner, index, chooses in levels:
            for scope in SCOPES:
                for entry in holder.get("resourceSharing") or []:
                    if entry["scope"] == scope and ("filter" not in entry or chooses(entry["filter"])):
                        found.append(f"{owner}-{'all' if scope == 'AllReplicas' else index}-{entry['name']}")
        return found

    # Section 9: compute domains.

    def mnnvl_group(self, clique: dict) -> str | None:
        """The first layer that has the annotation decides, also with `none`."""
        for layer in (clique, self.group_of.get(clique["name"]) or {}, self.metadata):
            value = (layer.get("annotations") or {}).get(MNNVL_GROUP)
            if value is not None:
                return None if value == "none" else value
        return None

    def compute_domains(self, i: int) -> None:
        groups = {self.mnnvl_group(clique) for clique in self.cliques.values()
                  if any(map(requests_gpus, containers_of(clique["spec"]["podSpec"])))}
        for group in groups - {None} if self.world.mnnvl else ():
            name = f"{self.name}-{i}-{group}"
            spec = {"numNodes": 0, "channel": {"resourceClaimTemplate": {"name": name}}}
            self.add("resource.nvidia.com/v1beta1", "ComputeDomain", name,
                     self.labels(name, "pcs-computedomain", {SET_INDEX: str(i), MNNVL_GROUP: group}),
                     self.owner, finalizer="grove.io/computedomain-finalizer", spec=spec)

    def inject_compute_domain(self, place: Place, pod_spec: dict) -> None:
        group, with_gpus = self.mnnvl_group(place.clique), list(filter(requests_gpus, containers_of(pod_spec)))
        present = any(claim["name"] == MNNVL_CLAIM for claim in pod_spec.get("resourceClaims", []))
        if group and with_gpus and not present:
            add_claim(with_gpus, MNNVL_CLAIM)
            domain = f"{self.name}-{place.set_index}-{group}"
            pod_spec.setdefault("resourceClaims", []).append({"name": MNNVL_CLAIM, "resourceClaimTemplateName": domain})

    # Section 10: topology.

    def topology_levels(self) -> dict:
        """Domain -> key of a node label."""
        for binding in self.world.bindings if self.world.topology_aware else ():
            if binding["metadata"]["name"] == self.topology:
                return {level["domain"]: level["key"] for level in binding["spec"]["levels"]}
        return {}

    def translate(self, holder: dict) -> dict:
        """{} or {"topologyConstraint": ...}, to be merged into what is constrained."""
        constraint = holder.get("topologyConstraint") or {}
        pack = constraint.get("pack") or {}
        domains = {"required": pack.get("required") or constraint.get("packDomain"), "preferred": pack.get("preferred")}
        keys = {strength: self.levels[domain] for strength, domain in domains.items() if domain in self.levels}
        return {"topologyConstraint": {"packConstraint": keys}} if keys else {}

    def kai_topology(self, binding: dict) -> None:
        elsewhere = binding["spec"].get("schedulerTopologyBindings", [])
        if any(reference["schedulerName"] == "kai-scheduler" for reference in elsewhere):
            return
        name = binding["metadata"]["name"]
        spec = {"levels": [{"nodeLabel": level["key"]} for level in binding["spec"]["levels"]]}
        owner = (GROVE, "ClusterTopologyBinding", name)
        metadata = self.add("kai.scheduler/v1alpha1", "Topology", name, {}, owner, spec=spec)
        del metadata["namespace"], metadata["labels"]

    # Section 11: gangs.

    def base_gang(self, i: int) -> None:
        places, configs = [Place(i, clique) for clique in self.standalone], []
        for group in self.groups:
            for j in range(group["minAvailable"]):
                members = self.members(i, group, j)
                places += members
                if self.world.topology_aware and group.get("topologyConstraint") is not None:
                    names = [self.clique_name(member) for member in members]
                    configs.append({"name": f"{self.group_name(i, group)}-{j}", "podGroupNames": names,
                                    **self.translate(group)})
        self.gang(self.set_replica(i), places, self.translate(self.template), configs)

    def scaled_gangs(self, i: int, group: dict) -> None:
        constrained = group if group.get("topologyConstraint") is not None else self.template
        for j in range(group["minAvailable"], self.group_replicas(i, group)):
            members = self.members(i, group, j)
            self.gang(self.gang_name(members[0]), members, self.translate(constrained), [])

    def gang(self, name: str, places: list, constraint: dict, configs: list) -> None:
        """Section 11.2."""
        groups = []
        for place in places:
            clique = self.clique_name(place)
            references = [{"namespace": self.namespace, "name": pod} for pod in sorted(self.pods_of.get(clique, []))]
            groups.append({"name": clique, "minReplicas": place.clique["spec"]["minAvailable"],
                           "podReferences": references, **self.translate(place.clique)})
        labels = {**self.mirrored("labels"), **self.common_labels, APP + "component": "podgang",
                  "grove.io/scheduler-name": self.scheduler}
        annotations = self.mirrored("annotations")
        if constraint or any("topologyConstraint" in part for part in groups + configs):
            annotations[TOPOLOGY_NAME] = self.topology
        if self.scheduler == "kai-scheduler":
            annotations[SKIP_PODGROUPER] = "true"
        spec = {"podgroups": groups, **constraint}
        if configs:
            spec["topologyConstraintGroupConfigs"] = configs
        if self.priority:
            spec["priorityClassName"] = self.priority
        self.add(GANG, "PodGang", name, labels, self.owner, annotations, spec=spec)
        if self.scheduler == "kai-scheduler":
            self.kai_pod_group(name, labels, annotations, spec)
        if self.scheduler == "volcano":
            self.volcano_pod_group(name, labels, annotations, spec)

    # Section 12: what schedulers get.

    def pod_group(self, api_version: str, name: str, labels: dict, annotations: dict, gang: dict, **spec) -> None:
        spec["minMember"] = sum(group["minReplicas"] for group in gang["podgroups"])
        if self.priority:
            spec["priorityClassName"] = self.priority
        self.add(api_version, "PodGroup", name, dict(labels), (GANG, "PodGang", name), dict(annotations), spec=spec)

    def kai_pod_group(self, name: str, labels: dict, annotations: dict, gang: dict) -> None:
        """Section 12.1."""
        def constraint_of(part: dict) -> dict:
            if "topologyConstraint" not in part:
                return {}
            pack = part["topologyConstraint"]["packConstraint"]
            return {"topologyConstraint": {"topology": annotations[TOPOLOGY_NAME],
                                           **{f"{strength}TopologyLevel": key for strength, key in pack.items()}}}

        sub_groups, parents = [], {}
        for config in gang.get("topologyConstraintGroupConfigs", []):
            members = config["podGroupNames"]
            sub_groups.append({"name": config["name"], "minSubGroup": len(members), **constraint_of(config)})
            parents.update({member: {"parent": config["name"]} for member in members})
        for group in gang["podgroups"]:
            sub_groups.append({"name": group["name"], "minMember": group["minReplicas"],
                               **parents.get(group["name"], {}), **constraint_of(group)})
        self.pod_group("scheduling.run.ai/v2alpha2", name, labels, annotations, gang, queue=self.kai_queue(),
                       subGroups=sub_groups, **{"topologyConstraint": {}, **constraint_of(gang)})

    def kai_queue(self) -> str:
        """Label before annotation, the set before its cliques."""
        for holder in (self.metadata, *self.cliques.values()):
            for part in ("labels", "annotations"):
                if (holder.get(part) or {}).get(QUEUE):
                    return holder[part][QUEUE]
        raise ValueError(f"{self.name} has no queue")

    def volcano_pod_group(self, name: str, labels: dict, annotations: dict, gang: dict) -> None:
        """Section 12.2."""
        policies = [{"name": group["name"], "labelSelector": {"matchLabels": {CLIQUE: group["name"]}},
                     "matchLabelKeys": [CLIQUE], "subGroupSize": group["minReplicas"], "minSubGroups": 1}
                    for group in gang["podgroups"]]
        queue = annotations.get("scheduling.grove.io/volcano-queue", "").strip() or "default"
        self.pod_group("scheduling.volcano.sh/v1beta1", name, labels, {}, gang, queue=queue, subGroupPolicy=policies)
