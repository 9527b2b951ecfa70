// Command clusterctl starts, lists and ends control planes for tests.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const usage = `usage: clusterctl COMMAND [FLAGS]

  up      start a control plane on loopback and wait until pods can run
            --name N          instance (default "default"); several run side by side
            --nodes N         simulated nodes fake-node-001 … (default 40)
            --taint T         taint of these nodes, KEY=VALUE:EFFECT or none (default fake-node=true:NoSchedule)
            --gpus N          nvidia.com/gpu of each node (default 0)
            --resource R      extended resource of each node, NAME=COUNT; may be given several times
            --devices N       DRA devices of each node, driver test.grovec.dev (default 0)
            --room N          times the usual CPUs, memory and pods of each node (default 1)
            --topology L      node labels, outermost first: zone=2,block=2,rack=5 makes 2 zones with 2 blocks each …;
                              region, zone, block, rack or a whole label such as example.com/row
            --initc FILE      program that runs in place of grove-initc init containers
            --quota BYTES     size at which etcd takes no more writes (default: etcd's own, 2 GiB)
            --port N          port of the API server (default: any free one)
            --foreground      stay until Ctrl-C, then end the instance
            --until-eof       stay until standard input ends, then end the instance
  down    end it and remove all of it: --name N, or --all
  status  list the instances; with --name N only this one, exit code 1 unless it is ready
  order   break something in a running instance, or mend it: order --name N ORDER WHAT
            kill, start, pause or resume PROCESS; snapshot FILE, restore FILE (etcd goes back to what it held then)
  env     print shell commands that point kubectl at it: eval "$(clusterctl env --name N)"

exit codes: 0 done, 1 failed, 2 usage
`

// Children of the supervisor die with the thread that started them, so
// everything that starts one runs on the main thread.
func init() { runtime.LockOSThread() }

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	commands := map[string]func([]string) error{
		"up": up, "down": down, "status": status, "env": env, "order": order,
		"supervise": supervise, "reap": reap, "kubelet": runKubelet, // started by us, not by people
	}
	name := os.Args[1]
	if name == "help" || name == "-h" || name == "--help" {
		fmt.Print(usage)
		return
	}
	command, known := commands[name]
	if !known {
		fmt.Fprintf(os.Stderr, "clusterctl: no command `%s`\n%s", name, usage)
		os.Exit(2)
	}
	err := command(os.Args[2:])
	var wrong usageError
	switch {
	case errors.As(err, &wrong):
		fmt.Fprintf(os.Stderr, "clusterctl %s: %s; see clusterctl --help\n", name, wrong)
		os.Exit(2)
	case errors.Is(err, errSaid):
		os.Exit(1)
	case err != nil:
		fmt.Fprintf(os.Stderr, "clusterctl %s: %v\n", name, err)
		os.Exit(1)
	}
}

type usageError string

func (e usageError) Error() string { return string(e) }

// errSaid is a failure whose message has been printed.
var errSaid = errors.New("failed")

// bin is the folder of the built programs, this one among them.
func bin() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return "", err
	}
	return filepath.Dir(self), nil
}

// quote makes a word of a POSIX shell.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

var stdout io.Writer = os.Stdout
