package control_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/control"
)

// run runs clusterctl and returns all it printed.
func run(t *testing.T, home string, arguments ...string) (string, error) {
	t.Helper()
	out, err := clustertest.Ctl(t, home, arguments...).CombinedOutput()
	return string(out), err
}

func mustRun(t *testing.T, home string, arguments ...string) string {
	t.Helper()
	out, err := run(t, home, arguments...)
	if err != nil {
		t.Fatalf("clusterctl %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
	return out
}

// mustFail expects exit code 1 and each of the texts.
func mustFail(t *testing.T, out string, err error, texts ...string) {
	t.Helper()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("want exit code 1, got %v", err)
	}
	for _, text := range texts {
		if !strings.Contains(out, text) {
			t.Errorf("want %q in the output:\n%s", text, out)
		}
	}
}

// stateOf reads what the supervisor of an instance says.
func stateOf(t *testing.T, home, name string) control.State {
	t.Helper()
	t.Setenv("GROVEC_CLUSTER_HOME", home)
	instance, err := control.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	state, err := instance.ReadState()
	if err != nil {
		t.Fatalf("state of %s: %v", name, err)
	}
	return state
}

// expectNothing waits until no process works for the home and the home is gone.
func expectNothing(t *testing.T, home string) {
	t.Helper()
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if left := processesOf(home); len(left) > 0 {
			return fmt.Errorf("processes are left: %v", left)
		}
		if _, err := os.Stat(home); err == nil {
			return fmt.Errorf("%s is left", home)
		}
		return nil
	})
}

// processesOf finds every process with the home in its command line,
// environment or working folder; the test itself has it in none.
func processesOf(home string) []string {
	var found []string
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		dir := filepath.Join("/proc", entry.Name())
		command, err := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || entry.Name() == fmt.Sprint(os.Getpid()) || entry.Name() == "self" || len(command) == 0 {
			continue
		}
		environment, _ := os.ReadFile(filepath.Join(dir, "environ"))
		folder, _ := os.Readlink(filepath.Join(dir, "cwd"))
		if strings.Contains(string(command)+string(environment)+folder, home) {
			found = append(found, entry.Name()+" "+strings.ReplaceAll(string(command), "\x00", " "))
		}
	}
	return found
}

