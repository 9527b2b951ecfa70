package faults_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"grovec.dev/tests/cluster/clustertest"
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
	x.http.Timeout = 20 * time.Second
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
	fillEtcd(t, x)
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
