package faults_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/faults"
)

// client speaks plain HTTP/1.1 through a proxy: no retries that hide a fault.
type client struct {
	proxy *faults.Proxy
	token string
	pods  string // path
	http  *http.Client
}

func connect(t *testing.T, c *clustertest.Cluster) *client {
	t.Helper()
	namespace := c.Namespace(t)
	proxy := faults.Start(t, c.Config)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(proxy.CA())
	return &client{
		proxy: proxy, token: c.User(t, namespace, "user", "edit"), pods: "/api/v1/namespaces/" + namespace + "/configmaps",
		http: &http.Client{
			Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Timeout:       clustertest.Patience,
		},
	}
}

func (c *client) do(t *testing.T, method, path, body string) (*http.Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), clustertest.Patience)
	t.Cleanup(cancel)
	answer, err := c.send(ctx, method, path, body)
	if err == nil {
		t.Cleanup(func() { _ = answer.Body.Close() })
	}
	return answer, err
}

func (c *client) send(ctx context.Context, method, path, body string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.proxy.URL+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	return c.http.Do(request)
}

func (c *client) create(t *testing.T, name string) (*http.Response, error) {
	t.Helper()
	return c.do(t, "POST", c.pods, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"`+name+`"}}`)
}

func (c *client) mustCreate(t *testing.T, name string) {
	t.Helper()
	answer, err := c.create(t, name)
	if err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("create %s: %v %v", name, answer, err)
	}
}

// exists asks past the faults, which are for named methods only.
func (c *client) exists(t *testing.T, name string) bool {
	t.Helper()
	answer, err := c.do(t, "GET", c.pods+"/"+name, "")
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode == http.StatusOK
}

// watch returns the lines from the beginning of the namespace.
func (c *client) watch(t *testing.T) *bufio.Reader {
	t.Helper()
	answer, err := c.do(t, "GET", c.pods+"?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name!=kube-root-ca.crt", "")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("watch: %v %v", answer, err)
	}
	return bufio.NewReader(answer.Body)
}

func name(t *testing.T, line []byte) string {
	t.Helper()
	var event struct {
		Type   string
		Object struct{ Metadata struct{ Name string } }
	}
	if err := json.Unmarshal(line, &event); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return event.Type + " " + event.Object.Metadata.Name
}

// TestFaults shows that each fault happens as promised, to a real server.
func TestFaults(t *testing.T) {
	c := clustertest.Start(t, "--nodes", "1")
	for name, test := range map[string]func(*testing.T, *clustertest.Cluster){
		"request": requestFaults, "answer": answerFaults, "watch": watchFaults, "certificate": certificateFaults,
		"token": tokenFaults, "freeze": freezeFaults, "passes": passesEverything, "replay": replays,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, c)
		})
	}
}

func passesEverything(t *testing.T, c *clustertest.Cluster) {
	x := connect(t, c)
	config := x.proxy.Config(x.token)
	api, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	namespace := strings.Split(x.pods, "/")[4]
	x.mustCreate(t, "one")
	list, err := api.CoreV1().ConfigMaps(namespace).List(context.Background(), metav1.ListOptions{})
	if err != nil || len(list.Items) < 1 {
		t.Fatalf("%v %v", list, err)
	}
	if err := api.CoreV1().ConfigMaps(namespace).Delete(context.Background(), "one", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := api.CoreV1().ConfigMaps("kube-system").List(context.Background(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		t.Fatalf("a user of one namespace reads another: %v", err)
	}
	if n := x.proxy.Count("DELETE", "/configmaps/one"); n != 1 {
		t.Fatalf("%d deletes remembered", n)
	}
}

func requestFaults(t *testing.T, c *clustertest.Cluster) {
	x := connect(t, c)
	x.proxy.Add(faults.Rule{Name: "reset", Method: "POST", Times: 1, Fault: faults.Reset()})
	x.proxy.Add(faults.Rule{Name: "lose", Method: "POST", Times: 1, Fault: faults.LoseAnswer()})
	x.proxy.Add(faults.Rule{Name: "delay", Method: "POST", Times: 1, Fault: faults.Delay(300 * time.Millisecond)})
	if _, err := x.create(t, "reset"); !errors.Is(err, syscall.ECONNRESET) || x.exists(t, "reset") {
		t.Errorf("reset: %v", err)
	}
	if _, err := x.create(t, "lost"); !errors.Is(err, syscall.ECONNRESET) || !x.exists(t, "lost") {
		t.Errorf("lose: %v", err)
	}
	begun := time.Now()
	if x.mustCreate(t, "late"); time.Since(begun) < 300*time.Millisecond {
		t.Errorf("delay: %s", time.Since(begun))
	}
	drop := x.proxy.Add(faults.Rule{Name: "drop", Method: "POST", Times: 1, Fault: faults.Drop()})
	x.leave(t, "dropped", func() bool { return drop.Fired() == 1 })
	swallow := x.proxy.Add(faults.Rule{Name: "swallow", Method: "POST", Times: 1, Fault: faults.SwallowAnswer()})
	x.leave(t, "swallowed", func() bool { return swallow.Fired() == 1 && x.exists(t, "swallowed") })
	if x.exists(t, "dropped") {
		t.Error("the server saw what was dropped")
	}
}

// leave asks for an object, waits until it is so far, and a little longer for an
// answer that must not come, and gives up.
func (c *client) leave(t *testing.T, name string, soFar func() bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	answered := make(chan error, 1)
	go func() {
		answer, err := c.send(ctx, "POST", c.pods, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"`+name+`"}}`)
		if err == nil {
			_ = answer.Body.Close()
		}
		answered <- err
	}()
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if !soFar() {
			return fmt.Errorf("%s: nothing has happened", name)
		}
		return nil
	})
	select {
	case err := <-answered:
		t.Errorf("%s: an answer, %v", name, err)
	case <-time.After(300 * time.Millisecond):
	}
	cancel()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("%s: %v", name, err)
	}
}

