// Command faultproxy serves the fault proxy to people and other languages.
//
//	faultproxy --kubeconfig ADMIN --rules FILE --out KUBECONFIG [--listen ADDRESS] [--token TOKEN]
//
// FILE is a JSON list of rules:
//
//	[{"method": "POST", "path": "/pods$", "times": 1, "fault": "lose-answer"},
//	 {"method": "WATCH", "fault": "cut-after", "number": 3}]
//
// `number` is what the fault's argument is: events, bytes, a status or
// milliseconds. Once ready it prints its address; when told to end (SIGINT,
// SIGTERM) it prints a line for each rule and how often it fired, and exits
// with 1 if one never did.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"grovec.dev/tests/cluster/faults"
)

func main() {
	code, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "faultproxy:", err)
		os.Exit(2)
	}
	os.Exit(code)
}

func run() (int, error) {
	admin := flag.String("kubeconfig", "", "kubeconfig that names the real server")
	rulesFile := flag.String("rules", "", "JSON list of rules")
	out := flag.String("out", "", "kubeconfig to write for the proxy's users")
	listen := flag.String("listen", "127.0.0.1:0", "address")
	token := flag.String("token", "", "token in that kubeconfig")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *admin)
	if err != nil {
		return 0, err
	}
	if err := rest.LoadTLSFiles(config); err != nil {
		return 0, err
	}
	rules, err := readRules(*rulesFile)
	if err != nil {
		return 0, err
	}
	proxy, err := faults.New(faults.Options{Server: config.Host, CA: config.CAData, Listen: *listen})
	if err != nil {
		return 0, err
	}
	defer proxy.Close()
	var added []*faults.Rule
	for _, rule := range rules {
		added = append(added, proxy.Add(rule))
	}
	if *out != "" {
		if err := os.WriteFile(*out, []byte(proxy.KubeconfigText(*token)), 0o600); err != nil {
			return 0, err
		}
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	fmt.Println(proxy.URL)
	<-signals
	for _, rule := range added {
		fmt.Printf("%s fired %d times\n", rule.Name, rule.Fired())
	}
	return min(1, len(proxy.Unfired())), nil
}

func readRules(file string) ([]faults.Rule, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var written []struct {
		Name, Method, Path, Query, Token, Fault string
		After, Times                            int
		Number                                  int64
	}
	if err := json.Unmarshal(data, &written); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var rules []faults.Rule
	for _, w := range written {
		fault, err := faults.Named(w.Fault, w.Number)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		rules = append(rules, faults.Rule{Name: w.Name, Method: w.Method, Path: w.Path, Query: w.Query, Token: w.Token,
			After: w.After, Times: w.Times, Fault: fault})
	}
	return rules, nil
}
