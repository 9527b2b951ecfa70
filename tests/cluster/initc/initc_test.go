// Package initc_test tries grovec-initc on a real API server: as the init
// container of pods, and by itself through the fault proxy.
package initc_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/faults"
)

func TestInitc(t *testing.T) {
	program := clustertest.Program(t, "grovec-initc")
	info, err := os.Stat(program)
	if err != nil || info.Size() > 4<<20 {
		t.Errorf("%s has %d bytes, more than 4 MiB", program, info.Size())
	}
	c := clustertest.Start(t, "--nodes", "3", "--taint", "none", "--initc", program)
	for name, test := range map[string]func(*testing.T, *clustertest.Cluster){
		"PodsStartInOrder": podsStartInOrder, "NamesThatBeginAlike": namesThatBeginAlike, "WatchFaults": watchFaults,
		"RequestFaults": requestFaults, "CertificateFaults": certificateFaults, "TokenRotates": tokenRotates,
		"SignalEndsIt": signalEndsIt, "ThousandPodsAreCheap": thousandPodsAreCheap,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, c)
		})
	}
}

// pod is a manifest of a gang's pod that a PodClique controls, with an init
// container that waits if `waits` is not empty.
func pod(namespace, name, clique, waits string) string {
	init := ""
	if waits != "" {
		init = fmt.Sprintf(`
  initContainers:
  - name: grove-initc
    image: grove-initc:v0.1.0-dev
    args: ["--podcliques=%s"]
    volumeMounts:
    - {name: pod-info-vol, mountPath: /var/grove/pod-info, readOnly: true}
    - {name: sa-token-secret-vol, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
  volumes:
  - {name: sa-token-secret-vol, secret: {secretName: reader-token}}
  - name: pod-info-vol
    downwardAPI:
      items:
      - {path: namespace, fieldRef: {fieldPath: metadata.namespace}}
      - {path: podgangname, fieldRef: {fieldPath: "metadata.labels['grove.io/podgang']"}}`, waits)
	}
	return fmt.Sprintf(`
---
apiVersion: v1
kind: Pod
metadata:
  name: %[2]s
  namespace: %[1]s
  labels: {grove.io/podclique: %[3]s, grove.io/podgang: gang}
  ownerReferences: [{apiVersion: grove.io/v1alpha1, kind: PodClique, name: %[3]s, uid: "%[3]s", controller: true}]
spec:
  containers: [{name: main, image: main}]%[4]s
`, namespace, name, clique, init)
}

// world is a namespace with a service account that may read pods. The garbage
// collector would remove pods whose owner does not exist; it never learns of
// PodCliques, whose kind this cluster does not have.
func world(t *testing.T, c *clustertest.Cluster) (namespace, token string) {
	t.Helper()
	namespace = c.Namespace(t)
	token = c.User(t, namespace, "reader", "view")
	c.MustKubectl(t, fmt.Sprintf(`
apiVersion: v1
kind: Secret
metadata: {name: reader-token, namespace: %s, annotations: {kubernetes.io/service-account.name: reader}}
type: kubernetes.io/service-account-token
`, namespace), "create", "-f", "-")
	// The token controller fills it; a pod that mounts it before finds no token.
	clustertest.Eventually(t, clustertest.Patience, func() error {
		secret, err := c.Client.CoreV1().Secrets(namespace).Get(context.Background(), "reader-token", metav1.GetOptions{})
		if err == nil && (len(secret.Data["token"]) == 0 || len(secret.Data["ca.crt"]) == 0) {
			err = errors.New("the secret has no token")
		}
		return err
	})
	return namespace, token
}

func wants(t *testing.T, c *clustertest.Cluster, namespace, name string, check func(*corev1.Pod) error) *corev1.Pod {
	t.Helper()
	var found *corev1.Pod
	clustertest.Eventually(t, clustertest.Patience, func() (err error) {
		if found, err = c.Client.CoreV1().Pods(namespace).Get(context.Background(), name, metav1.GetOptions{}); err == nil {
			err = check(found)
		}
		return err
	})
	return found
}

func initcRuns(pod *corev1.Pod) error {
	for _, status := range pod.Status.InitContainerStatuses {
		if status.State.Running != nil {
			return nil
		}
	}
	return fmt.Errorf("grove-initc does not run: %+v", pod.Status.InitContainerStatuses)
}

