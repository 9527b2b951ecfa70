package operator

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"grovec.dev/tests/cluster/clustertest"
)

// configuration is a file of the operator's configuration.
func configuration(t *testing.T, fields string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "operator.yaml")
	text := "apiVersion: operator.config.grove.io/v1alpha1\nkind: OperatorConfiguration\n" + fields
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// says waits until a log contains a text.
func says(t *testing.T, log *clustertest.Buffer, text string) {
	t.Helper()
	clustertest.Eventually(t, patience, func() error {
		if !strings.Contains(log.String(), text) {
			return fmt.Errorf("the operator does not say `%s`:\n%s", text, log.String())
		}
		return nil
	})
}

const leaseName = "grove-operator-leader-election"

func holder(t *testing.T, c *clustertest.Cluster) string {
	t.Helper()
	return c.MustKubectl(t, "", "get", "lease", leaseName, "-o", "jsonpath={.spec.holderIdentity}")
}

func TestOnlyOneOperatorLeads(t *testing.T) {
	c := cluster(t)
	// So long a period that only whoever sees the Lease come back takes it in time.
	slow := configuration(t, "leaderElection: {enabled: true, leaseDuration: 600s, renewDeadline: 500s, retryPeriod: 200s}\n")
	first, firstLog := daemon(t, c, "--metrics-address", "off", "--operator-config", slow)
	says(t, firstLog, "watching")
	_, secondLog := daemon(t, c, "--metrics-address", "off", "--operator-config", slow)
	says(t, secondLog, "waiting for the operator")
	out, err := live(t, c, "reconcile", "--once", example(t)).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "is running here") {
		t.Errorf("--once beside an operator: %v\n%s", err, out)
	}
	if strings.Contains(secondLog.String(), "watching") {
		t.Fatal("two operators watch")
	}
	if err := first.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	stopped := time.Now()
	says(t, secondLog, "watching")
	t.Logf("taken over %v after the first was told to stop", time.Since(stopped).Round(10*time.Millisecond))
	if err := first.Wait(); err != nil {
		t.Errorf("the first operator did not end well: %v", err)
	}
}

// TestLoserOfTheLeaseWritesNothing stops an operator for longer than its Lease
// lasts: another one goes on, and when the first wakes up with work waiting
// for it, it must not touch anything.
func TestLoserOfTheLeaseWritesNothing(t *testing.T) {
	c := cluster(t)
	short := configuration(t, "leaderElection: {enabled: true, leaseDuration: 12s, renewDeadline: 10s, retryPeriod: 1s}\n")
	first, firstLog := daemon(t, c, "--metrics-address", "off", "--operator-config", short)
	says(t, firstLog, "watching")
	c.MustKubectl(t, stored(t, example(t)), "create", "-f", "-")
	clustertest.Eventually(t, patience, func() error { return ready(c, "^mn-disagg-", 13) })
	if err := first.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	silent := len(firstLog.String())
	_, secondLog := daemon(t, c, "--metrics-address", "off", "--operator-config", short)
	says(t, secondLog, "watching")
	second := holder(t, c)
	// Work for whoever is there, and more of it once the first is awake.
	c.MustKubectl(t, "", "scale", "pcsg", "mn-disagg-0-prefill", "--replicas=3")
	if err := first.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	err := first.Wait()
	if first.ProcessState.ExitCode() != 3 {
		t.Errorf("the loser ended with %v, not with code 3", err)
	}
	if wrote := regexp.MustCompile(`(?m)^(create|patch|delete) .*`).FindAllString(firstLog.String()[silent:], -1); wrote != nil {
		t.Errorf("the loser wrote:\n%s", strings.Join(wrote, "\n"))
	}
	clustertest.Eventually(t, patience, func() error { return ready(c, "^mn-disagg-0-prefill-", 12) })
	if now := holder(t, c); now != second {
		t.Errorf("the Lease was %s's and is %s's", second, now)
	}
}

const otherLease = `apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: grove-operator-leader-election, namespace: kube-public}
spec: {holderIdentity: grove-operator-7d9c-x2x_0b5c, leaseDurationSeconds: %d, renewTime: "%s"}
`

// TestAnotherOperatorIsTakenOverOnlyWhenItHasStopped is about the operator that
// has the same kinds.
func TestAnotherOperatorIsTakenOverOnlyWhenItHasStopped(t *testing.T) {
	c := cluster(t)
	refused := func(what string, flags ...string) {
		t.Helper()
		out, err := live(t, c, append([]string{"reconcile", "--metrics-address", "off"}, flags...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), what) {
			t.Errorf("%v: %v, and not `%s`:\n%s", flags, err, what, out)
		}
	}
	put := func(seconds int, renewed time.Time) {
		t.Helper()
		c.MustKubectl(t, fmt.Sprintf(otherLease, seconds, renewed.UTC().Format("2006-01-02T15:04:05.000000Z")), "apply", "-f", "-")
	}
	put(3600, time.Now())
	refused("another operator of the same kinds is running")
	refused("another operator of the same kinds is running", "--take-over")
	put(1, time.Now().Add(-time.Hour))
	refused("start with --take-over")
	command, log := daemon(t, c, "--metrics-address", "off", "--take-over")
	says(t, log, "watching")
	if !strings.Contains(log.String(), "to go back: stop this operator, then kubectl -n kube-public scale deployment grove-operator --replicas=1") {
		t.Errorf("it does not say how to go back:\n%s", log.String())
	}
	held := c.MustKubectl(t, "", "-n", "kube-public", "get", "lease", leaseName, "-o", "jsonpath={.spec.holderIdentity}")
	if !strings.HasPrefix(held, "grovec:*/") {
		t.Errorf("the other's Lease is held by %q", held)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Error(err)
	}
	_, log = daemon(t, c, "--metrics-address", "off")
	says(t, log, "watching") // back to normal: the Lease was given back
}

func TestHangUpChangesTheLogLevel(t *testing.T) {
	c := cluster(t)
	unused := configuration(t, "controllers: {podCliqueSet: {concurrentSyncs: 3}}\nlogFormat: text\n")
	command, log := daemon(t, c, "--metrics-address", "off", "--operator-config", unused)
	says(t, log, "`controllers.podCliqueSet.concurrentSyncs` of the configuration changes nothing here")
	says(t, log, "watching")
	if err := command.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	says(t, log, "log level: debug")
	c.MustKubectl(t, stored(t, example(t)), "create", "-f", "-")
	says(t, log, "looked at default/mn-disagg: ")
	if err := command.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	says(t, log, "log level: info")
}
