package e2e

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"grovec.dev/tests/cluster/clustertest"
)

var (
	setResource   = schema.GroupVersionResource{Group: "grove.io", Version: "v1alpha1", Resource: "podcliquesets"}
	groupResource = schema.GroupVersionResource{Group: "grove.io", Version: "v1alpha1", Resource: "podcliquescalinggroups"}
)

// live runs grovec-live against the cluster, as kubeconfig says.
func live(t testing.TB, kubeconfig string, arguments ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(filepath.Join(filepath.Dir(grovec(t)), "grovec-live"), arguments...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// says fails unless the command ended with the code and printed all parts.
func says(t testing.TB, kubeconfig string, code int, parts []string, arguments ...string) {
	t.Helper()
	stdout, stderr, got := live(t, kubeconfig, arguments...)
	for _, part := range parts {
		if !strings.Contains(stdout+stderr, part) {
			t.Errorf("grovec-live %s: `%s` is missing in\n%s%s", strings.Join(arguments, " "), part, stdout, stderr)
		}
	}
	if got != code {
		t.Errorf("grovec-live %s: exit code %d, not %d\n%s%s", strings.Join(arguments, " "), got, code, stdout, stderr)
	}
}

// TestPeopleAskAndChangeACluster walks a set through its life as far as it
// goes without an operator: what status, scale and delete say and do.
func TestPeopleAskAndChangeACluster(t *testing.T) {
	c := groveCluster(t)
	client := newObjectClient(t, c)
	file := filepath.Join(clustertest.Root(t), "examples", "mn-disagg", "mn-disagg.yaml")
	one := []testCase{{"mn-disagg", file, nil}}
	spec, _ := splitRefused(t, compileAll(t, one, "--emit=spec"))
	children, _ := splitRefused(t, compileAll(t, one, "--owner-references"))

	says(t, c.Kubeconfig, 1, []string{"there is no PodCliqueSet in namespace `default`"}, "status")
	says(t, c.Kubeconfig, 1, []string{"there is no PodCliqueSet `mn-disagg` in namespace `default`"}, "status", "mn-disagg")

	created, err := createTree(client, spec[0].objects)
	if err != nil {
		t.Fatal(err)
	}
	says(t, c.Kubeconfig, 1, []string{
		"default/mn-disagg: unavailable, 0 of 1 replicas available",
		"no operator has looked at the set: it has no finalizer and no status",
		"mn-disagg-0-frontend and 8 more: does not exist yet",
	}, "status")

	uid := created[0]["metadata"].(map[string]any)["uid"].(string)
	all, err := createBelow(client, children[0].objects, map[string]types.UID{"PodCliqueSet mn-disagg": types.UID(uid)})
	if err != nil {
		t.Fatal(err)
	}
	observe(t, client)
	says(t, c.Kubeconfig, 1, []string{
		"waits at its gate for the operator to open it",
		"waits at its gate for base gang `mn-disagg-0`: ",
		"`mn-disagg-0-prefill-0-pworker` has 0 of 3 scheduled",
	}, "status", "mn-disagg")

	liftGates(t, c, all)
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if stdout, _, code := live(t, c.Kubeconfig, "status"); code != 0 {
			return errors.New(stdout)
		}
		return nil
	})
	says(t, c.Kubeconfig, 0, []string{"default/mn-disagg: healthy, 1 of 1 replicas available"}, "status", "-A")
	says(t, c.Kubeconfig, 0, []string{`"healthy":true`}, "status", "-o", "json", "--wait-for", "available", "--timeout", "20s")

	viewer := viewerOf(t, c)
	says(t, viewer, 1, []string{"not listed: Pod: ", "Pod was not read: assumed that the counts that the operator wrote are right"}, "status")
	says(t, viewer, 3, []string{"403 Forbidden"}, "scale", "group", "mn-disagg-0-prefill", "3")

	says(t, c.Kubeconfig, 0, []string{"dry run: nothing was changed"}, "scale", "group", "mn-disagg-0-prefill", "4", "--dry-run")
	wantReplicas(t, client, 2)
	says(t, c.Kubeconfig, 0, []string{
		"mn-disagg-0-prefill: group replicas [2-3] will be added; replicas [2-3] are scaled gangs",
	}, "scale", "group", "mn-disagg-0-prefill", "4")
	wantReplicas(t, client, 4)
	says(t, c.Kubeconfig, 1, []string{"mn-disagg-0-prefill-2-pleader and 3 more: does not exist yet"}, "status")
	says(t, c.Kubeconfig, 0, []string{"mn-disagg-0-prefill: group replicas [1-3] will be removed, with 4 pods"}, "scale", "group", "mn-disagg-0-prefill", "1")
	wantReplicas(t, client, 1)

	says(t, c.Kubeconfig, 2, []string{"nothing is deleted without `--yes`"}, "delete", "mn-disagg")
	says(t, c.Kubeconfig, 1, []string{"marked for deletion", "gave up waiting"}, "delete", "mn-disagg", "--yes", "--timeout", "2s")
	says(t, c.Kubeconfig, 1, []string{"default/mn-disagg: terminating", "finalizers hold it: grove.io/podcliqueset.grove.io"}, "status")
	finalizers(t, client)
	says(t, c.Kubeconfig, 1, nil, "status", "mn-disagg")
}