func podsStartInOrder(t *testing.T, c *clustertest.Cluster) {
	namespace, _ := world(t, c)
	c.MustKubectl(t, pod(namespace, "last", "set-0-last", "set-0-first:2"), "create", "-f", "-")
	wants(t, c, namespace, "last", initcRuns)
	c.MustKubectl(t, pod(namespace, "first-0", "set-0-first", ""), "create", "-f", "-")
	wants(t, c, namespace, "first-0", clustertest.Ready)
	time.Sleep(500 * time.Millisecond) // one of two is not enough
	wants(t, c, namespace, "last", initcRuns)
	c.MustKubectl(t, pod(namespace, "first-1", "set-0-first", ""), "create", "-f", "-")
	first := wants(t, c, namespace, "first-1", clustertest.Ready)
	last := wants(t, c, namespace, "last", clustertest.Ready)
	if began, ready := last.Status.ContainerStatuses[0].State.Running.StartedAt, readyAt(first); began.Before(&ready) {
		t.Errorf("last began at %s, first was ready at %s", began, ready)
	}
	if last.Status.InitContainerStatuses[0].RestartCount != 0 {
		t.Errorf("grove-initc was tried again: %+v", last.Status.InitContainerStatuses[0])
	}
}

func readyAt(pod *corev1.Pod) metav1.Time {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.LastTransitionTime
		}
	}
	return metav1.Time{}
}

// namesThatBeginAlike has a pod of `x-10`, whose name begins with `x-1`, and
// one with a label of `x-1` that nothing controls.
func namesThatBeginAlike(t *testing.T, c *clustertest.Cluster) {
	namespace, _ := world(t, c)
	c.MustKubectl(t, pod(namespace, "waits", "waiting", "x-1:1")+pod(namespace, "x-10-abcde", "x-10", ""), "create", "-f", "-")
	c.MustKubectl(t, fmt.Sprintf(`
apiVersion: v1
kind: Pod
metadata: {name: x-1-stray, namespace: %s, labels: {grove.io/podclique: x-1, grove.io/podgang: gang}}
spec: {containers: [{name: main, image: main}]}
`, namespace), "create", "-f", "-")
	wants(t, c, namespace, "x-10-abcde", clustertest.Ready)
	wants(t, c, namespace, "x-1-stray", clustertest.Ready)
	time.Sleep(500 * time.Millisecond)
	wants(t, c, namespace, "waits", initcRuns)
	c.MustKubectl(t, pod(namespace, "x-1-abcde", "x-1", ""), "create", "-f", "-")
	wants(t, c, namespace, "waits", clustertest.Ready)
}

// waiter is the program by itself, behind a fault proxy.
type waiter struct {
	proxy     *faults.Proxy
	namespace string
	token     string
	folder    string
	cmd       *exec.Cmd
	output    *clustertest.Buffer
	done      chan error
}

func prepare(t *testing.T, c *clustertest.Cluster) *waiter {
	t.Helper()
	w := &waiter{proxy: faults.Start(t, c.Config), folder: t.TempDir(), output: &clustertest.Buffer{}, done: make(chan error, 1)}
	w.namespace, w.token = world(t, c)
	w.write(t, "namespace", w.namespace)
	w.write(t, "podgangname", "gang")
	w.write(t, "token", w.token)
	w.write(t, "ca.crt", string(w.proxy.CA()))
	return w
}

func (w *waiter) write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.folder, file), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (w *waiter) start(t *testing.T, arguments ...string) {
	t.Helper()
	at, err := url.Parse(w.proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.cmd = exec.Command(clustertest.Program(t, "grovec-initc"), arguments...)
	w.cmd.Env = []string{"GROVE_POD_INFO_DIR=" + w.folder, "GROVE_TOKEN_DIR=" + w.folder,
		"KUBERNETES_SERVICE_HOST=" + at.Hostname(), "KUBERNETES_SERVICE_PORT=" + at.Port()}
	w.cmd.Stdout, w.cmd.Stderr = w.output, w.output
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { w.done <- w.cmd.Wait() }()
	t.Cleanup(func() { _ = w.cmd.Process.Kill() })
}

func (w *waiter) says(t *testing.T, text string) {
	t.Helper()
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if !strings.Contains(w.output.String(), text) {
			return fmt.Errorf("no %q in\n%s", text, w.output)
		}
		return nil
	})
}

// ends expects that it gets done.
func (w *waiter) ends(t *testing.T) {
	t.Helper()
	select {
	case err := <-w.done:
		if err != nil {
			t.Errorf("%v\n%s", err, w.output)
		}
	case <-time.After(clustertest.Patience):
		t.Errorf("still waits after %s:\n%s", clustertest.Patience, w.output)
	}
	if strings.Contains(w.output.String(), w.token) {
		t.Error("the token is in the log")
	}
}

func (w *waiter) create(t *testing.T, c *clustertest.Cluster) {
	t.Helper()
	c.MustKubectl(t, pod(w.namespace, "first", "first", ""), "create", "-f", "-")
}