// binWith copies the folder of programs, with one replaced by a shell script.
func binWith(t *testing.T, program, script string) string {
	t.Helper()
	from, to := clustertest.Bin(t), filepath.Join(t.TempDir(), "bin")
	if err := os.Mkdir(to, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range control.Programs {
		var err error
		switch name {
		case program:
			err = os.WriteFile(filepath.Join(to, name), []byte("#!/bin/sh\n"+script), 0o755)
		case "clusterctl": // a copy: it looks for the others beside itself
			var data []byte
			if data, err = os.ReadFile(filepath.Join(from, name)); err == nil {
				err = os.WriteFile(filepath.Join(to, name), data, 0o755)
			}
		default:
			err = os.Symlink(filepath.Join(from, name), filepath.Join(to, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func TestUpThenDownLeavesNothing(t *testing.T) {
	home := clustertest.Home(t)
	out := mustRun(t, home, "up", "--name", "one", "--nodes", "2")
	t.Log(out)
	if !strings.Contains(out, "instance `one` is ready") {
		t.Errorf("up says %q", out)
	}
	state := stateOf(t, home, "one")
	if len(state.Processes) != 6 {
		t.Errorf("processes: %v", state.Processes)
	}
	status := mustRun(t, home, "status", "--name", "one")
	t.Log(status)
	if !strings.Contains(status, "one: ready, https://127.0.0.1:") {
		t.Errorf("status says %q", status)
	}
	if out := mustRun(t, home, "down", "--name", "one"); !strings.Contains(out, "has ended") {
		t.Errorf("down says %q", out)
	}
	expectNothing(t, home)
	if out := mustRun(t, home, "down", "--name", "one"); !strings.Contains(out, "is not running") {
		t.Errorf("second down says %q", out)
	}
	if out := mustRun(t, home, "status"); !strings.Contains(out, "no instance is running") {
		t.Errorf("status without instances says %q", out)
	}
}

func TestEnvUsesOurKubectlWhateverThePathHas(t *testing.T) {
	c := clustertest.Start(t, "--nodes", "1")
	wrong := t.TempDir()
	script := "#!/bin/sh\necho 'Client Version: v1.20.2'\nexit 1\n"
	if err := os.WriteFile(filepath.Join(wrong, "kubectl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	shell := exec.Command("sh", "-c", `eval "$("$0" env --name "$1")" && kubectl version && kubectl get nodes`,
		filepath.Join(clustertest.Bin(t), "clusterctl"), c.Name)
	shell.Env = append(os.Environ(), "GROVEC_CLUSTER_HOME="+c.Home, "PATH="+wrong+":"+os.Getenv("PATH"))
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"Client Version: v1.35.4", "Server Version: v1.35.4", "fake-node-001   Ready"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("want %q in:\n%s", want, out)
		}
	}
}

func TestTwoInstancesRunSideBySide(t *testing.T) {
	home := clustertest.Home(t)
	a := clustertest.StartIn(t, home, "a", "--nodes", "1")
	b := clustertest.StartIn(t, home, "b", "--nodes", "2")
	if a.Config.Host == b.Config.Host {
		t.Errorf("both are at %s", a.Config.Host)
	}
	if err := a.End(); err != nil {
		t.Errorf("end of a: %v", err)
	}
	if out := b.MustKubectl(t, "", "get", "nodes", "-o", "name"); strings.Count(out, "node/") != 2 {
		t.Errorf("nodes of b after the end of a: %q", out)
	}
	if out, err := run(t, home, "env", "--name", "a"); err == nil {
		t.Errorf("env of an ended instance says %q", out)
	}
}

func TestSecondUpOfTheSameInstanceIsRefused(t *testing.T) {
	c := clustertest.Start(t, "--nodes", "1")
	out, err := run(t, c.Home, "up", "--name", c.Name)
	mustFail(t, out, err, "instance `test` is already running", "down --name test")
	if err := stillServes(c); err != nil {
		t.Errorf("the first instance: %v", err)
	}
}

func stillServes(c *clustertest.Cluster) error {
	_, err := c.Client.Discovery().ServerVersion()
	return err
}

func TestKilledSupervisorTakesEverythingWithIt(t *testing.T) {
	home := clustertest.Home(t)
	mustRun(t, home, "up", "--name", "killed", "--nodes", "1")
	if err := syscall.Kill(stateOf(t, home, "killed").Supervisor, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	expectNothing(t, home)
}

func TestStaleInstanceIsReportedAndReplaced(t *testing.T) {
	home := clustertest.Home(t)
	mustRun(t, home, "up", "--name", "stale", "--nodes", "1")
	killReaper(t, home)
	if err := syscall.Kill(stateOf(t, home, "stale").Supervisor, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if left := processesOf(home); len(left) > 0 {
			return fmt.Errorf("processes are left: %v", left)
		}
		return nil
	})
	out, err := run(t, home, "status", "--name", "stale")
	mustFail(t, out, err, "stale: stale, its supervisor was killed")
	out, err = run(t, home, "env", "--name", "stale")
	mustFail(t, out, err, "instance `stale` is not running")

	c := clustertest.StartIn(t, home, "stale", "--nodes", "2")
	if !strings.Contains(c.Messages.String(), "removed what a killed instance of this name had left behind") {
		t.Errorf("up says %q", c.Messages)
	}
	if out := c.MustKubectl(t, "", "get", "nodes", "-o", "name"); strings.Count(out, "node/") != 2 {
		t.Errorf("nodes of the new instance: %q", out)
	}
}

func TestDownRemovesAStaleInstance(t *testing.T) {
	home := clustertest.Home(t)
	dir := filepath.Join(home, "old", "etcd")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if out := mustRun(t, home, "down", "--all"); !strings.Contains(out, "instance `old` has ended") {
		t.Errorf("down says %q", out)
	}
	expectNothing(t, home)
}

func killReaper(t *testing.T, home string) {
	t.Helper()
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		command, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
		environment, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "environ"))
		if strings.Contains(string(command), "\x00reap\x00") && strings.Contains(string(environment), home) {
			var pid int
			_, _ = fmt.Sscan(entry.Name(), &pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
			return
		}
	}
	t.Fatal("no reaper")
}

func TestTakenPortIsNamed(t *testing.T) {
	home := clustertest.Home(t)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	out, err := run(t, home, "up", "--name", "taken", "--port", fmt.Sprint(port))
	mustFail(t, out, err, fmt.Sprintf("port %d of 127.0.0.1 is taken", port), "--port")
	expectNothing(t, home)
	removeFailed(t, clustertest.Bin(t), "taken")
}

func TestPortTakenInBetweenIsTriedAgain(t *testing.T) {
	home := clustertest.Home(t)
	mark := filepath.Join(t.TempDir(), "tried")
	bin := binWith(t, "etcd", fmt.Sprintf(`if [ ! -e %[1]s ]; then
  : > %[1]s
  echo 'listen tcp 127.0.0.1:2379: bind: address already in use'
  exit 1
fi
exec %[2]s/etcd "$@"
`, mark, clustertest.Bin(t)))
	t.Setenv("GROVEC_CLUSTER_BIN", bin)
	c := clustertest.StartIn(t, home, "retry", "--nodes", "1")
	if !strings.Contains(c.Messages.String(), "a port was taken in between; trying others") {
		t.Errorf("up says %q", c.Messages)
	}
}

func TestEtcdKilledUnderWayEndsTheInstanceWithAReason(t *testing.T) {
	home := clustertest.Home(t)
	up := clustertest.Ctl(t, home, "up", "--name", "etcd-dies", "--nodes", "1", "--foreground")
	out := &clustertest.Buffer{}
	up.Stdout, up.Stderr = out, out
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if !strings.Contains(out.String(), "is ready") {
			return errors.New("not ready: " + out.String())
		}
		return nil
	})
	pid := stateOf(t, home, "etcd-dies").Processes["etcd"]
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("etcd (process %d) was killed by signal 9", pid)
	mustFail(t, "", up.Wait())
	if !strings.Contains(out.String(), want) {
		t.Errorf("want %q in:\n%s", want, out)
	}
	expectNothing(t, home)

	text, err := run(t, home, "env", "--name", "etcd-dies")
	mustFail(t, text, err, "instance `etcd-dies` is not running", want)
	kept := control.LastLogs(clustertest.Bin(t), "etcd-dies")
	if _, err := os.Stat(filepath.Join(kept, "kube-apiserver.log")); err != nil {
		t.Errorf("logs of the failure: %v", err)
	}
	removeFailed(t, clustertest.Bin(t), "etcd-dies")
}

func TestFailedStartShowsTheLogAndLeavesNothing(t *testing.T) {
	home := clustertest.Home(t)
	t.Setenv("GROVEC_CLUSTER_BIN", binWith(t, "etcd", "echo 'write /data: no space left on device' >&2\nexit 7\n"))
	out, err := run(t, home, "up", "--name", "broken")
	mustFail(t, out, err, "etcd (process", "ended with exit code 7", "no space left on device")
	expectNothing(t, home)
}

func TestInterruptedStartLeavesNothing(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		home := clustertest.Home(t)
		up := clustertest.Ctl(t, home, "up", "--name", "interrupted")
		if err := up.Start(); err != nil {
			t.Fatal(err)
		}
		clustertest.Eventually(t, clustertest.Patience, func() error {
			_, err := os.Stat(filepath.Join(home, "interrupted", "logs", "kube-apiserver.log"))
			return err
		})
		if err := up.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := up.Wait(); err == nil {
			t.Errorf("%s: up succeeds", signal)
		}
		expectNothing(t, home)
	}
}

