package commands

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"grovec.dev/tests/cluster/clustertest"
)

// lists are what `status` reads of a healthy set, for `kubectl get --raw`.
var lists = []string{
	"/apis/grove.io/v1alpha1/namespaces/%s/podcliquesets",
	"/apis/grove.io/v1alpha1/namespaces/%s/podcliquescalinggroups",
	"/apis/grove.io/v1alpha1/namespaces/%s/podcliques",
	"/apis/scheduler.grove.io/v1alpha1/namespaces/%s/podgangs",
	"/api/v1/namespaces/%s/pods",
}

// TestStatusOfMany measures `status` of 1,000 pods beside `kubectl get --raw` of
// the same lists, of 10,000 pods how much memory it takes, and how soon the
// first byte is sent.
func TestStatusOfMany(t *testing.T) {
	if os.Getenv("GROVEC_BENCH") == "" {
		t.Skip("a measurement: GROVEC_BENCH=1")
	}
	const replicas, runs = 250, 9
	c := clustertest.Start(t, "--nodes", "20", "--taint", "none")
	token := prepare(t, c)
	u := newUser(t, c, token)
	u.file = c.Kubeconfig // nothing between it and the API server
	text := strings.Replace(set("many", "example.com/front:1"), "spec:\n  replicas: 1\n", "spec:\n  replicas: "+strconv.Itoa(replicas)+"\n", 1)
	u.must(t, 0, nil, "reconcile", "--once", "--wait", "--timeout", "15m", u.write(t, "many.yaml", text))
	pods := replicas * 4

	status, raw := time.Hour, time.Hour
	for range runs {
		start := time.Now()
		u.must(t, 0, []string{"healthy"}, "status", "many")
		status = min(status, time.Since(start))
		start = time.Now()
		for _, list := range lists {
			c.MustKubectl(t, "", "get", "--raw", fmt.Sprintf(list, u.space))
		}
		raw = min(raw, time.Since(start))
	}
	first := firstByte(t, u, 30)
	many, peak := memoryOfMany(t, u, pods)
	t.Logf("status of %d pods: %v; kubectl get --raw of the same lists: %v; ratio %.2f", pods, status, raw, status.Seconds()/raw.Seconds())
	t.Logf("first byte sent %v after the start", first)
	t.Logf("status of %d pods: %.1f MiB at most", many, float64(peak)/1024)
	if status.Seconds() > 1.3*raw.Seconds() {
		t.Errorf("status takes %.2f times as long as kubectl, not 1.3", status.Seconds()/raw.Seconds())
	}
	if first > 20*time.Millisecond {
		t.Errorf("the first byte comes after %v, not 20 ms", first)
	}
	if peak > 60*1024 {
		t.Errorf("%d KiB, not 60 MiB", peak)
	}
}

// kubeconfigOf a server without TLS.
func kubeconfigOf(t *testing.T, address string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"a","contexts":[{"name":"a","context":{"cluster":"a","user":"a"}}],"clusters":[{"name":"a","cluster":{"server":"http://%s"}}],"users":[{"name":"a","user":{}}]}`, address)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// firstByte is the shortest of some runs against a server that only listens.
func firstByte(t *testing.T, u *user, runs int) time.Duration {
	t.Helper()
	best := time.Hour
	for range runs {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		cmd := u.command(t, "status", "--kubeconfig", kubeconfigOf(t, listener.Addr().String()))
		start := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		connection, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := connection.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(start))
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		connection.Close()
		listener.Close()
	}
	return best
}

// memoryOfMany answers `status` with what the cluster has, each pod ten times,
// and returns how many pods that are and the most memory it took, in KiB.
func memoryOfMany(t *testing.T, u *user, pods int) (int, int64) {
	t.Helper()
	const times = 10
	answers := map[string][]json.RawMessage{}
	for _, list := range lists {
		path := fmt.Sprintf(list, u.space)
		var read struct{ Items []json.RawMessage }
		if err := json.Unmarshal([]byte(u.c.MustKubectl(t, "", "get", "--raw", path)), &read); err != nil {
			t.Fatal(err)
		}
		answers[path] = read.Items
		if !strings.HasSuffix(path, "/pods") {
			continue
		}
		for n := 1; n < times; n++ {
			for _, item := range read.Items {
				name := fmt.Sprintf(`"name":"copy%d-many-`, n)
				answers[path] = append(answers[path], json.RawMessage(strings.Replace(string(item), `"name":"many-`, name, 1)))
			}
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { page(w, r, answers) }))
	defer server.Close()
	// A child of this process would count the memory of this process, too.
	cmd := exec.Command("python3", "-c", "import resource, subprocess, sys\nsubprocess.run(sys.argv[1:], stdout=2)\nprint(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
		clustertest.Program(t, "grovec"), "status", "-n", u.space, "--kubeconfig", kubeconfigOf(t, server.Listener.Addr().String()))
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil || !strings.Contains(said.String(), "/many: ") {
		t.Fatalf("%v\n%s", err, said.String())
	}
	peak, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pods * times, peak
}

// page answers a list as the API server does, in pages.
func page(w http.ResponseWriter, r *http.Request, answers map[string][]json.RawMessage) {
	w.Header().Set("Content-Type", "application/json")
	items := answers[r.URL.Path]
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
	metadata := map[string]any{"resourceVersion": "1"}
	last := len(items)
	if limit > 0 && from+limit < last {
		last = from + limit
		metadata["continue"] = strconv.Itoa(last)
	}
	if items == nil {
		items, from, last = []json.RawMessage{}, 0, 0
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"apiVersion": "v1", "kind": "List", "metadata": metadata, "items": items[from:last]})
}
