package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/faults"
)

// cost is what a program says it took.
type cost struct {
	ListMs  float64 `json:"list_ms"`
	Ms      float64 `json:"ms"`
	Bytes   float64 `json:"bytes"`
	CPUUs   float64 `json:"cpu_us"`
	PeakKiB float64 `json:"-"`
}

func (c cost) String() string {
	return fmt.Sprintf("CPU %.2f s, peak %.1f MiB, %.1f MB, list %.2f s, all %.2f s", c.CPUUs/1e6, c.PeakKiB/1024, c.Bytes/1e6, c.ListMs/1000, c.Ms/1000)
}

// clientPart: pods as of a set are listed and then watched at full speed, from
// the same server through the same proxy, by our client and by client-go.
func clientPart(t *testing.T, c *clustertest.Cluster, size sizes, b *table) {
	namespace := c.Namespace(t)
	fill(t, c, namespace, size.listed)
	lines := changes(t, c, namespace, size.changes)
	proxy := faults.Start(t, c.Config)
	kubeconfig := proxy.Kubeconfig(t, c.User(t, namespace, "reader", "view"))
	informer := filepath.Join(t.TempDir(), "informer")
	if out, err := exec.Command("go", "build", "-o", informer, "./informer").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	path := "/api/v1/namespaces/" + namespace + "/pods"
	pods := strconv.Itoa(size.listed)
	protobuf := measure(t, informer, "--protobuf", kubeconfig, namespace, pods, "0")
	listOurs := measure(t, program(t, "watch_bench"), kubeconfig, path, pods, "0")
	listJSON := measure(t, informer, kubeconfig, namespace, pods, "0")
	proxy.Add(faults.Rule{Name: "replay", Method: "WATCH", Path: "/pods$", Query: "sendInitialEvents=true", Fault: faults.ReplayAfterList(lines)})
	ours := measure(t, program(t, "watch_bench"), kubeconfig, path, pods, strconv.Itoa(size.changes))
	peer := measure(t, informer, kubeconfig, namespace, pods, strconv.Itoa(size.changes))

	what := fmt.Sprintf("list of %d pods", size.listed)
	b.row(what+", ours", "%v", listOurs)
	b.row(what+", client-go, JSON", "%v", listJSON)
	b.row(what+", client-go, protobuf", "%v", protobuf)
	b.row(what+", kubectl get -o name", "%v", kubectl(t, c, namespace))
	what += fmt.Sprintf(" and %d changes", size.changes)
	b.row(what+", ours", "%v", ours)
	b.row(what+", client-go, JSON", "%v", peer)
	b.bar("CPU over client-go's with JSON, list and changes", ours.CPUUs/peer.CPUUs, 1.0/3, "", "")
	b.bar("memory over client-go's with JSON, list and changes", ours.PeakKiB/peer.PeakKiB, 1.0/3, "", "")
	b.row("the same over client-go's with protobuf, list alone", "CPU %.2f, memory %.2f", listOurs.CPUUs/protobuf.CPUUs, listOurs.PeakKiB/protobuf.PeakKiB)
}

// fill makes pods that no scheduler takes.
func fill(t *testing.T, c *clustertest.Cluster, namespace string, count int) {
	t.Helper()
	inParallel(count, func(i int) {
		controller := true
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("many-%d-w-%05d", i/2, i), Labels: map[string]string{
				"app.kubernetes.io/managed-by": "grove-operator", "app.kubernetes.io/part-of": "many", "grove.io/podclique": fmt.Sprintf("many-%d-w", i/2),
				"grove.io/podcliqueset-replica-index": strconv.Itoa(i / 2), "grove.io/podgang": fmt.Sprintf("many-%d", i/2), "grove.io/pod-template-hash": "5d8f6c7b9"},
				OwnerReferences: []metav1.OwnerReference{{APIVersion: "grove.io/v1alpha1", Kind: "PodClique", Name: fmt.Sprintf("many-%d-w", i/2),
					UID: "00000000-0000-4000-8000-000000000000", Controller: &controller, BlockOwnerDeletion: &controller}}},
			Spec: corev1.PodSpec{SchedulerName: "nobody", Containers: []corev1.Container{{Name: "main", Image: "example.com/main:1", Env: []corev1.EnvVar{
				{Name: "GROVE_PCS_NAME", Value: "many"}, {Name: "GROVE_PCS_INDEX", Value: strconv.Itoa(i / 2)}, {Name: "GROVE_PCLQ_NAME", Value: fmt.Sprintf("many-%d-w", i/2)},
				{Name: "GROVE_HEADLESS_SERVICE", Value: fmt.Sprintf("many-%d.%s.svc.cluster.local", i/2, namespace)}, {Name: "GROVE_PCLQ_POD_INDEX", Value: strconv.Itoa(i % 2)}}}}}}
		if _, err := c.Client.CoreV1().Pods(namespace).Create(context.Background(), pod, metav1.CreateOptions{}); err != nil {
			t.Error(err)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
}

// changes are the lines of a watch in which every pod is scheduled, runs and
// becomes ready: the objects that live, with a new version and status.
func changes(t *testing.T, c *clustertest.Cluster, namespace string, count int) []byte {
	t.Helper()
	list, err := c.Client.CoreV1().Pods(namespace).List(context.Background(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// Versions of the future, and none of them twice.
	version, err := strconv.ParseUint(list.ResourceVersion, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	version += 1 << 20
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	for i := range count {
		pod := list.Items[i%len(list.Items)].DeepCopy()
		pod.APIVersion, pod.Kind, pod.ResourceVersion = "v1", "Pod", strconv.FormatUint(version+uint64(i), 10)
		pod.Spec.NodeName = "fake-node-001"
		pod.Status.Phase = corev1.PodRunning
		for _, kind := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized, corev1.ContainersReady, corev1.PodReady} {
			pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: metav1.Now()})
		}
		if err := encoder.Encode(map[string]any{"type": "MODIFIED", "object": pod}); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func measure(t *testing.T, program string, arguments ...string) cost {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "/usr/bin/time", append([]string{"-f", "%M", program}, arguments...)...)
	var out, errors bytes.Buffer
	command.Stdout, command.Stderr = &out, &errors
	if err := command.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(program), err, errors.String())
	}
	var found cost
	if err := json.Unmarshal(out.Bytes(), &found); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	found.PeakKiB = peakKiB(t, errors.String())
	return found
}

// peakKiB is what `time -f %M` wrote last. Nobody else can tell: what getrusage
// says of a child begins with the memory of the test that started it.
func peakKiB(t *testing.T, stderr string) float64 {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	peak, err := strconv.ParseFloat(lines[len(lines)-1], 64)
	if err != nil {
		t.Fatalf("no peak: %v", err)
	}
	return peak
}

// kubectl is what a list by kubectl takes; it does not tell its bytes.
func kubectl(t *testing.T, c *clustertest.Cluster, namespace string) string {
	t.Helper()
	command := exec.Command("/usr/bin/time", "-f", "%M", filepath.Join(clustertest.Bin(t), "kubectl"), "--kubeconfig", c.Kubeconfig, "get", "pods", "-n", namespace, "-o", "name")
	var errors bytes.Buffer
	command.Stderr = &errors
	start := time.Now()
	if err := command.Run(); err != nil {
		t.Fatal(err)
	}
	state := command.ProcessState
	return fmt.Sprintf("CPU %.2f s, peak %.1f MiB, list %.2f s", (state.UserTime() + state.SystemTime()).Seconds(), peakKiB(t, errors.String())/1024, time.Since(start).Seconds())
}
