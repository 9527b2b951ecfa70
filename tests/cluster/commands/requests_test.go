package commands

import (
	"strings"
	"testing"

	"grovec.dev/tests/cluster/faults"
)

// kindsOf counts requests since `from`: those that read, dry runs and questions
// about the user, and those that write.
func (u *user) kindsOf(from int) (reads, asks, writes int) {
	for _, r := range u.proxy.Requests()[from:] {
		switch {
		case isRead(r):
			reads++
		case strings.Contains(r.Query, "dryRun=All") || strings.Contains(r.Path, "review"):
			asks++
		default:
			writes++
		}
	}
	return reads, asks, writes
}

func isRead(r faults.Request) bool { return r.Method == "GET" || r.Method == "WATCH" }

// countsRequests prints what each command sends about mn-disagg, and holds that
// a second run writes nothing.
func countsRequests(t *testing.T, u *user) {
	newStory(t, u)
	count := func(most int, name string, code int, arguments ...string) {
		t.Helper()
		from := len(u.proxy.Requests())
		u.must(t, code, nil, arguments...)
		reads, asks, writes := u.kindsOf(from)
		t.Logf("%-36s %2d read, %d ask, %d write", name, reads, asks, writes)
		if writes > most {
			t.Errorf("%s: %d requests that write, not %d", name, writes, most)
		}
	}
	count(1, "apply, new", 0, "apply", "old.yaml")
	count(0, "apply, again", 0, "apply", "old.yaml")
	u.must(t, 0, nil, "reconcile", "--once", "--wait", "--timeout", "10m", "--from-cluster", "mn-disagg")
	count(0, "apply, again, while it runs", 0, "apply", "old.yaml")
	count(0, "status", 0, "status", "mn-disagg")
	count(0, "status --watch", 0, "status", "mn-disagg", "--watch")
	count(0, "diff --live", 0, "diff", "--live", "old.yaml")
	count(0, "diff --live --children", 0, "diff", "--live", "--children", "old.yaml")
	count(0, "plan --live", 0, "plan", "--live", "new.yaml")
	count(0, "graph --live", 0, "graph", "--live", "-o", "html", "--out", "page.html", "mn-disagg")
	count(0, "reconcile --once --dry-run, update", 0, "reconcile", "--once", "--dry-run", "new.yaml")
	count(1, "scale group", 0, "scale", "group", "mn-disagg-0-prefill", "3")
	count(0, "scale group, again", 0, "scale", "group", "mn-disagg-0-prefill", "3")
	count(1, "apply, update", 0, "apply", "--allow", "roll", "new.yaml")
	count(0, "apply, update, again", 0, "apply", "--allow", "roll", "new.yaml")
	count(1, "delete", 0, "delete", "mn-disagg", "--yes", "--no-wait")
	count(0, "delete, again", 0, "delete", "mn-disagg", "--yes", "--no-wait")
	u.must(t, 0, nil, "reconcile", "--once", "--wait", "--timeout", "10m", "--from-cluster", "mn-disagg")
	(&story{u}).settle(t, "delete")
	count(0, "delete, once it is gone", 3, "delete", "mn-disagg", "--yes")
}