func answerFaults(t *testing.T, c *clustertest.Cluster) {
	x := connect(t, c)
	for _, status := range []int{401, 403, 409, 410, 429, 500, 503, 504} {
		x.proxy.Add(faults.Rule{Method: "POST", Times: 1, Fault: faults.Answer(status, 2*time.Second)})
		answer, err := x.create(t, "never")
		if err != nil {
			t.Fatal(err)
		}
		var said metav1.Status
		if err := json.NewDecoder(answer.Body).Decode(&said); err != nil || int(said.Code) != status || said.Reason == "" ||
			answer.StatusCode != status || answer.Header.Get("Retry-After") != "2" {
			t.Errorf("%d: %v %v %v", status, answer, said, err)
		}
	}
	if x.exists(t, "never") {
		t.Error("a refusal reached the server")
	}
	read := func(fault faults.Fault) ([]byte, *http.Response, error) {
		x.proxy.Add(faults.Rule{Method: "GET", Times: 1, Fault: fault})
		answer, err := x.do(t, "GET", x.pods, "")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		return body, answer, err
	}
	if body, _, err := read(faults.Truncate(40)); len(body) != 40 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("truncate: %d bytes, %v", len(body), err)
	}
	if body, _, _ := read(faults.Garbage()); json.Valid(body) {
		t.Error("garbage is JSON")
	}
	if body, _, err := read(faults.Endless(1 << 20)); len(body) < 1<<20 || err == nil {
		t.Errorf("endless: %d bytes, %v", len(body), err)
	}
	if _, answer, _ := read(faults.Redirect("https://127.0.0.1:1/")); answer.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("redirect: %d", answer.StatusCode)
	}
	if body, _, _ := read(faults.Body("application/json", []byte(`{"items":[]}`))); string(body) != `{"items":[]}` {
		t.Errorf("body: %s", body)
	}
}

