package faults_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/control"
)

// TestControlPlaneSuffers shows what an instance does to its own processes:
// the API server killed, stopped and restored, etcd full.
func TestControlPlaneSuffers(t *testing.T) {
	c := clustertest.Start(t, "--nodes", "1", "--quota", strconv.Itoa(64<<20))
	x := connect(t, c)
	x.mustCreate(t, "kept")

	c.Do(t, "kill", "kube-apiserver")
	if _, err := x.do(t, "GET", x.pods, ""); err == nil {
		t.Error("a killed server answers")
	}
	c.Do(t, "start", "kube-apiserver")
	if !x.exists(t, "kept") {
		t.Error("lost over a restart")
	}

	c.Do(t, "pause", "kube-apiserver")
	x.http.Timeout = 500 * time.Millisecond
	if _, err := x.do(t, "GET", x.pods, ""); err == nil {
		t.Error("a stopped server answers")
	}
	c.Do(t, "resume", "kube-apiserver")
	x.http.Timeout = clustertest.Patience
	if !x.exists(t, "kept") {
		t.Error("lost while stopped")
	}

	snapshot := filepath.Join(t.TempDir(), "snapshot.db")
	c.Do(t, "snapshot", snapshot)
	x.mustCreate(t, "forgotten")
	for n := range 100 { // the restarted server writes a little of its own
		x.mustCreate(t, fmt.Sprint("forgotten-", n))
	}
	before := version(t, c)
	c.Do(t, "restore", snapshot)
	if !x.exists(t, "kept") || x.exists(t, "forgotten") {
		t.Error("not the world of the snapshot")
	}
	if after := version(t, c); after >= before {
		t.Errorf("version %d before, %d after: it did not go back", before, after)
	}
	startsAgain(t, c, "kube-scheduler")
	fillEtcd(t, x)
}

// startsAgain: in an instance that suffers by order, a process around the API
// server that ends is started again, as kubelets do with those of real ones.
func startsAgain(t *testing.T, c *clustertest.Cluster, name string) {
	t.Helper()
	pid := func() int {
		state, err := (control.Instance{Name: c.Name, Dir: c.Dir}).ReadState()
		if err != nil {
			t.Fatal(err)
		}
		return state.Processes[name]
	}
	before := pid()
	if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if now := pid(); now == before || now == 0 {
			return fmt.Errorf("%s has not been started again", name)
		}
		return nil
	})
}

func version(t *testing.T, c *clustertest.Cluster) int {
	t.Helper()
	list, err := c.Client.CoreV1().Secrets("default").List(context.Background(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(list.ResourceVersion)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// fillEtcd writes until etcd refuses; reads still work.
func fillEtcd(t *testing.T, x *client) {
	t.Helper()
	data := strings.Repeat("x", 1<<20-4096)
	for n := range 200 {
		answer, err := x.do(t, "POST", x.pods,
			fmt.Sprintf(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"big-%d"},"data":{"x":%q}}`, n, data))
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode == http.StatusCreated {
			continue
		}
		said, err := io.ReadAll(answer.Body)
		if !strings.Contains(string(said), "space exceeded") {
			t.Logf("object %d: %s %s %v", n, answer.Status, said, err) // a slow disk: not yet full
			continue
		}
		if answer.StatusCode != http.StatusInternalServerError || n < 10 {
			t.Fatalf("after %d objects: %s", n, answer.Status)
		}
		if !x.exists(t, "kept") {
			t.Error("a full server does not read")
		}
		return
	}
	t.Fatal("200 MiB fit into 64")
}
