package client_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/faults"
)

const interrupt = syscall.SIGINT

// muchLonger than a deadline of a few seconds: a request that takes as long hangs.
const muchLonger = time.Minute

func TestClient(t *testing.T) {
	c := clustertest.Start(t, "--nodes", "1")
	for name, test := range map[string]func(*testing.T, *clustertest.Cluster){
		"WatchFaults": watchFaults, "DeletesDuringAGap": deletesDuringAGap, "SilentWatch": silentWatch, "FrozenServer": frozenServer,
		"FirstReadIsConsistent": firstReadIsConsistent, "BackOff": backOff, "BookmarksOnly": bookmarksOnly, "TokenFileRotates": tokenFileRotates,
		"RevokedToken": revokedToken, "Certificates": certificates, "AuthorityRotates": authorityRotates, "MalformedKey": malformedKey,
		"PluginsErrors": pluginsErrors, "RelistMemory": relistMemory, "DeletedLeaveNothing": deletedLeaveNothing, "WallClockOff": wallClockOff,
		"LostAnswer": lostAnswer, "Refusals": refusals, "Retries": retries, "ReadOnly": readOnly, "BadAnswers": badAnswers, "Discovery": discovery, "MetadataOnly": metadataOnly,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, c)
		})
	}
}

func (p *place) watch(t *testing.T, arguments ...string) *probe {
	t.Helper()
	return p.start(t, append(append(arguments, others...), "watch", p.maps)...)
}

// watchFaults: whatever ends a watch, the store is right afterwards and nothing
// is told twice.
func watchFaults(t *testing.T, c *clustertest.Cluster) {
	for name, fault := range map[string]faults.Fault{
		"cut in an object": faults.CutAfter(1), "reset": faults.ResetAfter(1), "ended": faults.EndAfter(1), "410 event": faults.GoneAfter(1),
		"500 event": faults.ErrorAfter(1, 500), "garbage": faults.GarbageAfter(1), "in pieces": faults.Pieces(7, 0), "410": faults.Answer(410, 0),
		"500": faults.Answer(500, 0), "503": faults.Answer(503, time.Second), "429": faults.Answer(429, time.Second), "504": faults.Answer(504, 0),
		"truncated": faults.Truncate(100), "reset at once": faults.Reset(), "redirect": faults.Redirect("https://127.0.0.1:1/"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := at(t, c)
			p.create(t, "a")
			p.create(t, "b")
			p.proxy.Add(faults.Rule{Name: name, Method: "WATCH", Times: 1, Fault: fault})
			run := p.watch(t)
			run.sees(t, "added", "/a")
			run.sees(t, "added", "/b")
			p.create(t, "c")
			run.sees(t, "added", "/c")
			p.delete(t, "a")
			run.sees(t, "deleted", "/a")
			if run.count("added") != 3 || run.count("deleted") != 1 {
				t.Errorf("%d added, %d deleted", run.count("added"), run.count("deleted"))
			}
			if end := run.end(t); end.Objects != 2 {
				t.Errorf("%d objects at the end", end.Objects)
			}
		})
	}
}

// deletesDuringAGap: what went while nobody watched is told as deleted.
func deletesDuringAGap(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	p.create(t, "stays")
	p.create(t, "goes")
	run := p.watch(t)
	run.sees(t, "added", "/goes")
	run.has(t, 1, "list-end")
	down := p.proxy.Add(faults.Rule{Name: "down", Fault: faults.Answer(503, 0)})
	p.proxy.ResetAll()
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if down.Fired() == 0 {
			return fmt.Errorf("has not come back")
		}
		return nil
	})
	p.delete(t, "goes")
	p.proxy.Add(faults.Rule{Name: "gone", Method: "WATCH", Query: "resourceVersion=[1-9]", Times: 1, Fault: faults.Answer(410, 0)})
	down.Stop()
	run.sees(t, "deleted", "/goes")
	if end := run.end(t); end.Objects != 1 || end.Lists < 2 {
		t.Errorf("%+v", end)
	}
}

// silentWatch: a watch that says nothing any more is found out, and one that a
// balancer has forgotten is never older than its own time limit.
func silentWatch(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	p.create(t, "a")
	p.proxy.Add(faults.Rule{Name: "silent", Method: "WATCH", Times: 1, Fault: faults.SilentAfter(2)})
	run := p.watch(t, "--idle", "3000")
	run.sees(t, "added", "/a")
	p.create(t, "b")
	p.create(t, "c")
	run.sees(t, "added", "/c")
	for _, request := range p.proxy.Requests() {
		if request.Method != "WATCH" {
			continue
		}
		var seconds int
		_, rest, _ := strings.Cut(request.Query, "timeoutSeconds=")
		if _, err := fmt.Sscan(strings.Split(rest, "&")[0], &seconds); err != nil || seconds < 150 || seconds > 220 {
			t.Errorf("a watch of %d s: %s", seconds, request.Query)
		}
	}
}