func watchFaults(t *testing.T, c *clustertest.Cluster) {
	x := connect(t, c)
	x.mustCreate(t, "a")
	x.mustCreate(t, "b")
	x.mustCreate(t, "c")
	for _, test := range []struct {
		name  string
		fault faults.Fault
		check func(lines []string, end error) bool
	}{
		{"end", faults.EndAfter(2), func(l []string, err error) bool { return len(l) == 2 && err == io.EOF }},
		{"cut", faults.CutAfter(1), func(l []string, err error) bool {
			return len(l) == 2 && !json.Valid([]byte(l[1])) && errors.Is(err, io.ErrUnexpectedEOF)
		}},
		{"reset", faults.ResetAfter(1), func(l []string, err error) bool { return len(l) == 1 && errors.Is(err, syscall.ECONNRESET) }},
		{"gone", faults.GoneAfter(1), func(l []string, err error) bool {
			return len(l) == 2 && strings.Contains(l[1], `"type":"ERROR"`) && strings.Contains(l[1], `"code":410`) && err == io.EOF
		}},
		{"error", faults.ErrorAfter(0, 500), func(l []string, err error) bool { return len(l) == 1 && strings.Contains(l[0], `"code":500`) }},
	} {
		x.proxy.Add(faults.Rule{Name: test.name, Method: "WATCH", Times: 1, Fault: test.fault})
		lines, err := drain(x.watch(t))
		if !test.check(lines, err) {
			t.Errorf("%s: %d lines %q, %v", test.name, len(lines), lines, err)
		}
	}
	x.proxy.Add(faults.Rule{Name: "garbage", Method: "WATCH", Times: 1, Fault: faults.GarbageAfter(1)})
	watch := x.watch(t)
	var valid []bool
	for range 4 {
		line, _ := watch.ReadBytes('\n')
		valid = append(valid, json.Valid(line))
	}
	if fmt.Sprint(valid) != "[true false true true]" {
		t.Errorf("garbage: %v", valid)
	}
	x.proxy.Add(faults.Rule{Name: "pieces", Method: "WATCH", Times: 1, Fault: faults.Pieces(7, 0)})
	if line, _ := x.watch(t).ReadBytes('\n'); name(t, line) != "ADDED a" {
		t.Errorf("pieces: %s", line)
	}
	x.proxy.Add(faults.Rule{Name: "silent", Method: "WATCH", Times: 1, Fault: faults.SilentAfter(1)})
	expectQuiet(t, x.watch(t), "ADDED a")
	x.proxy.Add(faults.Rule{Name: "silent watch", Method: "WATCH", Times: 1, Fault: faults.SilentWatch()})
	expectQuiet(t, x.watch(t))
	x.proxy.Add(faults.Rule{Name: "bookmarks only", Method: "WATCH", Times: 1, Fault: faults.BookmarksOnly()})
	expectQuiet(t, x.watch(t), "BOOKMARK ")
}

func drain(from *bufio.Reader) (lines []string, err error) {
	for {
		line, err := from.ReadString('\n')
		if line != "" {
			lines = append(lines, line)
		}
		if err != nil {
			return lines, err
		}
	}
}

// expectQuiet reads these events and then nothing for a while.
func expectQuiet(t *testing.T, watch *bufio.Reader, events ...string) {
	t.Helper()
	for _, event := range events {
		if line, err := watch.ReadBytes('\n'); err != nil || name(t, line) != event {
			t.Errorf("%s, %v; expected %s", line, err, event)
		}
	}
	more := make(chan string, 1)
	go func() {
		line, err := watch.ReadString('\n')
		more <- fmt.Sprint(line, err)
	}()
	select {
	case line := <-more:
		t.Errorf("expected silence: %s", line)
	case <-time.After(300 * time.Millisecond):
	}
}

