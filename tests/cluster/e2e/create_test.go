package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"grovec.dev/tests/cluster/clustertest"
)

// gate is what the operator takes off a pod once its gang is complete.
const gate = "grove.io/podgang-pending-creation"

var inDefault = regexp.MustCompile(`(?m)namespace: default\b`)

// TestCompiledObjectsRun creates what grovec prints, first the set, then its
// objects with owner references to it and to each other, takes the scheduling
// gates off, and waits until the simulated nodes have started all pods.
// Each case has a namespace of its own.
func TestCompiledObjectsRun(t *testing.T) {
	grovec(t)
	begun := time.Now()
	c := groveCluster(t)
	client := newObjectClient(t, c)
	cases := ownNamespaces(t, allCases(t))
	for _, one := range cases {
		must(client.create(object{"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": one.namespace}}))(t)
	}
	for _, one := range cases {
		clustertest.Eventually(t, clustertest.Patience, func() error {
			_, err := c.Client.CoreV1().ServiceAccounts(one.namespace).Get(context.Background(), "default", metav1.GetOptions{})
			return err
		})
	}
	t.Logf("cluster and %d namespaces after %.1f s", len(cases), time.Since(begun).Seconds())
	sets, _ := splitRefused(t, compileAll(t, plain(cases), "--emit=spec"))
	children, _ := splitRefused(t, compileAll(t, plain(cases), "--owner-references"))
	if t.Failed() || len(sets) != len(children) {
		t.Fatalf("%d sets, %d expansions", len(sets), len(children))
	}
	t.Logf("%d sets compiled twice after %.1f s", len(sets), time.Since(begun).Seconds())
	begun = time.Now()
	created := make([][]map[string]any, len(sets))
	namespaces := map[string]string{}
	for _, one := range cases {
		namespaces[one.name] = one.namespace
	}
	inParallel(len(sets), func(n int) {
		var err error
		if err = prerequisites(client, sets[n].testCase, namespaces[sets[n].name]); err == nil {
			created[n], err = createTree(client, append(sets[n].objects, children[n].objects...))
		}
		if err != nil {
			t.Errorf("%s: %v", sets[n].name, err)
		}
	})
	var all []map[string]any
	for _, objects := range created {
		all = append(all, objects...)
	}
	t.Logf("%d cases, %d objects created in %.1f s: %s", len(sets), len(all), time.Since(begun).Seconds(), countKinds(all))
	checkRoom(t, c)
	liftGates(t, c, all)
	waitForPods(t, c, namespaces)
	checkNames(t, c, all)
	checkTree(t, sets, created)
	t.Logf("all checked %.1f s after the first creation", time.Since(begun).Seconds())
}