func TestFullDiskIsNamedBeforeAnythingStarts(t *testing.T) {
	home := clustertest.Home(t)
	script := `mkdir -p "$0" && mount -t tmpfs -o size=16m tmpfs "$0" && GROVEC_CLUSTER_HOME="$0/home" "$1" up --name small; code=$?
ls -A "$0"; umount "$0"; rmdir "$0"; exit $code`
	out, err := exec.Command("unshare", "--map-root-user", "--mount", "sh", "-c", script,
		home+"-disk", filepath.Join(clustertest.Bin(t), "clusterctl")).CombinedOutput()
	mustFail(t, string(out), err, " MiB free and a control plane needs 300 MiB", "GROVEC_CLUSTER_HOME")
	if strings.Contains(string(out), "\nhome\n") {
		t.Errorf("the folder is left: %s", out)
	}
	removeFailed(t, clustertest.Bin(t), "small")
}

func TestUsageErrorsNameTheMistake(t *testing.T) {
	for _, c := range []struct{ flags, want string }{
		{"--name Upper", "instance name `Upper`"},
		{"--nodes -1", "limits are"},
		{"--topology zone", "topology level `zone`"},
		{"--topology floor=2", "topology level `floor`"},
		{"--taint a:b", "taint effect `b`"},
		{"--gpus many", "resource `nvidia.com/gpu=many`"},
		{"--resource gpu=1", "resource `gpu=1`"},
		{"--initc /nonexistent", "--initc"},
		{"--nodes 1 extra", "unexpected `extra`"},
		{"--no-such-flag", "no-such-flag"},
	} {
		out, err := run(t, clustertest.Home(t), append([]string{"up"}, strings.Fields(c.flags)...)...)
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(out, c.want) {
			t.Errorf("up %s: %v, %s", c.flags, err, out)
		}
	}
}

func removeFailed(t *testing.T, bin, name string) {
	t.Helper()
	if err := os.RemoveAll(control.LastLogs(bin, name)); err != nil {
		t.Error(err)
	}
}
