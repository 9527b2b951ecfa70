package e2e

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"grovec.dev/tests/cluster/clustertest"
)

// batchSize is how many cases one kubectl checks; starting it costs more than
// a case does.
const batchSize = 25

// TestCompiledObjectsAreAccepted checks every compiled object with the API
// server, in the order printed, in one pass.
func TestCompiledObjectsAreAccepted(t *testing.T) {
	cases, refused := splitRefused(t, compileAll(t, allCases(t)))
	c := groveCluster(t)
	begun := time.Now()
	var objects []map[string]any
	var batches [][]compiled
	for first := 0; first < len(cases); first += batchSize {
		batches = append(batches, cases[first:min(first+batchSize, len(cases))])
	}
	for _, one := range cases {
		objects = append(objects, one.objects...)
	}
	inParallel(len(batches), func(n int) {
		if _, err := dryRun(c, batches[n]...); err == nil {
			return
		}
		for _, one := range batches[n] { // which of them?
			if stderr, err := dryRun(c, one); err != nil {
				t.Errorf("%s: the API server refuses what compile printed:\n%s", one.name, stderr)
			}
		}
	})
	for _, one := range refused {
		if stderr, err := dryRun(c, one); err == nil {
			t.Errorf("%s is accepted: take it out of refused.txt", one.name)
		} else {
			t.Logf("%s is refused: %s", one.name, stderr)
		}
	}
	t.Logf("%d cases, %d objects checked in %.1f s: %s", len(cases), len(objects), time.Since(begun).Seconds(), countKinds(objects))
}

// splitRefused separates the cases that refused.txt lists.
func splitRefused(t *testing.T, all []compiled) (accepted, refused []compiled) {
	t.Helper()
	listed := exceptions(t, filepath.Join("testdata", "refused.txt"))
	for _, one := range all {
		if listed[one.name] != "" {
			refused = append(refused, one)
		} else {
			accepted = append(accepted, one)
		}
	}
	return accepted, refused
}

func dryRun(c *clustertest.Cluster, cases ...compiled) (string, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	for _, one := range cases {
		for _, object := range one.objects {
			if err := encoder.Encode(object); err != nil {
				return "", err
			}
		}
	}
	_, stderr, err := c.Kubectl(text.String(), "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-")
	return stderr, err
}
