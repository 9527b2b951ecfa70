package operator

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"grovec.dev/tests/cluster/clustertest"
)

var suffix = regexp.MustCompile(`-[a-z0-9]{5}$`)

// rows are the lines of a listing, as far as they can be compared: of pods the
// name without its suffix and READY, STATUS, RESTARTS; of others the name.
func rows(listing string) []string {
	var out []string
	arePods := false
	for _, line := range strings.Split(strings.TrimSpace(listing), "\n") {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0:
		case fields[0] == "NAME":
			arePods = len(fields) > 2 && fields[2] == "STATUS"
		case arePods && len(fields) >= 4:
			out = append(out, strings.Join(append([]string{suffix.ReplaceAllString(fields[0], "-*")}, fields[1:4]...), " "))
		default:
			out = append(out, fields[0])
		}
	}
	sort.Strings(out)
	return out
}

// step of a walk: a command and what it prints in the end.
type walkStep struct {
	command []string
	listing string
}

func readWalk(t *testing.T, file string) []walkStep {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []walkStep
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if command, is := strings.CutPrefix(line, "$ kubectl "); is {
			out = append(out, walkStep{command: strings.Fields(command)})
		} else {
			out[len(out)-1].listing += line + "\n"
		}
	}
	return out
}

// TestWalks types what documents say that people type.
func TestWalks(t *testing.T) {
	c := cluster(t, "--nodes", "20", "--gpus", "8")
	daemon(t, c, "--metrics-address", "off")
	t.Run("Tutorial", func(t *testing.T) { walkTutorial(t, c) })
	t.Run("ScalingGroupReference", func(t *testing.T) { walkScalingGroupReference(t, c) })
}

// walkTutorial types what the tutorial types, with kubectl, after
// admission's defaults, which no webhook fills in here; and compares what it prints; suffixes, ages, addresses and
// nodes aside, and columns that listings of today's kinds have in addition.
func walkTutorial(t *testing.T, c *clustertest.Cluster) {
	files, err := filepath.Glob(filepath.Join(clustertest.Root(t), "tests", "cluster", "operator", "testdata", "walks", "*.txt"))
	if err != nil || len(files) < 6 {
		t.Fatalf("%v: %v", files, err)
	}
	compared := 0
	for _, file := range files {
		for _, step := range readWalk(t, file) {
			arguments := slices.Clone(step.command)
			if arguments[0] == "apply" {
				file := filepath.Join(clustertest.Root(t), arguments[2])
				c.MustKubectl(t, stored(t, file), "apply", "-f", "-")
				continue
			}
			if step.listing == "" {
				c.MustKubectl(t, "", arguments...)
				continue
			}
			want := rows(step.listing)
			clustertest.Eventually(t, 2*patience, func() error {
				if got := rows(c.MustKubectl(t, "", arguments...)); !slices.Equal(got, want) {
					return fmt.Errorf("%s: kubectl %s:\n%s\nand not\n%s", filepath.Base(file), strings.Join(step.command, " "),
						strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				return nil
			})
			compared++
		}
		if left := c.MustKubectl(t, "", "get", "pcs,pclq,pcsg,podgang,pods", "-o", "name"); strings.TrimSpace(left) != "" {
			clustertest.Eventually(t, patience, func() error {
				if left := c.MustKubectl(t, "", "get", "pcs,pclq,pcsg,podgang,pods", "-o", "name"); strings.TrimSpace(left) != "" {
					return fmt.Errorf("%s: left behind:\n%s", filepath.Base(file), left)
				}
				return nil
			})
		}
	}
	t.Logf("%d listings of %d walks", compared, len(files))
}

// walkScalingGroupReference follows the reference of the scaling group: totals,
// counts of the status, autoscalers and the progress of a rolling update.
func walkScalingGroupReference(t *testing.T, c *clustertest.Cluster) {
	file := filepath.Join(clustertest.Root(t), "examples", "distributed-training", "distributed-training.yaml")
	c.MustKubectl(t, stored(t, file), "apply", "-f", "-")
	get := func(arguments ...string) string {
		t.Helper()
		return strings.Join(strings.Fields(c.MustKubectl(t, "", append([]string{"get"}, arguments...)...)), " ")
	}
	eventually := func(want string, arguments ...string) {
		t.Helper()
		clustertest.Eventually(t, 2*patience, func() error {
			if got := get(arguments...); got != want {
				return fmt.Errorf("get %s: %q, not %q", strings.Join(arguments, " "), got, want)
			}
			return nil
		})
	}
	clustertest.Eventually(t, 2*patience, func() error { return ready(c, "^dtrain-[0-2]-infra-[01]-worker-", 24) })
	clustertest.Eventually(t, 2*patience, func() error { return ready(c, "^dtrain-[0-2]-infra-[01]-parameter-server-", 12) })
	counts := "-o=jsonpath={.status.replicas} {.status.scheduledReplicas} {.status.availableReplicas} {.status.updatedReplicas}"
	for replica := range 3 {
		eventually("2 2 2 2", "podcliquescalinggroup", fmt.Sprintf("dtrain-%d-infra", replica), counts)
	}
	eventually("NAME REPLICAS READY dtrain-1-infra-0-parameter-server 2 2 dtrain-1-infra-0-worker 4 4 dtrain-1-infra-1-parameter-server 2 2 dtrain-1-infra-1-worker 4 4",
		"podclique", "-l", "grove.io/podcliquescalinggroup=dtrain-1-infra", "-o", "custom-columns=NAME:.metadata.name,REPLICAS:.spec.replicas,READY:.status.readyReplicas")
	if pods := strings.Count(get("pods", "-l", "grove.io/podcliquescalinggroup=dtrain-1-infra", "-o", "name"), "pod/"); pods != 12 {
		t.Errorf("%d pods of one group", pods)
	}
	eventually("dtrain-0-infra dtrain-1-infra dtrain-2-infra", "hpa", "-o", "jsonpath={.items[*].spec.scaleTargetRef.name}")

	c.MustKubectl(t, "", "patch", "pcs", "dtrain", "--type=json", "-p",
		`[{"op":"replace","path":"/spec/template/cliques/1/spec/podSpec/containers/0/image","value":"example.com/new:2"}]`)
	clustertest.Eventually(t, 2*patience, func() error {
		for replica := range 3 {
			out := get("podcliquescalinggroup", fmt.Sprintf("dtrain-%d-infra", replica), "-o=jsonpath={.status.updateProgress.updateEndedAt}")
			if out == "" {
				return fmt.Errorf("the update of group %d has not ended", replica)
			}
		}
		images := get("pods", "-o", `jsonpath={range .items[*]}{.metadata.labels.grove\.io/podclique}={.spec.containers[0].image}{"\n"}{end}`)
		if n := len(regexp.MustCompile(`parameter-server=example\.com/new:2`).FindAllString(images, -1)); n != 12 {
			return fmt.Errorf("%d of 12 pods are new:\n%s", n, images)
		}
		return ready(c, "^dtrain-", 36)
	})
	for replica := range 3 {
		eventually("2 2 2 2", "podcliquescalinggroup", fmt.Sprintf("dtrain-%d-infra", replica), counts)
	}
}
