package control

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// process is a running child of the supervisor.
type process struct {
	name  string
	cmd   *exec.Cmd
	log   string
	done  chan struct{} // closed when the process has ended
	began time.Time
	err   error // how; valid after done
}

// start runs a program so that it dies with the caller's thread. The caller
// must be locked to a thread that lives as long as the supervisor.
func (i Instance) start(name, program string, arguments ...string) (*process, error) {
	log, err := os.OpenFile(i.Log(name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(program, arguments...)
	cmd.Dir = i.Dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + i.Dir, // nobody's configuration
		"TMPDIR=" + i.path("tmp"),
		childMark + "=" + i.Dir,
	}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s does not start: %w", name, err)
	}
	p := &process{name: name, cmd: cmd, log: i.Log(name), done: make(chan struct{}), began: time.Now()}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// describe says how the process ended, with the end of its log.
func (p *process) describe() string {
	how := "ended"
	var exit *exec.ExitError
	if errors.As(p.err, &exit) {
		status := exit.Sys().(syscall.WaitStatus)
		if status.Signaled() {
			how = fmt.Sprintf("was killed by signal %d (%s)", status.Signal(), status.Signal())
		} else {
			how = fmt.Sprintf("ended with exit code %d", status.ExitStatus())
		}
	}
	text := fmt.Sprintf("%s (process %d) %s", p.name, p.cmd.Process.Pid, how)
	if end := tail(p.log, 5); end != "" {
		text += "; the end of its log:\n" + end
	}
	return text
}

// portTaken says whether the log tells that an address was in use.
func (p *process) portTaken() bool {
	return strings.Contains(tail(p.log, 40), "address already in use")
}

// tail returns the last lines of a log, indented and shortened.
func tail(path string, lines int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	all := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	for n, line := range all {
		if len(line) > 300 {
			line = line[:300] + "…"
		}
		all[n] = "  " + line
	}
	return strings.TrimRight(strings.Join(all, "\n"), " ")
}

// freePorts asks the kernel for ports of 127.0.0.1 that are free right now.
// Somebody else may take one before we do; then the start is tried again.
func freePorts(count int) ([]int, error) {
	var ports []int
	for len(ports) < count {
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer listener.Close() // held until all are found, so that they differ
		ports = append(ports, listener.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

func checkPortFree(port int) error {
	listener, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return fmt.Errorf("port %d of 127.0.0.1 is taken; choose another with --port, or leave --port out for a free one", port)
	}
	return listener.Close()
}

// needFree is what a small cluster writes: etcd reserves two 64 MiB segments
// before the first request.
const needFree = 300 << 20

func checkDisk(dir string) error {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return err
	}
	if free := stat.Bavail * uint64(stat.Bsize); free < needFree {
		return fmt.Errorf("%s has %d MiB free and a control plane needs %d MiB; set GROVEC_CLUSTER_HOME to a folder on another disk",
			filepath.Dir(dir), free>>20, needFree>>20)
	}
	return nil
}

// ChildMark returns the mark of our own environment, for processes of ours
// that get an environment of their own.
func ChildMark() []string {
	if dir := os.Getenv(childMark); dir != "" {
		return []string{childMark + "=" + dir}
	}
	return nil
}
