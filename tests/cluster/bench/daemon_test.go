package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"grovec.dev/tests/cluster/clustertest"
)

// set is a PodCliqueSet with one clique.
func set(name string, replicas, pods, image int) string {
	return fmt.Sprintf(`apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata: {name: %s}
spec:
  replicas: %d
  template:
    cliques:
    - name: w
      annotations: {test.grovec.dev/ready-after: 100ms}
      spec:
        roleName: w
        replicas: %d
        podSpec:
          containers: [{name: main, image: "example.com/main:%d"}]
`, name, replicas, pods, image)
}

// withDefaults is a set as admission leaves it: no webhook is here.
func withDefaults(t *testing.T, manifest string) string {
	t.Helper()
	command := exec.Command(clustertest.Program(t, "grovec"), "compile", "--emit=spec", "-")
	command.Stdin = strings.NewReader(manifest)
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// inParallel calls f(0) … f(count-1), 16 at a time.
func inParallel(count int, f func(i int)) {
	numbers := make(chan int)
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			for i := range numbers {
				f(i)
			}
		})
	}
	for i := range count {
		numbers <- i
	}
	close(numbers)
	workers.Wait()
}

// barePods creates pods without an operator: the limit.
func barePods(t *testing.T, c *clustertest.Cluster, count int) {
	t.Helper()
	inParallel(count, func(i int) {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("bare-%d", i), Annotations: map[string]string{"test.grovec.dev/ready-after": "100ms"}},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.com/main:1"}}}}
		if _, err := c.Client.CoreV1().Pods("default").Create(context.Background(), pod, metav1.CreateOptions{}); err != nil {
			t.Error(err)
		}
	})
}

// pods waits until there are exactly so many and each is as `is` says, and
// returns how long that took.
func pods(t *testing.T, c *clustertest.Cluster, start time.Time, count int, is func(*corev1.Pod) bool) time.Duration {
	t.Helper()
	clustertest.Eventually(t, 10*time.Minute, func() error {
		list, err := c.Client.CoreV1().Pods("default").List(context.Background(), metav1.ListOptions{ResourceVersion: "0"})
		if err != nil {
			return err
		}
		found := 0
		for i := range list.Items {
			if is(&list.Items[i]) {
				found++
			}
		}
		if found != count || len(list.Items) != count {
			time.Sleep(100 * time.Millisecond) // a list of many pods is work for the server that is measured
			return fmt.Errorf("%d of %d pods", found, count)
		}
		return nil
	})
	return time.Since(start)
}

func isReady(pod *corev1.Pod) bool { return clustertest.Ready(pod) == nil }

// operator is a running daemon.
type operator struct {
	t       *testing.T
	command *exec.Cmd
	log     *clustertest.Buffer
}

func startDaemon(t *testing.T, c *clustertest.Cluster) *operator {
	t.Helper()
	o := &operator{t: t, command: live(t, c, "reconcile", "--metrics-address", "127.0.0.1:0"), log: &clustertest.Buffer{}}
	o.command.Stdout, o.command.Stderr = o.log, o.log
	o.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := o.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.stop)
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if page := o.page("/metrics"); clustertest.Sum(page, "grovec_leads") != 1 {
			return fmt.Errorf("does not lead:\n%s", o.log)
		}
		return nil
	})
	return o
}

func (o *operator) stop() {
	if o.command.ProcessState == nil {
		_ = o.command.Process.Signal(syscall.SIGTERM)
		_ = o.command.Wait()
	}
}

// page is one that the daemon serves; empty as long as it serves none.
func (o *operator) page(path string) string {
	address := regexp.MustCompile(`on (http://\S+)`).FindStringSubmatch(o.log.String())
	if address == nil {
		return ""
	}
	answer, err := http.Get(address[1] + path)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return string(body)
}

func (o *operator) metric(name string) float64 {
	return clustertest.Sum(o.page("/metrics"), "grovec_"+name)
}

// peakMiB is the most memory it ever had.
func (o *operator) peakMiB() float64 {
	o.t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(o.command.Process.Pid), "status"))
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if err != nil || found == nil {
		o.t.Fatalf("no VmHWM: %v", err)
	}
	kib, _ := strconv.ParseFloat(string(found[1]), 64)
	return kib / 1024
}

// settles waits until nothing has been written for some seconds.
func (o *operator) settles() {
	o.t.Helper()
	last, since := -1.0, time.Now()
	clustertest.Eventually(o.t, 5*time.Minute, func() error {
		if now := o.metric("writes_total"); now != last {
			last, since = now, time.Now()
		}
		time.Sleep(200 * time.Millisecond)
		if quiet := time.Since(since); quiet < 5*time.Second {
			return fmt.Errorf("wrote %v ago", quiet)
		}
		return nil
	})
}

var request = regexp.MustCompile(`(?m)^apiserver_request_total\{.*group="([^"]*)".*resource="([^"]*)".*subresource="([^"]*)".*verb="(POST|PUT|PATCH|APPLY|DELETE|DELETECOLLECTION)".*\} (\S+)$`)