// frozenServer: everything stands still, requests end by their deadline, and
// all goes on afterwards.
func frozenServer(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	run := p.watch(t, "--idle", "3000")
	run.has(t, 1, "list-end")
	p.proxy.Freeze()
	p.create(t, "meanwhile")
	begun := time.Now()
	answer := p.write(t, configMap("late"), "--deadline", "1000", "write", "post", p.maps)
	if took := time.Since(begun); answer.Error == "" || took > muchLonger {
		t.Errorf("%+v after %s", answer, took)
	}
	p.proxy.Thaw()
	run.sees(t, "added", "/meanwhile")
}

func firstReadIsConsistent(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	p.create(t, "a")
	for _, arguments := range [][]string{nil, {"--pages"}} {
		begin := len(p.proxy.Requests())
		run := p.watch(t, arguments...)
		run.sees(t, "added", "/a")
		run.has(t, 1, "list-end")
		run.end(t)
		first := p.proxy.Requests()[begin]
		if !strings.HasSuffix(first.Path, "/configmaps") || strings.Contains(first.Query, "resourceVersion=") {
			t.Errorf("the first read is %s %s?%s", first.Method, first.Path, first.Query)
		}
	}
}

// backOff: 0.8 s, doubled, with jitter; not a request more.
func backOff(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	p.create(t, "a")
	p.proxy.Add(faults.Rule{Name: "down", Times: 3, Fault: faults.Answer(500, 0)})
	run := p.watch(t)
	run.sees(t, "added", "/a")
	waits := backsOff(t, run, 3)
	requests := p.proxy.Requests()
	if len(requests) < 4 {
		t.Fatalf("%d requests", len(requests))
	}
	for n, wait := range waits {
		if gap := requests[n+1].At.Sub(requests[n].At); gap < wait {
			t.Errorf("try %d came after %s, not %s", n+2, gap, wait)
		}
	}
}

// backsOff waits for so many failures in a row and returns what the client said
// it would wait after each, which it checks.
func backsOff(t *testing.T, run *probe, failures int) (waits []time.Duration) {
	t.Helper()
	run.has(t, failures, "broken")
	for _, l := range run.all() {
		least := 800 << len(waits)
		if l.Is != "broken" || len(waits) == failures {
			continue
		}
		if l.AgainInMs < least || l.AgainInMs > 2*least {
			t.Errorf("failure %d: again in %d ms", len(waits)+1, l.AgainInMs)
		}
		waits = append(waits, time.Duration(l.AgainInMs)*time.Millisecond)
	}
	return waits
}

// bookmarksOnly: the position moves on by bookmarks alone.
func bookmarksOnly(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	p.create(t, "a")
	hide := p.proxy.Add(faults.Rule{Name: "bookmarks only", Method: "WATCH", Query: "sendInitialEvents", Times: 1, Fault: faults.BookmarksOnly()})
	run := p.watch(t)
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if run.count("list-end") == 0 || hide.Fired() == 0 {
			return fmt.Errorf("no list")
		}
		return nil
	})
	p.proxy.ResetAll()
	p.create(t, "b")
	run.sees(t, "added", "/b")
}

