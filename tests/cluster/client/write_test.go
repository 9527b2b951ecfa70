package client_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/faults"
)

// lostAnswer: the server has done it and nobody was told. A create is not sent
// again and its outcome is said to be unknown; what may be repeated is.
func lostAnswer(t *testing.T, c *clustertest.Cluster) {
	for name, fault := range map[string]faults.Fault{"reset": faults.LoseAnswer(), "cut": faults.Truncate(20), "silent": faults.SwallowAnswer()} {
		p := at(t, c)
		p.proxy.Add(faults.Rule{Name: name, Method: "POST", Times: 1, Fault: fault})
		// Long enough to be sent by the slowest machine; only `silent` waits for it.
		answer := p.write(t, configMap("once"), "--deadline", "10000", "write", "post", p.maps)
		if answer.Error == "" || !answer.OutcomeUnknown || answer.Attempts != 1 {
			t.Errorf("%s: %+v", name, answer)
		}
		clustertest.Eventually(t, clustertest.Patience, func() error {
			if there := p.names(t); there != "once" {
				return fmt.Errorf("%s: there is %q", name, there)
			}
			return nil
		})
		if n := p.proxy.Count("POST", "/configmaps"); n != 1 {
			t.Errorf("%s: sent %d times", name, n)
		}
	}
	p := at(t, c)
	p.create(t, "mine")
	p.proxy.Add(faults.Rule{Name: "lost patch", Method: "PATCH", Times: 1, Fault: faults.LoseAnswer()})
	answer := p.write(t, `{"data":{"a":"c"}}`, "--idempotent", "write", "patch", p.maps+"/mine", "merge")
	if answer.Status != 200 || answer.Attempts != 2 {
		t.Errorf("a patch that may be repeated: %+v", answer)
	}
}

// refusals: what the user is told, and that nothing is tried again that cannot
// help.
func refusals(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	for _, test := range []struct {
		status int
		kind   string
	}{{400, "content"}, {403, "denied"}, {409, "conflict"}, {410, "gone"}, {422, "content"}} {
		p.proxy.Add(faults.Rule{Method: "POST", Times: 1, Fault: faults.Answer(test.status, 0)})
		answer := p.write(t, configMap("never"), "write", "post", p.maps)
		if answer.Status != test.status || answer.Kind != test.kind || answer.Attempts != 1 || answer.OutcomeUnknown ||
			!strings.Contains(answer.Error, "fault injected") {
			t.Errorf("%d: %+v", test.status, answer)
		}
	}
	if p.names(t) != "" {
		t.Errorf("there is %q", p.names(t))
	}
}

// retries: busy servers are asked again, after as long as they say.
func retries(t *testing.T, c *clustertest.Cluster) {
	for _, status := range []int{429, 503} {
		p := at(t, c)
		p.proxy.Add(faults.Rule{Method: "GET", Times: 2, Fault: faults.Answer(status, time.Second)})
		begun := time.Now()
		answer := p.write(t, "", "get", p.maps)
		if took := time.Since(begun); answer.Status != 200 || answer.Attempts != 3 || took < 2*time.Second {
			t.Errorf("%d: %+v after %s", status, answer, took)
		}
	}
	p := at(t, c)
	down := p.proxy.Add(faults.Rule{Name: "down", Method: "GET", Fault: faults.Answer(500, 0)})
	begun := time.Now()
	answer := p.write(t, "", "--deadline", "3000", "get", p.maps)
	if took := time.Since(begun); answer.Error == "" || took > muchLonger || down.Fired() > 8 {
		t.Errorf("%+v after %s, %d requests", answer, took, down.Fired())
	}
}

func readOnly(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	p.token = c.User(t, p.namespace, "reader", "view")
	p.kubeconfig = p.proxy.Kubeconfig(t, p.token)
	answer := p.write(t, configMap("never"), "write", "post", p.maps)
	if answer.Status != 403 || answer.Kind != "denied" || answer.Attempts != 1 || !strings.Contains(answer.Error, "cannot create resource") {
		t.Errorf("%+v", answer)
	}
	if answer := p.write(t, "", "get", p.maps); answer.Status != 200 {
		t.Errorf("%+v", answer)
	}
}

// badAnswers: neither garbage nor a body without end nor a redirect is believed.
func badAnswers(t *testing.T, c *clustertest.Cluster) {
	p := at(t, c)
	p.create(t, "a")
	for name, fault := range map[string]faults.Fault{"garbage": faults.Garbage(), "truncated": faults.Truncate(50)} {
		p.proxy.Add(faults.Rule{Name: name, Method: "GET", Times: 1, Fault: fault})
		run := p.start(t, append(others, "--pages", "list", p.maps)...)
		lines := run.finish(t)
		last := lines[len(lines)-1]
		if run.cmd.ProcessState.Success() && run.count("added") != 1 {
			t.Errorf("%s: %+v", name, last)
		}
	}
	p.proxy.Add(faults.Rule{Name: "endless", Method: "GET", Times: 1, Fault: faults.Endless(200 << 20)})
	if answer := p.write(t, "", "--deadline", "60000", "get", p.maps); answer.Error == "" || answer.Attempts > 1 {
		t.Errorf("endless: %+v", answer)
	}
	elsewhere := faults.Start(t, c.Config)
	p.proxy.Add(faults.Rule{Name: "redirect", Method: "GET", Times: 1, Fault: faults.Redirect(elsewhere.URL + p.maps)})
	if answer := p.write(t, "", "get", p.maps); answer.Error == "" || len(elsewhere.Requests()) != 0 {
		t.Errorf("redirect: %+v", answer)
	}
}
