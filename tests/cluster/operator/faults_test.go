package operator

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/faults"
)

// suffering is what the requests of the operator meet, each a few times.
var suffering = []faults.Rule{
	{Name: "a pod's answer is lost", Method: "POST", Path: "/pods$", After: 1, Times: 2, Fault: faults.LoseAnswer()},
	{Name: "a webhook refuses a pod", Method: "POST", Path: "/pods$", After: 2, Times: 2, Fault: faults.Answer(403, 0)},
	{Name: "a clique's answer is lost", Method: "POST", Path: "/podcliques$", Times: 1, Fault: faults.LoseAnswer()},
	{Name: "a storm of 429", Method: "POST", Path: "/podgangs$", Times: 3, Fault: faults.Answer(429, time.Second)},
	{Name: "a status meets a conflict", Method: "PATCH", Path: "/status$", Times: 3, Fault: faults.Answer(409, 0)},
	{Name: "a deletion's answer is lost", Method: "DELETE", Path: "/pods/", Times: 1, Fault: faults.LoseAnswer()},
	{Name: "pods: the watch is cut in mid-object", Method: "WATCH", Path: "/pods$", Times: 1, Fault: faults.CutAfter(3)},
	{Name: "pods: the watch is reset", Method: "WATCH", Path: "/pods$", Times: 1, Fault: faults.ResetAfter(3)},
	{Name: "cliques: versions are gone", Method: "WATCH", Path: "/podcliques$", Times: 1, Fault: faults.GoneAfter(2)},
	{Name: "gangs: no JSON", Method: "WATCH", Path: "/podgangs$", Times: 1, Fault: faults.GarbageAfter(1)},
	{Name: "sets: the watch ends", Method: "WATCH", Path: "/podcliquesets$", Times: 1, Fault: faults.EndAfter(1)},
}

// through returns a kubeconfig of an administrator behind the proxy.
func through(t *testing.T, c *clustertest.Cluster, proxy *faults.Proxy) string {
	t.Helper()
	token := c.User(t, "default", "operator", "edit")
	_, err := c.Client.RbacV1().ClusterRoleBindings().Create(context.Background(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "operator"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Name: "operator", Namespace: "default"}},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return proxy.Kubeconfig(t, token)
}

// TestDaemonThroughFaults deploys, scales, updates and deletes a set while the
// daemon's answers are lost, its writes refused and its watches broken. No pod
// is made twice, and only pods that had to go were deleted.
func TestDaemonThroughFaults(t *testing.T) {
	c := cluster(t)
	proxy := faults.Start(t, c.Config)
	kubeconfig := through(t, c, proxy)
	for _, rule := range suffering {
		proxy.Add(rule)
	}
	_, log := daemon(t, c, "--no-leader-election", "--metrics-address", "off", "--kubeconfig", kubeconfig)
	says(t, log, "watching")
	l := keepLedger(t, c)
	apply := func(replicas, image int) (end func() error) {
		t.Helper()
		manifest := killedSet("fire", replicas, image)
		file := t.TempDir() + "/set.yaml"
		if err := os.WriteFile(file, []byte(manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		names, pods := expected(t, manifest)
		c.MustKubectl(t, stored(t, file), "apply", "--server-side", "-f", "-")
		return func() error { return exact(c, "fire", names, pods, image) }
	}
	kept := func(what string) {
		t.Helper()
		l.catchUp(t, c, what)
		if names := l.marks(); len(names) > 0 {
			t.Errorf("%s: pods were deleted: %v", what, names)
		}
	}

	clustertest.Eventually(t, 2*patience, apply(1, 1))
	kept("deployed")
	clustertest.Eventually(t, 2*patience, apply(2, 1))
	kept("scaled")

	proxy.ResetAll()
	clustertest.Eventually(t, 2*patience, apply(3, 1))
	kept("every connection was reset")

	clustertest.Eventually(t, 2*patience, apply(1, 1))
	l.catchUp(t, c, "fewer")
	for _, name := range l.marks() {
		if strings.HasPrefix(name, "fire-0-") {
			t.Errorf("%s was deleted, which is none of the last two replicas", name)
		}
	}

	end := apply(1, 2)
	clustertest.Eventually(t, 2*patience, func() error {
		if err := end(); err != nil {
			return err
		}
		return ended(c, "fire", 1)
	})

	c.MustKubectl(t, "", "delete", "pcs", "fire", "--wait=false")
	clustertest.Eventually(t, 2*patience, func() error { return gone(c, "fire") })
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.faults) > 0 {
		t.Error(strings.Join(l.faults, "\n"))
	}
}
