package kubelet_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"grovec.dev/tests/cluster/clustertest"
	"grovec.dev/tests/cluster/kubelet"
)

// manifest writes a pod with one container; extra is more of its spec.
func manifest(name, annotations, extra string) string {
	return fmt.Sprintf(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%[1]s","annotations":{%[2]s},
		"labels":{"grove.io/podclique":"%[1]s","grove.io/podgang":"gang"}},
		"spec":{"containers":[{"name":"main","image":"main"}]%[3]s}}`, name, annotations, extra)
}

func annotation(key, value string) string { return fmt.Sprintf("%q:%q", key, value) }

// wants waits until the pod is as the check wants it, and returns it.
func wants(t *testing.T, c *clustertest.Cluster, name string, check func(*corev1.Pod) error) *corev1.Pod {
	t.Helper()
	var pod *corev1.Pod
	clustertest.Eventually(t, clustertest.Patience, func() error {
		var err error
		if pod, err = c.Pod(name); err != nil {
			return err
		}
		return check(pod)
	})
	return pod
}

func mainStatus(pod *corev1.Pod) corev1.ContainerStatus {
	if len(pod.Status.ContainerStatuses) == 0 {
		return corev1.ContainerStatus{}
	}
	return pod.Status.ContainerStatuses[0]
}

func crashed(pod *corev1.Pod) error {
	last := mainStatus(pod).LastTerminationState.Terminated
	if last == nil || last.ExitCode != 1 || clustertest.Ready(pod) == nil || pod.Status.Phase != corev1.PodRunning {
		return fmt.Errorf("not in a crash loop: %+v", pod.Status)
	}
	return nil
}

func TestPods(t *testing.T) {
	program := filepath.Join(clustertest.Bin(t), "waitpods")
	c := clustertest.Start(t, "--nodes", "3", "--taint", "none", "--initc", program)
	for name, test := range map[string]func(*testing.T, *clustertest.Cluster){
		"InitContainersRunInOrder":        initContainersRunInOrder,
		"InitContainerWaits":              initContainerWaits,
		"FailedInitcIsTriedAgain":         failedInitcIsTriedAgain,
		"DeletedPodTakesItsInitcWithIt":   deletedPodTakesItsInitcWithIt,
		"FailingContainerCrashes":         failingContainerCrashes,
		"FailingPodThatNeverRestarts":     failingPodThatNeverRestarts,
		"FailingInitContainer":            failingInitContainer,
		"UnreadyPodBecomesReadyOnRequest": unreadyPod,
		"EvictedPod":                      evictedPod,
		"TerminationTakesItsTime":         terminationTakesItsTime,
		"SidecarKeepsRunning":             sidecarKeepsRunning,
		"ReadinessGateIsObeyed":           readinessGateIsObeyed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, c)
		})
	}
}

func initContainersRunInOrder(t *testing.T, c *clustertest.Cluster) {
	c.MustKubectl(t, manifest("ordered", annotation(kubelet.InitTakes, "1s"),
		`,"initContainers":[{"name":"i1","image":"i"},{"name":"i2","image":"i"},{"name":"i3","image":"i"}]`), "create", "-f", "-")
	pod := wants(t, c, "ordered", clustertest.Ready)
	var before time.Time
	for _, status := range pod.Status.InitContainerStatuses {
		end := status.State.Terminated
		if end == nil || end.ExitCode != 0 || end.Reason != "Completed" {
			t.Fatalf("%s: %+v", status.Name, status.State)
		}
		if end.StartedAt.Time.Before(before) {
			t.Errorf("%s started at %s, before the one before it ended", status.Name, end.StartedAt)
		}
		if end.FinishedAt.Sub(end.StartedAt.Time) < time.Second {
			t.Errorf("%s ran from %s to %s", status.Name, end.StartedAt, end.FinishedAt)
		}
		before = end.FinishedAt.Time
	}
	if started := mainStatus(pod).State.Running.StartedAt; started.Time.Before(before) {
		t.Errorf("main container started at %s, before init containers ended at %s", started, before)
	}
}

// gangMember is a pod as the operator makes it: real init container, pod
// information, token of a service account that may read pods.
func gangMember(t *testing.T, c *clustertest.Cluster, name, waitsFor string, allowed bool) {
	t.Helper()
	rbac := ""
	if allowed {
		rbac = role(name)
	}
	c.MustKubectl(t, fmt.Sprintf(`
