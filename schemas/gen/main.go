// Command gen writes schemas/tables from the Go types of the Kubernetes and Grove APIs and the Grove CRDs.
//
// Usage: gen SCHEMAS_DIR (the folder that holds crds/, gen/ and tables/). `schemas/gen/run` calls it.
package main

import (
	"os"
	"path/filepath"
	"reflect"

	grove "grovec/schemas/gen/grove"
	scheduler "grovec/schemas/gen/scheduler"

	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// roots in the order of enum Root. Those without a CRD are built-in kinds.
var roots = []struct {
	goType reflect.Type
	crd    string
}{
	{reflect.TypeFor[grove.PodCliqueSet](), "grove.io_podcliquesets.yaml"},
	{reflect.TypeFor[grove.PodClique](), "grove.io_podcliques.yaml"},
	{reflect.TypeFor[grove.PodCliqueScalingGroup](), "grove.io_podcliquescalinggroups.yaml"},
	{reflect.TypeFor[grove.ClusterTopologyBinding](), "grove.io_clustertopologybindings.yaml"},
	{reflect.TypeFor[scheduler.PodGang](), "scheduler.grove.io_podgangs.yaml"},
	{reflect.TypeFor[corev1.Pod](), ""},
	{reflect.TypeFor[corev1.PodTemplateSpec](), ""},
	{reflect.TypeFor[resourcev1.ResourceClaimTemplate](), ""},
}

func main() {
	if len(os.Args) != 2 {
		fail("usage: gen SCHEMAS_DIR")
	}
	dir := os.Args[1]
	behavior := loadSchema(filepath.Join(dir, "gen", "behavior.yaml"))
	joiner := newJoiner(behavior,
		reflect.TypeFor[metav1.ObjectMeta](),                    // embedded ones are pruned by the CRDs
		reflect.TypeFor[resourcev1.ResourceClaimTemplateSpec]()) // has such an ObjectMeta
	var ids []int
	var crds []*Crd
	for _, root := range roots {
		var schema *Schema
		if root.crd != "" {
			crd := loadCrd(filepath.Join(dir, "crds", root.crd), root.crd)
			crds = append(crds, crd)
			schema = crd.Root
			checkCovered(root.goType, schema, crd.Kind)
		}
		ids = append(ids, joiner.root(root.goType, schema))
	}
	out := &Output{dir: filepath.Join(dir, "tables"), types: joiner.types, roots: ids}
	out.write()
	out.writeCrds(crds, filepath.Join(dir, "gen", "behavior.yaml"))
}
