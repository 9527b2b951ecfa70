// Package clustertest gives a Go test a control plane of its own.
package clustertest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"grovec.dev/tests/cluster/control"
)

// Bin returns the folder of the built programs. Without it a test fails: no
// cluster test is skipped.
func Bin(t testing.TB) string {
	t.Helper()
	bin := os.Getenv("GROVEC_CLUSTER_BIN")
	if bin == "" {
		bin = filepath.Join(Root(t), "build", "cluster", "bin")
	}
	if _, err := os.Stat(filepath.Join(bin, "clusterctl")); err != nil {
		t.Fatalf("the control plane is not built: run `tests/cluster/run build`, or these tests by `tests/cluster/run test` (%v)", err)
	}
	return bin
}

// Root returns the top folder of the project.
func Root(t testing.TB) string {
	t.Helper()
	if root := os.Getenv("GROVEC_ROOT"); root != "" {
		return root
	}
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "tests", "cluster", "go.mod")); err == nil {
			return dir
		}
		if dir == "/" {
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("not inside the project")
	return ""
}

// Home puts the instances of this test into a folder of their own, which must
// be gone at its end.
func Home(t testing.TB) string {
	t.Helper()
	parent, err := os.MkdirTemp("", "grovec-test-")
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(parent, "home")
	t.Cleanup(func() {
		if left, err := os.ReadDir(home); err == nil {
			t.Errorf("%s is still there, with %d instances", home, len(left))
		}
		_ = os.RemoveAll(parent)
	})
	return home
}

// Ctl prepares a clusterctl command with that home.
func Ctl(t testing.TB, home string, arguments ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(filepath.Join(Bin(t), "clusterctl"), arguments...)
	cmd.Env = append(os.Environ(), "GROVEC_CLUSTER_HOME="+home)
	return cmd
}

// Cluster is a running control plane.
type Cluster struct {
	Name       string
	Home       string
	Dir        string
	Kubeconfig string
	Config     *rest.Config
	Client     *kubernetes.Clientset
	Messages   *Buffer // what `up` wrote to standard error
	bin        string
	end        func() error
}

// Start runs `up` with the flags and ends the instance with the test, even if
// the test is killed.
func Start(t testing.TB, flags ...string) *Cluster {
	t.Helper()
	return StartIn(t, Home(t), "test", flags...)
}

// StartIn is Start in a given home under a given name.
func StartIn(t testing.TB, home, name string, flags ...string) *Cluster {
	t.Helper()
	c := &Cluster{Name: name, Home: home, Dir: filepath.Join(home, name), bin: Bin(t), Messages: &Buffer{}}
	cmd := Ctl(t, home, append([]string{"up", "--name", name, "--until-eof"}, flags...)...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out := &Buffer{}
	cmd.Stdout, cmd.Stderr = out, c.Messages
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	c.end = sync.OnceValue(func() error {
		_ = stdin.Close()
		return <-ended
	})
	t.Cleanup(func() {
		if err := c.End(); err != nil {
			t.Errorf("instance %s: %v\n%s", name, err, c.Messages)
		}
	})
	for begun := time.Now(); !strings.Contains(out.String(), "is ready"); time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-ended:
			ended <- nil
			t.Fatalf("up %s: %v\n%s", strings.Join(flags, " "), err, c.Messages)
		default:
		}
		if time.Since(begun) > 5*time.Minute {
			t.Fatalf("not ready after five minutes\n%s", c.Messages)
		}
	}
	c.connect(t)
	return c
}

func (c *Cluster) connect(t testing.TB) {
	t.Helper()
	c.Kubeconfig = filepath.Join(c.Dir, "admin.kubeconfig")
	var err error
	if c.Config, err = clientcmd.BuildConfigFromFlags("", c.Kubeconfig); err != nil {
		t.Fatal(err)
	}
	// Certificates by value: client-go watches the files of clients that name
	// them, and complains of each once its instance has gone.
	if err = rest.LoadTLSFiles(c.Config); err != nil {
		t.Fatal(err)
	}
	c.Config.CertFile, c.Config.KeyFile, c.Config.CAFile = "", "", ""
	c.Config.QPS = -1
	if c.Client, err = kubernetes.NewForConfig(c.Config); err != nil {
		t.Fatal(err)
	}
}

// End ends the instance and waits until it has gone.
func (c *Cluster) End() error { return c.end() }

// Do gives the instance an order, such as `pause` `kube-apiserver`; see
// control.Order.
func (c *Cluster) Do(t testing.TB, do, what string) {
	t.Helper()
	if err := (control.Instance{Name: c.Name, Dir: c.Dir}).Do(do, what); err != nil {
		t.Fatalf("%s %s: %v", do, what, err)
	}
}

// Kubectl runs kubectl with standard input and returns its outputs.
func (c *Cluster) Kubectl(input string, arguments ...string) (stdout, stderr string, err error) {
	cmd := exec.Command(filepath.Join(c.bin, "kubectl"), arguments...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+c.Kubeconfig, "HOME="+c.Dir)
	cmd.Stdin = strings.NewReader(input)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err = cmd.Run()
	return out.String(), errOut.String(), err
}

// MustKubectl is Kubectl that must succeed; it returns standard output.
func (c *Cluster) MustKubectl(t testing.TB, input string, arguments ...string) string {
	t.Helper()
	out, errOut, err := c.Kubectl(input, arguments...)
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(arguments, " "), err, errOut)
	}
	return out
}

// Patience is how long a test waits for what must happen. Nothing depends on
// it but how soon a failure is told: a slow machine needs its time.
const Patience = 3 * time.Minute

// Eventually polls until the check passes; what it last returned is the failure.
func Eventually(t testing.TB, within time.Duration, check func() error) {
	t.Helper()
	deadline := time.Now().Add(within)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %s: %v", within, err)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// Pod reads a pod of the default namespace.
func (c *Cluster) Pod(name string) (*corev1.Pod, error) {
	return c.Client.CoreV1().Pods("default").Get(context.Background(), name, metav1.GetOptions{})
}

// Ready says why a pod is not Ready, or nil.
func Ready(pod *corev1.Pod) error {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			if condition.Status == corev1.ConditionTrue {
				return nil
			}
			return errors.New(pod.Name + ": " + string(pod.Status.Phase) + ", " + condition.Reason + " " + condition.Message)
		}
	}
	return errors.New(pod.Name + ": " + string(pod.Status.Phase) + ", no Ready condition")
}

// Buffer is a buffer that a process may write while a test reads.
type Buffer struct {
	mutex sync.Mutex
	data  bytes.Buffer
}

var _ io.Writer = (*Buffer)(nil)

func (b *Buffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.data.Write(p)
}

func (b *Buffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.data.String()
}