func tokenFileRotates(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	file := filepath.Join(t.TempDir(), "token")
	old := p.token
	if err := os.WriteFile(file, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	p.kubeconfig = p.proxy.KubeconfigWithTokenFile(t, file)
	p.create(t, "a")
	run := p.watch(t)
	run.sees(t, "added", "/a")
	fresh := c.Token(t, p.namespace, "user")
	if err := os.WriteFile(file, []byte(fresh), 0o600); err != nil {
		t.Fatal(err)
	}
	p.proxy.Add(faults.Rule{Name: "expired", Token: old, Fault: faults.Answer(401, 0), May: true})
	p.proxy.ResetAll()
	p.create(t, "b")
	run.sees(t, "added", "/b")
	run.end(t)
	if strings.Contains(run.text()+run.stderr.String(), fresh) {
		t.Error("the new token is in the output")
	}
	requests := p.proxy.Requests()
	if last := requests[len(requests)-1]; last.Token != fresh {
		t.Error("the old token is still in use")
	}
}

// revokedToken: the account has gone; the server's own 401 is told, and no
// storm of requests follows.
func revokedToken(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	c.MustKubectl(t, "", "delete", "serviceaccount", "-n", p.namespace, "user")
	clustertest.Eventually(t, clustertest.Patience, func() error {
		answer := p.write(t, "", "get", p.maps)
		if answer.Status != 401 || answer.Kind != "denied" || answer.Attempts > 2 {
			return fmt.Errorf("%+v", answer)
		}
		return nil
	})
	begin := len(p.proxy.Requests())
	run := p.watch(t)
	backsOff(t, run, 3)
	run.end(t)
	// Each try may ask for a new token and be refused again.
	if n, most := len(p.proxy.Requests())-begin, 2*run.count("broken")+2; n > most {
		t.Errorf("%d requests, at most %d were due", n, most)
	}
}

func certificates(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	for face, want := range map[faults.Face]string{faults.Expired: "expired", faults.WrongHost: "127.0.0.1", faults.Stranger: "certificate"} {
		p.proxy.Show(face)
		begun := time.Now()
		answer := p.write(t, configMap("never"), "write", "post", p.maps)
		if !strings.Contains(answer.Error, want) || answer.Status != 0 || time.Since(begun) > muchLonger {
			t.Errorf("face %d: %+v", face, answer)
		}
	}
	if n := len(p.proxy.Requests()); n != 0 {
		t.Errorf("%d requests went to a server that is not trusted", n)
	}
	p.proxy.Show(faults.Good)
	if answer := p.write(t, configMap("good"), "write", "post", p.maps); answer.Status != 201 {
		t.Errorf("%+v", answer)
	}
}

func authorityRotates(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	file := filepath.Join(t.TempDir(), "ca.crt")
	text, err := os.ReadFile(p.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	begin, rest, _ := strings.Cut(string(text), "certificate-authority-data: ")
	_, end, _ := strings.Cut(rest, "}")
	if err := os.WriteFile(p.kubeconfig, []byte(begin+"certificate-authority: "+file+"}"+end), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, p.proxy.CA(), 0o600); err != nil {
		t.Fatal(err)
	}
	p.create(t, "a")
	run := p.watch(t)
	run.sees(t, "added", "/a")
	fresh, err := p.proxy.RotateCA()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, fresh, 0o600); err != nil {
		t.Fatal(err)
	}
	p.create(t, "b")
	run.sees(t, "added", "/b")
}

func malformedKey(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	text, err := os.ReadFile(p.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(text), "token: "+p.token, "client-certificate-data: bm90aGluZw==, client-key-data: bm90aGluZw==", 1)
	if err := os.WriteFile(p.kubeconfig, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	run := p.start(t, "get", p.maps)
	run.finish(t)
	said := run.text() + run.stderr.String()
	if run.cmd.ProcessState.Success() || !strings.Contains(said, "client-") || len(p.proxy.Requests()) != 0 {
		t.Errorf("%s", said)
	}
}

// pluginsErrors: what a credential plugin writes to standard error is passed
// on, control characters as text.
func pluginsErrors(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	plugin := filepath.Join(t.TempDir(), "plugin")
	script := "#!/bin/sh\nprintf 'log in \\033[31mfirst\\n' >&2\n" +
		`printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' '` + p.token + "'\n"
	if err := os.WriteFile(plugin, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(p.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	exec := strings.Replace(string(text), "token: "+p.token,
		"exec: {apiVersion: client.authentication.k8s.io/v1, command: "+plugin+", interactiveMode: Never}", 1)
	if err := os.WriteFile(p.kubeconfig, []byte(exec), 0o600); err != nil {
		t.Fatal(err)
	}
	run := p.start(t, "get", p.maps)
	lines := run.finish(t)
	if lines[len(lines)-1].Status != 200 {
		t.Errorf("%+v", lines)
	}
	if said := run.stderr.String(); !strings.Contains(said, "first") || strings.Contains(said, "\033") {
		t.Errorf("%q", said)
	}
}

// discovery: two requests tell everything that the server has.
func discovery(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	run := p.start(t, "discover")
	run.finish(t)
	for _, want := range []string{`"group":"","version":"v1","plural":"pods","kind":"Pod"`, `"group":"apps","version":"v1","plural":"deployments","kind":"Deployment"`} {
		if !strings.Contains(run.text(), want) {
			t.Errorf("no %s", want)
		}
	}
	if n := len(p.proxy.Requests()); n != 2 {
		t.Errorf("%d requests", n)
	}
}

// metadataOnly: the data stays with the server, in lists of both kinds and in
// the events after them.
func metadataOnly(t *testing.T, c *clustertest.Cluster) {
	for _, arguments := range [][]string{nil, {"--pages"}} {
		p := at(t, c)
		big := func(name string) string { return strings.Replace(configMap(name), `"b"`, `"`+strings.Repeat("x", 100000)+`"`, 1) }
		p.write(t, big("a"), "write", "post", p.maps)
		run := p.watch(t, append(arguments, "--metadata")...)
		run.sees(t, "added", "/a")
		p.write(t, big("c"), "write", "post", p.maps)
		run.sees(t, "added", "/c")
		if end := run.end(t); end.Objects != 2 || end.Bytes == 0 || end.Bytes > 20000 {
			t.Errorf("%+v", end)
		}
	}
}

// bigList is a list of ConfigMaps, and so many additions and deletions.
func bigList(objects int) []byte {
	var text strings.Builder
	text.WriteString(`{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1000"},"items":[`)
	for n := range objects {
		if n > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"metadata":{"name":"map-%06d","namespace":"x","uid":"uid-%06d","resourceVersion":"%d"},"data":{"a":"%0200d"}}`, n, n, n+1, n)
	}
	return []byte(text.String() + "]}")
}

// relistMemory: a second list needs at most a fifth more.
func relistMemory(t *testing.T, c *clustertest.Cluster) {
	const objects = 30000
	peak := func(relists int) int {
		p := at(t, c)
		p.proxy.Add(faults.Rule{Name: "list", Method: "GET", Fault: faults.Body("application/json", bigList(objects))})
		if relists > 0 {
			p.proxy.Add(faults.Rule{Name: "gone", Method: "WATCH", Times: relists, Fault: faults.Answer(410, 0)})
		}
		p.proxy.Add(faults.Rule{Name: "quiet", Method: "WATCH", Fault: faults.SilentWatch()})
		run := p.watch(t, "--pages")
		run.has(t, relists+1, "list-end")
		kib := run.peakKib(t)
		end := run.end(t)
		if end.Objects != objects || run.count("added") != objects || run.count("deleted") != 0 {
			t.Errorf("%+v, %d added", end, run.count("added"))
		}
		return kib
	}
	once, thrice := peak(0), peak(2)
	t.Logf("%d objects: %d KiB, after two more lists %d KiB", objects, once, thrice)
	if thrice*5 > once*6 {
		t.Errorf("more than 1.2 times")
	}
}

// deletedLeaveNothing: objects that came and went take no memory for ever.
func deletedLeaveNothing(t *testing.T, c *clustertest.Cluster) {
	peak := func(objects int) int {
		p := at(t, c)
		var events strings.Builder
		for n := range objects {
			for _, kind := range []string{"ADDED", "DELETED"} {
				fmt.Fprintf(&events, `{"type":"%s","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"map-%06d","namespace":"x","uid":"uid-%06d","resourceVersion":"%d"}}}`+"\n",
					kind, n, n, 2000+n)
			}
		}
		p.proxy.Add(faults.Rule{Name: "list", Method: "GET", Fault: faults.Body("application/json", bigList(0))})
		p.proxy.Add(faults.Rule{Name: "replay", Method: "WATCH", Times: 1, Fault: faults.Replay([]byte(events.String()), 0)})
		run := p.watch(t, "--pages")
		run.sees(t, "deleted", fmt.Sprintf("map-%06d", objects-1))
		kib := run.peakKib(t)
		end := run.end(t)
		if end.Objects != 0 {
			t.Errorf("%d objects are left", end.Objects)
		}
		return kib
	}
	few, many := peak(1000), peak(40000)
	t.Logf("1,000: %d KiB, 40,000: %d KiB", few, many)
	if many > few+2048 {
		t.Error("memory grows with what has gone")
	}
}

// wallClockOff: an hour early or late changes nothing; the monotonic clock is
// the true one.
func wallClockOff(t *testing.T, c *clustertest.Cluster) {
	libraries, _ := filepath.Glob("/usr/lib/*/faketime/libfaketime.so.1")
	if len(libraries) == 0 {
		t.Fatal("libfaketime is missing: run `./dev setup`, or install the package faketime")
	}
	for _, offset := range []string{"+1h", "-1h"} {
		p := at(t, c)
		p.create(t, "a")
		p.proxy.Add(faults.Rule{Name: "down", Method: "WATCH", Times: 1, Fault: faults.Answer(503, time.Second)})
		run := p.startWith(t, []string{"LD_PRELOAD=" + libraries[0], "FAKETIME=" + offset, "FAKETIME_DONT_FAKE_MONOTONIC=1"},
			append(others, "watch", p.maps)...)
		run.sees(t, "added", "/a")
		p.create(t, "b")
		run.sees(t, "added", "/b")
	}
}
