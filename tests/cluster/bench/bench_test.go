// Package bench measures the client and the daemon on one control plane, beside
// what others take there. `./dev bench --cluster` runs it; among the other tests
// it does nothing. Every row says what was measured and, if there is one, the bar.
package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"grovec.dev/tests/cluster/clustertest"
)

// sizes of a run; GROVEC_BENCH_PODS and GROVEC_BENCH_NODES are those of the
// deployment.
type sizes struct {
	pods, nodes, listed, changes int
}

func number(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 1 {
		t.Fatalf("%s=%s is no number of things", variable, text)
	}
	return value
}

// table is what is printed and, with GROVEC_BENCH_OUT, written.
type table struct {
	t    *testing.T
	text strings.Builder
}

// row adds what was measured, without a bar.
func (b *table) row(what, format string, values ...any) {
	b.add(what, fmt.Sprintf(format, values...), "", "")
}

// bar adds a value that should be at most `limit`.
func (b *table) bar(what string, value, limit float64, unit, detail string) {
	met := "yes"
	if value > limit {
		met = "**no**"
	}
	measured := strings.TrimSpace(short(value) + " " + unit)
	if detail != "" {
		measured += " (" + detail + ")"
	}
	b.add(what, measured, strings.TrimSpace("≤ "+short(limit)+" "+unit), met)
}

func short(value float64) string {
	if value >= 100 || value == float64(int(value)) {
		return strconv.Itoa(int(value + 0.5))
	}
	return strconv.FormatFloat(value, 'f', 2, 64)
}

func (b *table) add(what, measured, bar, met string) {
	line := fmt.Sprintf("| %s | %s | %s | %s |", what, measured, bar, met)
	b.t.Log(line)
	fmt.Fprintln(&b.text, line)
}

func TestBench(t *testing.T) {
	if os.Getenv("GROVEC_BENCH") == "" {
		t.Skip("a measurement: ./dev bench --cluster")
	}
	size := sizes{pods: number(t, "GROVEC_BENCH_PODS", 1000), nodes: number(t, "GROVEC_BENCH_NODES", 20),
		listed: number(t, "GROVEC_BENCH_LISTED", 10000)}
	size.changes = 3 * size.listed
	c := clustertest.Start(t, "--nodes", strconv.Itoa(size.nodes), "--taint", "none")
	b := &table{t: t}
	only := regexp.MustCompile(os.Getenv("GROVEC_BENCH_ONLY"))
	for _, part := range []struct {
		name string
		run  func(*testing.T, *clustertest.Cluster, sizes, *table)
	}{{"daemon", daemonPart}, {"client", clientPart}} {
		if only.MatchString(part.name) {
			t.Run(part.name, func(t *testing.T) {
				b.t = t
				part.run(t, c, size, b)
			})
		}
	}
	if out := os.Getenv("GROVEC_BENCH_OUT"); out != "" {
		if err := os.WriteFile(out, []byte(b.text.String()), 0o600); err != nil {
			t.Error(err)
		}
	}
}

// program is one that this project builds for measuring.
func program(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(clustertest.Root(t), "build", "live", "bin", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: run this by `./dev bench --cluster`", err)
	}
	return path
}

// live prepares grovec-live for the cluster.
func live(t *testing.T, c *clustertest.Cluster, arguments ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(clustertest.Program(t, "grovec-live"), arguments...)
	command.Env = append(os.Environ(), "KUBECONFIG="+c.Kubeconfig)
	return command
}
