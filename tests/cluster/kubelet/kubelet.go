// Package kubelet stands in for the kubelets of all simulated nodes: it gives
// bound pods the life that a kubelet would, without containers.
//
// Init containers run one after the other and the main containers start after
// the last. One init container is real: `grove-initc` is a process of the
// program given as Options.Initc, and is finished when that process exits 0.
// Annotations (Behave and the others below) make a pod fail, stay unready, be
// evicted or take its time; they work on a living pod too.
package kubelet

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

// Annotations of pods that the stand-in obeys.
const (
	// Behave is one of the values below; anything else is ignored.
	Behave = "test.grovec.dev/behave"
	// ReadyAfter is how long the main containers run before they are ready.
	ReadyAfter = "test.grovec.dev/ready-after"
	// InitTakes is how long each simulated init container runs.
	InitTakes = "test.grovec.dev/init-takes"
	// TerminationTakes is how long a deleted pod stays in Terminating.
	TerminationTakes = "test.grovec.dev/termination-takes"
)

// Values of Behave.
const (
	Fail     = "fail"      // main containers exit with 1: crash loop, or phase Failed with restartPolicy Never
	FailInit = "fail-init" // the first unfinished simulated init container does
	Unready  = "unready"   // main containers run, but are not ready
	Evict    = "evict"     // phase Failed, reason Evicted
	ByHand   = "by-hand"   // the status stays as somebody wrote it
)

// InitcContainer is the init container that is a real process.
const InitcContainer = "grove-initc"

// Options of a stand-in.
type Options struct {
	Client     kubernetes.Interface
	ServerHost string // of the API server, for the programs it starts
	ServerPort string
	Initc      string   // program of InitcContainer; empty: such pods never become ready
	Dir        string   // where the files and logs of these programs go
	ExtraEnv   []string // added to the environment of these programs
}

type kubelet struct {
	Options
	queue   workqueue.TypedRateLimitingInterface[string]
	pods    corelisters.PodLister
	starter *starter

	mutex   sync.Mutex
	running map[string]*record // by namespace/name
	nextIP  uint32
}

// record is what the stand-in remembers of a pod beside its status.
type record struct {
	uid    types.UID
	latest *corev1.Pod // answer to our last patch; newer than the cache for a moment
	initc  *initProcess
	ip     string
	since  map[string]time.Time // when each container started, finer than the status says
}

const workers = 16

// Run serves until the context ends.
func Run(ctx context.Context, options Options) error {
	k := &kubelet{
		Options: options,
		queue: workqueue.NewTypedRateLimitingQueue(
			workqueue.NewTypedItemExponentialFailureRateLimiter[string](10*time.Millisecond, 5*time.Second)),
		starter: newStarter(),
		running: map[string]*record{},
	}
	bound := informers.WithTweakListOptions(func(list *metav1.ListOptions) {
		list.FieldSelector = fields.OneTermNotEqualSelector("spec.nodeName", "").String()
	})
	factory := informers.NewSharedInformerFactoryWithOptions(options.Client, 0, bound)
	informer := factory.Core().V1().Pods()
	k.pods = informer.Lister()
	enqueue := func(object any) {
		if key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(object); err == nil {
			k.queue.Add(key)
		}
	}
	_, err := informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    enqueue,
		UpdateFunc: func(_, object any) { enqueue(object) },
		DeleteFunc: enqueue,
	})
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	k.reserveAddresses()
	var group sync.WaitGroup
	for range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			for k.work(ctx) {
			}
		}()
	}
	<-ctx.Done()
	k.queue.ShutDown()
	group.Wait()
	return nil
}

func (k *kubelet) work(ctx context.Context) bool {
	key, shutdown := k.queue.Get()
	if shutdown {
		return false
	}
	defer k.queue.Done(key)
	again, err := k.sync(ctx, key)
	switch {
	case err != nil && ctx.Err() == nil:
		fmt.Fprintf(os.Stderr, "%s: %v\n", key, err)
		k.queue.AddRateLimited(key)
	case again > 0:
		k.queue.Forget(key)
		k.queue.AddAfter(key, again)
	default:
		k.queue.Forget(key)
	}
	return true
}

