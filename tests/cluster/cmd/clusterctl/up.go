package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"grovec.dev/tests/cluster/control"
)

type upFlags struct {
	options    control.Options
	foreground bool
	untilEOF   bool
}

func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main prints the error
	return flags
}

func parse(flags *flag.FlagSet, arguments []string) error {
	if err := flags.Parse(arguments); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Print(usage)
			os.Exit(0)
		}
		return usageError(err.Error())
	}
	if flags.NArg() > 0 {
		return usageError("unexpected `" + flags.Arg(0) + "`")
	}
	return nil
}

func parseUp(arguments []string) (upFlags, error) {
	var f upFlags
	flags := newFlags("up")
	topology := flags.String("topology", "", "")
	flags.StringVar(&f.options.Name, "name", "default", "")
	flags.IntVar(&f.options.Port, "port", 0, "")
	flags.StringVar(&f.options.Initc, "initc", "", "")
	flags.Int64Var(&f.options.Quota, "quota", 0, "")
	flags.IntVar(&f.options.Nodes.Count, "nodes", 40, "")
	f.options.Nodes.Resources = map[string]int64{}
	addResource := func(text string) error {
		name, count, err := control.ParseResource(text)
		f.options.Nodes.Resources[name] = count
		return err
	}
	flags.Func("resource", "", addResource)
	flags.Func("gpus", "", func(count string) error { return addResource("nvidia.com/gpu=" + count) })
	flags.IntVar(&f.options.Nodes.Devices, "devices", 0, "")
	flags.Int64Var(&f.options.Nodes.Room, "room", 1, "")
	flags.StringVar(&f.options.Nodes.Taint, "taint", control.DemoTaint, "")
	flags.BoolVar(&f.foreground, "foreground", false, "")
	flags.BoolVar(&f.untilEOF, "until-eof", false, "")
	if err := parse(flags, arguments); err != nil {
		return f, err
	}
	if _, err := control.Open(f.options.Name); err != nil {
		return f, usageError(err.Error())
	}
	if n := f.options.Nodes; n.Count < 0 || n.Count > 5000 || n.Devices < 0 || n.Devices > 10000 || n.Room < 1 || n.Room > 1000 ||
		f.options.Port < 0 || f.options.Port > 65535 || f.options.Quota < 0 {
		return f, usageError("limits are 5000 nodes, 10000 devices a node, room 1000, port 65535")
	}
	if _, err := control.ParseTaint(f.options.Nodes.Taint); err != nil {
		return f, usageError(err.Error())
	}
	var err error
	if f.options.Nodes.Topology, err = control.ParseTopology(*topology); err != nil {
		return f, usageError(err.Error())
	}
	if f.options.Initc != "" {
		path, err := exec.LookPath(f.options.Initc)
		if err != nil {
			return f, usageError("--initc: " + err.Error())
		}
		if f.options.Initc, err = filepath.Abs(path); err != nil {
			return f, err
		}
	}
	f.options.Bin, err = bin()
	return f, err
}

// up starts a supervisor, prints what it says, and leaves it running.
func up(arguments []string) error {
	f, err := parseUp(arguments)
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	begun := time.Now()
	started, err := startSupervisor(f.options)
	if err != nil {
		return err
	}
	stop := make(chan struct{}, 8)
	go func() {
		for range signals {
			_ = started.lifeline.Close() // it now ends, and so does its output
			stop <- struct{}{}
		}
	}()
	if f.untilEOF {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			_ = started.lifeline.Close()
			stop <- struct{}{}
		}()
	}
	ready := false
	for started.messages.Scan() {
		var message control.Message
		if err := json.Unmarshal(started.messages.Bytes(), &message); err != nil {
			return fmt.Errorf("supervisor said %q", started.messages.Text())
		}
		if message.Kind != "ready" {
			fmt.Fprintln(os.Stderr, message.Text)
			continue
		}
		ready = true
		fmt.Fprintf(stdout, "instance `%s` is ready after %.1f s: %s, %d nodes\n",
			f.options.Name, time.Since(begun).Seconds(), message.Text, f.options.Nodes.Count)
		if !f.foreground && !f.untilEOF {
			fmt.Fprintf(stdout, "use it:  eval \"$(tests/cluster/run env --name %[1]s)\"\nend it:  tests/cluster/run down --name %[1]s\n", f.options.Name)
			_, err := started.lifeline.Write([]byte{control.Detach})
			return err
		}
	}
	_ = started.cmd.Wait()
	select {
	case <-stop:
		if ready {
			return nil
		}
	default:
	}
	return errSaid
}

type startedSupervisor struct {
	cmd      *exec.Cmd
	lifeline *os.File
	messages *bufio.Scanner
}

func startSupervisor(options control.Options) (*startedSupervisor, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	lifelineRead, lifelineWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer lifelineRead.Close()
	tellRead, tellWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer tellWrite.Close()
	cmd := exec.Command(filepath.Join(options.Bin, "clusterctl"), "supervise", string(text))
	cmd.Stdin = lifelineRead
	cmd.ExtraFiles = []*os.File{tellWrite}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl-C is for us; we pass it on
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	messages := bufio.NewScanner(tellRead)
	messages.Buffer(nil, 1<<20)
	return &startedSupervisor{cmd, lifelineWrite, messages}, nil
}

func supervise(arguments []string) error {
	var options control.Options
	if len(arguments) != 1 {
		return usageError("started by `up` only")
	}
	if err := json.Unmarshal([]byte(arguments[0]), &options); err != nil {
		return err
	}
	os.Exit(control.Supervise(options, os.Stdin, os.NewFile(3, "messages")))
	return nil
}

func reap(arguments []string) error {
	flags := newFlags("reap")
	name := flags.String("name", "", "")
	supervisor := flags.Int("supervisor", 0, "")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	return control.Reap(*name, *supervisor, os.Stdin)
}
