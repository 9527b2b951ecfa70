package kubelet

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

var everything = labels.Everything()

// step computes the next status of one pod from its last one, the clock, its
// annotations and, for a real init container, its process.
type step struct {
	*kubelet
	ctx    context.Context
	pod    *corev1.Pod
	record *record
	key    string
	now    time.Time
	status *corev1.PodStatus
	again  time.Duration // when time alone will change something
}

func (s *step) behaviour() string { return s.pod.Annotations[Behave] }

func (s *step) advance() {
	s.begin()
	if s.behaviour() == Evict {
		s.evict()
		return
	}
	initialized := s.advanceInit()
	if s.status.Phase == corev1.PodFailed {
		s.finish("PodFailed")
		return
	}
	if initialized {
		s.advanceMain()
	} else {
		s.status.Phase = corev1.PodPending
	}
	if s.status.Phase == corev1.PodFailed {
		s.finish("PodFailed")
		return
	}
	s.conclude(initialized)
}

// begin fills in what a kubelet says as soon as it has seen the pod.
func (s *step) begin() {
	if s.status.StartTime == nil {
		s.status.StartTime = s.time()
	}
	s.status.HostIP = "127.0.0.1"
	s.status.HostIPs = []corev1.HostIP{{IP: s.status.HostIP}}
	s.status.PodIP = s.record.ip
	if s.pod.Spec.HostNetwork {
		s.status.PodIP = s.status.HostIP
	}
	s.status.PodIPs = []corev1.PodIP{{IP: s.status.PodIP}}
	s.status.InitContainerStatuses = statusesOf(s.pod.Spec.InitContainers, s.status.InitContainerStatuses)
	s.status.ContainerStatuses = statusesOf(s.pod.Spec.Containers, s.status.ContainerStatuses)
}

// statusesOf returns one status for each container, in their order; new ones wait.
func statusesOf(containers []corev1.Container, old []corev1.ContainerStatus) []corev1.ContainerStatus {
	var statuses []corev1.ContainerStatus
	for _, container := range containers {
		status := corev1.ContainerStatus{
			Name: container.Name, Image: container.Image, ImageID: "", Started: ptr(false),
			State: waiting("PodInitializing", ""),
		}
		for _, o := range old {
			if o.Name == container.Name {
				status = *o.DeepCopy()
			}
		}
		statuses = append(statuses, status)
	}
	return statuses
}

// advanceInit moves the init containers on, strictly in order, and says
// whether the main containers may start.
func (s *step) advanceInit() bool {
	for n := range s.pod.Spec.InitContainers {
		container, status := &s.pod.Spec.InitContainers[n], &s.status.InitContainerStatuses[n]
		if t := status.State.Terminated; t != nil && t.ExitCode == 0 {
			continue
		}
		switch {
		case container.RestartPolicy != nil && *container.RestartPolicy == corev1.ContainerRestartPolicyAlways:
			s.run(status)
			status.Ready = true
			continue
		case container.Name == InitcContainer:
			if s.advanceInitc(container, status) {
				continue
			}
		case s.advanceSimulatedInit(status):
			continue
		}
		return false
	}
	return true
}

// advanceSimulatedInit says whether the container has finished. Every one is
// seen running in a status of its own, as it would be with a real kubelet.
func (s *step) advanceSimulatedInit(status *corev1.ContainerStatus) bool {
	if s.behaviour() == FailInit {
		s.crash(status, 1, "made to fail by the annotation "+Behave)
		return false
	}
	if status.State.Running == nil {
		s.run(status)
		s.lookAgain(max(durationOf(s.pod, InitTakes), time.Millisecond))
		return false
	}
	if left := durationOf(s.pod, InitTakes) - s.runs(status); left > 0 {
		s.lookAgain(left)
		return false
	}
	s.complete(status)
	return true
}

// advanceMain starts the main containers, all together.
func (s *step) advanceMain() {
	s.status.Phase = corev1.PodRunning
	for n := range s.pod.Spec.Containers {
		status := &s.status.ContainerStatuses[n]
		if s.behaviour() == Fail {
			s.crash(status, 1, "made to fail by the annotation "+Behave)
			continue
		}
		s.run(status)
		left := durationOf(s.pod, ReadyAfter) - s.runs(status)
		status.Ready = left <= 0 && s.behaviour() != Unready
		if left > 0 {
			s.lookAgain(left)
		}
	}
}

func (s *step) run(status *corev1.ContainerStatus) {
	if status.State.Running == nil {
		status.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: *s.time()}}
		status.ContainerID = "stand-in://" + string(s.pod.UID) + "/" + status.Name
		s.record.since[status.Name] = s.now
	}
	status.Started = ptr(true)
}

// runs says for how long a running container has done so.
func (s *step) runs(status *corev1.ContainerStatus) time.Duration {
	since, known := s.record.since[status.Name]
	if !known { // started under an earlier stand-in
		since = status.State.Running.StartedAt.Time
	}
	return s.now.Sub(since)
}

func (s *step) complete(status *corev1.ContainerStatus) {
	started := s.now
	if status.State.Running != nil {
		started = status.State.Running.StartedAt.Time
	}
	status.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		Reason: "Completed", StartedAt: metav1.NewTime(started), FinishedAt: *s.time(), ContainerID: status.ContainerID}}
	status.Ready, status.Started = true, ptr(false)
}