// sync moves one pod on. It returns when to look again, 0 for on change only.
func (k *kubelet) sync(ctx context.Context, key string) (time.Duration, error) {
	namespace, name, err := cache.SplitMetaNamespaceKey(key)
	if err != nil {
		return 0, nil
	}
	pod, err := k.pods.Pods(namespace).Get(name)
	if apierrors.IsNotFound(err) {
		k.forget(key)
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	r := k.recordOf(key, pod)
	if r.latest != nil && version(r.latest) > version(pod) {
		pod = r.latest
	}
	if pod.DeletionTimestamp != nil {
		return k.terminate(ctx, pod, r)
	}
	if pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded {
		r.initc.kill()
		return 0, nil
	}
	if pod.Annotations[Behave] == ByHand {
		return 0, nil
	}
	step := &step{kubelet: k, ctx: ctx, pod: pod, record: r, key: key, now: time.Now(), status: pod.Status.DeepCopy()}
	step.advance()
	if err := k.writeStatus(ctx, pod, step.status, r); err != nil {
		return 0, err
	}
	return step.again, nil
}

func (k *kubelet) recordOf(key string, pod *corev1.Pod) *record {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	r := k.running[key]
	if r == nil || r.uid != pod.UID {
		if r != nil {
			r.initc.kill()
		}
		r = &record{uid: pod.UID, ip: pod.Status.PodIP, since: map[string]time.Time{}}
		if r.ip == "" {
			k.nextIP++
			r.ip = fmt.Sprintf("10.%d.%d.%d", 128+k.nextIP>>16&127, k.nextIP>>8&255, k.nextIP&255)
		}
		k.running[key] = r
	}
	return r
}

// reserveAddresses goes on after the addresses that an earlier stand-in gave.
func (k *kubelet) reserveAddresses() {
	pods, _ := k.pods.List(everything)
	for _, pod := range pods {
		var a, b, c uint32
		if n, _ := fmt.Sscanf(pod.Status.PodIP, "10.%d.%d.%d", &a, &b, &c); n == 3 && a >= 128 {
			k.nextIP = max(k.nextIP, (a-128)<<16|b<<8|c)
		}
	}
}

func (k *kubelet) forget(key string) {
	k.mutex.Lock()
	r := k.running[key]
	delete(k.running, key)
	k.mutex.Unlock()
	if r != nil {
		r.initc.kill()
		_ = os.RemoveAll(k.podDir(r))
	}
}

func (k *kubelet) podDir(r *record) string { return filepath.Join(k.Dir, string(r.uid)) }

// terminate ends the pod's process at once and the pod itself when its time is over.
func (k *kubelet) terminate(ctx context.Context, pod *corev1.Pod, r *record) (time.Duration, error) {
	r.initc.kill()
	if wait := durationOf(pod, TerminationTakes); wait > 0 {
		asked := pod.DeletionTimestamp.Add(-time.Duration(deref(pod.DeletionGracePeriodSeconds)) * time.Second)
		if left := wait - time.Since(asked); left > 0 {
			return left, nil
		}
	}
	now := int64(0)
	err := k.Client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: &now, Preconditions: &metav1.Preconditions{UID: &pod.UID}})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return 0, nil
	}
	return 0, err
}

// writeStatus patches as a kubelet does, so that conditions of others stay.
func (k *kubelet) writeStatus(ctx context.Context, pod *corev1.Pod, status *corev1.PodStatus, r *record) error {
	if equality.Semantic.DeepEqual(&pod.Status, status) {
		return nil
	}
	before, err := json.Marshal(corev1.Pod{ObjectMeta: metav1.ObjectMeta{UID: pod.UID}, Status: pod.Status})
	if err != nil {
		return err
	}
	after, err := json.Marshal(corev1.Pod{ObjectMeta: metav1.ObjectMeta{UID: pod.UID}, Status: *status})
	if err != nil {
		return err
	}
	patch, err := strategicpatch.CreateTwoWayMergePatch(before, after, corev1.Pod{})
	if err != nil {
		return err
	}
	var fields map[string]any
	if err := json.Unmarshal(patch, &fields); err != nil {
		return err
	}
	// Refused if a new pod has taken the name.
	fields["metadata"] = map[string]any{"uid": pod.UID}
	if patch, err = json.Marshal(fields); err != nil {
		return err
	}
	written, err := k.Client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType, patch,
		metav1.PatchOptions{FieldManager: "kubelet"}, "status")
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil // gone, or another pod of this name: the watch tells
	}
	if err == nil {
		r.latest = written
	}
	return err
}

// version compares as a number; the API server's are.
func version(pod *corev1.Pod) uint64 {
	n, _ := strconv.ParseUint(pod.ResourceVersion, 10, 64)
	return n
}

func durationOf(pod *corev1.Pod, annotation string) time.Duration {
	d, _ := time.ParseDuration(pod.Annotations[annotation])
	return d
}

func deref(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}
