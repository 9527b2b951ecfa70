package commands

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"grovec.dev/tests/cluster/clustertest"
)

// TestWithOperator: commands that wait for what the operator does.
func TestWithOperator(t *testing.T) {
	c, token := cluster(t)
	operator := newUser(t, c, token)
	daemon := operator.command(t, "reconcile")
	log := &clustertest.Buffer{}
	daemon.Stdout, daemon.Stderr = log, log
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Signal(syscall.SIGTERM)
		_ = daemon.Wait()
		if t.Failed() {
			t.Logf("operator:\n%s", log)
		}
	})
	for name, test := range map[string]func(*testing.T, *user){
		"apply and wait":    appliesAndWaits,
		"Ctrl-C":            saysHowToGoOn,
		"scale and delete":  scalesAndDeletes,
		"refused beside it": refusesBesideAnOperator,
	} {
		t.Run(name, func(t *testing.T) { test(t, newUser(t, c, token)) })
	}
}

func appliesAndWaits(t *testing.T, u *user) {
	file := u.write(t, "web.yaml", set("web", "example.com/front:1"))
	u.must(t, 0, []string{"web created", "healthy, 1 of 1 replicas available"}, "apply", "--wait", "--timeout", "2m", file)
	u.must(t, 0, []string{"healthy"}, "status", "web")
	u.must(t, 0, []string{"nothing changes", "web unchanged"}, "apply", file)
	file = u.write(t, "new.yaml", set("web", "example.com/front:2"))
	u.must(t, 1, []string{"restarts 2 pods", "--allow roll"}, "apply", file)
	u.must(t, 0, []string{"web configured"}, "apply", "--allow", "roll", "--wait", "--timeout", "2m", file)
	images := u.kubectl(t, "get", "pods", "-l", "grove.io/podclique=web-0-front", "-o", "jsonpath={.items[*].spec.containers[0].image}")
	if images != "example.com/front:2 example.com/front:2" {
		t.Errorf("after --wait the images are %q", images)
	}
	u.must(t, 0, nil, "rollout", "status", "web")
}

func saysHowToGoOn(t *testing.T, u *user) {
	text := strings.ReplaceAll(set("web", "example.com/front:1"), "podSpec: {", "podSpec: {nodeSelector: {nowhere: nowhere}, ")
	cmd := u.command(t, "apply", "--wait", u.write(t, "web.yaml", text), "-n", u.space)
	output := &clustertest.Buffer{}
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	clustertest.Eventually(t, patience, func() error {
		if !strings.Contains(output.String(), "unavailable, 0 of 1 replicas available") {
			return fmt.Errorf("it does not wait: %s", output)
		}
		return nil
	})
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	code, ok := finished(cmd.Wait())
	if want := "interrupted; nothing is undone, and what goes on in the cluster goes on: `grovec rollout status web -n " + u.space + "` waits on"; !ok || code != 3 || !strings.Contains(output.String(), want) {
		t.Errorf("after Ctrl-C: exit code %d\n%s", code, output)
	}
	if u.field("pcs", "web", "{.metadata.name}") != "web" {
		t.Error("Ctrl-C has taken back what was sent")
	}
	u.must(t, 1, []string{"gave up waiting"}, "rollout", "status", "web", "--timeout", "1s")
	u.must(t, 1, []string{"gave up waiting"}, "status", "web", "--watch", "--timeout", "1s")
}

func scalesAndDeletes(t *testing.T, u *user) {
	u.must(t, 0, nil, "apply", "--wait", u.write(t, "web.yaml", set("web", "example.com/front:1")))
	u.must(t, 0, []string{"group replica 1 will be added; replica 1 is a scaled gang: its pods stay gated", "scaled to 2"}, "scale", "group", "web-0-pool", "2")
	u.must(t, 0, nil, "status", "web", "--watch", "--timeout", "2m")
	u.must(t, 0, []string{"group replica 1 will be removed, with 2 pods"}, "scale", "group", "web-0-pool", "1")
	u.must(t, 0, []string{"1 pod will be added to its gang"}, "scale", "clique", "web-0-front", "3")
	u.must(t, 0, nil, "status", "web", "--watch", "--timeout", "2m")
	got := u.must(t, 0, []string{"PodCliqueSet `web` goes, with 1 replica, 1 PodGang and 5 pods", "web deleted"}, "delete", "web", "--yes", "--timeout", "2m")
	if left := u.kubectl(t, "get", kinds, "-o", "name"); strings.Contains(left, "web") {
		t.Errorf("left: %s\n%v", left, got)
	}
}

func refusesBesideAnOperator(t *testing.T, u *user) {
	u.nothingIsSent(t, func() {
		u.must(t, 1, []string{"is running here"}, "reconcile", "--once", u.write(t, "web.yaml", set("web", "example.com/front:1")))
	})
}
