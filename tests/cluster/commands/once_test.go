package commands

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"grovec.dev/tests/cluster/clustertest"
)

// changes are the lines of a run that name a change, sorted. A token's Secret may
// be made twice: the token controller deletes it if it has not heard of the
// ServiceAccount yet.
func changes(s said) []string {
	lines := regexp.MustCompile(`(?m)^(?:create|patch|delete) .*$`).FindAllString(s.out, -1)
	slices.Sort(lines)
	return slices.CompactFunc(lines, func(a, b string) bool { return a == b && strings.HasPrefix(a, "create Secret ") })
}

// printsTheSameChangeSet: what a dry run prints is what the run then does, for a
// set that is new, one that changes, one that shrinks and one that goes. Pods
// that no node takes keep the world from moving by itself meanwhile.
func printsTheSameChangeSet(t *testing.T, u *user) {
	text := strings.ReplaceAll(set("web", "example.com/front:1"), "podSpec: {", "podSpec: {nodeSelector: {nowhere: nowhere}, ")
	fewer := strings.Replace(text, "replicas: 2, minAvailable: 1", "replicas: 1, minAvailable: 1", 1)
	steps := []struct{ name, text string }{
		{"new", text},
		{"another image", strings.ReplaceAll(text, "front:1", "front:2")},
		{"fewer", strings.ReplaceAll(fewer, "front:1", "front:2")},
	}
	compare := func(name string, arguments ...string) {
		t.Helper()
		var dry said
		u.nothingIsSent(t, func() { dry = u.must(t, 0, nil, append(arguments, "--dry-run")...) })
		got := u.must(t, 0, nil, arguments...)
		if a, b := changes(dry), changes(got); len(b) == 0 || !slices.Equal(a, b) {
			t.Errorf("%s: the dry run says\n%s\nthe run\n%s", name, strings.Join(a, "\n"), strings.Join(b, "\n"))
		}
	}
	for _, step := range steps {
		compare(step.name, "reconcile", "--once", u.write(t, "web.yaml", step.text))
	}
	// The scheduler has its say, which is a matter of statuses; then there is nothing to write.
	clustertest.Eventually(t, patience, func() error {
		before := u.sent()
		if got := u.must(t, 0, []string{"waiting for"}, "reconcile", "--once", "web.yaml"); len(changes(got)) > 0 {
			t.Errorf("a second run: %v", got)
		}
		if n := u.sent() - before; n > 0 {
			return fmt.Errorf("a run on a settled world has sent %d writes", n)
		}
		return nil
	})
	elsewhere := u.write(t, "elsewhere.yaml", strings.Replace(text, "{name: web}", "{name: web, namespace: default}", 1))
	u.nothingIsSent(t, func() { u.must(t, 2, []string{"default/web", "-n"}, "reconcile", "--once", elsewhere) })
	u.must(t, 0, []string{"marked for deletion"}, "delete", "web", "--yes", "--no-wait")
	// What the set leaves behind, the run or the garbage collector deletes, whoever is faster.
	var dry said
	u.nothingIsSent(t, func() { dry = u.must(t, 0, nil, "reconcile", "--once", "--from-cluster", "web", "--dry-run") })
	run := u.must(t, 0, nil, "reconcile", "--once", "--from-cluster", "web")
	for _, line := range changes(run) {
		if !slices.Contains(changes(dry), line) {
			t.Errorf("going: the run says %q, the dry run\n%v", line, dry)
		}
	}
	for _, line := range []string{"delete Pod " + u.space + "/web-0-front-bbbbb: the set goes", "patch PodCliqueSet " + u.space + "/web: nothing holds it back"} {
		if !slices.Contains(changes(dry), line) || !slices.Contains(changes(run), line) {
			t.Errorf("going: %q is missing\n%v\n%v", line, dry, run)
		}
	}
	clustertest.Eventually(t, patience, func() error {
		if left := u.kubectl(t, "get", "pcs,pclq,pcsg,podgang,pods", "-o", "name"); left != "" {
			return fmt.Errorf("left: %s", left)
		}
		return nil
	})
}

func leavesForeignObjects(t *testing.T, u *user) {
	u.c.MustKubectl(t, "apiVersion: v1\nkind: Service\nmetadata: {name: web-0}\nspec: {ports: [{port: 80}]}\n", "-n", u.space, "create", "-f", "-")
	uid := u.field("service", "web-0", "{.metadata.uid}")
	file := u.write(t, "web.yaml", set("web", "example.com/front:1"))
	got := u.run(t, "reconcile", "--once", "--timeout", "10m", file)
	if got.code == 0 || !strings.Contains(got.err, "Service "+u.space+"/web-0") {
		t.Errorf("a foreign Service is in the way: %v", got)
	}
	if now := u.field("service", "web-0", "{.metadata.uid} {.spec.ports[0].port} {.metadata.labels}"); now != uid+" 80 " {
		t.Errorf("the foreign Service has become %q", now)
	}
	u.kubectl(t, "delete", "service", "web-0")
	u.must(t, 0, []string{"create Service " + u.space + "/web-0"}, "reconcile", "--once", "--wait", file)
}

func endsWithoutPermission(t *testing.T, u *user) {
	some := limited(t, u, "no-pods", `[{apiGroups: [grove.io, scheduler.grove.io, rbac.authorization.k8s.io, autoscaling, resource.k8s.io], resources: ["*"], verbs: ["*"]}, {apiGroups: [""], resources: [services, secrets, serviceaccounts, events], verbs: ["*"]}]`)
	file := u.write(t, "web.yaml", set("web", "example.com/front:1"))
	got := some.must(t, 3, []string{"cannot watch pods", "whether an operator is running here is not known"}, "reconcile", "--once", file)
	if left := u.kubectl(t, "get", "pclq,podgang,services", "-o", "name"); left != "" {
		t.Errorf("made without looking: %s\n%v", left, got)
	}
	u.must(t, 0, nil, "reconcile", "--once", "--wait", file)
}

func goesOnAfterQuota(t *testing.T, u *user) {
	u.kubectl(t, "create", "quota", "few", "--hard=pods=2")
	clustertest.Eventually(t, patience, func() error {
		if u.field("quota", "few", "{.status.hard.pods}") != "2" {
			return fmt.Errorf("the quota is not in force yet")
		}
		return nil
	})
	file := u.write(t, "web.yaml", set("web", "example.com/front:1"))
	got := u.run(t, "reconcile", "--once", "--timeout", "10m", file)
	if got.code == 0 || !strings.Contains(got.err, "exceeded quota") {
		t.Errorf("beyond the quota: %v", got)
	}
	if pods := strings.Fields(u.kubectl(t, "get", "pods", "-o", "name")); len(pods) != 2 {
		t.Errorf("%d pods within a quota of 2", len(pods))
	}
	u.must(t, 1, []string{"exceeded quota"}, "status", "web")
	u.kubectl(t, "delete", "quota", "few")
	clustertest.Eventually(t, patience, func() error {
		if got := u.run(t, "reconcile", "--once", "--wait", file); got.code != 0 {
			return fmt.Errorf("the next run: %v", got)
		}
		return nil
	})
	if pods := strings.Fields(u.kubectl(t, "get", "pods", "-o", "name")); len(pods) != 4 {
		t.Errorf("%d pods instead of 4", len(pods))
	}
}
