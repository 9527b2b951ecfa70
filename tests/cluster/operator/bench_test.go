package operator

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"grovec.dev/tests/cluster/clustertest"
)

const thousand = `apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata: {name: many}
spec:
  replicas: 500
  template:
    cliques:
    - name: w
      spec:
        roleName: w
        replicas: 2
        podSpec:
          containers: [{name: main, image: example.com/main:1}]
`

// untilReady is how long it takes from `start` until so many pods of the
// default namespace are Ready.
func untilReady(t *testing.T, c *clustertest.Cluster, start time.Time, count int) time.Duration {
	t.Helper()
	clustertest.Eventually(t, 5*time.Minute, func() error {
		time.Sleep(200 * time.Millisecond)
		pods, err := c.Client.CoreV1().Pods("default").List(context.Background(), metav1.ListOptions{ResourceVersion: "0"})
		if err != nil {
			return err
		}
		found := 0
		for _, pod := range pods.Items {
			for _, condition := range pod.Status.Conditions {
				if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue {
					found++
				}
			}
		}
		if found != count {
			return fmt.Errorf("%d of %d pods are ready", found, count)
		}
		return nil
	})
	return time.Since(start).Round(10 * time.Millisecond)
}

// barePods creates pods without an operator, 16 at a time: the limit.
func barePods(t *testing.T, c *clustertest.Cluster, count int) {
	t.Helper()
	names := make(chan int)
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			for i := range names {
				pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("bare-%d", i)},
					Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.com/main:1"}}}}
				if _, err := c.Client.CoreV1().Pods("default").Create(context.Background(), pod, metav1.CreateOptions{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range count {
		names <- i
	}
	close(names)
	workers.Wait()
}

// sum adds up the samples of a metric.
func sum(page, metric string) float64 {
	total := 0.0
	for _, sample := range regexp.MustCompile(`(?m)^`+metric+`(?:\{.*\})? (\S+)$`).FindAllStringSubmatch(page, -1) {
		value, _ := strconv.ParseFloat(sample[1], 64)
		total += value
	}
	return total
}

// TestDeployOfAThousandPods measures; run it alone and with GROVEC_BENCH=1.
func TestDeployOfAThousandPods(t *testing.T) {
	if os.Getenv("GROVEC_BENCH") == "" {
		t.Skip("a measurement: GROVEC_BENCH=1")
	}
	file := filepath.Join(t.TempDir(), "many.yaml")
	if err := os.WriteFile(file, []byte(thousand), 0o600); err != nil {
		t.Fatal(err)
	}
	c := cluster(t, "--nodes", "20")
	start := time.Now()
	barePods(t, c, 1000)
	bare := untilReady(t, c, start, 1000)
	c.MustKubectl(t, "", "delete", "pods", "--all", "--grace-period=0", "--force", "--wait=true")

	_, log := daemon(t, c, "--metrics-address", "127.0.0.1:0")
	manifest := stored(t, file)
	start = time.Now()
	c.MustKubectl(t, manifest, "create", "-f", "-")
	ready := untilReady(t, c, start, 1000)
	time.Sleep(10 * time.Second) // what is still to be written
	page := served(t, log, "/metrics")
	rest := sum(page, "grovec_writes_total")
	time.Sleep(30 * time.Second)
	t.Logf("bare pods ready: %v; of the set: %v (%.1f times)", bare, ready, ready.Seconds()/bare.Seconds())
	t.Logf("writes: %.0f, of them failed %.0f; in 30 s of rest: %.0f", rest, sum(page, "grovec_failed_writes_total"),
		sum(served(t, log, "/metrics"), "grovec_writes_total")-rest)
	t.Logf("CPU %.2f s, memory %.1f MiB", sum(page, "grovec_process_cpu_seconds_total"),
		sum(page, "grovec_process_resident_memory_bytes")/(1<<20))
}
