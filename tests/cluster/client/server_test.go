package client_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"grovec.dev/tests/cluster/clustertest"
)

// tooSilent is what the log says of a watch that was given up.
const tooSilent = "silent for too long"

// TestServerSuffers: the API server killed, stopped, restored from an older
// state, and etcd full. The client finds its way back by itself each time.
func TestServerSuffers(t *testing.T) {
	c := clustertest.Start(t, "--nodes", "1", "--quota", strconv.Itoa(64<<20))
	p := at(t, c)
	p.create(t, "a")
	run := p.watch(t, "--idle", "3000", "--patience", "2000")
	run.sees(t, "added", "/a")

	c.Do(t, "kill", "kube-apiserver")
	begun := time.Now()
	if answer := p.write(t, configMap("never"), "--deadline", "2000", "write", "post", p.maps); answer.Error == "" || time.Since(begun) > muchLonger {
		t.Errorf("killed: %+v", answer)
	}
	c.Do(t, "start", "kube-apiserver")
	p.create(t, "after-kill")
	run.sees(t, "added", "/after-kill")

	c.Do(t, "pause", "kube-apiserver")
	begun = time.Now()
	answer := p.write(t, configMap("stopped"), "--deadline", "2000", "write", "post", p.maps)
	if took := time.Since(begun); answer.Error == "" || !answer.OutcomeUnknown || took > muchLonger {
		t.Errorf("stopped: %+v after %s", answer, took)
	}
	silent := strings.Count(run.stderr.String(), tooSilent)
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if strings.Count(run.stderr.String(), tooSilent) <= silent {
			return errors.New("the watch does not notice that the server is stopped")
		}
		return nil
	})
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
	answer := p.write(t, configMap("after-restore"), "--deadline", "120000", "write", "post", p.maps)
	if answer.Status != 201 {
		t.Fatalf("%+v", answer)
	}
	if _, err := fmt.Fprintf(run.stdin, "floor %s\n", answer.Version); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	run.sees(t, "added", "/after-restore")
	run.sees(t, "deleted", "/forgotten-99")
	took := time.Since(begun)
	if t.Logf("the restored server was noticed after %s", took.Round(time.Millisecond)); took > muchLonger {
		t.Error("which is too late")
	}
	clustertest.Eventually(t, clustertest.Patience, func() error {
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
			"--deadline", "60000", "write", "post", p.maps)
		if answer.Error == "" {
			continue
		}
		if !strings.Contains(answer.Error, "space exceeded") {
			t.Logf("object %d: %+v", n, answer) // a slow disk: not yet full
			continue
		}
		if n < 10 || answer.Status != 500 || answer.Attempts != 1 {
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
