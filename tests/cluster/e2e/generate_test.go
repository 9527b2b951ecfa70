package e2e

import (
	"fmt"
	"math/rand/v2"
)

type object = map[string]any

// generate makes a PodCliqueSet that upstream accepts, the same for the same
// seed: all startup types, scaling groups, autoscaling, claims, init
// containers, and sizes small enough for a few thousand pods in all.
func generate(seed uint64) object {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 4))}
	name := fmt.Sprintf("gen%d", seed)
	template := object{"cliqueStartupType": g.startupType()}
	cliques := 1 + g.IntN(4)
	var names []string
	for n := range cliques {
		names = append(names, fmt.Sprintf("c%d", n))
	}
	grouped := g.groups(template, names)
	var all []any
	for n, clique := range names {
		all = append(all, g.clique(clique, names[:n], template["cliqueStartupType"] == "CliqueStartupTypeExplicit", grouped[clique]))
	}
	template["cliques"] = all
	if g.chance(4) {
		template["terminationDelay"] = "1h30m"
	}
	if g.chance(4) {
		template["headlessServiceConfig"] = object{"publishNotReadyAddresses": g.chance(2)}
	}
	if g.chance(5) {
		template["priorityClassName"] = "prio-high"
	}
	if g.chance(6) {
		template["resourceSharing"] = []any{object{"name": "ext-tpl", "scope": g.pick("AllReplicas", "PerReplica")}}
	}
	spec := object{"replicas": 1 + g.IntN(2), "template": template}
	return object{
		"apiVersion": "grove.io/v1alpha1", "kind": "PodCliqueSet",
		"metadata": object{"name": name, "labels": object{"example.com/generated": "yes"}},
		"spec":     spec,
	}
}

type generator struct{ *rand.Rand }

func (g *generator) chance(of int) bool { return g.IntN(of) == 0 }

func (g *generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

func (g *generator) startupType() string {
	return g.pick("CliqueStartupTypeAnyOrder", "CliqueStartupTypeInOrder", "CliqueStartupTypeExplicit")
}

// groups puts some cliques into scaling groups and says which.
func (g *generator) groups(template object, names []string) map[string]bool {
	grouped := map[string]bool{}
	if len(names) < 2 || g.chance(3) {
		return grouped
	}
	members := names[:1+g.IntN(len(names)-1)]
	var list []any
	for _, name := range members {
		grouped[name] = true
		list = append(list, name)
	}
	replicas := 1 + g.IntN(3)
	group := object{"name": "pool", "cliqueNames": list, "replicas": replicas, "minAvailable": 1 + g.IntN(replicas)}
	if g.chance(3) {
		group["scaleConfig"] = g.autoscaling(replicas)
	}
	template["podCliqueScalingGroups"] = []any{group}
	return grouped
}

func (g *generator) autoscaling(replicas int) object {
	return object{"minReplicas": replicas, "maxReplicas": replicas + g.IntN(5), "metrics": []any{object{
		"type":     "Resource",
		"resource": object{"name": "cpu", "target": object{"type": "Utilization", "averageUtilization": 80}},
	}}}
}

func (g *generator) clique(name string, earlier []string, explicit, grouped bool) object {
	replicas := 1 + g.IntN(3)
	spec := object{"roleName": "role-" + name, "replicas": replicas, "minAvailable": 1 + g.IntN(replicas), "podSpec": g.podSpec(name)}
	if explicit && len(earlier) > 0 && g.chance(2) {
		spec["startsAfter"] = []any{earlier[g.IntN(len(earlier))]}
	}
	if !grouped && g.chance(4) {
		spec["autoScalingConfig"] = g.autoscaling(replicas)
	}
	clique := object{"name": name, "spec": spec}
	if g.chance(3) {
		clique["labels"] = object{"example.com/clique": name}
	}
	if g.chance(3) {
		clique["annotations"] = object{"example.com/note": "a: b # \"c\"\n"}
	}
	return clique
}

func (g *generator) podSpec(name string) object {
	main := object{
		"name": "main", "image": "example.com/" + name + ":1",
		"resources": object{"requests": object{"cpu": g.pick("10m", "0.1", "1"), "memory": g.pick("64Mi", "1.5Gi")}},
	}
	if g.chance(3) {
		main["resources"].(object)["limits"] = object{"nvidia.com/gpu": 1}
	}
	if g.chance(2) {
		main["env"] = []any{object{"name": "ROLE", "value": name},
			object{"name": "NODE", "valueFrom": object{"fieldRef": object{"fieldPath": "spec.nodeName"}}}}
		main["args"] = []any{"--peers", "$(GROVE_HEADLESS_SERVICE)", "yes", "0x1F", "1e3"}
	}
	if g.chance(3) {
		main["ports"] = []any{object{"containerPort": 8000 + g.IntN(1000), "name": "http"}}
	}
	spec := object{"containers": []any{main}}
	if g.chance(4) {
		spec["initContainers"] = []any{object{"name": "fetch", "image": "example.com/fetch:1"}}
	}
	if g.chance(4) {
		spec["volumes"] = []any{object{"name": "scratch", "emptyDir": object{}}}
		main["volumeMounts"] = []any{object{"name": "scratch", "mountPath": "/scratch"}}
	}
	if g.chance(3) {
		spec["tolerations"] = []any{object{"key": "fake-node", "operator": "Equal", "value": "true", "effect": "NoSchedule"}}
	}
	if g.chance(5) {
		spec["terminationGracePeriodSeconds"] = g.IntN(60)
	}
	return spec
}
