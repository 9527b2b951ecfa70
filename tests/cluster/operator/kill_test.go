package operator

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"grovec.dev/tests/cluster/clustertest"
)

// A set of 8 pods a replica: a standalone clique and a group with a scaled gang.
const killed = `apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata: {name: %s}
spec:
  replicas: %d
  template:
    terminationDelay: 1s
    cliques:
    - name: front
      spec:
        roleName: front
        replicas: 2
        podSpec:
          containers: [{name: main, image: "example.com/main:%d"}]
    - name: lead
      spec:
        roleName: lead
        replicas: 1
        podSpec:
          containers: [{name: main, image: "example.com/main:%d"}]
    - name: work
      spec:
        roleName: work
        replicas: 2
        podSpec:
          containers: [{name: main, image: "example.com/main:%d"}]
    podCliqueScalingGroups:
    - {name: pool, cliqueNames: [lead, work], replicas: 2, minAvailable: 1}
`

func killedSet(name string, replicas, image int) string {
	return fmt.Sprintf(killed, name, replicas, image, image, image)
}

// ledger notes what becomes of each pod, by a watch of its own.
type ledger struct {
	mutex  sync.Mutex
	live   map[string]*corev1.Pod // by uid
	places map[string]string      // clique and index of the unmarked pods, to their uid
	marked map[string]string      // uid to name, of pods that were deleted
	seen   string                 // what was last said by the marker
	faults []string
}

// marker is a pod of nobody: what is written on it is read once everything
// before it has been.
const marker = "marker"

// catchUp waits until the ledger knows all that has happened.
func (l *ledger) catchUp(t *testing.T, c *clustertest.Cluster, now string) {
	t.Helper()
	c.MustKubectl(t, "", "annotate", "--overwrite", "pod", marker, "seen="+now)
	clustertest.Eventually(t, patience, func() error {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		if l.seen != now {
			return fmt.Errorf("the watch of the pods is at %q, not %q", l.seen, now)
		}
		return nil
	})
}

func placeOf(pod *corev1.Pod) string {
	return pod.Labels["grove.io/podclique"] + "/" + pod.Labels["grove.io/podclique-pod-index"] + "/" + string(pod.OwnerReferences[0].UID)
}

func (l *ledger) note(kind watch.EventType, pod *corev1.Pod) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if pod.Name == marker {
		l.seen = pod.Annotations["seen"]
		return
	}
	uid, place := string(pod.UID), placeOf(pod)
	if kind == watch.Deleted || pod.DeletionTimestamp != nil {
		l.marked[uid] = pod.Name
		if l.places[place] == uid {
			delete(l.places, place)
		}
		if kind == watch.Deleted {
			delete(l.live, uid)
			return
		}
	} else if other := l.places[place]; other != "" && other != uid {
		l.faults = append(l.faults, fmt.Sprintf("two pods of %s: %s and %s", place, l.live[other].Name, pod.Name))
	} else {
		l.places[place] = uid
	}
	l.live[uid] = pod
}

func keepLedger(t *testing.T, c *clustertest.Cluster) *ledger {
	t.Helper()
	l := &ledger{live: map[string]*corev1.Pod{}, places: map[string]string{}, marked: map[string]string{}}
	ctx, cancel := context.WithCancel(context.Background())
	c.MustKubectl(t, "", "run", marker, "--image=example.com/main:1", "--restart=Never")
	list, err := c.Client.CoreV1().Pods("default").List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	events, err := c.Client.CoreV1().Pods("default").Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion, TimeoutSeconds: new(int64(3600))})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for event := range events.ResultChan() {
			if pod, ok := event.Object.(*corev1.Pod); ok {
				l.note(event.Type, pod)
			} else {
				l.mutex.Lock()
				l.faults = append(l.faults, fmt.Sprintf("the watch of the pods ended: %v", event.Object))
				l.mutex.Unlock()
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return l
}

// marks takes the names of the pods that were deleted since the last call.
func (l *ledger) marks() []string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	var out []string
	for _, name := range l.marked {
		out = append(out, name)
	}
	l.marked = map[string]string{}
	sort.Strings(out)
	return out
}

// trigger counts the lines of a log and calls back at one of them.
type trigger struct {
	mutex sync.Mutex
	log   bytes.Buffer
	left  int
	fire  func()
}

func (w *trigger) Write(p []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.log.Write(p)
	before := w.left
	w.left -= bytes.Count(p, []byte("\n"))
	if before > 0 && w.left <= 0 {
		w.fire()
	}
	return len(p), nil
}

// killAfter starts an operator and kills it `delay` after so many lines of its
// log (0: after its start). The result is closed when it has gone.
func killAfter(t *testing.T, c *clustertest.Cluster, lines int, delay time.Duration) (kill func(), gone <-chan struct{}) {
	t.Helper()
	command := live(t, c, "reconcile", "--no-leader-election", "--metrics-address", "off")
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	kill = func() { _ = command.Process.Kill() }
	out := &trigger{left: lines, fire: func() { time.AfterFunc(delay, kill) }}
	command.Stdout, command.Stderr = out, out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if lines == 0 {
		time.AfterFunc(delay, kill)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = command.Wait()
	}()
	return kill, ended
}

