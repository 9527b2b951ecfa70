package client_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/faults"
)

// A set whose second clique waits for the first by grovec-initc.
const inOrder = `apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata: {name: faulty, namespace: %s}
spec:
  replicas: 1
  template:
    cliqueStartupType: CliqueStartupTypeInOrder
    cliques:
    - name: first
      spec: {roleName: first, replicas: 2, minAvailable: 2, podSpec: {containers: [{name: main, image: main}]}}
    - name: second
      spec: {roleName: second, replicas: 3, minAvailable: 3, podSpec: {containers: [{name: main, image: main}]}}
`

// TestOperatorThroughFaults: the operator makes a set while writes are lost,
// refused and watches break. In the end there is everything once, in order, and
// nothing more to write.
func TestOperatorThroughFaults(t *testing.T) {
	program := clustertest.Program(t, "grovec-live")
	c := clustertest.Start(t, "--nodes", "3", "--taint", "none", "--initc", clustertest.Program(t, "grovec-initc"))
	crds, err := exec.Command(clustertest.Program(t, "grovec"), "schema", "--crds").Output()
	if err != nil {
		t.Fatal(err)
	}
	c.MustKubectl(t, string(crds), "create", "-f", "-")
	clustertest.Eventually(t, clustertest.Patience, func() error { // an object without a status is an error for `wait`
		_, _, err := c.Kubectl("", "wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
		return err
	})
	p := at(t, c)
	c.MustKubectl(t, "", "create", "clusterrolebinding", "operator", "--clusterrole=cluster-admin", "--serviceaccount="+p.namespace+":user")
	file := filepath.Join(t.TempDir(), "set.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, inOrder, p.namespace), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, rule := range []faults.Rule{
		{Name: "lost pods", Method: "POST", Path: "/pods$", After: 1, Times: 2, Fault: faults.LoseAnswer()},
		{Name: "refused pod", Method: "POST", Path: "/pods$", Times: 1, Fault: faults.Answer(500, 0)},
		{Name: "lost cliques", Method: "POST", Path: "/podcliques$", Times: 1, Fault: faults.LoseAnswer()},
		{Name: "busy", Method: "POST", Path: "/podgangs$", Times: 1, Fault: faults.Answer(429, time.Second)},
		{Name: "conflict", Method: "PATCH", Path: "/status$", Times: 1, Fault: faults.Answer(409, 0)},
		{Name: "cut", Method: "WATCH", Path: "/pods$", Times: 1, Fault: faults.CutAfter(1)},
		{Name: "gone", Method: "WATCH", Path: "/podcliques$", Times: 1, Fault: faults.GoneAfter(1)},
	} {
		p.proxy.Add(rule)
	}
	reconcile := func(within time.Duration) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		cmd := exec.CommandContext(ctx, program, "reconcile", "--once", "--wait", "--timeout", "240", "--kubeconfig", p.kubeconfig, file)
		cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=/usr/bin:/bin"}
		output, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("reconcile: %v\n%s", err, output)
		}
		if strings.Contains(string(output), p.token) {
			t.Error("the token is in the output")
		}
		return string(output)
	}
	said := reconcile(5 * time.Minute)
	checkFaulty(t, c, p.namespace)
	begin := len(p.proxy.Requests())
	reconcile(5 * time.Minute)
	for _, request := range p.proxy.Requests()[begin:] {
		if request.Method != "GET" && request.Method != "WATCH" {
			t.Errorf("nothing to do, and %s %s", request.Method, request.Path)
		}
	}
	if t.Failed() {
		t.Log(said)
	}
}

// checkFaulty looks past the proxy: all pods once, Ready, and the second clique
// after the first.
func checkFaulty(t *testing.T, c *clustertest.Cluster, namespace string) {
	t.Helper()
	pods, err := c.Client.CoreV1().Pods(namespace).List(context.Background(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	var firstReady, secondBegan metav1.Time
	for _, pod := range pods.Items {
		clique := pod.Labels["grove.io/podclique"]
		count[clique]++
		if err := clustertest.Ready(&pod); err != nil {
			t.Error(err)
			continue
		}
		for _, condition := range pod.Status.Conditions {
			if at := condition.LastTransitionTime; condition.Type == "Ready" && clique == "faulty-0-first" && firstReady.Before(&at) {
				firstReady = at
			}
		}
		if began := pod.Status.ContainerStatuses[0].State.Running.StartedAt; clique == "faulty-0-second" && (secondBegan.IsZero() || began.Before(&secondBegan)) {
			secondBegan = began
		}
	}
	if fmt.Sprint(count) != "map[faulty-0-first:2 faulty-0-second:3]" {
		t.Errorf("pods: %v", count)
	}
	if secondBegan.Before(&firstReady) {
		t.Errorf("the second clique began at %s, the first was ready at %s", secondBegan, firstReady)
	}
}