func certificateFaults(t *testing.T, c *clustertest.Cluster) {
	x := connect(t, c)
	check := func(face faults.Face, want string) {
		t.Helper()
		x.proxy.Show(face)
		_, err := x.do(t, "GET", x.pods, "")
		if (want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("face %d: %v", face, err)
		}
	}
	check(faults.Expired, "expired")
	check(faults.WrongHost, "cannot validate certificate for 127.0.0.1")
	check(faults.Stranger, "unknown authority")
	check(faults.Good, "")
	old := x.proxy.CA()
	fresh, err := x.proxy.RotateCA()
	if err != nil || bytes.Equal(old, fresh) {
		t.Fatalf("same authority, %v", err)
	}
	check(faults.Good, "certificate signed by unknown authority")
}

func tokenFaults(t *testing.T, c *clustertest.Cluster) {
	x := connect(t, c)
	namespace := strings.Split(x.pods, "/")[4]
	second := c.Token(t, namespace, "user")
	// One of two tokens of the same user expires.
	x.proxy.Add(faults.Rule{Name: "expired token", Token: x.token, Fault: faults.Answer(401, 0)})
	if x.exists(t, "kube-root-ca.crt") {
		t.Error("an expired token reads")
	}
	x.token = second
	if !x.exists(t, "kube-root-ca.crt") {
		t.Error("the new token does not read")
	}
	// The server itself refuses once the account has gone.
	if err := c.Client.CoreV1().ServiceAccounts(namespace).Delete(context.Background(), "user", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	clustertest.Eventually(t, clustertest.Patience, func() error {
		answer, err := x.do(t, "GET", x.pods, "")
		if err == nil && answer.StatusCode != http.StatusUnauthorized {
			err = errors.New("a revoked token: " + answer.Status)
		}
		return err
	})
	reader := c.User(t, namespace, "reader", "view")
	x.token = reader
	if answer, err := x.create(t, "forbidden"); err != nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("a reader writes: %v %v", answer, err)
	}
}

func freezeFaults(t *testing.T, c *clustertest.Cluster) {
	x := connect(t, c)
	x.http.Timeout = 300 * time.Millisecond
	x.proxy.Freeze()
	if _, err := x.do(t, "GET", x.pods, ""); err == nil {
		t.Error("frozen, and answers")
	}
	x.proxy.Thaw()
	x.http.Timeout = clustertest.Patience
	if !x.exists(t, "kube-root-ca.crt") {
		t.Error("thawed, and does not answer")
	}
}

func replays(t *testing.T, c *clustertest.Cluster) {
	x := connect(t, c)
	x.mustCreate(t, "a")
	x.mustCreate(t, "b")
	recorded := &clustertest.Buffer{}
	x.proxy.Add(faults.Rule{Name: "record", Method: "WATCH", Times: 1, Fault: faults.Record(recorded)})
	watch := x.watch(t)
	for _, want := range []string{"ADDED a", "ADDED b"} {
		if line, _ := watch.ReadBytes('\n'); name(t, line) != want {
			t.Fatalf("record: %s", line)
		}
	}
	lines := strings.SplitAfter(recorded.String(), "\n")
	many := bytes.Repeat([]byte(lines[0]+lines[1]), 50)
	x.proxy.Add(faults.Rule{Name: "replay slowly", Method: "WATCH", Times: 1, Fault: faults.Replay(many, 200)})
	x.proxy.Add(faults.Rule{Name: "replay", Method: "WATCH", Times: 1, Fault: faults.Replay(many, 0)})
	begun := time.Now()
	slow := x.watch(t)
	for n := range 100 {
		if line, err := slow.ReadBytes('\n'); err != nil || name(t, line) != []string{"ADDED a", "ADDED b"}[n%2] {
			t.Fatalf("line %d: %s %v", n, line, err)
		}
	}
	if took := time.Since(begun); took < 450*time.Millisecond {
		t.Errorf("100 lines at 200 a second took %s", took)
	}
	fast := x.watch(t)
	for range 100 {
		if _, err := fast.ReadBytes('\n'); err != nil {
			t.Fatal(err)
		}
	}
}
