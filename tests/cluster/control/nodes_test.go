package control_test

import (
	"context"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"grovec.dev/tests/cluster/clustertest"
)

func TestFortyDemoNodesAreReadyAndTainted(t *testing.T) {
	c := clustertest.Start(t, "--nodes", "40", "--gpus", "8", "--resource", "example.com/nic=2", "--topology", "zone=2,rack=5,example.com/row=2", "--devices", "4")
	nodes, err := c.Client.CoreV1().Nodes().List(context.Background(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(nodes.Items) != 40 {
		t.Fatalf("%d nodes", len(nodes.Items))
	}
	racks := map[string]int{}
	for n, node := range nodes.Items {
		if want := fmt.Sprintf("fake-node-%03d", n+1); node.Name != want {
			t.Errorf("node %d is %s, want %s", n, node.Name, want)
		}
		if len(node.Spec.Taints) != 1 || node.Spec.Taints[0].ToString() != "fake-node=true:NoSchedule" {
			t.Errorf("%s: taints %v", node.Name, node.Spec.Taints)
		}
		if gpus := node.Status.Allocatable["nvidia.com/gpu"]; gpus.Value() != 8 {
			t.Errorf("%s: %s GPUs", node.Name, gpus.String())
		}
		if nics := node.Status.Allocatable["example.com/nic"]; nics.Value() != 2 {
			t.Errorf("%s: %s NICs", node.Name, nics.String())
		}
		racks[node.Labels["topology.kubernetes.io/zone"]+" "+node.Labels["kubernetes.io/rack"]]++
	}
	if len(racks) != 10 || racks["zone-1 rack-1-1"] != 4 || racks["zone-2 rack-2-5"] != 4 {
		t.Errorf("nodes in each rack: %v", racks)
	}
	if row := nodes.Items[39].Labels["example.com/row"]; row != "row-2-5-2" {
		t.Errorf("row of the last node: %s", row)
	}
}

func TestOnlyToleratingPodsRunOnDemoNodes(t *testing.T) {
	c := clustertest.Start(t, "--nodes", "2")
	const pod = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s"},"spec":{"containers":[{"name":"a","image":"a"}],"tolerations":[%s]}}`
	c.MustKubectl(t, fmt.Sprintf(pod, "refused", ""), "create", "-f", "-")
	c.MustKubectl(t, fmt.Sprintf(pod, "accepted", `{"key":"fake-node","operator":"Exists"}`), "create", "-f", "-")
	clustertest.Eventually(t, clustertest.Patience, func() error {
		accepted, err := c.Pod("accepted")
		if err != nil {
			return err
		}
		return clustertest.Ready(accepted)
	})
	refused, err := c.Pod("refused")
	if err != nil {
		t.Fatal(err)
	}
	if refused.Spec.NodeName != "" || refused.Status.Phase != corev1.PodPending {
		t.Errorf("the pod without toleration is %s on %q", refused.Status.Phase, refused.Spec.NodeName)
	}
}
