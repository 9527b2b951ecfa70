// Command informer is what bench/cluster/watch_bench is measured against: an
// informer of client-go that keeps what our projection keeps of a pod, by its
// transform, until so many pods live and so many changes have come.
//
//	informer [--protobuf] KUBECONFIG NAMESPACE PODS CHANGES
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// kept is the transform: the fields of a pod that decisions depend on.
func kept(object any) (any, error) {
	pod, is := object.(*corev1.Pod)
	if !is {
		return object, nil
	}
	out := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace, UID: pod.UID, ResourceVersion: pod.ResourceVersion,
			Labels: pod.Labels, OwnerReferences: pod.OwnerReferences, CreationTimestamp: pod.CreationTimestamp,
			DeletionTimestamp: pod.DeletionTimestamp, Finalizers: pod.Finalizers},
		Spec:   corev1.PodSpec{NodeName: pod.Spec.NodeName, SchedulingGates: pod.Spec.SchedulingGates},
		Status: corev1.PodStatus{Phase: pod.Status.Phase, Conditions: pod.Status.Conditions},
	}
	return out, nil
}

// counting counts the bytes of answers.
type counting struct {
	next  http.RoundTripper
	bytes *atomic.Int64
}

type body struct {
	io.ReadCloser
	bytes *atomic.Int64
}

func (b body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes.Add(int64(n))
	return n, err
}

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := c.next.RoundTrip(r)
	if err == nil {
		answer.Body = body{answer.Body, c.bytes}
	}
	return answer, err
}

func run() error {
	protobuf := flag.Bool("protobuf", false, "protobuf in JSON's place")
	flag.Parse()
	if flag.NArg() != 4 {
		return fmt.Errorf("usage: informer [--protobuf] KUBECONFIG NAMESPACE PODS CHANGES")
	}
	pods, err := strconv.Atoi(flag.Arg(2))
	if err != nil {
		return err
	}
	changes, err := strconv.ParseInt(flag.Arg(3), 10, 64)
	if err != nil {
		return err
	}
	start := time.Now()
	config, err := clientcmd.BuildConfigFromFlags("", flag.Arg(0))
	if err != nil {
		return err
	}
	config.ContentType = "application/json"
	if *protobuf {
		config.ContentType, config.AcceptContentTypes = "application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf"
	}
	var bytes, seen atomic.Int64
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return counting{next, &bytes} })
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(flag.Arg(1)), informers.WithTransform(kept))
	informer := factory.Core().V1().Pods().Informer()
	done := make(chan struct{})
	if changes == 0 {
		close(done)
	}
	_, err = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{UpdateFunc: func(_, _ any) {
		if seen.Add(1) == changes {
			close(done)
		}
	}})
	if err != nil {
		return err
	}
	stop := make(chan struct{})
	factory.Start(stop)
	if !cache.WaitForCacheSync(stop, informer.HasSynced) {
		return fmt.Errorf("not synced")
	}
	listed := time.Since(start)
	<-done
	ended := time.Since(start)
	if got := len(informer.GetStore().ListKeys()); got != pods {
		return fmt.Errorf("%d pods, not %d", got, pods)
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"list_ms": listed.Milliseconds(), "ms": ended.Milliseconds(), "bytes": bytes.Load(), "pods": pods,
		"cpu_us": (usage.Utime.Nano() + usage.Stime.Nano()) / 1000,
	})
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "informer:", err)
		os.Exit(1)
	}
}
