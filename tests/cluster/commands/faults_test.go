package commands

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/faults"
)

// kinds is what a set is made of beside its pods, for kubectl.
const kinds = "pcs,pclq,pcsg,podgang,services,secrets,serviceaccounts,roles,rolebindings"

// place is where a pod stands: its PodClique and its index there.
const place = `{range .items[*]}pod/{.metadata.labels.grove\.io/podclique}/{.metadata.labels.grove\.io/podclique-pod-index}{"\n"}{end}`

// things are the names of everything of mn-disagg in the namespace, and the
// places of its pods, whose names depend on what was there before. Equal lists
// mean that nothing is missing and nothing is there twice.
func (u *user) things(t *testing.T) []string {
	t.Helper()
	all := strings.Fields(u.kubectl(t, "get", kinds, "-o", "name") + "\n" + u.kubectl(t, "get", "pods", "-o", "jsonpath="+place))
	all = slices.DeleteFunc(all, func(name string) bool { return !strings.Contains(name, "mn-disagg") })
	slices.Sort(all)
	return all
}

// story is the life of a set: what happens to it, and what a run of
// `reconcile --once` makes of that.
type story struct {
	u *user
}

var acts = []string{"deploy", "scale", "update", "delete"}

// begin does what people do, and returns how the command is called that carries
// it out.
func (s *story) begin(t *testing.T, act string) []string {
	t.Helper()
	from := []string{"reconcile", "--once", "--wait", "--timeout", "10m", "--from-cluster", "mn-disagg"}
	switch act {
	case "deploy":
		return []string{"reconcile", "--once", "--wait", "--timeout", "10m", "old.yaml"}
	case "scale":
		s.u.must(t, 0, nil, "scale", "group", "mn-disagg-0-prefill", "3")
		return from
	case "update":
		return []string{"reconcile", "--once", "--wait", "--timeout", "10m", "new.yaml"}
	default:
		s.u.must(t, 0, nil, "delete", "mn-disagg", "--yes", "--no-wait")
		return from
	}
}

