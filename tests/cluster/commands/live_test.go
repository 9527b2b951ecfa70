package commands

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"grovec.dev/tests/cluster/clustertest"
)

func appliesAndWaits(t *testing.T, u *user) {
	file := u.write(t, "web.yaml", set("web", "example.com/front:1"))
	u.must(t, 0, []string{"web created", "healthy, 1 of 1 replicas available"}, "apply", "--wait", "--timeout", "10m", file)
	u.must(t, 0, []string{"healthy"}, "status", "web")
	u.must(t, 0, []string{"nothing changes", "web unchanged"}, "apply", file)
	file = u.write(t, "new.yaml", set("web", "example.com/front:2"))
	u.must(t, 1, []string{"restarts 2 pods", "--allow roll"}, "apply", file)
	u.must(t, 0, []string{"web configured"}, "apply", "--allow", "roll", "--wait", "--timeout", "10m", file)
	images := u.kubectl(t, "get", "pods", "-l", "grove.io/podclique=web-0-front", "-o", "jsonpath={.items[*].spec.containers[0].image}")
	if images != "example.com/front:2 example.com/front:2" {
		t.Errorf("after --wait the images are %q", images)
	}
	u.must(t, 0, nil, "rollout", "status", "web")
}

// interrupt starts a command that waits, and sends it SIGINT once it says a
// word; it ends with 3 and says how to go on.
func interrupt(t *testing.T, u *user, word, want string, arguments ...string) {
	t.Helper()
	cmd := u.command(t, append(arguments, "-n", u.space)...)
	output := &clustertest.Buffer{}
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	clustertest.Eventually(t, patience, func() error {
		if !strings.Contains(output.String(), word) {
			return fmt.Errorf("grovec %v does not wait: %s", arguments, output)
		}
		return nil
	})
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code, ok := finished(cmd.Wait()); !ok || code != 3 || !strings.Contains(output.String(), want) {
		t.Errorf("grovec %v after Ctrl-C: exit code %d\n%s", arguments, code, output)
	}
}

func saysHowToGoOn(t *testing.T, u *user) {
	text := strings.ReplaceAll(set("web", "example.com/front:1"), "podSpec: {", "podSpec: {nodeSelector: {nowhere: nowhere}, ")
	file := u.write(t, "web.yaml", text)
	interrupt(t, u, "unavailable, 0 of 1 replicas available", "interrupted; nothing is undone, and what goes on in the cluster goes on: `grovec rollout status web -n "+u.space+"` waits on", "apply", "--wait", file)
	if u.field("pcs", "web", "{.metadata.name}") != "web" {
		t.Error("Ctrl-C has taken back what was sent")
	}
	u.must(t, 1, []string{"gave up waiting"}, "rollout", "status", "web", "--timeout", "1s")
	u.must(t, 1, []string{"gave up waiting"}, "status", "web", "--watch", "--timeout", "1s")
	u.kubectl(t, "patch", "pcs", "web", "--type=json", "-p", `[{"op":"add","path":"/metadata/finalizers/-","value":"example.com/held"}]`)
	interrupt(t, u, "left", "interrupted; the deletion goes on: `grovec status web -n "+u.space+"` shows what is left", "delete", "web", "--yes")
	u.must(t, 1, []string{"gave up waiting; the deletion goes on"}, "delete", "web", "--yes", "--timeout", "1s")
	u.kubectl(t, "patch", "pcs", "web", "--type=merge", "-p", `{"metadata":{"finalizers":null}}`)
}

// watches: after the first look nothing is listed again, a change is drawn when
// it happens, and the command ends when the set is healthy.
func watches(t *testing.T, u *user) {
	nowhere := strings.ReplaceAll(set("web", "example.com/front:1"), "podSpec: {", "podSpec: {nodeSelector: {nowhere: nowhere}, ")
	u.must(t, 0, nil, "apply", u.write(t, "web.yaml", nowhere))
	clustertest.Eventually(t, patience, func() error {
		if got := u.run(t, "status", "web"); !strings.Contains(got.out, "no node of 8 fits") {
			return fmt.Errorf("the scheduler has not looked: %v", got)
		}
		return nil
	})
	cmd := u.command(t, "status", "web", "--watch", "--timeout", "10m", "-n", u.space)
	lines := &clustertest.Buffer{}
	cmd.Stdout, cmd.Stderr = lines, lines
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	screen := u.onTerminal(t, "status", "web", "--watch", "--timeout", "10m")
	screen.waitFor("no node of 8 fits")
	clustertest.Eventually(t, patience, func() error {
		if !strings.Contains(lines.String(), "no node of 8 fits") {
			return fmt.Errorf("nothing is printed: %s", lines)
		}
		return nil
	})
	lists := func() int {
		n := 0
		for _, r := range u.proxy.Requests() {
			if r.Method == "GET" {
				n++
			}
		}
		return n
	}
	// kubectl does not go through the proxy, the operator does as another user.
	before := lists()
	u.kubectl(t, "label", "nodes", "--all", "nowhere=nowhere")
	screen.ends(0)
	if code, ok := finished(cmd.Wait()); !ok || code != 0 {
		t.Errorf("exit code %d\n%s", code, lines)
	}
	if n := lists() - before; n != 0 {
		t.Errorf("%d lists while nothing but watches was needed", n)
	}
	u.kubectl(t, "label", "nodes", "--all", "nowhere-")
	if text := screen.out.String(); strings.Count(text, "\x1b[H\x1b[J") < 2 || !strings.Contains(text, "healthy, 1 of 1 replicas available") {
		t.Errorf("the tree was not drawn anew:\n%q", text)
	}
	if text := lines.String(); strings.Contains(text, "\x1b") || !strings.Contains(text, "healthy, 1 of 1 replicas available") {
		t.Errorf("lines without a terminal:\n%q", text)
	}
}