// isOver waits until the operator was killed; one that has nothing more to say
// is killed at rest.
func isOver(kill func(), gone <-chan struct{}, end func() error) {
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		select {
		case <-gone:
			return
		default:
		}
		if end() == nil || time.Now().After(deadline) {
			kill()
			<-gone
			return
		}
	}
}

// expected are the names of all objects of a set, but pods, which count.
func expected(t *testing.T, manifest string) (names []string, pods int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "set.yaml")
	if err := os.WriteFile(file, []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(clustertest.Program(t, "grovec"), "compile", "-o", "ndjson", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	kind := regexp.MustCompile(`^\{"apiVersion":"[^"]*",.*?"kind":"([A-Za-z]+)","metadata":\{.*?"name":"([^"]+)","namespace"`)
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		m := kind.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("no kind and name: %.200s", line)
		}
		if m[1] == "Pod" {
			pods++
		} else {
			names = append(names, strings.ToLower(m[1])+"/"+m[2])
		}
	}
	sort.Strings(names)
	return names, pods
}

const kindsOfASet = "podcliques,podcliquescalinggroups,podgangs,services,secrets,roles,rolebindings,serviceaccounts,pods"

// exact says why a set is not exactly as asked for, everything Ready with that image.
func exact(c *clustertest.Cluster, set string, names []string, pods, image int) error {
	if err := ready(c, "^"+set+"-", pods); err != nil {
		return err
	}
	out, stderr, err := c.Kubectl("", "get", kindsOfASet, "-l", "app.kubernetes.io/part-of="+set, "-o",
		`jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.deletionTimestamp} {.spec.containers[0].image}{"\n"}{end}`)
	if err != nil {
		return fmt.Errorf("%w: %s", err, stderr)
	}
	var found []string
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		object, rest, _ := strings.Cut(line, " ")
		deleted, with, _ := strings.Cut(rest, " ")
		if deleted != "" {
			return fmt.Errorf("%s is going", object)
		}
		kind, name, _ := strings.Cut(object, "/")
		if kind != "Pod" {
			found = append(found, strings.ToLower(kind)+"/"+name)
		} else if with != "example.com/main:"+strconv.Itoa(image) {
			return fmt.Errorf("%s has %s", object, with)
		}
	}
	sort.Strings(found)
	if !slices.Equal(found, names) {
		return fmt.Errorf("there are\n%s\nand there should be\n%s", strings.Join(found, "\n"), strings.Join(names, "\n"))
	}
	return nil
}

// ended says why an update has not come to its end.
func ended(c *clustertest.Cluster, set string, replicas int) error {
	out, stderr, err := c.Kubectl("", "get", "pcs", set, "-o", "jsonpath={.status.updatedReplicas} {.status.availableReplicas} {.status.updateProgress.updateEndedAt}")
	if err != nil {
		return fmt.Errorf("%w: %s", err, stderr)
	}
	if want := fmt.Sprintf("%d %d ", replicas, replicas); !strings.HasPrefix(out, want) || out == want {
		return fmt.Errorf("status: %q", out)
	}
	return nil
}

func gone(c *clustertest.Cluster, set string) error {
	out, stderr, err := c.Kubectl("", "get", "pcs,"+kindsOfASet, "-l", "app.kubernetes.io/part-of="+set, "-o", "name")
	if err != nil || strings.TrimSpace(out) != "" {
		return fmt.Errorf("left: %s %v %s", out, err, stderr)
	}
	out, _, _ = c.Kubectl("", "get", "pcs", set, "-o", "name", "--ignore-not-found")
	if strings.TrimSpace(out) != "" {
		return fmt.Errorf("left: %s", out)
	}
	return nil
}

// phase is something people do, and how the world must be at its end.
type phase struct {
	name  string
	do    func(t *testing.T)
	end   func() error
	lines int // about so many lines a whole run writes
	// marks says what is wrong with the pods that were deleted meanwhile.
	marks func(names []string) error
}

func noMarks(names []string) error {
	if len(names) > 0 {
		return fmt.Errorf("deleted without cause: %v", names)
	}
	return nil
}

func matching(pattern string, atMost int) func([]string) error {
	return func(names []string) error {
		for _, name := range names {
			if !regexp.MustCompile(pattern).MatchString(name) {
				return fmt.Errorf("deleted without cause: %s", name)
			}
		}
		if len(names) > atMost {
			return fmt.Errorf("%d pods were deleted, %d had to be: %v", len(names), atMost, names)
		}
		return nil
	}
}

