// Package commands tests the commands that change a cluster or look at one
// (`apply`, `diff --live`, `scale`, `delete`, `status`, `reconcile --once`) on
// a real control plane: what people see, what is sent, and that bad cases end
// with nothing half done and a word about it.
package commands

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/faults"
)

// patience is for whatever comes about in the end, however slow the machine.
const patience = 5 * time.Minute

// user runs grovec in a namespace of its own, through a proxy that counts.
type user struct {
	c     *clustertest.Cluster
	space string
	token string
	proxy *faults.Proxy
	file  string // kubeconfig
	dir   string
}

func newUser(t *testing.T, c *clustertest.Cluster, token string) *user {
	t.Helper()
	u := &user{c: c, space: c.Namespace(t), token: token, proxy: faults.Start(t, c.Config), dir: t.TempDir()}
	u.file = u.proxy.Kubeconfig(t, token)
	return u
}

// as is the same place with another token.
func (u *user) as(t *testing.T, token string) *user {
	t.Helper()
	other := *u
	other.token, other.file = token, u.proxy.Kubeconfig(t, token)
	return &other
}

func (u *user) command(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(clustertest.Program(t, "grovec"), arguments...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+u.file, "NO_COLOR=1")
	cmd.Dir = u.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// said is what a command printed and its exit code.
type said struct {
	out, err string
	code     int
}

func (s said) String() string { return fmt.Sprintf("exit code %d\n%s%s", s.code, s.out, s.err) }

func finished(err error) (int, bool) {
	var exit *exec.ExitError
	if err == nil {
		return 0, true
	}
	if errors.As(err, &exit) {
		return exit.ExitCode(), true
	}
	return 0, false
}

// run is `grovec -n SPACE …` with nobody at the keyboard.
func (u *user) run(t *testing.T, arguments ...string) said {
	t.Helper()
	cmd := u.command(t, append(arguments, "-n", u.space)...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	code, ok := finished(cmd.Run())
	if !ok {
		t.Fatalf("grovec %v did not run", arguments)
	}
	return said{out.String(), errOut.String(), code}
}

// must is run with an exit code and words that must be in what was said.
func (u *user) must(t *testing.T, code int, words []string, arguments ...string) said {
	t.Helper()
	got := u.run(t, arguments...)
	if got.code != code {
		t.Fatalf("grovec %v: exit code %d was expected\n%v", arguments, code, got)
	}
	for _, word := range words {
		if !strings.Contains(got.out+got.err, word) {
			t.Errorf("grovec %v does not say %q\n%v", arguments, word, got)
		}
	}
	return got
}

func (u *user) write(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(u.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// field is a field of an object of this namespace, empty if there is none.
func (u *user) field(kind, name, path string) string {
	out, _, _ := u.c.Kubectl("", "-n", u.space, "get", kind, name, "--ignore-not-found", "-o", "jsonpath="+path)
	return out
}

func (u *user) kubectl(t *testing.T, arguments ...string) string {
	t.Helper()
	return u.c.MustKubectl(t, "", append([]string{"-n", u.space}, arguments...)...)
}

// sent is how many requests that write have been passed on, without dry runs
// and questions about the user.
func (u *user) sent() int {
	n := 0
	for _, r := range u.proxy.Requests() {
		if r.Method == "GET" || r.Method == "WATCH" || strings.Contains(r.Query, "dryRun=All") || strings.Contains(r.Path, "review") {
			continue
		}
		n++
	}
	return n
}

func (u *user) nothingIsSent(t *testing.T, what func()) {
	t.Helper()
	before := u.sent()
	what()
	if n := u.sent() - before; n != 0 {
		t.Errorf("%d requests that write were sent", n)
	}
}

// set is a PodCliqueSet of two cliques with an image.
func set(name, image string) string {
	return `apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata: {name: ` + name + `}
spec:
  replicas: 1
  template:
    cliques:
    - name: front
      spec: {roleName: front, replicas: 2, minAvailable: 1, podSpec: {containers: [{name: main, image: "` + image + `"}]}}
    - name: back
      spec: {roleName: back, replicas: 2, minAvailable: 2, podSpec: {containers: [{name: main, image: "example.com/back:1"}]}}
    podCliqueScalingGroups:
    - {name: pool, cliqueNames: [back], replicas: 1, minAvailable: 1}
`
}

func configMap(name string) string {
	return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\ndata: {a: b}\n"
}

const image = "{.spec.template.cliques[0].spec.podSpec.containers[0].image}"

// cluster has the CRDs and a user who may do everything.
func cluster(t *testing.T) (*clustertest.Cluster, string) {
	t.Helper()
	c := clustertest.Start(t, "--nodes", "8", "--taint", "none")
	return c, prepare(t, c)
}

// prepare makes the CRDs and the user, and returns a token of that.
func prepare(t *testing.T, c *clustertest.Cluster) string {
	t.Helper()
	crds, err := exec.Command(clustertest.Program(t, "grovec"), "schema", "--crds").Output()
	if err != nil {
		t.Fatal(err)
	}
	c.MustKubectl(t, string(crds), "apply", "--server-side", "-f", "-")
	// kubectl does not wait for a CRD that has no conditions yet: it fails.
	clustertest.Eventually(t, clustertest.Patience, func() error {
		_, stderr, err := c.Kubectl("", "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
		if err != nil {
			return errors.New(stderr)
		}
		return nil
	})
	c.MustKubectl(t, "", "create", "serviceaccount", "boss")
	c.MustKubectl(t, "", "create", "clusterrolebinding", "boss", "--clusterrole=cluster-admin", "--serviceaccount=default:boss")
	return c.Token(t, "default", "boss")
}

// terminal is a command with somebody at the keyboard.
type terminal struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	out    clustertest.Buffer
	done   chan error
	once   sync.Once
}

// onTerminal starts `grovec -n SPACE …` on a pseudo terminal.
func (u *user) onTerminal(t *testing.T, arguments ...string) *terminal {
	t.Helper()
	master, slave := openTerminal(t)
	term := &terminal{t: t, cmd: u.command(t, append(arguments, "-n", u.space)...), master: master, done: make(chan error, 1)}
	term.cmd.Stdin, term.cmd.Stdout, term.cmd.Stderr = slave, slave, slave
	term.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Pdeathsig: syscall.SIGKILL}
	if err := term.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := master.Read(buffer)
			_, _ = term.out.Write(buffer[:n])
			if err != nil {
				break
			}
		}
	}()
	go func() { term.done <- term.cmd.Wait() }()
	t.Cleanup(func() { _ = term.cmd.Process.Kill(); master.Close() })
	return term
}

func (x *terminal) waitFor(word string) {
	x.t.Helper()
	clustertest.Eventually(x.t, patience, func() error {
		if !strings.Contains(x.out.String(), word) {
			return fmt.Errorf("the terminal does not show %q:\n%s", word, x.out.String())
		}
		return nil
	})
}

func (x *terminal) typed(text string) {
	x.t.Helper()
	if _, err := x.master.WriteString(text); err != nil {
		x.t.Fatal(err)
	}
}

// ends waits for the exit code.
func (x *terminal) ends(code int) {
	x.t.Helper()
	select {
	case err := <-x.done:
		if got, ok := finished(err); !ok || got != code {
			x.t.Errorf("exit code %d was expected: %v\n%s", code, err, x.out.String())
		}
	case <-time.After(patience):
		x.t.Fatalf("it does not end:\n%s", x.out.String())
	}
}
