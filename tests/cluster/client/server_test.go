package client_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"grovec.dev/tests/cluster/clustertest"
)

// TestServerSuffers: the API server killed, stopped, restored from an older
// state, and etcd full. The client finds its way back by itself each time.
func TestServerSuffers(t *testing.T) {
	c := clustertest.Start(t, "--nodes", "1", "--quota", strconv.Itoa(64<<20))
	p := at(t, c)
	p.create(t, "a")
	run := p.watch(t, "--idle", "3000", "--deadline", "3000", "--patience", "2000")
	run.sees(t, "added", "/a")

	c.Do(t, "kill", "kube-apiserver")
	begun := time.Now()
	if answer := p.write(t, configMap("never"), "--deadline", "2000", "write", "post", p.maps); answer.Error == "" || time.Since(begun) > 10*time.Second {
		t.Errorf("killed: %+v", answer)
	}
	c.Do(t, "start", "kube-apiserver")
	p.create(t, "after-kill")
	run.sees(t, "added", "/after-kill")

	c.Do(t, "pause", "kube-apiserver")
	begun = time.Now()
	answer := p.write(t, configMap("stopped"), "--deadline", "2000", "write", "post", p.maps)
	if took := time.Since(begun); answer.Error == "" || !answer.OutcomeUnknown || took > 8*time.Second {
		t.Errorf("stopped: %+v after %s", answer, took)
	}
	time.Sleep(4 * time.Second) // longer than the watch may be idle
	c.Do(t, "resume", "kube-apiserver")
	p.create(t, "after-stop")
	run.sees(t, "added", "/after-stop")
	restored(t, c, p, run)
	full(t, p)
}

// restored: versions go back. A write of ours that the watch never shows is
// asked for, and the world of the server is seen within a minute.
func restored(t *testing.T, c *clustertest.Cluster, p *place, run *probe) {
	t.Helper()
	snapshot := filepath.Join(t.TempDir(), "snapshot.db")
	c.Do(t, "snapshot", snapshot)
	for n := range 100 {
		p.create(t, fmt.Sprint("forgotten-", n))
	}
	run.sees(t, "added", "/forgotten-99")
	c.Do(t, "restore", snapshot)
	answer := p.write(t, configMap("after-restore"), "--deadline", "20000", "write", "post", p.maps)
	if answer.Status != 201 {
		t.Fatalf("%+v", answer)
	}
	if _, err := fmt.Fprintf(run.stdin, "floor %s\n", answer.Version); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	run.seesWithin(t, time.Minute, "added", "/after-restore")
	run.seesWithin(t, time.Minute, "deleted", "/forgotten-99")
	t.Logf("the restored server was noticed after %s", time.Since(begun).Round(time.Millisecond))
	clustertest.Eventually(t, 20*time.Second, func() error {
		present := map[string]bool{}
		for _, l := range run.all() {
			if l.Is == "added" {
				present[l.Key] = true
			}
			if l.Is == "deleted" {
				delete(present, l.Key)
			}
		}
		if want := len(strings.Fields(p.names(t))); len(present) != want {
			return fmt.Errorf("%d objects, the server has %d", len(present), want)
		}
		return nil
	})
	run.end(t)
}

// full: etcd takes no more. The user is told so; what is there can be read.
func full(t *testing.T, p *place) {
	t.Helper()
	data := strings.Repeat("x", 1<<20-4096)
	for n := range 200 {
		answer := p.write(t, fmt.Sprintf(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"big-%d"},"data":{"x":%q}}`, n, data),
			"--deadline", "5000", "write", "post", p.maps)
		if answer.Error == "" {
			continue
		}
		if n < 10 || !strings.Contains(answer.Error, "space exceeded") {
			t.Errorf("after %d objects: %+v", n, answer)
		}
		if strings.Contains(p.names(t)+" ", fmt.Sprintf("big-%d ", n)) {
			t.Errorf("big-%d is there", n)
		}
		if answer := p.write(t, "", "get", p.maps+"/a"); answer.Status != 200 {
			t.Errorf("a full server does not read: %+v", answer)
		}
		return
	}
	t.Error("200 MiB fit into 64")
}