func phasesOf(t *testing.T, c *clustertest.Cluster, set string) []phase {
	patch := func(what string) func(*testing.T) {
		return func(t *testing.T) { c.MustKubectl(t, "", "patch", "pcs", set, "--type=json", "-p", what) }
	}
	one, onePods := expected(t, killedSet(set, 1, 1))
	two, twoPods := expected(t, killedSet(set, 2, 1))
	image := func(i int) string {
		return fmt.Sprintf(`{"op":"replace","path":"/spec/template/cliques/%d/spec/podSpec/containers/0/image","value":"example.com/main:2"}`, i)
	}
	file := filepath.Join(t.TempDir(), set+".yaml")
	if err := os.WriteFile(file, []byte(killedSet(set, 1, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return []phase{
		{"deploy", func(t *testing.T) { c.MustKubectl(t, stored(t, file), "create", "-f", "-") },
			func() error { return exact(c, set, one, onePods, 1) }, 40, noMarks},
		{"scale out", patch(`[{"op":"replace","path":"/spec/replicas","value":2}]`),
			func() error { return exact(c, set, two, twoPods, 1) }, 35, noMarks},
		{"scale in", patch(`[{"op":"replace","path":"/spec/replicas","value":1}]`),
			func() error { return exact(c, set, one, onePods, 1) }, 10, matching("^"+set+"-1-", 8)},
		{"update", patch("[" + image(0) + "," + image(1) + "," + image(2) + "]"),
			func() error {
				if err := exact(c, set, one, onePods, 2); err != nil {
					return err
				}
				return ended(c, set, 1)
			}, 40, matching("^"+set+"-0-", 8)},
		{"gang termination", func(t *testing.T) {
			c.MustKubectl(t, "", "annotate", "pod", "-l", "grove.io/podclique="+set+"-0-front", "test.grovec.dev/behave=unready")
		}, func() error {
			out, _, err := c.Kubectl("", "get", "pods", "-l", "app.kubernetes.io/part-of="+set, "-o", "jsonpath={.items[*].metadata.annotations.test\\.grovec\\.dev/behave}")
			if err != nil || strings.TrimSpace(out) != "" {
				return fmt.Errorf("a pod of before the termination is there: %q %v", out, err)
			}
			return exact(c, set, one, onePods, 2)
		}, 40, matching("^"+set+"-0-", 8)},
		{"delete", func(t *testing.T) { c.MustKubectl(t, "", "delete", "pcs", set, "--wait=false") },
			func() error { return gone(c, set) }, 12, matching("^"+set+"-0-", 8)},
	}
}

// TestKilledAnywhere kills the operator at points from a seed (GROVEC_SEED),
// again and again during whatever people do. What is wanted must come about
// all the same: exactly, no pod twice, none deleted without cause, nothing left.
func TestKilledAnywhere(t *testing.T) {
	kills := 20
	if given := os.Getenv("GROVEC_KILLS"); given != "" {
		kills, _ = strconv.Atoi(given)
	}
	seed := uint64(1)
	if given := os.Getenv("GROVEC_SEED"); given != "" {
		seed, _ = strconv.ParseUint(given, 10, 64)
	}
	chance := rand.New(rand.NewPCG(seed, 0))
	c := cluster(t)
	book := keepLedger(t, c)
	for round, done := 0, 0; done < kills; round++ {
		for _, p := range phasesOf(t, c, fmt.Sprintf("k%d", round)) {
			what := fmt.Sprintf("seed %d, round %d, %s", seed, round, p.name)
			lines, delay := chance.IntN(p.lines+1), time.Duration(chance.IntN(30))*time.Millisecond
			if lines <= 1 {
				delay *= 10 // before and while it lists
			}
			kill, killed := killAfter(t, c, lines, delay)
			p.do(t)
			isOver(kill, killed, p.end)
			done++
			daemonUntil(t, c, what, p.end)
			book.catchUp(t, c, strconv.Itoa(done))
			if err := p.marks(book.marks()); err != nil {
				t.Errorf("%s, killed %v after line %d: %v", what, delay, lines, err)
			}
		}
	}
	book.mutex.Lock()
	defer book.mutex.Unlock()
	for _, fault := range book.faults {
		t.Error(fault)
	}
	if len(book.live) > 0 {
		t.Errorf("%d pods are left", len(book.live))
	}
}

// daemonUntil runs an operator until the world is so, and ends it in order.
func daemonUntil(t *testing.T, c *clustertest.Cluster, what string, end func() error) {
	t.Helper()
	command, log := daemon(t, c, "--no-leader-election", "--metrics-address", "off")
	deadline := time.Now().Add(2 * patience)
	for err := end(); err != nil; err = end() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
		time.Sleep(30 * time.Millisecond)
	}
	_ = command.Process.Signal(syscall.SIGTERM)
	if err := command.Wait(); err != nil {
		t.Errorf("%s: %v\n%s", what, err, log.String())
	}
}
