// Package operator tests `grovec reconcile`, once and as a daemon, on a real
// control plane: what people ask for with kubectl comes about.
package operator

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"grovec.dev/tests/cluster/clustertest"
)

const patience = clustertest.Patience

func cluster(t testing.TB, flags ...string) *clustertest.Cluster {
	t.Helper()
	c := clustertest.Start(t, append([]string{"--nodes", "10", "--taint", "none"}, flags...)...)
	crds, err := exec.Command(clustertest.Program(t, "grovec"), "schema", "--crds").Output()
	if err != nil {
		t.Fatal(err)
	}
	c.MustKubectl(t, string(crds), "apply", "--server-side", "-f", "-")
	clustertest.Eventually(t, patience, func() error { // kinds appear in discovery a moment after Established
		_, _, err := c.Kubectl("", "get", "pcs,pclq,pcsg,podgang,clustertopologybindings")
		return err
	})
	return c
}

// live prepares grovec-live for the cluster.
func live(t testing.TB, c *clustertest.Cluster, arguments ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(clustertest.Program(t, "grovec-live"), arguments...)
	command.Env = append(os.Environ(), "KUBECONFIG="+c.Kubeconfig)
	return command
}

func example(t testing.TB) string {
	return filepath.Join(clustertest.Root(t), "examples", "mn-disagg", "mn-disagg.yaml")
}

// stored is a set as admission leaves it: no webhook fills in defaults here.
func stored(t testing.TB, file string) string {
	t.Helper()
	out, err := exec.Command(clustertest.Program(t, "grovec"), "compile", "--emit=spec", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// daemon starts the operator; it ends with the test.
func daemon(t testing.TB, c *clustertest.Cluster, arguments ...string) (*exec.Cmd, *clustertest.Buffer) {
	t.Helper()
	command := live(t, c, append([]string{"reconcile"}, arguments...)...)
	log := &clustertest.Buffer{}
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
		if t.Failed() {
			t.Logf("operator:\n%s", log.String())
		}
	})
	return command, log
}

// served is a page of the daemon that wrote this log.
func served(t testing.TB, log *clustertest.Buffer, path string) string {
	t.Helper()
	address := regexp.MustCompile(`on (http://\S+)`).FindStringSubmatch(log.String())
	if address == nil {
		t.Fatal("the operator does not say where it serves")
	}
	answer, err := http.Get(address[1] + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v\n%s", path, answer.Status, err, body)
	}
	return string(body)
}

// ready says why there are not exactly so many pods whose names match, all Ready.
func ready(c *clustertest.Cluster, pattern string, count int) error {
	out, stderr, err := c.Kubectl("", "get", "pods", "-o",
		`jsonpath={range .items[*]}{.metadata.name} {.metadata.deletionTimestamp} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}`)
	if err != nil {
		return fmt.Errorf("%w: %s", err, stderr)
	}
	found := 0
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		if !regexp.MustCompile(pattern).MatchString(line) {
			continue
		}
		if !strings.HasSuffix(line, "  True") { // no deletion timestamp, Ready
			return fmt.Errorf("not ready: %s", line)
		}
		found++
	}
	if found != count {
		return fmt.Errorf("%d pods match %s, not %d:\n%s", found, pattern, count, out)
	}
	return nil
}

var counted = regexp.MustCompile(`^apiserver_request_total\{.*resource="(events|pod[a-z]*|services|roles|rolebindings|secrets|serviceaccounts)".*verb="(POST|PUT|PATCH|APPLY|DELETE)".*\} (\S+)$`)

var countedPods = regexp.MustCompile(`^apiserver_request_total\{.*dry_run="".*resource="(pod[a-z]*|services)".*verb="(POST|PUT|PATCH|APPLY|DELETE)".*\} (\S+)$`)

// podWrites are those that change something of kinds that nobody else writes
// while there is no pod.
func podWrites(t testing.TB, c *clustertest.Cluster) float64 {
	t.Helper()
	return sumOf(t, c, countedPods)
}

// writes is how many write requests for the kinds of a set the API server has answered.
func writes(t testing.TB, c *clustertest.Cluster) float64 {
	t.Helper()
	return sumOf(t, c, counted)
}

func sumOf(t testing.TB, c *clustertest.Cluster, pattern *regexp.Regexp) float64 {
	t.Helper()
	total := 0.0
	lines := bufio.NewScanner(bytes.NewReader([]byte(c.MustKubectl(t, "", "get", "--raw", "/metrics"))))
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		if m := pattern.FindStringSubmatch(lines.Text()); m != nil {
			n, err := strconv.ParseFloat(m[3], 64)
			if err != nil {
				t.Fatal(err)
			}
			total += n
		}
	}
	return total
}