// crash records one exit with an error: the container then waits in a crash
// loop, or the pod has failed for good.
func (s *step) crash(status *corev1.ContainerStatus, code int32, message string) {
	terminated := &corev1.ContainerStateTerminated{ExitCode: code, Reason: "Error", Message: message,
		StartedAt: *s.time(), FinishedAt: *s.time(), ContainerID: status.ContainerID}
	if status.State.Running != nil {
		terminated.StartedAt = status.State.Running.StartedAt
	}
	status.Ready, status.Started = false, ptr(false)
	if s.pod.Spec.RestartPolicy == corev1.RestartPolicyNever {
		if status.State.Terminated == nil {
			status.State = corev1.ContainerState{Terminated: terminated}
		}
		s.status.Phase = corev1.PodFailed
		return
	}
	if w := status.State.Waiting; w != nil && w.Reason == "CrashLoopBackOff" {
		return
	}
	status.State = waiting("CrashLoopBackOff", "back-off restarting failed container "+status.Name)
	status.LastTerminationState = corev1.ContainerState{Terminated: terminated}
	status.RestartCount++
}

func (s *step) evict() {
	s.record.initc.kill()
	s.status.Phase, s.status.Reason = corev1.PodFailed, "Evicted"
	s.status.Message = "evicted by the annotation " + Behave
	for _, statuses := range [][]corev1.ContainerStatus{s.status.InitContainerStatuses, s.status.ContainerStatuses} {
		for n := range statuses {
			if running := statuses[n].State.Running; running != nil {
				statuses[n].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
					ExitCode: 137, Reason: "Error", StartedAt: running.StartedAt, FinishedAt: *s.time(), ContainerID: statuses[n].ContainerID}}
			}
		}
	}
	s.condition(corev1.DisruptionTarget, true, "TerminationByKubelet", s.status.Message)
	s.finish("PodFailed")
}

// finish sets the conditions of a pod that will not run again.
func (s *step) finish(reason string) {
	for _, statuses := range [][]corev1.ContainerStatus{s.status.InitContainerStatuses, s.status.ContainerStatuses} {
		for n := range statuses {
			if statuses[n].State.Terminated == nil || statuses[n].State.Terminated.ExitCode != 0 {
				statuses[n].Ready = false
			}
			statuses[n].Started = ptr(false)
		}
	}
	s.condition(corev1.ContainersReady, false, reason, "")
	s.condition(corev1.PodReady, false, reason, "")
	s.condition(corev1.PodReadyToStartContainers, false, "", "")
}

// conclude sets the conditions of a living pod.
func (s *step) conclude(initialized bool) {
	s.condition(corev1.PodReadyToStartContainers, true, "", "")
	if initialized {
		s.condition(corev1.PodInitialized, true, "", "")
	} else {
		s.condition(corev1.PodInitialized, false, "ContainersNotInitialized",
			"containers with incomplete status: "+names(s.status.InitContainerStatuses))
	}
	if missing := names(s.status.ContainerStatuses); missing != "" {
		message := "containers with unready status: " + missing
		s.condition(corev1.ContainersReady, false, "ContainersNotReady", message)
		s.condition(corev1.PodReady, false, "ContainersNotReady", message)
		return
	}
	s.condition(corev1.ContainersReady, true, "", "")
	for _, gate := range s.pod.Spec.ReadinessGates {
		if !s.conditionTrue(gate.ConditionType) {
			s.condition(corev1.PodReady, false, "ReadinessGatesNotReady",
				fmt.Sprintf("the status of pod readiness gate %q is not \"True\"", gate.ConditionType))
			return
		}
	}
	s.condition(corev1.PodReady, true, "", "")
}

// names lists the containers that are not ready, as a kubelet prints them.
func names(statuses []corev1.ContainerStatus) string {
	var unready []string
	for _, status := range statuses {
		if !status.Ready {
			unready = append(unready, status.Name)
		}
	}
	if unready == nil {
		return ""
	}
	return "[" + strings.Join(unready, " ") + "]"
}

func (s *step) conditionTrue(kind corev1.PodConditionType) bool {
	for _, condition := range s.status.Conditions {
		if condition.Type == kind {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func (s *step) condition(kind corev1.PodConditionType, is bool, reason, message string) {
	status := corev1.ConditionFalse
	if is {
		status = corev1.ConditionTrue
	}
	for n := range s.status.Conditions {
		c := &s.status.Conditions[n]
		if c.Type == kind {
			if c.Status != status {
				c.Status, c.LastTransitionTime = status, *s.time()
			}
			c.Reason, c.Message = reason, message
			return
		}
	}
	s.status.Conditions = append(s.status.Conditions, corev1.PodCondition{
		Type: kind, Status: status, Reason: reason, Message: message, LastTransitionTime: *s.time()})
}

func (s *step) lookAgain(after time.Duration) {
	if s.again == 0 || after < s.again {
		s.again = after
	}
}

// time is now, in the whole seconds that the API keeps.
func (s *step) time() *metav1.Time {
	t := metav1.NewTime(s.now.Truncate(time.Second))
	return &t
}

func waiting(reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
}

func ptr[T any](value T) *T { return &value }