func must[T any](_ T, err error) func(testing.TB) {
	return func(t testing.TB) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

type namespacedCase struct {
	testCase
	namespace string
}

func plain(cases []namespacedCase) []testCase {
	var all []testCase
	for _, one := range cases {
		all = append(all, one.testCase)
	}
	return all
}

// ownNamespaces moves every case out of the namespace `default`: its input
// and what it is compiled --with.
func ownNamespaces(t testing.TB, cases []testCase) []namespacedCase {
	t.Helper()
	dir := t.TempDir()
	move := func(file, namespace string) string {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, namespace+"-"+filepath.Base(file))
		if err := os.WriteFile(path, inDefault.ReplaceAll(data, []byte("namespace: "+namespace)), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var moved []namespacedCase
	for _, one := range cases {
		namespace := strings.ReplaceAll(one.name, "/", "-")
		flags := []string{"-n", namespace}
		for n, flag := range one.flags {
			if n > 0 && one.flags[n-1] == "--with" {
				flag = move(flag, namespace)
			}
			flags = append(flags, flag)
		}
		moved = append(moved, namespacedCase{testCase{one.name, move(one.file, namespace), flags}, namespace})
	}
	return moved
}

// prerequisites creates the ones of the namespace that the input names.
func prerequisites(client *objectClient, one testCase, namespace string) error {
	input, err := os.ReadFile(one.file)
	if err != nil {
		return err
	}
	for _, needed := range []object{
		{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": object{"name": "custom-sa", "namespace": namespace}},
		{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": object{"name": "sa", "namespace": namespace}},
		{"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaimTemplate", "metadata": object{"name": "ext-tpl", "namespace": namespace},
			"spec": object{"spec": object{"devices": object{"requests": []any{
				object{"name": "g", "exactly": object{"deviceClassName": "dev.example.com"}}}}}}},
		{"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaimTemplate", "metadata": object{"name": "stub-tpl", "namespace": namespace},
			"spec": object{"spec": object{}}},
		{"apiVersion": "v1", "kind": "PersistentVolume", "metadata": object{"name": "models-" + namespace},
			"spec": object{"capacity": object{"storage": "1Ti"}, "accessModes": []any{"ReadOnlyMany"}, "storageClassName": "",
				"hostPath": object{"path": "/m"}, "claimRef": object{"namespace": namespace, "name": "models"}}},
		{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": object{"name": "models", "namespace": namespace},
			"spec": object{"accessModes": []any{"ReadOnlyMany"}, "storageClassName": "", "volumeName": "models-" + namespace,
				"resources": object{"requests": object{"storage": "1Ti"}}}},
	} {
		name := strings.TrimSuffix(field(needed, "metadata", "name"), "-"+namespace)
		if !regexp.MustCompile(`[:\s]` + name + `\b`).Match(input) {
			continue
		}
		if _, err := client.create(needed); err != nil {
			return err
		}
	}
	return nil
}

// createTree posts the objects in order. Owners are found by kind and name
// among those already created.
func createTree(client *objectClient, objects []map[string]any) ([]map[string]any, error) {
	return createBelow(client, objects, map[string]types.UID{})
}

// createBelow is createTree with owners that exist already.
func createBelow(client *objectClient, objects []map[string]any, uids map[string]types.UID) ([]map[string]any, error) {
	var created []map[string]any
	for _, one := range objects {
		name := field(one, "kind") + " " + field(one, "metadata", "name")
		metadata := one["metadata"].(map[string]any)
		owners, _ := metadata["ownerReferences"].([]any)
		for _, entry := range owners {
			owner := entry.(map[string]any)
			uid, known := uids[field(owner, "kind")+" "+field(owner, "name")]
			if !known {
				return created, fmt.Errorf("%s comes before its owner %s %s", name, field(owner, "kind"), field(owner, "name"))
			}
			owner["uid"] = string(uid)
		}
		if len(owners) == 0 && field(one, "kind") != "PodCliqueSet" {
			return created, fmt.Errorf("%s has no owner", name)
		}
		answer, err := client.create(one)
		if err != nil {
			return created, fmt.Errorf("%s: %w", name, err)
		}
		uids[name] = answer.GetUID()
		created = append(created, answer.Object)
		if field(one, "kind") == "ComputeDomain" {
			if err := actAsDriver(client, one); err != nil {
				return created, err
			}
		}
	}
	return created, nil
}

// actAsDriver does what NVIDIA's driver does for a ComputeDomain: it makes the
// claim template that the pods refer to, here without devices.
func actAsDriver(client *objectClient, domain map[string]any) error {
	_, err := client.create(object{"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaimTemplate",
		"metadata": object{"name": field(domain, "spec", "channel", "resourceClaimTemplate", "name"),
			"namespace": field(domain, "metadata", "namespace")},
		"spec": object{"spec": object{}}})
	return err
}

// checkRoom fails if a node could be too small for what the scheduler puts
// there: each has to hold all pods of the test.
func checkRoom(t *testing.T, c *clustertest.Cluster) {
	t.Helper()
	pods, err := c.Client.CoreV1().Pods("").List(context.Background(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	nodes, err := c.Client.CoreV1().Nodes().List(context.Background(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	wanted := corev1.ResourceList{corev1.ResourcePods: *resource.NewQuantity(int64(len(pods.Items)), resource.DecimalSI)}
	for n := range pods.Items {
		spec := &pods.Items[n].Spec
		for _, container := range slices.Concat(spec.InitContainers, spec.Containers) {
			for name, amount := range container.Resources.Requests {
				sum := wanted[name]
				sum.Add(amount)
				wanted[name] = sum
			}
		}
	}
	for name, amount := range wanted {
		for n := range nodes.Items {
			room, offered := nodes.Items[n].Status.Allocatable[name]
			if offered && room.Cmp(amount) < 0 {
				t.Fatalf("all pods together want %s of %s, node %s has %s: give the nodes more room",
					amount.String(), name, nodes.Items[n].Name, room.String())
			}
		}
	}
}

func liftGates(t *testing.T, c *clustertest.Cluster, objects []map[string]any) {
	t.Helper()
	var pods []map[string]any
	for _, one := range objects {
		if field(one, "kind") == "Pod" {
			pods = append(pods, one)
		}
	}
	begun := time.Now()
	inParallel(len(pods), func(n int) {
		patch := fmt.Sprintf(`{"spec":{"schedulingGates":[{"$patch":"delete","name":%q}]}}`, gate)
		_, err := c.Client.CoreV1().Pods(field(pods[n], "metadata", "namespace")).Patch(context.Background(),
			field(pods[n], "metadata", "name"), types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
		if err != nil {
			t.Errorf("gate of pod %s: %v", field(pods[n], "metadata", "name"), err)
		}
	})
	t.Logf("gates of %d pods taken off in %.1f s", len(pods), time.Since(begun).Seconds())
}

// waitForPods waits until all pods are Ready, except for those of the cases in
// not-running.txt, which must not be.
func waitForPods(t *testing.T, c *clustertest.Cluster, namespaces map[string]string) {
	t.Helper()
	exempt := exceptions(t, filepath.Join("testdata", "not-running.txt"))
	begun := time.Now()
	var waiting map[string]string // case → a pod that is not ready, and why
	total := 0
	for time.Since(begun) < 8*time.Minute {
		pods, err := c.Client.CoreV1().Pods("").List(context.Background(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		total = len(pods.Items)
		waiting = map[string]string{}
		unexpected := 0
		for name, namespace := range namespaces {
			for n := range pods.Items {
				if pod := &pods.Items[n]; pod.Namespace == namespace && clustertest.Ready(pod) != nil {
					waiting[name] = why(pod)
					if exempt[name] == "" {
						unexpected++
					}
					break
				}
			}
		}
		if unexpected == 0 {
			break
		}
		time.Sleep(time.Second)
	}
	t.Logf("%d pods after %.1f s", total, time.Since(begun).Seconds())
	for name, text := range waiting {
		if exempt[name] == "" {
			t.Errorf("%s does not run: %s", name, text)
		} else {
			t.Logf("%s does not run: %s (%s)", name, exempt[name], text)
		}
	}
	for name := range exempt {
		if _, known := namespaces[name]; known && waiting[name] == "" {
			t.Errorf("%s runs: take it out of not-running.txt", name)
		}
	}
}

// why says what holds a pod back, from its own conditions.
func why(pod *corev1.Pod) string {
	text := pod.Name
	if pod.Spec.NodeName == "" && len(pod.Spec.SchedulingGates) == 0 {
		text += "; not bound"
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Status != corev1.ConditionTrue {
			text += "; " + string(condition.Type) + " " + condition.Reason + " " + condition.Message
		}
	}
	return text
}

// checkNames compares what kubectl shows with what was created: nothing has
// been garbage collected, so every owner reference is right.
func checkNames(t *testing.T, c *clustertest.Cluster, created []map[string]any) {
	t.Helper()
	kinds := map[string]bool{}
	want := map[string]bool{}
	for _, one := range created {
		group, _, hasGroup := strings.Cut(field(one, "apiVersion"), "/")
		kind := strings.ToLower(field(one, "kind"))
		if hasGroup {
			kind += "." + group
		}
		kinds[kind] = true
		want[field(one, "kind")+" "+field(one, "metadata", "namespace")+" "+field(one, "metadata", "name")] = true
	}
	var list []string
	for kind := range kinds {
		list = append(list, kind)
	}
	sort.Strings(list)
	shown := map[string]bool{}
	for _, kind := range list {
		out := c.MustKubectl(t, "", "get", kind, "-A", "--no-headers", "-o", "custom-columns=K:.kind,S:.metadata.namespace,N:.metadata.name")
		for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
			shown[strings.Join(strings.Fields(line), " ")] = true
		}
	}
	for key := range want {
		if !shown[key] {
			t.Errorf("kubectl get does not show %s", key)
		}
	}
}

// checkTree compares the names that `show tree` prints with those created.
func checkTree(t *testing.T, sets []compiled, created [][]map[string]any) {
	t.Helper()
	program := grovec(t)
	for n, one := range sets {
		out, errOut, code := one.grovec(program, "show", "tree", "--all")
		if code != 0 {
			t.Errorf("%s: show tree ends with %d: %s", one.name, code, errOut)
			continue
		}
		words := map[string]bool{}
		for _, word := range strings.FieldsFunc(out, func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-.:", r) }) {
			words[word] = true
		}
		for _, object := range created[n] {
			switch kind, name := field(object, "kind"), field(object, "metadata", "name"); kind {
			case "PodCliqueSet", "PodClique", "PodCliqueScalingGroup", "PodGang", "Pod":
				if !words[name] {
					t.Errorf("%s: show tree does not print %s %s", one.name, kind, name)
				}
			}
		}
	}
}
