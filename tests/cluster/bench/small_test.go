package bench

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"grovec.dev/tests/cluster/clustertest"
)

const times = 20

var sets = schema.GroupVersionResource{Group: "grove.io", Version: "v1alpha1", Resource: "podcliquesets"}

// small measures how soon the daemon answers a single change.
func small(t *testing.T, c *clustertest.Cluster, b *table) {
	c.MustKubectl(t, withDefaults(t, set("small", 1, 1, 1)), "create", "-f", "-")
	pods(t, c, time.Now(), 1, isReady)
	scaled := scales(t, c)
	b.bar(fmt.Sprintf("kubectl scale to the first new pod, p50 of %d", len(scaled)), ms(median(scaled)), 100, "ms",
		fmt.Sprintf("longest %.0f ms", ms(slices.Max(scaled))))
	pods(t, c, time.Now(), 1+times, isReady)
	replaced := kills(t, c)
	b.row(fmt.Sprintf("a killed pod's end to its successor, p50 of %d", len(replaced)), "%.0f ms (longest %.0f ms)", ms(median(replaced)), ms(slices.Max(replaced)))
	c.MustKubectl(t, "", "delete", "pcs", "small", "--wait=true")
	pods(t, c, time.Now(), 0, isReady)
	update(t, c, b)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func median(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// until waits for an event of a watch.
func until(t *testing.T, w watch.Interface, is func(watch.Event) bool) time.Time {
	t.Helper()
	late := time.After(clustertest.Patience)
	for {
		select {
		case event, open := <-w.ResultChan():
			if !open {
				t.Fatal("the watch has ended")
			}
			if is(event) {
				return time.Now()
			}
		case <-late:
			t.Fatal("it does not happen")
		}
	}
}

func watchPods(t *testing.T, c *clustertest.Cluster) watch.Interface {
	t.Helper()
	list, err := c.Client.CoreV1().Pods("default").List(context.Background(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := c.Client.CoreV1().Pods("default").Watch(context.Background(), metav1.ListOptions{ResourceVersion: list.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	return w
}

// scales is the time from the set's new version, as a watcher sees it, to the
// first new pod, one replica more each time.
func scales(t *testing.T, c *clustertest.Cluster) []time.Duration {
	t.Helper()
	client, err := dynamic.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	var took []time.Duration
	for i := range times {
		set, err := client.Resource(sets).Namespace("default").Get(context.Background(), "small", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		generation := set.GetGeneration()
		changes, err := client.Resource(sets).Namespace("default").Watch(context.Background(), metav1.ListOptions{ResourceVersion: set.GetResourceVersion()})
		if err != nil {
			t.Fatal(err)
		}
		created := make(chan time.Time, 1)
		w := watchPods(t, c)
		go func() {
			for event := range w.ResultChan() {
				if event.Type == watch.Added {
					created <- time.Now()
					return
				}
			}
		}()
		c.MustKubectl(t, "", "scale", "pcs", "small", fmt.Sprintf("--replicas=%d", i+2))
		changed := until(t, changes, func(e watch.Event) bool {
			object, is := e.Object.(metav1.Object)
			return is && object.GetGeneration() > generation
		})
		select {
		case at := <-created:
			took = append(took, at.Sub(changed))
		case <-time.After(clustertest.Patience):
			t.Fatal("no new pod")
		}
		w.Stop()
		changes.Stop()
		pods(t, c, time.Now(), i+2, isReady)
	}
	return took
}

// kills is the time from the end of a pod to its successor, as a watcher sees them.
func kills(t *testing.T, c *clustertest.Cluster) []time.Duration {
	t.Helper()
	var took []time.Duration
	now := int64(0)
	for range times {
		list, err := c.Client.CoreV1().Pods("default").List(context.Background(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		w := watchPods(t, c)
		err = c.Client.CoreV1().Pods("default").Delete(context.Background(), list.Items[0].Name, metav1.DeleteOptions{GracePeriodSeconds: &now})
		if err != nil {
			t.Fatal(err)
		}
		ended := until(t, w, func(e watch.Event) bool { return e.Type == watch.Deleted })
		took = append(took, until(t, w, func(e watch.Event) bool { return e.Type == watch.Added }).Sub(ended))
		w.Stop()
		pods(t, c, time.Now(), len(list.Items), isReady)
	}
	return took
}

// update measures the rolling update of a clique of ten pods.
func update(t *testing.T, c *clustertest.Cluster, b *table) {
	t.Helper()
	const count = 10
	c.MustKubectl(t, withDefaults(t, set("ten", 1, count, 1)), "create", "-f", "-")
	pods(t, c, time.Now(), count, isReady)
	start := time.Now()
	c.MustKubectl(t, withDefaults(t, set("ten", 1, count, 2)), "replace", "-f", "-")
	took := pods(t, c, start, count, func(pod *corev1.Pod) bool {
		return isReady(pod) && pod.Spec.Containers[0].Image == "example.com/main:2"
	})
	b.bar("update of a clique of 10 pods that are ready in 0.1 s, for each pod", took.Seconds()/count, 0.5, "s", fmt.Sprintf("%.2f s", took.Seconds()))
	c.MustKubectl(t, "", "delete", "pcs", "ten", "--wait=true")
	pods(t, c, time.Now(), 0, isReady)
}