func scalesAndDeletes(t *testing.T, u *user) {
	u.must(t, 0, nil, "apply", "--wait", u.write(t, "web.yaml", set("web", "example.com/front:1")))
	u.must(t, 0, []string{"group replica 1 will be added; replica 1 is a scaled gang: its pods stay gated", "scaled to 2"}, "scale", "group", "web-0-pool", "2")
	u.must(t, 0, nil, "status", "web", "--watch", "--timeout", "10m")
	u.must(t, 0, []string{"group replica 1 will be removed, with 2 pods"}, "scale", "group", "web-0-pool", "1")
	u.must(t, 0, []string{"1 pod will be added to its gang"}, "scale", "clique", "web-0-front", "3")
	u.must(t, 0, nil, "status", "web", "--watch", "--timeout", "10m")
	got := u.must(t, 0, []string{"PodCliqueSet `web` goes, with 1 replica, 1 PodGang and 5 pods", "web deleted"}, "delete", "web", "--yes", "--timeout", "10m")
	if left := u.kubectl(t, "get", kinds, "-o", "name"); strings.Contains(left, "web") {
		t.Errorf("left: %s\n%v", left, got)
	}
}

func refusesBesideAnOperator(t *testing.T, u *user) {
	u.nothingIsSent(t, func() {
		u.must(t, 1, []string{"is running here"}, "reconcile", "--once", u.write(t, "web.yaml", set("web", "example.com/front:1")))
	})
}

// drawsWhatLives: the page has every pod with its state, and why.
func drawsWhatLives(t *testing.T, u *user) {
	text := strings.Replace(set("web", "example.com/front:1"), "roleName: back, replicas: 2, minAvailable: 2, podSpec: {", "roleName: back, replicas: 2, minAvailable: 2, podSpec: {nodeSelector: {nowhere: nowhere}, ", 1)
	u.must(t, 0, nil, "apply", u.write(t, "web.yaml", text))
	clustertest.Eventually(t, patience, func() error {
		if got := u.run(t, "status", "web"); !strings.Contains(got.out, "no node of 8 fits") {
			return fmt.Errorf("the scheduler has not looked: %v", got)
		}
		return nil
	})
	u.must(t, 0, nil, "graph", "--live", "-o", "html", "--out", "web.html", "web")
	page, err := os.ReadFile(filepath.Join(u.dir, "web.html"))
	if err != nil {
		t.Fatal(err)
	}
	data := regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`).FindSubmatch(page)
	if data == nil {
		t.Fatal("the page has no data")
	}
	var parsed struct {
		Sets []struct {
			Life struct {
				State   string
				Reasons []string
				Pods    map[string][][4]any
			}
		}
	}
	if err := json.Unmarshal(data[1], &parsed); err != nil || len(parsed.Sets) != 1 {
		t.Fatalf("%v\n%s", err, data[1])
	}
	life := parsed.Sets[0].Life
	if life.State != "unavailable" || len(life.Reasons) == 0 || len(life.Pods["web-0-front"]) != 2 || len(life.Pods["web-0-pool-0-back"]) != 2 {
		t.Fatalf("what lives: %+v", life)
	}
	if pod := life.Pods["web-0-pool-0-back"][1]; pod[0] != 1.0 || pod[1] != "web-0-pool-0-back-bbbbc" || pod[2] != "pending" || !strings.Contains(fmt.Sprint(pod[3]), "no node") {
		t.Errorf("a pod that no node takes: %v", pod)
	}
	u.must(t, 1, []string{"there is no PodCliqueSet `nobody`"}, "graph", "--live", "-o", "html", "nobody")
	u.must(t, 2, []string{"-o html"}, "graph", "--live", "web")
}
