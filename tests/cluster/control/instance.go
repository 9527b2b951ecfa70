// Package control runs a real Kubernetes control plane on loopback: its
// folders, certificates, processes and the supervisor that owns them.
//
// One instance is one folder below Home and one supervisor process. The
// supervisor holds a lock on the folder for as long as it lives, so whoever
// gets the lock knows that what the folder contains is stale.
package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrRunning says that a living supervisor holds the instance.
var ErrRunning = errors.New("already running")

// ErrAbsent says that there is no such instance.
var ErrAbsent = errors.New("not running")

var namePattern = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$`)

// Home returns the folder that holds the instances of this user.
func Home() string {
	if home := os.Getenv("GROVEC_CLUSTER_HOME"); home != "" {
		return home
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("grovec-cluster-%d", os.Getuid()))
}

// Instance is the name and the folder of one control plane.
type Instance struct {
	Name string
	Dir  string
}

// State is what the supervisor says about its instance, in state.json.
type State struct {
	Name       string         `json:"name"`
	Supervisor int            `json:"supervisor"`
	Started    time.Time      `json:"started"`
	Ready      bool           `json:"ready"`
	Server     string         `json:"server,omitempty"`
	Nodes      int            `json:"nodes"`
	Processes  map[string]int `json:"processes,omitempty"`
}

// Open checks the name; it does not touch the disk.
func Open(name string) (Instance, error) {
	if !namePattern.MatchString(name) {
		return Instance{}, fmt.Errorf("instance name `%s`: use at most 40 lower case letters, digits and `-`", name)
	}
	return Instance{Name: name, Dir: filepath.Join(Home(), name)}, nil
}

// List returns the instances that have a folder, sorted by name.
func List() ([]Instance, error) {
	entries, err := os.ReadDir(Home())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var found []Instance
	for _, entry := range entries {
		if instance, bad := Open(entry.Name()); bad == nil && entry.IsDir() {
			found = append(found, instance)
		}
	}
	return found, err
}

func (i Instance) path(elements ...string) string {
	return filepath.Join(append([]string{i.Dir}, elements...)...)
}

// Kubeconfig returns the path of the administrator's kubeconfig.
func (i Instance) Kubeconfig() string { return i.path("admin.kubeconfig") }

// Log returns the path of the log of one process.
func (i Instance) Log(process string) string { return i.path("logs", process+".log") }

// ReadState returns ErrAbsent if the instance has no state file.
func (i Instance) ReadState() (State, error) {
	var state State
	data, err := os.ReadFile(i.path("state.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return state, ErrAbsent
	}
	if err == nil {
		err = json.Unmarshal(data, &state)
	}
	return state, err
}

func (i Instance) writeState(state State) error {
	data, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return err
	}
	temporary := i.path(".state.json")
	if err := os.WriteFile(temporary, append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, i.path("state.json"))
}

// makeHome creates Home and refuses one that somebody else made.
func makeHome() error {
	if err := os.MkdirAll(Home(), 0o700); err != nil {
		return err
	}
	info, err := os.Stat(Home())
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) != os.Getuid() {
		return fmt.Errorf("%s belongs to user %d; set GROVEC_CLUSTER_HOME to a folder of your own", Home(), owner.Uid)
	}
	return nil
}

// acquire takes the lock of an instance, which lasts until the file is closed.
// With create it makes the folder; without, a missing folder is ErrAbsent.
func (i Instance) acquire(create bool) (*os.File, error) {
	for {
		if create {
			if err := makeHome(); err != nil {
				return nil, err
			}
			if err := os.Mkdir(i.Dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
				if errors.Is(err, fs.ErrNotExist) {
					continue // another instance was the last one and removed Home
				}
				return nil, err
			}
		}
		lock, err := os.OpenFile(i.path("lock"), os.O_CREATE|os.O_RDWR, 0o600)
		if errors.Is(err, fs.ErrNotExist) {
			if create {
				continue // its owner removed the folder between the two calls
			}
			return nil, ErrAbsent
		}
		if err != nil {
			return nil, err
		}
		if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			lock.Close()
			if errors.Is(err, syscall.EWOULDBLOCK) {
				return nil, ErrRunning
			}
			return nil, err
		}
		held, err1 := lock.Stat()
		named, err2 := os.Stat(i.path("lock"))
		if err1 == nil && err2 == nil && os.SameFile(held, named) {
			return lock, nil
		}
		lock.Close() // we locked a file that its owner has just removed
	}
}

// Alive says whether a supervisor holds the instance.
func (i Instance) Alive() bool {
	lock, err := i.acquire(false)
	if lock != nil {
		lock.Close()
	}
	return errors.Is(err, ErrRunning)
}

// clean ends the processes of an instance whose lock the caller holds and
// empties its folder, except for the lock. It returns the names of processes
// that were still there.
func (i Instance) clean() ([]string, error) {
	killed := killMarked(i.Dir)
	entries, err := os.ReadDir(i.Dir)
	for _, entry := range entries {
		if entry.Name() != "lock" {
			err = errors.Join(err, os.RemoveAll(i.path(entry.Name())))
		}
	}
	return killed, err
}

// remove cleans, then removes the folder and, if it was the last one, Home.
func (i Instance) remove() error {
	_, err := i.clean()
	err = errors.Join(err, os.RemoveAll(i.Dir))
	_ = os.Remove(Home()) // fails while other instances exist
	return err
}

// childMark is in the environment of each process of an instance, so that
// none can get away: not even one whose parent died before it was recorded.
const childMark = "GROVEC_CLUSTER_CHILD_OF"

// killMarked kills all processes marked with the folder and waits until they
// have gone. It returns their names.
func killMarked(dir string) []string {
	names := map[string]bool{}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		marked := findMarked(dir)
		if len(marked) == 0 {
			break
		}
		for pid, name := range marked {
			names[name] = true
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	var sorted []string
	for name := range names {
		sorted = append(sorted, name)
	}
	sort.Strings(sorted)
	return sorted
}

func findMarked(dir string) map[int]string {
	marked := map[int]string{}
	entries, _ := os.ReadDir("/proc")
	want := childMark + "=" + dir
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		environment, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "environ"))
		if err != nil {
			continue // gone, or another user's
		}
		for _, variable := range strings.Split(string(environment), "\x00") {
			if variable == want {
				name, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "comm"))
				marked[pid] = strings.TrimSpace(string(name))
			}
		}
	}
	return marked
}

// Down ends an instance, living or stale, and removes all of it.
func (i Instance) Down() error {
	deadline := time.Now().Add(20 * time.Second)
	asked := false
	for {
		lock, err := i.acquire(false)
		if err == nil {
			defer lock.Close()
			return i.remove()
		}
		if errors.Is(err, ErrAbsent) {
			_ = os.Remove(i.Dir) // an empty folder without a lock
			_ = os.Remove(Home())
			if asked {
				return nil
			}
			return ErrAbsent
		}
		if !errors.Is(err, ErrRunning) {
			return err
		}
		state, stateErr := i.ReadState()
		if stateErr == nil && !asked {
			asked = true
			_ = syscall.Kill(state.Supervisor, syscall.SIGTERM)
		}
		if time.Now().After(deadline) {
			if stateErr != nil {
				return fmt.Errorf("instance `%s` is held by a process that has not said its id: %w", i.Name, stateErr)
			}
			_ = syscall.Kill(state.Supervisor, syscall.SIGKILL)
			deadline = time.Now().Add(5 * time.Second)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