func TestOnceBringsASetUpAndWritesNothingTheSecondTime(t *testing.T) {
	c := cluster(t)
	none := podWrites(t, c)
	dry, err := live(t, c, "reconcile", "--once", "--dry-run", example(t)).CombinedOutput()
	if err != nil {
		t.Fatalf("dry run: %v\n%s", err, dry)
	}
	if after := podWrites(t, c); after != none {
		t.Errorf("the dry run made %v write requests", after-none)
	}
	if err := ready(c, ".", 0); err != nil {
		t.Errorf("a dry run has made something: %v", err)
	}
	out, err := live(t, c, "reconcile", "--once", "--wait", "--timeout", "300", example(t)).CombinedOutput()
	if err != nil {
		t.Fatalf("first run: %v\n%s", err, out)
	}
	if err := ready(c, "^mn-disagg-", 13); err != nil {
		t.Fatal(err)
	}
	first := 0
	for line := range strings.Lines(string(dry)) {
		if !strings.HasPrefix(line, "create ") && !strings.HasPrefix(line, "patch ") && !strings.HasPrefix(line, "delete ") {
			continue
		}
		if first++; !strings.Contains(string(out), line) {
			t.Errorf("the dry run says %q, which the run has not done:\n%s", line, out)
		}
	}
	if first == 0 {
		t.Errorf("the dry run says nothing:\n%s", dry)
	}
	before := writes(t, c)
	clustertest.Eventually(t, patience, func() error { // events and statuses of the scheduler and the nodes come late
		last := before
		time.Sleep(3 * time.Second)
		if before = writes(t, c); before != last {
			return fmt.Errorf("%v writes in three seconds", before-last)
		}
		return nil
	})
	if before == 0 {
		t.Fatal("the API server's metrics do not count what was written")
	}
	for _, arguments := range [][]string{{example(t)}, {"--from-cluster", "mn-disagg"}} {
		out, err = live(t, c, append([]string{"reconcile", "--once", "--wait", "--timeout", "300"}, arguments...)...).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("second run with %v: %v\n%s", arguments, err, out)
		}
	}
	if after := writes(t, c); after != before {
		t.Errorf("the second run made %v write requests", after-before)
	}
}

// TestOperator: on a new cluster the garbage collector takes half a minute to
// learn of new kinds, which both parts together wait for once.
func TestOperator(t *testing.T) {
	c := cluster(t)
	t.Run("KilledAnywhere", func(t *testing.T) { killedAnywhere(t, c) })
	t.Run("CreatesScalesHealsUpdatesAndDeletes", func(t *testing.T) { createsScalesHealsUpdatesAndDeletes(t, c) })
}

func createsScalesHealsUpdatesAndDeletes(t *testing.T, c *clustertest.Cluster) {
	_, log := daemon(t, c, "--metrics-address", "127.0.0.1:0")
	c.MustKubectl(t, stored(t, example(t)), "create", "-f", "-")
	clustertest.Eventually(t, patience, func() error { return ready(c, "^mn-disagg-", 13) })
	for _, page := range []struct{ path, line string }{
		{"/healthz", `^ok$`},
		{"/readyz", `^ok$`},
		{"/metrics", `^grovec_writes_total\{verb="create",resource="pods",code="201"\} 13$`},
		{"/metrics", `^grovec_sets 1$`},
		{"/metrics", `^grovec_cache_objects\{resource="pods"\} 13$`},
	} {
		if body := served(t, log, page.path); !regexp.MustCompile("(?m)" + page.line).MatchString(body) {
			t.Errorf("%s has no line %s:\n%s", page.path, page.line, body)
		}
	}

	c.MustKubectl(t, "", "scale", "pcsg", "mn-disagg-0-prefill", "--replicas=3")
	clustertest.Eventually(t, patience, func() error { return ready(c, "^mn-disagg-0-prefill-2-", 4) })
	c.MustKubectl(t, "", "scale", "pcsg", "mn-disagg-0-prefill", "--replicas=2")
	clustertest.Eventually(t, patience, func() error { return ready(c, "^mn-disagg-0-prefill-", 8) })

	uid := func(pod string) string {
		out, _, _ := c.Kubectl("", "get", "pod", pod, "-o", "jsonpath={.metadata.uid}")
		return out
	}
	first := uid("mn-disagg-0-frontend-bbbbb")
	c.MustKubectl(t, "", "delete", "pod", "mn-disagg-0-frontend-bbbbb", "--wait=false")
	clustertest.Eventually(t, patience, func() error {
		if err := ready(c, "^mn-disagg-0-frontend-", 2); err != nil {
			return err
		}
		if uid("mn-disagg-0-frontend-bbbbb") == first {
			return fmt.Errorf("the deleted pod is still there")
		}
		return nil
	})

	c.MustKubectl(t, "", "patch", "pcs", "mn-disagg", "--type=json", "-p",
		`[{"op":"replace","path":"/spec/template/cliques/0/spec/podSpec/containers/0/image","value":"example.com/new:2"}]`)
	clustertest.Eventually(t, patience, func() error {
		out, _, err := c.Kubectl("", "get", "pods", "-l", "grove.io/podclique=mn-disagg-0-frontend", "-o", "jsonpath={.items[*].spec.containers[0].image}")
		if err != nil || out != "example.com/new:2 example.com/new:2" {
			return fmt.Errorf("images: %q %v", out, err)
		}
		return ready(c, "^mn-disagg-", 13)
	})

	c.MustKubectl(t, "", "delete", "pcs", "mn-disagg", "--wait=false")
	clustertest.Eventually(t, 2*patience, func() error {
		out, _, err := c.Kubectl("", "get", "pcs,pclq,pcsg,podgang,pods,services,secrets,roles,rolebindings,serviceaccounts", "-l",
			"app.kubernetes.io/part-of=mn-disagg", "-o", "name")
		if err != nil || strings.TrimSpace(out) != "" {
			return fmt.Errorf("left: %s %v", out, err)
		}
		return nil
	})
	failed := regexp.MustCompile(`(?m)^grovec: (create|patch|delete) .*`).FindAllString(log.String(), -1)
	failed = slices.DeleteFunc(failed, func(line string) bool { // somebody else was quicker: tried again, or not needed any more
		return strings.Contains(line, "409") || strings.Contains(line, "404")
	})
	if len(failed) > 0 {
		t.Errorf("writes of the operator failed:\n%s", strings.Join(failed, "\n"))
	}
}