func watchFaults(t *testing.T, c *clustertest.Cluster) {
	for name, fault := range map[string]faults.Fault{
		"cut in an object": faults.CutAfter(1), "reset": faults.ResetAfter(0), "ended": faults.EndAfter(0), "gone": faults.GoneAfter(0),
		"error event": faults.ErrorAfter(0, 500), "garbage": faults.GarbageAfter(0), "in pieces": faults.Pieces(100, 0),
		"410": faults.Answer(410, 0), "500": faults.Answer(500, 0), "429": faults.Answer(429, 0), "401": faults.Answer(401, 0),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := prepare(t, c)
			w.proxy.Add(faults.Rule{Name: name, Method: "WATCH", Times: 1, Fault: fault})
			w.start(t, "--podcliques=first:1")
			w.says(t, "waiting for Ready pods of PodGang "+w.namespace+"/gang: first 0/1")
			w.create(t, c)
			w.ends(t)
			w.says(t, "done: first 1/1")
		})
	}
}

func requestFaults(t *testing.T, c *clustertest.Cluster) {
	w := prepare(t, c)
	for name, fault := range map[string]faults.Fault{
		"reset": faults.Reset(), "truncated": faults.Truncate(100), "garbage": faults.Garbage(), "503": faults.Answer(503, time.Second),
	} {
		w.proxy.Add(faults.Rule{Name: name, Method: "GET", Times: 1, Fault: fault})
	}
	w.create(t, c)
	w.start(t, "--podcliques=first:1")
	w.ends(t)
	if n := w.proxy.Count("GET", "/pods"); n < 5 {
		t.Errorf("%d lists, though four of them fail", n)
	}
}

func certificateFaults(t *testing.T, c *clustertest.Cluster) {
	w := prepare(t, c)
	w.create(t, c)
	w.proxy.Show(faults.Expired)
	w.start(t, "--podcliques=first:1")
	w.says(t, "is refused: certificate has expired; trying again")
	w.proxy.Show(faults.WrongHost)
	w.says(t, "is refused: IP address mismatch; trying again")
	w.proxy.Show(faults.Stranger)
	w.says(t, "is refused: unable to get local issuer certificate; trying again")
	w.proxy.Show(faults.Good)
	w.ends(t)
	for _, request := range w.proxy.Requests() {
		if request.Status == 0 {
			t.Errorf("a token went to a server that is not trusted: %+v", request.Path)
		}
	}
}

func tokenRotates(t *testing.T, c *clustertest.Cluster) {
	w := prepare(t, c)
	w.proxy.Add(faults.Rule{Name: "expired", Token: w.token, Fault: faults.Answer(401, 0)})
	w.create(t, c)
	w.start(t, "--podcliques=first:1")
	w.says(t, "the API server answers 401")
	w.write(t, "token", c.Token(t, w.namespace, "reader"))
	w.ends(t)
}

func signalEndsIt(t *testing.T, c *clustertest.Cluster) {
	w := prepare(t, c)
	w.start(t, "--podcliques=never:1")
	w.says(t, "never 0/1")
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := <-w.done; !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// thousandPodsAreCheap replays a list of 1,000 pods of the gang and looks at
// the memory; the answer to a page is as large as the real one's.
func thousandPodsAreCheap(t *testing.T, c *clustertest.Cluster) {
	w := prepare(t, c)
	w.create(t, c)
	wants(t, c, w.namespace, "first", clustertest.Ready)
	raw := c.MustKubectl(t, "", "get", "--raw", "/api/v1/namespaces/"+w.namespace+"/pods/first")
	page := func(n int) []byte {
		var items []string
		for i := range 20 {
			name := fmt.Sprint("uid-", n*20+i)
			items = append(items, regexp.MustCompile(`"uid":"[-0-9a-f]{36}"`).ReplaceAllString(raw, `"uid":"`+name+`"`))
		}
		more := ""
		if n < 49 {
			more = `,"continue":"` + strconv.Itoa(n+1) + `"`
		}
		return []byte(`{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"` + more + `},"items":[` + strings.Join(items, ",") + `]}`)
	}
	for n := range 50 {
		query := "limit=20$"
		if n > 0 {
			query = "continue=" + strconv.Itoa(n) + "$"
		}
		w.proxy.Add(faults.Rule{Name: query, Method: "GET", Query: query, Times: 1, Fault: faults.Body("application/json", page(n))})
	}
	w.proxy.Add(faults.Rule{Name: "quiet", Method: "WATCH", Fault: faults.SilentWatch()})
	w.start(t, "--podcliques=first:1001")
	w.says(t, "first 1000/1001")
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	peak := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if kib, err := strconv.Atoi(string(peak[1])); err != nil || kib > 8<<10 {
		t.Errorf("resident at most %d KiB, %v; 8 MiB is the limit", kib, err)
	} else {
		t.Logf("resident at most %d KiB", kib)
	}
}
