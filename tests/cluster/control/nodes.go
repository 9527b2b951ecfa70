package control

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// NodeOptions say what the simulated nodes look like.
type NodeOptions struct {
	Count     int
	Resources map[string]int64 // extended resources of each node, beside CPUs and memory
	Devices   int              // devices of the DRA driver test.grovec.dev on each node
	Room      int64            // times the usual CPUs, memory, storage and pods; 0 means 1
	Taint     string           // KEY=VALUE:EFFECT, or empty for none
	Topology  []Level          // outermost first
}

// Level is a node label and how many of its domains each domain of the level
// above is divided into.
type Level struct {
	Key     string
	Domains int
}

// DemoTaint keeps pods off the nodes that do not ask for them.
const DemoTaint = "fake-node=true:NoSchedule"

var levelNames = map[string]string{
	"region": "topology.kubernetes.io/region",
	"zone":   "topology.kubernetes.io/zone",
	"block":  "kubernetes.io/block",
	"rack":   "kubernetes.io/rack",
}

// ParseTopology reads `zone=2,rack=5`: two zones with five racks each.
func ParseTopology(text string) ([]Level, error) {
	var levels []Level
	for _, part := range strings.Split(text, ",") {
		if part == "" {
			continue
		}
		key, count, _ := strings.Cut(part, "=")
		domains, err := strconv.Atoi(count)
		if err != nil || domains < 1 || key == "" {
			return nil, fmt.Errorf("topology level `%s`: write LABEL=DOMAINS, for example zone=2,rack=5", part)
		}
		if label, known := levelNames[key]; known {
			key = label
		} else if !strings.Contains(key, "/") {
			return nil, fmt.Errorf("topology level `%s`: write region, zone, block, rack or a whole label such as example.com/row", key)
		}
		levels = append(levels, Level{key, domains})
	}
	return levels, nil
}

// ParseTaint reads KEY=VALUE:EFFECT; `none` and nothing mean no taint.
func ParseTaint(text string) (*corev1.Taint, error) {
	if text == "" || text == "none" {
		return nil, nil
	}
	left, effect, ok := strings.Cut(text, ":")
	key, value, _ := strings.Cut(left, "=")
	if !ok || key == "" {
		return nil, fmt.Errorf("taint `%s`: write KEY=VALUE:EFFECT or none", text)
	}
	switch corev1.TaintEffect(effect) {
	case corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute:
		return &corev1.Taint{Key: key, Value: value, Effect: corev1.TaintEffect(effect)}, nil
	}
	return nil, fmt.Errorf("taint effect `%s`: write NoSchedule, PreferNoSchedule or NoExecute", effect)
}

// ParseResource reads NAME=COUNT of an extended resource such as nvidia.com/gpu.
func ParseResource(text string) (string, int64, error) {
	name, number, _ := strings.Cut(text, "=")
	count, err := strconv.ParseInt(number, 10, 64)
	if err != nil || count < 0 || !strings.Contains(name, "/") {
		return "", 0, fmt.Errorf("resource `%s`: write NAME=COUNT, for example nvidia.com/gpu=8", text)
	}
	return name, count, nil
}

// node builds the nth node, counted from 0.
func (o NodeOptions) node(n int, taint *corev1.Taint) *corev1.Node {
	name := fmt.Sprintf("fake-node-%03d", n+1)
	room := corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse("192"),
		corev1.ResourceMemory:           resource.MustParse("2Ti"),
		corev1.ResourceEphemeralStorage: resource.MustParse("8Ti"),
		corev1.ResourcePods:             resource.MustParse("110"),
	}
	for name, usual := range room {
		usual.Mul(max(o.Room, 1))
		room[name] = usual
	}
	for name, count := range o.Resources {
		room[corev1.ResourceName(name)] = *resource.NewQuantity(count, resource.DecimalSI)
	}
	node := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{
			"kubernetes.io/hostname": name,
			"kubernetes.io/os":       "linux",
			"kubernetes.io/arch":     "amd64",
			"type":                   "fake",
		}},
		Status: corev1.NodeStatus{Capacity: room, Allocatable: room},
	}
	node.Spec.PodCIDR = fmt.Sprintf("10.%d.%d.0/24", 128+n/256, n%256)
	node.Spec.PodCIDRs = []string{node.Spec.PodCIDR}
	if taint != nil {
		node.Spec.Taints = []corev1.Taint{*taint}
	}
	for key, value := range o.labels(n) {
		node.Labels[key] = value
	}
	return node
}

// labels divides the nodes evenly among the innermost domains, in order, so
// that neighbours share as much as possible.
func (o NodeOptions) labels(n int) map[string]string {
	innermost := 1
	for _, level := range o.Topology {
		innermost *= level.Domains
	}
	domain := n * innermost / max(o.Count, 1)
	labels, path := map[string]string{}, ""
	for _, level := range o.Topology {
		innermost /= level.Domains
		path += fmt.Sprintf("-%d", domain/innermost+1)
		domain %= innermost
		short := level.Key[strings.LastIndex(level.Key, "/")+1:]
		labels[level.Key] = short + path
	}
	return labels
}

// devicesOfSlice is what the API server takes in one ResourceSlice.
const devicesOfSlice = 128

// slices offer the node's devices to the scheduler.
func (o NodeOptions) slices(node string) []*resourcev1.ResourceSlice {
	count := (o.Devices + devicesOfSlice - 1) / devicesOfSlice
	var slices []*resourcev1.ResourceSlice
	for n := range count {
		slice := &resourcev1.ResourceSlice{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("%s-test.grovec.dev-%d", node, n)},
			Spec: resourcev1.ResourceSliceSpec{
				Driver:   "test.grovec.dev",
				NodeName: &node,
				Pool:     resourcev1.ResourcePool{Name: node, Generation: 1, ResourceSliceCount: int64(count)},
			},
		}
		for d := n * devicesOfSlice; d < min((n+1)*devicesOfSlice, o.Devices); d++ {
			slice.Spec.Devices = append(slice.Spec.Devices, resourcev1.Device{Name: fmt.Sprintf("device-%d", d)})
		}
		slices = append(slices, slice)
	}
	return slices
}

func createNodes(ctx context.Context, client kubernetes.Interface, options NodeOptions) error {
	taint, err := ParseTaint(options.Taint)
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	errs := make([]error, options.Count)
	slots := make(chan struct{}, 16)
	for n := 0; n < options.Count; n++ {
		group.Add(1)
		go func() {
			defer group.Done()
			slots <- struct{}{}
			defer func() { <-slots }()
			node := options.node(n, taint)
			_, errs[n] = client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
			for _, slice := range options.slices(node.Name) {
				if errs[n] == nil {
					_, errs[n] = client.ResourceV1().ResourceSlices().Create(ctx, slice, metav1.CreateOptions{})
				}
			}
		}()
	}
	group.Wait()
	return errors.Join(errs...)
}

// checkNodes passes once all nodes are Ready and the node lifecycle controller
// has taken away the taints of nodes that are not.
func checkNodes(ctx context.Context, client kubernetes.Interface, count int) error {
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	ready := 0
	for _, node := range nodes.Items {
		if nodeReady(&node) {
			ready++
		}
	}
	if ready < count {
		return fmt.Errorf("%d of %d nodes are ready", ready, count)
	}
	return nil
}

func nodeReady(node *corev1.Node) bool {
	for _, taint := range node.Spec.Taints {
		if strings.HasPrefix(taint.Key, "node.kubernetes.io/") {
			return false
		}
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
