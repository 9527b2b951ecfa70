package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"grovec.dev/tests/cluster/control"
	"grovec.dev/tests/cluster/kubelet"
)

func down(arguments []string) error {
	flags := newFlags("down")
	name := flags.String("name", "default", "")
	all := flags.Bool("all", false, "")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	instances := []control.Instance{}
	if *all {
		var err error
		if instances, err = control.List(); err != nil {
			return err
		}
	} else {
		instance, err := control.Open(*name)
		if err != nil {
			return usageError(err.Error())
		}
		instances = append(instances, instance)
	}
	var errs []error
	for _, instance := range instances {
		switch err := instance.Down(); {
		case errors.Is(err, control.ErrAbsent):
			fmt.Fprintf(stdout, "instance `%s` is not running\n", instance.Name)
		case err != nil:
			errs = append(errs, err)
		default:
			fmt.Fprintf(stdout, "instance `%s` has ended\n", instance.Name)
		}
	}
	return errors.Join(errs...)
}

// order breaks something in a running instance, or mends it.
func order(arguments []string) error {
	flags := newFlags("order")
	name := flags.String("name", "default", "")
	if err := flags.Parse(arguments); err != nil {
		return usageError(err.Error())
	}
	if flags.NArg() != 2 {
		return usageError("write an order and what it is about, such as `pause kube-apiserver`")
	}
	instance, err := control.Open(*name)
	if err != nil {
		return usageError(err.Error())
	}
	what := flags.Arg(1)
	if do := flags.Arg(0); do == "snapshot" || do == "restore" {
		if what, err = filepath.Abs(what); err != nil {
			return err
		}
	}
	return instance.Do(flags.Arg(0), what)
}

func status(arguments []string) error {
	flags := newFlags("status")
	name := flags.String("name", "", "")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	instances, err := control.List()
	if err != nil {
		return err
	}
	found := false
	for _, instance := range instances {
		if *name == "" || *name == instance.Name {
			found = printStatus(instance) || found
		}
	}
	if *name != "" && !found {
		if _, err := os.Stat(filepath.Join(control.Home(), *name)); err != nil {
			return notRunning(*name)
		}
		return errSaid
	}
	if len(instances) == 0 {
		fmt.Fprintln(stdout, "no instance is running")
	}
	return nil
}

// printStatus says whether the instance is ready.
func printStatus(instance control.Instance) bool {
	state, err := instance.ReadState()
	if !instance.Alive() {
		fmt.Fprintf(stdout, "%s: stale, its supervisor was killed; the next `up` or `down` of this name cleans up\n", instance.Name)
		return false
	}
	word := "starting"
	if err == nil && state.Ready {
		word = "ready"
	}
	fmt.Fprintf(stdout, "%s: %s, %s, %d nodes, up for %s, supervisor %d\n", instance.Name, word, state.Server, state.Nodes,
		time.Since(state.Started).Round(time.Second), state.Supervisor)
	var names []string
	for name := range state.Processes {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(stdout, "  %-24s process %-8d %4d MiB\n", name, state.Processes[name], resident(state.Processes[name]))
	}
	return word == "ready"
}

// resident returns the memory of a process in MiB.
func resident(pid int) int {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for _, line := range strings.Split(string(data), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, _ := strconv.Atoi(strings.Fields(rest)[0])
			return kib >> 10
		}
	}
	return 0
}

func notRunning(name string) error {
	text := fmt.Sprintf("instance `%[1]s` is not running; start it with `tests/cluster/run up --name %[1]s`", name)
	if folder, err := bin(); err == nil {
		if failure := control.LastFailure(folder, name); failure != "" {
			text += fmt.Sprintf("\nits last failure: %s\nits logs are in %s", failure, control.LastLogs(folder, name))
		}
	}
	return errors.New(text)
}

func env(arguments []string) error {
	flags := newFlags("env")
	name := flags.String("name", "default", "")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	instance, err := control.Open(*name)
	if err != nil {
		return usageError(err.Error())
	}
	state, err := instance.ReadState()
	if err != nil || !instance.Alive() {
		return notRunning(*name)
	}
	if !state.Ready {
		return fmt.Errorf("instance `%s` is still starting", *name)
	}
	folder, err := bin()
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "export KUBECONFIG=%s\n", quote(instance.Kubeconfig()))
	if first, _, _ := strings.Cut(os.Getenv("PATH"), ":"); first != folder {
		fmt.Fprintf(stdout, "export PATH=%s:\"$PATH\"\n", quote(folder)) // first: another kubectl may be of any version
	}
	return nil
}

func runKubelet(arguments []string) error {
	flags := newFlags("kubelet")
	kubeconfig := flags.String("kubeconfig", "", "")
	dir := flags.String("dir", "", "")
	initc := flags.String("initc", "", "")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	server, err := url.Parse(config.Host)
	if err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	return kubelet.Run(ctx, kubelet.Options{
		Client: client, ServerHost: server.Hostname(), ServerPort: server.Port(), Initc: *initc, Dir: *dir,
		ExtraEnv: control.ChildMark(),
	})
}
