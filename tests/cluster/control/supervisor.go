package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// Options of one instance; `up` passes them to its supervisor as JSON.
type Options struct {
	Name  string
	Bin   string // folder of the built programs
	Port  int    // of the API server; 0: any free one
	Initc string // program that stands for the image of grove-initc
	Quota int64  // etcd's limit in bytes; 0: its own
	Nodes NodeOptions
}

// Message is what a supervisor tells the `up` that started it, one a line.
type Message struct {
	Kind string // info, ready, error
	Text string
}

// Detach is what `up` writes to the supervisor's standard input to let it live
// on. Without it, the end of that stream is the end of the instance.
const Detach = 'd'

type supervisor struct {
	Instance
	options  Options
	tell     io.Writer
	state    State
	children []*process
	reaper   *os.File    // its other end tells the reaper that we are gone
	stop     chan string // why to stop: a signal or the end of standard input
	ports    []int       // of the API server, etcd's clients and its peers
	orders   chan given
	isShaken bool // an order was carried out: processes may end because of it
}

// Supervise runs one instance until it is told to stop. The caller's
// goroutine must be locked to the main thread: children die with it.
func Supervise(options Options, lifeline io.Reader, tell io.Writer) int {
	instance, err := Open(options.Name)
	if err != nil {
		return fail(tell, err)
	}
	s := &supervisor{Instance: instance, options: options, tell: tell, stop: make(chan string, 4), orders: make(chan given)}
	go s.watchSignals()
	go s.watchLifeline(lifeline)

	lock, err := instance.take()
	if err != nil {
		return fail(tell, err)
	}
	defer lock.Close()
	defer s.leave()
	if err := s.run(); err != nil {
		s.keepLogs(err)
		return fail(tell, err)
	}
	return 0
}

// take acquires the lock. A reaper may hold it for a moment.
func (i Instance) take() (*os.File, error) {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		lock, err := i.acquire(true)
		if !errors.Is(err, ErrRunning) {
			return lock, err
		}
		state, stateErr := i.ReadState()
		if (stateErr == nil && alive(state.Supervisor)) || time.Now().After(deadline) {
			return nil, fmt.Errorf("instance `%[1]s` is already running (supervisor %[2]d); end it with `down --name %[1]s`, or choose another --name",
				i.Name, state.Supervisor)
		}
	}
}

// leave removes everything. The reaper is told first: it must not touch the
// folder of the next instance of this name.
func (s *supervisor) leave() {
	if s.reaper != nil {
		_, _ = s.reaper.Write([]byte{Detach})
	}
	if err := s.remove(); err != nil {
		say(s.tell, "info", "cannot remove "+s.Dir+": "+err.Error())
	}
}

func alive(pid int) bool { return pid > 0 && syscall.Kill(pid, 0) == nil }

func fail(tell io.Writer, err error) int {
	say(tell, "error", err.Error())
	return 1
}

func say(tell io.Writer, kind, format string, arguments ...any) {
	text := format
	if len(arguments) > 0 {
		text = fmt.Sprintf(format, arguments...)
	}
	line, _ := json.Marshal(Message{kind, text})
	_, _ = tell.Write(append(line, '\n')) // nobody listens once detached
}

func (s *supervisor) watchSignals() {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	for received := range signals {
		s.stop <- received.String()
	}
}

func (s *supervisor) watchLifeline(lifeline io.Reader) {
	b := make([]byte, 1)
	if n, _ := lifeline.Read(b); n == 1 && b[0] == Detach {
		return
	}
	s.stop <- "the process that started it has ended"
}

func (s *supervisor) program(name string) string { return filepath.Join(s.options.Bin, name) }

func (s *supervisor) certificate(name string) string { return s.path("certificates", name) }

// run brings the instance up, then waits for a reason to stop. An error is
// anything but being asked to.
func (s *supervisor) run() error {
	if err := s.prepare(); err != nil {
		return err
	}
	defer s.killAll()
	if err := s.controlPlane(); err != nil {
		return err
	}
	if err := s.workers(); err != nil {
		return err
	}
	s.state.Ready = true
	if err := errors.Join(s.recordProcesses(), s.takeOrders()); err != nil {
		return err
	}
	say(s.tell, "ready", s.state.Server)
	for {
		select {
		case <-s.stop:
			return nil
		case order := <-s.orders:
			order.done <- s.carryOut(order.Order)
		case <-time.After(50 * time.Millisecond):
			if err := s.checkChildren(); err != nil {
				return err
			}
		}
	}
}

