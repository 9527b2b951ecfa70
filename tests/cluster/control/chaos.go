package control

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/etcdutl/v3/snapshot"
	"go.uber.org/zap"
)

// Order asks the supervisor of a running instance for something that a real
// control plane suffers. What it may say:
//
//	kill PROCESS      ends a process; the others go on
//	start PROCESS     starts one that was killed, and waits until it answers
//	pause PROCESS     SIGSTOP, and waits until every thread of it stands still
//	resume PROCESS    SIGCONT
//	snapshot FILE     saves what etcd holds
//	restore FILE      etcd and the API server start again with that: versions go back
type Order struct{ Do, What string }

// socketPath is where a supervisor takes orders.
func (i Instance) socketPath() string { return i.path("orders") }

// Do gives an order and waits until it is carried out.
func (i Instance) Do(do, what string) error {
	connection, err := net.Dial("unix", i.socketPath())
	if err != nil {
		return fmt.Errorf("instance `%s` takes no orders: %w", i.Name, err)
	}
	defer connection.Close()
	if err := json.NewEncoder(connection).Encode(Order{do, what}); err != nil {
		return err
	}
	var answer string
	if err := json.NewDecoder(connection).Decode(&answer); err != nil {
		return fmt.Errorf("instance `%s` did not answer: %w", i.Name, err)
	}
	if answer != "" {
		return errors.New(answer)
	}
	return nil
}

// given is an order with the way back to who gave it.
type given struct {
	Order
	done chan error
}

// takeOrders listens until the supervisor ends. Orders are carried out by the
// main loop: children must be started by the thread that lives longest.
func (s *supervisor) takeOrders() error {
	listener, err := net.Listen("unix", s.socketPath())
	if err != nil {
		return err
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go s.takeOrder(connection)
		}
	}()
	return nil
}

func (s *supervisor) takeOrder(connection net.Conn) {
	defer connection.Close()
	order := given{done: make(chan error, 1)}
	if json.NewDecoder(connection).Decode(&order.Order) != nil {
		return
	}
	s.orders <- order
	answer := ""
	if err := <-order.done; err != nil {
		answer = err.Error()
	}
	_ = json.NewEncoder(connection).Encode(answer)
}

func (s *supervisor) carryOut(order Order) error {
	s.isShaken = true
	switch order.Do {
	case "kill":
		return s.killOne(order.What)
	case "start":
		return s.startAgain(order.What)
	case "pause":
		return s.pause(order.What)
	case "resume":
		return s.signal(order.What, syscall.SIGCONT)
	case "snapshot":
		return s.snapshot(order.What)
	case "restore":
		return s.restore(order.What)
	}
	return fmt.Errorf("no order `%s`", order.Do)
}

func (s *supervisor) find(name string) (int, error) {
	for n, child := range s.children {
		if child.name == name {
			return n, nil
		}
	}
	return 0, fmt.Errorf("no process `%s` is running", name)
}

func (s *supervisor) signal(name string, signal syscall.Signal) error {
	n, err := s.find(name)
	if err != nil {
		return err
	}
	return s.children[n].cmd.Process.Signal(signal)
}

// pause waits until the kernel has stopped the process: until then some of its
// threads may go on and answer.
func (s *supervisor) pause(name string) error {
	if err := s.signal(name, syscall.SIGSTOP); err != nil {
		return err
	}
	n, err := s.find(name)
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(time.Minute); !stopped(s.children[n].cmd.Process.Pid); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("process `%s` has not stopped after a minute", name)
		}
	}
	return nil
}

// stopped says whether each thread is in state T.
func stopped(pid int) bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(threads) == 0 {
		return false
	}
	for _, thread := range threads {
		stat, err := os.ReadFile(thread)
		_, rest, _ := strings.Cut(string(stat), ") ")
		if err != nil || !strings.HasPrefix(rest, "T") {
			return false
		}
	}
	return true
}

func (s *supervisor) killOne(name string) error {
	n, err := s.find(name)
	if err != nil {
		return err
	}
	s.children[n].kill()
	s.children = append(s.children[:n], s.children[n+1:]...)
	return s.recordProcesses()
}

func (s *supervisor) startAgain(name string) error {
	if _, err := s.find(name); err == nil {
		return fmt.Errorf("process `%s` is running", name)
	}
	start, known := s.starters()[name]
	if !known {
		return fmt.Errorf("no process `%s`", name)
	}
	if err := s.add(start()); err != nil {
		return err
	}
	if name == "kube-apiserver" {
		return s.waitForServer()
	}
	return nil
}

// starters has what each process was first started with.
func (s *supervisor) starters() map[string]func() (*process, error) {
	return map[string]func() (*process, error){
		"etcd":                    func() (*process, error) { return s.etcd(s.ports[1], s.ports[2]) },
		"kube-apiserver":          func() (*process, error) { return s.apiServer(s.ports[0], s.ports[1]) },
		"kube-controller-manager": s.controllerManager, "kube-scheduler": s.scheduler, "kwok": s.kwok, "kubelet": s.kubelet,
	}
}

func (s *supervisor) etcdClient() (clientv3.Config, error) {
	pair, err := tls.LoadX509KeyPair(s.certificate("kube-apiserver.crt"), s.certificate("kube-apiserver.key"))
	if err != nil {
		return clientv3.Config{}, err
	}
	ca, err := os.ReadFile(s.certificate("ca.crt"))
	if err != nil {
		return clientv3.Config{}, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	return clientv3.Config{
		Endpoints:   []string{"https://127.0.0.1:" + strconv.Itoa(s.ports[1])},
		TLS:         &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: roots},
		DialTimeout: 5 * time.Second, Logger: zap.NewNop(),
	}, nil
}

func (s *supervisor) snapshot(file string) error {
	config, err := s.etcdClient()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, err = snapshot.NewV3(zap.NewNop()).Save(ctx, config, file)
	return err
}

// restore does what an administrator does by hand: everything that remembers
// stops, etcd's folder is made from the snapshot, and what stopped starts
// again. The other processes live through it, as those of other machines do.
func (s *supervisor) restore(file string) error {
	if filepath.IsLocal(file) {
		return fmt.Errorf("`%s`: give an absolute path", file)
	}
	for _, name := range []string{"kube-apiserver", "etcd"} {
		if _, err := s.find(name); err != nil {
			continue // killed before
		}
		if err := s.killOne(name); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(s.path("etcd")); err != nil {
		return err
	}
	peer := fmt.Sprintf("http://127.0.0.1:%d", s.ports[2])
	err := snapshot.NewV3(zap.NewNop()).Restore(snapshot.RestoreConfig{
		SnapshotPath: file, Name: "default", OutputDataDir: s.path("etcd"),
		PeerURLs: []string{peer}, InitialCluster: "default=" + peer, InitialClusterToken: "restored",
	})
	if err != nil {
		return err
	}
	if err := s.startAgain("etcd"); err != nil {
		return err
	}
	return s.startAgain("kube-apiserver")
}