func newStory(t *testing.T, u *user) *story {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(clustertest.Root(t), "examples", "mn-disagg", "mn-disagg.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("  namespace: default\n"), nil, 1)
	u.write(t, "old.yaml", string(text))
	u.write(t, "new.yaml", strings.ReplaceAll(string(text), "nginx:latest", "nginx:newer"))
	return &story{u: u}
}

// fate is what becomes of one request.
type fate struct {
	name  string
	kills bool
	fault faults.Fault
}

var fates = []fate{
	{"killed before its answer", true, faults.LoseAnswer()},
	{"answer lost", false, faults.LoseAnswer()},
	{"killed before it", true, faults.Reset()},
}

// chain is one life of the set in which each act is struck once: `at` is which
// request of each act, as a share of `of`.
type chain struct{ at, of int }

// chains strike every request if GROVEC_EVERY_REQUEST is set (an hour and
// more), otherwise a few, evenly spread.
func chains(most int) []chain {
	of := 3
	if os.Getenv("GROVEC_EVERY_REQUEST") != "" {
		of = most
	}
	var list []chain
	for at := range of {
		list = append(list, chain{at, of})
	}
	return list
}

// request is which request of an act with so many requests is struck, -1 if
// every request of it is struck by other chains.
func (c chain) request(count, most int) int {
	switch {
	case c.of < most:
		return (2*c.at + 1) * count / (2 * c.of)
	case c.at < count:
		return c.at
	default:
		return -1
	}
}

// everyRequest: the program is killed at a request, or its answer is lost; the
// next run finishes, nothing is missing, nothing is there twice, and a third
// run has nothing to write. Each chain has a namespace of its own.
func everyRequest(t *testing.T, u *user) {
	want, counts := lifeWithoutFaults(t, u)
	most := 0
	for _, count := range counts {
		most = max(most, count)
	}
	var tried atomic.Int64
	t.Cleanup(func() { t.Logf("faults at %d requests", tried.Load()) })
	for i, f := range fates {
		for _, c := range chains(most) {
			if c.of < most && c.at%len(fates) != i {
				continue // few chains: the fates take turns
			}
			t.Run(fmt.Sprintf("%s, %d of %d", f.name, c.at+1, c.of), func(t *testing.T) {
				t.Parallel()
				s := newStory(t, newUser(t, u.c, u.token))
				for _, act := range acts {
					n := c.request(counts[act], most)
					if n < 0 {
						s.u.must(t, 0, nil, s.begin(t, act)...)
						s.settle(t, act)
						continue
					}
					tried.Add(int64(s.tryFault(t, act, n, f, want[act])))
					if t.Failed() {
						return
					}
				}
			})
		}
	}
}

// lifeWithoutFaults returns what there is after each act, and how many requests
// it took.
func lifeWithoutFaults(t *testing.T, u *user) (want map[string][]string, counts map[string]int) {
	t.Helper()
	s := newStory(t, u)
	want, counts = map[string][]string{}, map[string]int{}
	for _, act := range acts {
		before := len(u.proxy.Requests())
		arguments := s.begin(t, act)
		begun := len(u.proxy.Requests())
		u.must(t, 0, nil, arguments...)
		first := len(u.proxy.Requests())
		counts[act] = first - begun
		s.settle(t, act)
		want[act] = u.things(t)
		if act != "delete" {
			again := len(u.proxy.Requests())
			u.nothingIsSent(t, func() { u.must(t, 0, nil, arguments...) })
			t.Logf("%s: %d requests of the command of people, %d of the first run, %d of the second", act, begun-before, first-begun, len(u.proxy.Requests())-again)
		}
	}
	if len(want["deploy"]) == 0 || len(want["scale"]) <= len(want["deploy"]) || len(want["delete"]) != 0 {
		t.Fatalf("the story without faults went wrong: %v", want)
	}
	return want, counts
}

// settle waits until the garbage collector has done its part.
func (s *story) settle(t *testing.T, act string) {
	t.Helper()
	if act != "delete" {
		return
	}
	clustertest.Eventually(t, patience, func() error {
		if left := s.u.things(t); len(left) > 0 {
			return fmt.Errorf("left: %v", left)
		}
		return nil
	})
}

// tryFault returns how many requests it struck: one, or none if there are fewer.
func (s *story) tryFault(t *testing.T, act string, n int, f fate, want []string) int {
	t.Helper()
	u, name := s.u, fmt.Sprintf("%s, request %d %s", act, n, f.name)
	arguments := s.begin(t, act)
	cmd := u.command(t, append(arguments, "-n", u.space)...)
	output := &clustertest.Buffer{}
	cmd.Stdout, cmd.Stderr = output, output
	started := make(chan struct{})
	rule := u.proxy.Add(faults.Rule{Name: name, After: n, Times: 1, May: true, Fault: func(x *faults.Exchange) {
		if f.kills {
			<-started
			_ = cmd.Process.Kill()
		}
		f.fault(x)
	}})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	err := cmd.Wait()
	rule.Stop()
	if err != nil && !f.kills {
		t.Errorf("%s: %v\n%s", name, err, output)
	}
	if f.kills && rule.Fired() > 0 && err == nil {
		t.Errorf("%s: it ended well before it was killed", name)
	}
	if act != "delete" {
		u.must(t, 0, nil, arguments...)
	} else if got := u.run(t, arguments...); got.code != 0 && !strings.Contains(got.err, "404") {
		t.Errorf("%s: the next run: %v", name, got)
	}
	s.settle(t, act)
	if got := u.things(t); !slices.Equal(got, want) {
		t.Errorf("%s: the next run left\n%v\ninstead of\n%v", name, got, want)
	}
	if act != "delete" {
		u.nothingIsSent(t, func() { u.must(t, 0, nil, arguments...) })
	}
	return rule.Fired()
}