// observe writes what an operator would: a finalizer and the generation.
func observe(t testing.TB, client *objectClient) {
	t.Helper()
	sets := client.Resource(setResource).Namespace("default")
	must(sets.Patch(context.Background(), "mn-disagg", types.MergePatchType,
		[]byte(`{"metadata":{"finalizers":["grove.io/podcliqueset.grove.io"]}}`), metav1.PatchOptions{}))(t)
	must(sets.Patch(context.Background(), "mn-disagg", types.MergePatchType,
		[]byte(`{"status":{"observedGeneration":1,"replicas":1,"availableReplicas":1,"updatedReplicas":1}}`), metav1.PatchOptions{}, "status"))(t)
}

func wantReplicas(t testing.TB, client *objectClient, want int64) {
	t.Helper()
	group, err := client.Resource(groupResource).Namespace("default").Get(context.Background(), "mn-disagg-0-prefill", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := group.Object["spec"].(map[string]any)["replicas"]; got != want {
		t.Errorf("mn-disagg-0-prefill has %v replicas, not %d", got, want)
	}
}

// finalizers takes all finalizers off, as the operator would, and waits until
// the garbage collector has taken the rest.
func finalizers(t testing.TB, client *objectClient) {
	t.Helper()
	clustertest.Eventually(t, clustertest.Patience, func() error {
		left := 0
		for _, resource := range []schema.GroupVersionResource{setResource, groupResource, {Group: "grove.io", Version: "v1alpha1", Resource: "podcliques"}} {
			list, err := client.Resource(resource).Namespace("default").List(context.Background(), metav1.ListOptions{})
			if err != nil {
				return err
			}
			for _, item := range list.Items {
				left++
				_, _ = client.Resource(resource).Namespace("default").Patch(context.Background(), item.GetName(), types.MergePatchType,
					[]byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
			}
		}
		if left > 0 {
			return errors.New("objects are left")
		}
		return nil
	})
	clustertest.Eventually(t, clustertest.Patience, func() error {
		pods, err := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "pods"}).Namespace("default").List(context.Background(), metav1.ListOptions{})
		if err == nil && len(pods.Items) > 0 {
			err = errors.New("pods are left")
		}
		return err
	})
}

// viewerOf is a kubeconfig of somebody who may read sets, groups and
// PodCliques, and nothing else.
func viewerOf(t testing.TB, c *clustertest.Cluster) string {
	t.Helper()
	c.MustKubectl(t, "", "create", "serviceaccount", "viewer")
	c.MustKubectl(t, "", "create", "clusterrole", "viewer", "--verb=get,list",
		"--resource=podcliquesets.grove.io,podcliques.grove.io,podcliquescalinggroups.grove.io")
	c.MustKubectl(t, "", "create", "clusterrolebinding", "viewer", "--clusterrole=viewer", "--serviceaccount=default:viewer")
	token := strings.TrimSpace(c.MustKubectl(t, "", "create", "token", "viewer"))
	data, err := os.ReadFile(c.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "viewer.kubeconfig")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	c.MustKubectl(t, "", "--kubeconfig", path, "config", "set-credentials", "viewer", "--token", token)
	c.MustKubectl(t, "", "--kubeconfig", path, "config", "set-context", "--current", "--user", "viewer")
	// The API server learns of a binding a moment after it is stored.
	clustertest.Eventually(t, clustertest.Patience, func() error {
		for _, resource := range []string{"podcliquesets.grove.io", "podcliques.grove.io", "podcliquescalinggroups.grove.io"} {
			if out, _, err := c.Kubectl("", "--kubeconfig", path, "-n", "default", "auth", "can-i", "list", resource); err != nil {
				return errors.New("the viewer cannot list " + resource + " yet: " + out)
			}
		}
		return nil
	})
	return path
}