var errStopped = errors.New("stopped while starting")

func (s *supervisor) prepare() error {
	_, staleErr := s.ReadState()
	left, err := s.clean()
	if err != nil {
		return err
	}
	if staleErr == nil || len(left) > 0 {
		text := "removed what a killed instance of this name had left behind"
		if len(left) > 0 {
			text += " (and ended " + strings.Join(left, ", ") + ")"
		}
		say(s.tell, "info", text)
	}
	s.state = State{Name: s.Name, Supervisor: os.Getpid(), Started: time.Now().UTC(), Nodes: s.options.Nodes.Count}
	if err := s.writeState(s.state); err != nil {
		return err
	}
	if err := checkDisk(s.Dir); err != nil {
		return err
	}
	if err := CheckPrograms(s.options.Bin); err != nil {
		return err
	}
	if s.options.Port != 0 {
		if err := checkPortFree(s.options.Port); err != nil {
			return err
		}
	}
	if err := s.startReaper(); err != nil {
		return err
	}
	for _, dir := range []string{"logs", "tmp", "pods"} {
		if err := os.MkdirAll(s.path(dir), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// startReaper starts the process that removes the folder if the supervisor is
// killed. It reads from a pipe whose other end only the supervisor has.
func (s *supervisor) startReaper() error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	reaper := exec.Command(s.program("clusterctl"), "reap", "--name", s.Name, "--supervisor", strconv.Itoa(os.Getpid()))
	reaper.Stdin = read
	reaper.Env = []string{"GROVEC_CLUSTER_HOME=" + Home()}
	reaper.Dir = "/"
	reaper.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := reaper.Start(); err != nil {
		return fmt.Errorf("reaper does not start: %w", err)
	}
	s.reaper = write
	return nil
}

// Reap waits for the end of a supervisor, then removes what it left, if any.
func Reap(name string, supervisor int, pipe io.Reader) error {
	if n, _ := pipe.Read(make([]byte, 1)); n == 1 {
		return nil // it removes everything itself
	}
	instance, err := Open(name)
	if err != nil {
		return err
	}
	for attempt := 0; attempt < 500; attempt++ {
		state, err := instance.ReadState()
		if err != nil || state.Supervisor != supervisor {
			return nil // gone, or a new supervisor has taken over
		}
		lock, err := instance.acquire(false)
		if err == nil {
			defer lock.Close()
			if state, err := instance.ReadState(); err != nil || state.Supervisor != supervisor {
				return nil
			}
			return instance.remove()
		}
		if errors.Is(err, ErrAbsent) {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// controlPlane starts etcd and the API server, on other ports if somebody took
// the chosen ones in between, then the controllers and the scheduler.
func (s *supervisor) controlPlane() error {
	a, err := writeCertificates(s.path("certificates"))
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		ports, err := freePorts(3)
		if err != nil {
			return err
		}
		if s.options.Port != 0 {
			ports[0] = s.options.Port
		}
		err = s.etcdAndServer(a, ports)
		if err == nil || errors.Is(err, errStopped) || attempt == 5 ||
			!s.anyPortTaken() || (s.options.Port != 0 && checkPortFree(s.options.Port) != nil) {
			return err
		}
		say(s.tell, "info", "a port was taken in between; trying others")
		s.killAll()
		if err := errors.Join(os.RemoveAll(s.path("etcd")), os.RemoveAll(s.path("logs")), os.Mkdir(s.path("logs"), 0o700)); err != nil {
			return err
		}
	}
}

func (s *supervisor) anyPortTaken() bool {
	for _, child := range s.children {
		if child.ended() && child.portTaken() {
			return true
		}
	}
	return false
}

func (s *supervisor) etcdAndServer(a *authority, ports []int) error {
	s.ports = ports
	s.state.Server = fmt.Sprintf("https://127.0.0.1:%d", ports[0])
	for _, user := range []string{"admin", "kube-controller-manager", "kube-scheduler", "nodes"} {
		if err := a.writeKubeconfig(s.path(user+".kubeconfig"), user, s.state.Server, "grovec-"+s.Name); err != nil {
			return err
		}
	}
	if err := s.add(s.etcd(ports[1], ports[2])); err != nil {
		return err
	}
	if err := s.add(s.apiServer(ports[0], ports[1])); err != nil {
		return err
	}
	return s.waitForServer()
}

func (s *supervisor) waitForServer() error {
	client, err := s.client("admin")
	if err != nil {
		return err
	}
	return s.waitFor("the API server", func(ctx context.Context) error {
		return client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
	})
}

// workers starts what needs a server, and waits until a pod could run.
func (s *supervisor) workers() error {
	for _, start := range []func() (*process, error){s.controllerManager, s.scheduler, s.kwok, s.kubelet} {
		if err := s.add(start()); err != nil {
			return err
		}
	}
	client, err := s.client("admin")
	if err != nil {
		return err
	}
	if err := createNodes(context.Background(), client, s.options.Nodes); err != nil {
		return err
	}
	err = s.waitFor("the default service account", func(ctx context.Context) error {
		_, err := client.CoreV1().ServiceAccounts("default").Get(ctx, "default", metav1.GetOptions{})
		return err
	})
	if err != nil {
		return err
	}
	return s.waitFor("the nodes", func(ctx context.Context) error {
		return checkNodes(ctx, client, s.options.Nodes.Count)
	})
}

func (s *supervisor) add(child *process, err error) error {
	if err != nil {
		return err
	}
	s.children = append(s.children, child)
	return s.recordProcesses()
}

func (s *supervisor) recordProcesses() error {
	s.state.Processes = map[string]int{}
	for _, child := range s.children {
		s.state.Processes[child.name] = child.cmd.Process.Pid
	}
	return s.writeState(s.state)
}

func (s *supervisor) killAll() {
	for _, child := range s.children {
		_ = child.cmd.Process.Kill()
	}
	for _, child := range s.children {
		child.kill()
	}
	s.children = nil
}

// checkChildren fails if one has ended. Once the instance has suffered by
// order, those around the API server are started again as kubelets would do: a
// controller manager that was just starting ends when its server has gone.
func (s *supervisor) checkChildren() error {
	for n, child := range s.children {
		if !child.ended() {
			continue
		}
		start := s.starters()[child.name]
		if !s.isShaken || child.name == "etcd" || child.name == "kube-apiserver" || time.Since(child.began) < time.Second {
			return errors.New(child.describe())
		}
		again, err := start()
		if err != nil {
			return err
		}
		s.children[n] = again
		return s.recordProcesses()
	}
	return nil
}

// waitFor polls until the check passes, a child ends, somebody asks us to stop
// or three minutes are over.
func (s *supervisor) waitFor(what string, check func(context.Context) error) error {
	deadline := time.Now().Add(3 * time.Minute)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		err := check(ctx)
		cancel()
		if err == nil {
			return nil
		}
		if ended := s.checkChildren(); ended != nil {
			return ended
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s is not ready after three minutes: %w", what, err)
		}
		select {
		case why := <-s.stop:
			s.stop <- why
			return errStopped
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *supervisor) client(user string) (*kubernetes.Clientset, error) {
	config, err := clientcmd.BuildConfigFromFlags("", s.path(user+".kubeconfig"))
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	return kubernetes.NewForConfig(config)
}

// keepLogs moves the logs of a failed instance into the build folder, so that
// the temporary one can go.
func (s *supervisor) keepLogs(failure error) {
	kept := LastLogs(s.options.Bin, s.Name)
	if errors.Is(failure, errStopped) || os.RemoveAll(kept) != nil || os.MkdirAll(kept, 0o755) != nil {
		return
	}
	text := time.Now().UTC().Format(time.RFC3339) + " " + failure.Error() + "\n"
	_ = os.WriteFile(filepath.Join(kept, "failure"), []byte(text), 0o644)
	logs, _ := os.ReadDir(s.path("logs"))
	for _, log := range logs {
		if data, err := os.ReadFile(s.path("logs", log.Name())); err == nil {
			_ = os.WriteFile(filepath.Join(kept, log.Name()), data, 0o644)
		}
	}
}

// LastLogs is where the logs of the last failure of an instance are kept.
func LastLogs(bin, name string) string {
	return filepath.Join(filepath.Dir(bin), "failed", name)
}

// LastFailure returns why an instance ended by itself, or an empty string.
func LastFailure(bin, name string) string {
	data, _ := os.ReadFile(filepath.Join(LastLogs(bin, name), "failure"))
	return strings.TrimSpace(string(data))
}
