package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"

	"grovec.dev/tests/cluster/clustertest"
)

// installCRDs applies files of CustomResourceDefinitions and waits until the
// API server serves them.
func installCRDs(t testing.TB, c *clustertest.Cluster, paths ...string) {
	t.Helper()
	arguments := []string{"apply", "--server-side"}
	for _, path := range paths {
		arguments = append(arguments, "-f", path)
	}
	c.MustKubectl(t, "", arguments...)
	clustertest.Eventually(t, clustertest.Patience, func() error { // kubectl wait fails on a definition that has no conditions yet
		_, stderr, err := c.Kubectl("", "wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
		if err != nil {
			return fmt.Errorf("%w: %s", err, stderr)
		}
		return nil
	})
}

// groveCluster is a control plane with the recorded CRDs and prerequisites,
// and nodes each of which has room for everything: a claim that pods share
// binds them to one node, whatever else the scheduler has put there.
func groveCluster(t testing.TB) *clustertest.Cluster {
	t.Helper()
	c := clustertest.Start(t, "--nodes", "60", "--taint", "none", "--room", "100", "--gpus", "10000", "--resource", "example.com/foo=10000", "--devices", "1280",
		"--topology", "zone=2,block=2,rack=5", "--initc", filepath.Join(clustertest.Bin(t), "waitpods"))
	installCRDs(t, c, fixture(t, "crds"), filepath.Join("testdata", "computedomains.yaml"))
	clustertest.Eventually(t, clustertest.Patience, func() error { // kinds appear in discovery a moment after Established
		_, stderr, err := c.Kubectl("", "apply", "--server-side", "-f", fixture(t, "oracle", "prerequisites.yaml"))
		if err != nil {
			return fmt.Errorf("%w: %s", err, stderr)
		}
		return nil
	})
	c.MustKubectl(t, "", "create", "serviceaccount", "sa") // admission inputs name it
	return c
}

// objectClient creates and patches objects of any kind, refusing unknown fields.
type objectClient struct {
	dynamic.Interface
	resources map[schema.GroupVersionKind]*restmapping
}

type restmapping struct {
	resource   schema.GroupVersionResource
	namespaced bool
}

func newObjectClient(t testing.TB, c *clustertest.Cluster) *objectClient {
	t.Helper()
	client, err := dynamic.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := restmapper.GetAPIGroupResources(c.Client.Discovery())
	if err != nil {
		t.Fatal(err)
	}
	o := &objectClient{client, map[schema.GroupVersionKind]*restmapping{}}
	for _, group := range groups {
		for version, resources := range group.VersionedResources {
			for _, resource := range resources {
				if strings.Contains(resource.Name, "/") {
					continue
				}
				gv := schema.GroupVersion{Group: group.Group.Name, Version: version}
				o.resources[gv.WithKind(resource.Kind)] = &restmapping{gv.WithResource(resource.Name), resource.Namespaced}
			}
		}
	}
	return o
}

func (o *objectClient) of(object map[string]any) (dynamic.ResourceInterface, error) {
	kind := schema.FromAPIVersionAndKind(field(object, "apiVersion"), field(object, "kind"))
	m, ok := o.resources[kind]
	if !ok {
		return nil, fmt.Errorf("the API server has no kind %s", kind)
	}
	if m.namespaced {
		return o.Resource(m.resource).Namespace(field(object, "metadata", "namespace")), nil
	}
	return o.Resource(m.resource), nil
}

func (o *objectClient) create(object map[string]any) (*unstructured.Unstructured, error) {
	resource, err := o.of(object)
	if err != nil {
		return nil, err
	}
	return resource.Create(context.Background(), &unstructured.Unstructured{Object: object},
		metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict, FieldManager: "grovec-test"})
}

// inParallel runs the function for 0 ≤ n < count, a few at a time.
func inParallel(count int, run func(n int)) {
	var group sync.WaitGroup
	slots := make(chan struct{}, 8)
	for n := range count {
		group.Add(1)
		slots <- struct{}{}
		go func() {
			defer group.Done()
			defer func() { <-slots }()
			run(n)
		}()
	}
	group.Wait()
}