apiVersion: v1
kind: ServiceAccount
metadata: {name: %[1]s}
---
apiVersion: v1
kind: Secret
metadata: {name: %[1]s-token, annotations: {kubernetes.io/service-account.name: %[1]s}}
type: kubernetes.io/service-account-token
---
apiVersion: v1
kind: Pod
metadata: {name: %[1]s, labels: {grove.io/podclique: %[1]s, grove.io/podgang: gang}}
spec:
  containers: [{name: main, image: main}]
  initContainers:
  - {name: first, image: first}
  - name: grove-initc
    image: grove-initc:v0.1.0-dev
    args: ["--podcliques=%[2]s"]
    volumeMounts:
    - {name: info, mountPath: /var/grove/pod-info, readOnly: true}
    - {name: token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
  volumes:
  - name: token
    secret: {secretName: %[1]s-token}
  - name: info
    downwardAPI:
      items:
      - {path: namespace, fieldRef: {fieldPath: metadata.namespace}}
      - {path: podgangname, fieldRef: {fieldPath: "metadata.labels['grove.io/podgang']"}}
%[3]s`, name, waitsFor, rbac), "create", "-f", "-")
}

func role(name string) string {
	return fmt.Sprintf(`
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: %[1]s}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list, watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: %[1]s}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %[1]s}
subjects: [{kind: ServiceAccount, name: %[1]s, namespace: default}]
`, name)
}

func initcStatus(pod *corev1.Pod) corev1.ContainerStatus {
	for _, status := range pod.Status.InitContainerStatuses {
		if status.Name == kubelet.InitcContainer {
			return status
		}
	}
	return corev1.ContainerStatus{}
}

func initcRuns(pod *corev1.Pod) error {
	if initcStatus(pod).State.Running == nil {
		return fmt.Errorf("grove-initc does not run: %+v", pod.Status.InitContainerStatuses)
	}
	return nil
}

func initContainerWaits(t *testing.T, c *clustertest.Cluster) {
	gangMember(t, c, "worker", "leader:1", true)
	wants(t, c, "worker", initcRuns)
	c.MustKubectl(t, manifest("leader", annotation(kubelet.Behave, kubelet.Unready), ""), "create", "-f", "-")
	wants(t, c, "leader", func(pod *corev1.Pod) error {
		if mainStatus(pod).State.Running == nil {
			return errors.New("does not run yet")
		}
		return nil
	})
	worker, err := c.Pod("worker")
	if err != nil {
		t.Fatal(err)
	}
	if initcRuns(worker) != nil || mainStatus(worker).State.Running != nil || worker.Status.Phase != corev1.PodPending {
		t.Errorf("the worker went on before the leader was ready: %+v", worker.Status)
	}
	c.MustKubectl(t, "", "annotate", "pod", "leader", kubelet.Behave+"-")
	leader := wants(t, c, "leader", clustertest.Ready)
	worker = wants(t, c, "worker", clustertest.Ready)
	if end := initcStatus(worker).State.Terminated; end == nil || end.ExitCode != 0 || end.FinishedAt.Time.Before(readySince(leader)) {
		t.Errorf("grove-initc of the worker: %+v", initcStatus(worker).State)
	}
}

func readySince(pod *corev1.Pod) time.Time {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.LastTransitionTime.Time
		}
	}
	return time.Time{}
}

func failedInitcIsTriedAgain(t *testing.T, c *clustertest.Cluster) {
	c.MustKubectl(t, manifest("other-leader", "", ""), "create", "-f", "-")
	gangMember(t, c, "no-rights", "other-leader:1", false)
	pod := wants(t, c, "no-rights", func(pod *corev1.Pod) error {
		last := initcStatus(pod).LastTerminationState.Terminated
		if last == nil || last.ExitCode != 1 || !strings.Contains(last.Message, "forbidden") {
			return fmt.Errorf("grove-initc: %+v", initcStatus(pod))
		}
		return nil
	})
	if clustertest.Ready(pod) == nil {
		t.Error("the pod is ready though its init container failed")
	}
	c.MustKubectl(t, role("no-rights"), "create", "-f", "-")
	wants(t, c, "no-rights", clustertest.Ready)
}

func deletedPodTakesItsInitcWithIt(t *testing.T, c *clustertest.Cluster) {
	gangMember(t, c, "doomed", "never-comes:1", true)
	wants(t, c, "doomed", initcRuns)
	if countProcesses("--podcliques=never-comes:1") != 1 {
		t.Fatal("no process for grove-initc")
	}
	c.MustKubectl(t, "", "delete", "pod", "doomed")
	clustertest.Eventually(t, clustertest.Patience, func() error {
		if n := countProcesses("--podcliques=never-comes:1"); n > 0 {
			return fmt.Errorf("%d processes are left", n)
		}
		return nil
	})
}

func countProcesses(argument string) int {
	count := 0
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		command, _ := os.ReadFile(file)
		if strings.Contains(string(command), "\x00"+argument+"\x00") {
			count++
		}
	}
	return count
}

func failingContainerCrashes(t *testing.T, c *clustertest.Cluster) {
	c.MustKubectl(t, manifest("failing", "", ""), "create", "-f", "-")
	wants(t, c, "failing", clustertest.Ready)
	c.MustKubectl(t, "", "annotate", "pod", "failing", kubelet.Behave+"="+kubelet.Fail)
	pod := wants(t, c, "failing", crashed)
	if w := mainStatus(pod).State.Waiting; w == nil || w.Reason != "CrashLoopBackOff" || mainStatus(pod).RestartCount != 1 {
		t.Errorf("main container: %+v", mainStatus(pod))
	}
	c.MustKubectl(t, "", "annotate", "pod", "failing", kubelet.Behave+"-")
	if pod := wants(t, c, "failing", clustertest.Ready); mainStatus(pod).RestartCount != 1 {
		t.Errorf("restarts: %d", mainStatus(pod).RestartCount)
	}
}

func failingPodThatNeverRestarts(t *testing.T, c *clustertest.Cluster) {
	c.MustKubectl(t, manifest("failed", annotation(kubelet.Behave, kubelet.Fail), `,"restartPolicy":"Never"`), "create", "-f", "-")
	pod := wants(t, c, "failed", func(pod *corev1.Pod) error {
		if pod.Status.Phase != corev1.PodFailed {
			return fmt.Errorf("phase %s", pod.Status.Phase)
		}
		return nil
	})
	if end := mainStatus(pod).State.Terminated; end == nil || end.ExitCode != 1 {
		t.Errorf("main container: %+v", mainStatus(pod).State)
	}
	if clustertest.Ready(pod) == nil {
		t.Error("a failed pod is ready")
	}
}

func failingInitContainer(t *testing.T, c *clustertest.Cluster) {
	c.MustKubectl(t, manifest("failing-init", annotation(kubelet.Behave, kubelet.FailInit),
		`,"initContainers":[{"name":"i","image":"i"}]`), "create", "-f", "-")
	wants(t, c, "failing-init", func(pod *corev1.Pod) error {
		if len(pod.Status.InitContainerStatuses) == 0 || pod.Status.InitContainerStatuses[0].RestartCount != 1 {
			return fmt.Errorf("init container: %+v", pod.Status.InitContainerStatuses)
		}
		return nil
	})
	c.MustKubectl(t, "", "annotate", "pod", "failing-init", kubelet.Behave+"-")
	wants(t, c, "failing-init", clustertest.Ready)
}

func unreadyPod(t *testing.T, c *clustertest.Cluster) {
	c.MustKubectl(t, manifest("unready", annotation(kubelet.Behave, kubelet.Unready), ""), "create", "-f", "-")
	pod := wants(t, c, "unready", func(pod *corev1.Pod) error {
		if mainStatus(pod).State.Running == nil {
			return errors.New("does not run yet")
		}
		return nil
	})
	if clustertest.Ready(pod) == nil || pod.Status.Phase != corev1.PodRunning || !*mainStatus(pod).Started {
		t.Errorf("want started, running and not ready: %+v", pod.Status)
	}
	c.MustKubectl(t, "", "annotate", "pod", "unready", kubelet.Behave+"-")
	wants(t, c, "unready", clustertest.Ready)
	c.MustKubectl(t, "", "annotate", "pod", "unready", kubelet.Behave+"="+kubelet.Unready)
	wants(t, c, "unready", func(pod *corev1.Pod) error {
		if clustertest.Ready(pod) == nil {
			return errors.New("still ready")
		}
		return nil
	})
}

func evictedPod(t *testing.T, c *clustertest.Cluster) {
	c.MustKubectl(t, manifest("evicted", "", ""), "create", "-f", "-")
	wants(t, c, "evicted", clustertest.Ready)
	c.MustKubectl(t, "", "annotate", "pod", "evicted", kubelet.Behave+"="+kubelet.Evict)
	pod := wants(t, c, "evicted", func(pod *corev1.Pod) error {
		if pod.Status.Phase != corev1.PodFailed || pod.Status.Reason != "Evicted" {
			return fmt.Errorf("phase %s, reason %s", pod.Status.Phase, pod.Status.Reason)
		}
		return nil
	})
	if end := mainStatus(pod).State.Terminated; end == nil || end.ExitCode != 137 || clustertest.Ready(pod) == nil {
		t.Errorf("status: %+v", pod.Status)
	}
}

func terminationTakesItsTime(t *testing.T, c *clustertest.Cluster) {
	c.MustKubectl(t, manifest("slow", annotation(kubelet.TerminationTakes, "3s"), ""), "create", "-f", "-")
	c.MustKubectl(t, manifest("quick", "", ""), "create", "-f", "-")
	wants(t, c, "slow", clustertest.Ready)
	wants(t, c, "quick", clustertest.Ready)
	ctx, cancel := context.WithTimeout(context.Background(), clustertest.Patience)
	defer cancel()
	changes, err := c.Client.CoreV1().Pods("default").Watch(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	c.MustKubectl(t, "", "delete", "pod", "slow", "quick", "--wait=false")
	var gone []string
	for change := range changes.ResultChan() {
		pod, isPod := change.Object.(*corev1.Pod)
		if !isPod || change.Type != watch.Deleted || pod.Name != "slow" && pod.Name != "quick" {
			continue
		}
		if gone = append(gone, pod.Name); len(gone) == 2 {
			break
		}
	}
	if took := time.Since(begun); !slices.Equal(gone, []string{"quick", "slow"}) || took < 2*time.Second { // the time of deletion is in whole seconds
		t.Errorf("gone after %s, in this order: %v", took, gone)
	}
}

func sidecarKeepsRunning(t *testing.T, c *clustertest.Cluster) {
	c.MustKubectl(t, manifest("sidecar", "",
		`,"initContainers":[{"name":"side","image":"i","restartPolicy":"Always"},{"name":"then","image":"i"}]`), "create", "-f", "-")
	pod := wants(t, c, "sidecar", clustertest.Ready)
	if s := pod.Status.InitContainerStatuses; s[0].State.Running == nil || s[1].State.Terminated == nil {
		t.Errorf("init containers: %+v", s)
	}
}

func readinessGateIsObeyed(t *testing.T, c *clustertest.Cluster) {
	c.MustKubectl(t, manifest("gated", "", `,"readinessGates":[{"conditionType":"example.com/open"}]`), "create", "-f", "-")
	wants(t, c, "gated", func(pod *corev1.Pod) error {
		for _, condition := range pod.Status.Conditions {
			if condition.Type == corev1.PodReady && condition.Reason == "ReadinessGatesNotReady" && mainStatus(pod).Ready {
				return nil
			}
		}
		return fmt.Errorf("conditions: %+v", pod.Status.Conditions)
	})
	c.MustKubectl(t, "", "patch", "pod", "gated", "--subresource=status", "--type=strategic", "-p",
		`{"status":{"conditions":[{"type":"example.com/open","status":"True"}]}}`)
	wants(t, c, "gated", clustertest.Ready)
}

func TestWithoutInitcProgramThePodSaysWhyItDoesNotStart(t *testing.T) {
	c := clustertest.Start(t, "--nodes", "1", "--taint", "none")
	c.MustKubectl(t, manifest("plain", "", ""), "create", "-f", "-")
	gangMember(t, c, "waiting", "plain:1", true)
	wants(t, c, "plain", clustertest.Ready)
	pod := wants(t, c, "waiting", func(pod *corev1.Pod) error {
		if w := initcStatus(pod).State.Waiting; w == nil || w.Reason != "NoInitcProgram" {
			return fmt.Errorf("grove-initc: %+v", initcStatus(pod).State)
		}
		return nil
	})
	if message := initcStatus(pod).State.Waiting.Message; !strings.Contains(message, "without --initc") {
		t.Errorf("message: %q", message)
	}
	if clustertest.Ready(pod) == nil || pod.Status.Phase != corev1.PodPending {
		t.Errorf("the pod is %s", pod.Status.Phase)
	}
}

func TestThousandPodsBecomeReady(t *testing.T) {
	c := clustertest.Start(t, "--nodes", "40", "--taint", "none")
	c.MustKubectl(t, `{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"many"},"spec":{"replicas":1000,
		"selector":{"matchLabels":{"app":"many"}},"template":{"metadata":{"labels":{"app":"many"}},
		"spec":{"containers":[{"name":"main","image":"main"}]}}}}`, "create", "-f", "-")
	begun := time.Now()
	clustertest.Eventually(t, clustertest.Patience, func() error {
		set, err := c.Client.AppsV1().ReplicaSets("default").Get(context.Background(), "many", metav1.GetOptions{})
		if err == nil && set.Status.ReadyReplicas != 1000 {
			err = fmt.Errorf("%d are ready", set.Status.ReadyReplicas)
		}
		return err
	})
	t.Logf("1,000 pods are ready after %.1f s", time.Since(begun).Seconds())
}