// writes are the write requests that the API server has answered, by what they
// were about; those of the machinery (status and binding of pods, leases) apart.
func writes(t *testing.T, c *clustertest.Cluster) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	for _, m := range request.FindAllStringSubmatch(c.MustKubectl(t, "", "get", "--raw", "/metrics"), -1) {
		group, resource, subresource, verb := m[1], m[2], m[3], m[4]
		ours := strings.HasSuffix(group, "grove.io") || subresource == "" && slices.Contains(
			[]string{"pods", "services", "secrets", "serviceaccounts", "roles", "rolebindings", "resourceclaims"}, resource)
		if !ours {
			continue
		}
		if subresource != "" {
			resource += "/" + subresource
		}
		count, _ := strconv.ParseFloat(m[5], 64)
		out[verb+" "+resource] += count
	}
	return out
}

// since tells what was written after `before`: the total, and by verb and resource.
func since(before, after map[string]float64) (float64, string) {
	total, parts := 0.0, []string{}
	for what, count := range after {
		if more := count - before[what]; more > 0 {
			total += more
			parts = append(parts, fmt.Sprintf("%s %.0f", what, more))
		}
	}
	slices.Sort(parts)
	return total, strings.Join(parts, ", ")
}

func daemonPart(t *testing.T, c *clustertest.Cluster, size sizes, b *table) {
	crds, err := exec.Command(clustertest.Program(t, "grovec"), "schema", "--crds").Output()
	if err != nil {
		t.Fatal(err)
	}
	c.MustKubectl(t, string(crds), "apply", "--server-side", "-f", "-")
	clustertest.Eventually(t, clustertest.Patience, func() error {
		_, _, err := c.Kubectl("", "get", "pcs,pclq,pcsg,podgang,clustertopologybindings")
		return err
	})
	ready, gone := bareTimes(t, c, size.pods)
	o := startDaemon(t, c)
	deploy(t, c, size, b, o, ready)
	rest(t, c, b, o)
	o.stop()
	o = startDaemon(t, c)
	o.settles()
	b.bar("write requests after a restart without a change", o.metric("writes_total"), 0, "", fmt.Sprintf("CPU %.2f s", o.metric("process_cpu_seconds_total")))
	deleted(t, c, size, b, gone)
	small(t, c, b)
}

// bareTimes are the limits: to ready, and from deletion to gone.
func bareTimes(t *testing.T, c *clustertest.Cluster, count int) (ready, gone time.Duration) {
	t.Helper()
	start := time.Now()
	barePods(t, c, count)
	ready = pods(t, c, start, count, isReady)
	start = time.Now()
	err := c.Client.CoreV1().Pods("default").DeleteCollection(context.Background(), metav1.DeleteOptions{}, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return ready, pods(t, c, start, 0, isReady)
}

func deploy(t *testing.T, c *clustertest.Cluster, size sizes, b *table, o *operator, bare time.Duration) {
	t.Helper()
	before, cpu := writes(t, c), o.metric("process_cpu_seconds_total")
	manifest := withDefaults(t, set("many", size.pods/2, 2, 1))
	start := time.Now()
	c.MustKubectl(t, manifest, "create", "-f", "-")
	ready := pods(t, c, start, size.pods, isReady)
	o.settles()
	total, parts := since(before, writes(t, c))
	per := float64(size.pods) / 1000
	what := fmt.Sprintf("%d pods", size.pods)
	b.bar(what+" ready, over bare pods", ready.Seconds()/bare.Seconds(), 2, "", fmt.Sprintf("%.2f s / %.2f s", ready.Seconds(), bare.Seconds()))
	b.bar("write requests for that, Events apart", total, 4100*per, "", parts)
	b.bar("CPU of the daemon for that", o.metric("process_cpu_seconds_total")-cpu, 1.5*per, "s", "")
	memory := 24.0
	if size.pods > 1000 {
		memory = 34
	}
	b.bar("peak memory of the daemon", o.peakMiB(), memory, "MiB", fmt.Sprintf("now %.1f MiB", o.metric("process_resident_memory_bytes")/(1<<20)))
}

func rest(t *testing.T, c *clustertest.Cluster, b *table, o *operator) {
	t.Helper()
	before, counted, cpu := writes(t, c), o.metric("writes_total"), o.metric("process_cpu_seconds_total")
	time.Sleep(time.Minute)
	_, parts := since(before, writes(t, c))
	b.bar("write requests in 60 s of rest", o.metric("writes_total")-counted, 0, "",
		strings.TrimSuffix(fmt.Sprintf("CPU %.2f s; %s", o.metric("process_cpu_seconds_total")-cpu, parts), "; "))
}

func deleted(t *testing.T, c *clustertest.Cluster, size sizes, b *table, bare time.Duration) {
	t.Helper()
	start := time.Now()
	c.MustKubectl(t, "", "delete", "pcs", "many", "--wait=false")
	pods(t, c, start, 0, isReady)
	clustertest.Eventually(t, 5*time.Minute, func() error {
		left, _, err := c.Kubectl("", "get", "pcs,pclq,podgang,services", "-l", "app.kubernetes.io/part-of=many", "-o", "name")
		if err == nil && left != "" {
			err = fmt.Errorf("left: %s", left)
		}
		return err
	})
	took := time.Since(start)
	b.bar(fmt.Sprintf("deletion of the set with %d pods, over bare pods", size.pods), took.Seconds()/bare.Seconds(), 2, "",
		fmt.Sprintf("%.2f s / %.2f s", took.Seconds(), bare.Seconds()))
}
