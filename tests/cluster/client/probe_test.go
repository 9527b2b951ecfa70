// Package client_test tries the Kubernetes client of the product (by its test
// program kube_probe) through the fault proxy and on servers that suffer.
package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/faults"
)

// line is one that kube_probe prints.
type line struct {
	Is, Key, Error, Kind, Version, Reason, Body string
	Status, Attempts                            int
	AgainInMs                                   int  `json:"again_in_ms"`
	OutcomeUnknown                              bool `json:"outcome_unknown"`
	Objects, Lists, Connections, Events         int
}

// place is a namespace behind a proxy of its own, with a user who may edit it.
type place struct {
	cluster    *clustertest.Cluster
	proxy      *faults.Proxy
	namespace  string
	token      string
	kubeconfig string
	maps       string // path of its ConfigMaps
}

// others keeps objects that the server makes by itself out of sight.
var others = []string{"--field-selector", "metadata.name!=kube-root-ca.crt"}

func at(t *testing.T, c *clustertest.Cluster) *place {
	t.Helper()
	p := &place{cluster: c, proxy: faults.Start(t, c.Config), namespace: c.Namespace(t)}
	p.token = c.User(t, p.namespace, "user", "edit")
	p.kubeconfig = p.proxy.Kubeconfig(t, p.token)
	p.maps = "/api/v1/namespaces/" + p.namespace + "/configmaps"
	return p
}

// create makes a ConfigMap past the proxy.
func (p *place) create(t *testing.T, name string) {
	t.Helper()
	_, err := p.cluster.Client.CoreV1().ConfigMaps(p.namespace).Create(context.Background(),
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

func (p *place) delete(t *testing.T, name string) {
	t.Helper()
	if err := p.cluster.Client.CoreV1().ConfigMaps(p.namespace).Delete(context.Background(), name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
}

// names lists what there is past the proxy.
func (p *place) names(t *testing.T) string {
	t.Helper()
	list, err := p.cluster.Client.CoreV1().ConfigMaps(p.namespace).List(context.Background(), metav1.ListOptions{FieldSelector: others[1]})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, item := range list.Items {
		names = append(names, item.Name)
	}
	return strings.Join(names, " ")
}

func configMap(name string) string {
	return `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"` + name + `"},"data":{"a":"b"}}`
}

// probe is one run of kube_probe.
type probe struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr clustertest.Buffer
	token  string
	mutex  sync.Mutex
	lines  []line
	raw    bytes.Buffer
	ended  chan error
}

// start runs kube_probe with -vv, whose output must never have the token.
func (p *place) start(t *testing.T, arguments ...string) *probe {
	t.Helper()
	return p.startWith(t, nil, arguments...)
}

func (p *place) startWith(t *testing.T, env []string, arguments ...string) *probe {
	t.Helper()
	run := &probe{token: p.token, ended: make(chan error, 1)}
	run.cmd = exec.Command(clustertest.Program(t, "kube_probe"), append([]string{"--kubeconfig", p.kubeconfig, "-vv"}, arguments...)...)
	run.cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=/usr/bin:/bin"}, env...)
	run.cmd.Stderr, run.cmd.Stdout = &run.stderr, run
	var err error
	if run.stdin, err = run.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := run.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { run.ended <- run.cmd.Wait() }()
	t.Cleanup(func() {
		_ = run.cmd.Process.Kill()
		if t.Failed() {
			t.Logf("kube_probe %s\n%s\n%s", strings.Join(arguments, " "), run.text(), run.stderr.String())
		}
		if strings.Contains(run.text()+run.stderr.String(), p.token) {
			t.Error("the token is in the output")
		}
	})
	return run
}

func (r *probe) text() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.raw.String()
}

// Write takes what the program prints.
func (r *probe) Write(data []byte) (int, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	begin := bytes.LastIndexByte(r.raw.Bytes(), '\n') + 1
	r.raw.Write(data)
	for rest := r.raw.Bytes()[begin:]; ; {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			return len(data), nil
		}
		var l line
		if json.Unmarshal(rest[:end], &l) == nil {
			r.lines = append(r.lines, l)
		}
		rest = rest[end+1:]
	}
}

// all returns the lines so far.
func (r *probe) all() []line {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return append([]line(nil), r.lines...)
}

func (r *probe) count(is string) int {
	count := 0
	for _, l := range r.all() {
		if l.Is == is {
			count++
		}
	}
	return count
}

// sees waits for a line about an object of that name.
func (r *probe) sees(t *testing.T, is, name string) {
	t.Helper()
	clustertest.Eventually(t, clustertest.Patience, func() error {
		for _, l := range r.all() {
			if l.Is == is && strings.HasSuffix(l.Key, name) {
				return nil
			}
		}
		return fmt.Errorf("no `%s %s`", is, name)
	})
}

// has waits for so many lines of a sort.
func (r *probe) has(t *testing.T, least int, is string) {
	t.Helper()
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if n := r.count(is); n < least {
			return fmt.Errorf("%d lines `%s`, expected %d", n, is, least)
		}
		return nil
	})
}

// logs waits for a text in the log.
func (r *probe) logs(t *testing.T, text string) {
	t.Helper()
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if !strings.Contains(r.stderr.String(), text) {
			return fmt.Errorf("no %q in the log", text)
		}
		return nil
	})
}

// end stops a watch and returns its last line.
func (r *probe) end(t *testing.T) line {
	t.Helper()
	_ = r.cmd.Process.Signal(interrupt)
	lines := r.finish(t)
	return lines[len(lines)-1]
}

// finish waits until the program has ended.
func (r *probe) finish(t *testing.T) []line {
	t.Helper()
	_ = r.stdin.Close()
	select {
	case <-r.ended:
	case <-time.After(clustertest.Patience):
		t.Fatalf("still runs after %s", clustertest.Patience)
	}
	lines := r.all()
	if len(lines) == 0 {
		return []line{{}}
	}
	return lines
}

// write sends one object and returns the answer.
func (p *place) write(t *testing.T, body string, arguments ...string) line {
	t.Helper()
	run := p.start(t, arguments...)
	if _, err := io.WriteString(run.stdin, body); err != nil {
		t.Fatal(err)
	}
	lines := run.finish(t)
	return lines[len(lines)-1]
}

// peakKib is the most memory that the running program has had resident. What
// getrusage says is no use: it begins with the memory of the test.
func (r *probe) peakKib(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib int
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	return kib
}
