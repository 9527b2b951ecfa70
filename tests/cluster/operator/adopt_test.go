package operator

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"grovec.dev/tests/cluster/clustertest"
)

// kinds of a set, in the order in which they can be created.
var kinds = []struct {
	kind     string
	resource schema.GroupVersionResource
}{
	{"PodCliqueSet", schema.GroupVersionResource{Group: "grove.io", Version: "v1alpha1", Resource: "podcliquesets"}},
	{"ServiceAccount", schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}},
	{"Secret", schema.GroupVersionResource{Version: "v1", Resource: "secrets"}},
	{"Role", schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "roles"}},
	{"RoleBinding", schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "rolebindings"}},
	{"Service", schema.GroupVersionResource{Version: "v1", Resource: "services"}},
	{"PodCliqueScalingGroup", schema.GroupVersionResource{Group: "grove.io", Version: "v1alpha1", Resource: "podcliquescalinggroups"}},
	{"PodClique", schema.GroupVersionResource{Group: "grove.io", Version: "v1alpha1", Resource: "podcliques"}},
	{"HorizontalPodAutoscaler", schema.GroupVersionResource{Group: "autoscaling", Version: "v2", Resource: "horizontalpodautoscalers"}},
	{"PodGang", schema.GroupVersionResource{Group: "scheduler.grove.io", Version: "v1alpha1", Resource: "podgangs"}},
	{"ResourceClaim", schema.GroupVersionResource{Group: "resource.k8s.io", Version: "v1", Resource: "resourceclaims"}},
	{"Pod", schema.GroupVersionResource{Version: "v1", Resource: "pods"}},
}

// stored is what another operator left behind of one set.
type recording struct {
	set     string
	objects []map[string]any
	status  map[string]map[string]any // by Kind/name
}

var placeholder = regexp.MustCompile(`([a-z0-9.-]+-)~([0-9]+)`)

// podName gives a recorded pod a name as the other operator gives them: its
// suffix says nothing about the index.
func podName(recorded string) string {
	return placeholder.ReplaceAllStringFunc(recorded, func(name string) string {
		const alphabet = "bcdfghjklmnpqrstvwxz2456789"
		hash := fnv.New64a()
		hash.Write([]byte(name))
		sum, suffix := hash.Sum64(), ""
		for range 5 {
			suffix += string(alphabet[sum%uint64(len(alphabet))])
			sum /= uint64(len(alphabet))
		}
		return name[:strings.LastIndex(name, "~")] + suffix
	})
}

// readRecording reads a case (objects.json, status.json) or a trace (final.json).
func readRecording(t *testing.T, folder string) recording {
	t.Helper()
	read := func(name string, into any) bool {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if os.IsNotExist(err) {
			return false
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(podName(string(data))), into); err != nil {
			t.Fatalf("%s/%s: %v", folder, name, err)
		}
		return true
	}
	var out recording
	var final struct {
		Objects []map[string]any
		Status  map[string]map[string]any
	}
	if read("final.json", &final) {
		out.objects, out.status = final.Objects, final.Status
	} else {
		read("objects.json", &out.objects)
		read("status.json", &out.status)
	}
	for _, object := range out.objects {
		if object["kind"] == "PodCliqueSet" {
			out.set = (&unstructured.Unstructured{Object: object}).GetName()
		}
	}
	return out
}

// withTimes puts the times back that a recording leaves out of conditions.
func withTimes(status map[string]any) map[string]any {
	now := metav1.Now().UTC().Format(time.RFC3339)
	conditions, _ := status["conditions"].([]any)
	for _, condition := range conditions {
		if c, ok := condition.(map[string]any); ok && c["lastTransitionTime"] == nil {
			c["lastTransitionTime"] = now
		}
	}
	problems, _ := status["lastErrors"].([]any)
	for _, problem := range problems {
		if p, ok := problem.(map[string]any); ok && p["observedAt"] == nil {
			p["observedAt"] = now
		}
	}
	if progress, ok := status["updateProgress"].(map[string]any); ok {
		for _, field := range []string{"updateStartedAt", "updateEndedAt"} {
			if progress[field] == nil {
				progress[field] = now
			}
		}
	}
	return status
}

// load stores a recording as another operator would have left it.
func (r recording) load(t *testing.T, client dynamic.Interface) {
	t.Helper()
	uids := map[string]types.UID{}
	for _, k := range kinds {
		for _, object := range r.objects {
			if object["kind"] != k.kind {
				continue
			}
			u := &unstructured.Unstructured{Object: object}
			owners := u.GetOwnerReferences()
			for i := range owners {
				uid := uids[owners[i].Kind+"/"+owners[i].Name]
				if uid == "" {
					t.Fatalf("%s %s has an owner that is not there: %v", k.kind, u.GetName(), owners[i])
				}
				owners[i].UID = uid
			}
			u.SetOwnerReferences(owners)
			stored, err := client.Resource(k.resource).Namespace("default").Create(context.Background(), u, metav1.CreateOptions{FieldManager: "grove-operator"})
			if err != nil {
				t.Fatalf("%s %s: %v", k.kind, u.GetName(), err)
			}
			uids[k.kind+"/"+u.GetName()] = stored.GetUID()
			status := r.status[k.kind+"/"+u.GetName()]
			if status == nil || !strings.HasSuffix(k.resource.Group, "grove.io") {
				continue
			}
			stored.Object["status"] = withTimes(status)
			if _, err := client.Resource(k.resource).Namespace("default").UpdateStatus(context.Background(), stored, metav1.UpdateOptions{FieldManager: "grove-operator"}); err != nil {
				t.Fatalf("status of %s %s: %v", k.kind, u.GetName(), err)
			}
		}
	}
}

// world is everything of the kinds, by Kind/name, without what the API server
// itself counts.
func world(t *testing.T, client dynamic.Interface) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for _, k := range kinds {
		list, err := client.Resource(k.resource).Namespace("default").List(context.Background(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range list.Items {
			if item.GetLabels()["app.kubernetes.io/managed-by"] != "grove-operator" && k.kind != "PodCliqueSet" {
				continue
			}
			metadata := item.Object["metadata"].(map[string]any)
			for _, field := range []string{"resourceVersion", "generation", "managedFields"} {
				delete(metadata, field)
			}
			out[k.kind+"/"+item.GetName()] = item.Object
		}
	}
	return out
}

// differences are the paths at which two values differ.
func differences(path string, before, after any) []string {
	a, isMap := before.(map[string]any)
	b, bothMaps := after.(map[string]any)
	if isMap && bothMaps {
		var out []string
		keys := map[string]bool{}
		for key := range a {
			keys[key] = true
		}
		for key := range b {
			keys[key] = true
		}
		for key := range keys {
			out = append(out, differences(path+"."+key, a[key], b[key])...)
		}
		sort.Strings(out)
		return out
	}
	was, _ := json.Marshal(before)
	is, _ := json.Marshal(after)
	if string(was) == string(is) {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s, now %s", path, was, is)}
}

// kept are the recordings of one name each, so that they can live side by side.
func kept(t *testing.T) []recording {
	t.Helper()
	var folders []string
	for _, pattern := range []string{"oracle/*/objects.json", "traces/*/final.json"} {
		found, err := filepath.Glob(filepath.Join(clustertest.Root(t), "tests", "fixtures", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			folders = append(folders, filepath.Dir(file))
		}
	}
	var out []recording
	names := map[string]bool{}
	for _, folder := range folders {
		if source, err := os.ReadFile(filepath.Join(folder, "source.txt")); err == nil && strings.Contains(string(source), "operator configuration:") {
			continue // topology and MNNVL: another configuration
		}
		if strings.Contains(folder, "mnnvl") || strings.Contains(folder, "case-tas") {
			continue
		}
		r := readRecording(t, folder)
		if r.set == "" || names[r.set] {
			continue
		}
		names[r.set] = true
		out = append(out, r)
	}
	return out
}

// TestWorldsOfAnotherOperatorAreTakenOver loads what another operator left
// behind and lets this one look after it: no pod is deleted or rolled, and
// nothing is changed but what is named below.
func TestWorldsOfAnotherOperatorAreTakenOver(t *testing.T) {
	c := cluster(t, "--nodes", "20", "--initc", filepath.Join(clustertest.Bin(t), "waitpods"))
	client, err := dynamic.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	c.MustKubectl(t, "", "apply", "-f", filepath.Join(clustertest.Root(t), "tests", "fixtures", "oracle", "prerequisites.yaml"))
	recordings := kept(t)
	if len(recordings) < 15 {
		t.Fatalf("only %d recordings", len(recordings))
	}
	for _, r := range recordings {
		r.load(t, client)
	}
	// Pods run as far as they can by themselves.
	clustertest.Eventually(t, 3*patience, func() error {
		for name, object := range world(t, client) {
			if !strings.HasPrefix(name, "Pod/") {
				continue
			}
			phase, _, _ := unstructured.NestedString(object, "status", "phase")
			if gates, _, _ := unstructured.NestedSlice(object, "spec", "schedulingGates"); len(gates) == 0 && phase != "Running" {
				return fmt.Errorf("%s is %s", name, phase)
			}
		}
		return nil
	})
	before := world(t, client)
	for _, r := range recordings {
		out, err := live(t, c, "reconcile", "--once", "--wait", "--timeout", "120", "--from-cluster", r.set).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", r.set, err, out)
		} else if len(out) > 0 {
			t.Logf("%s:\n%s", r.set, out)
		}
	}
	after := world(t, client)
	pods := 0
	for name, object := range before {
		now, is := after[name]
		if !is {
			t.Errorf("%s is gone", name)
			continue
		}
		pods += strings.Count(name, "Pod/")
		found := slices.DeleteFunc(differences("", object, now), isExpected)
		if len(found) > 0 {
			t.Errorf("%s was changed:\n  %s", name, strings.Join(found, "\n  "))
		}
	}
	for name := range after {
		if before[name] == nil {
			t.Errorf("%s is new", name)
		}
	}
	t.Logf("%d sets with %d objects, %d of them pods", len(recordings), len(before), pods)
}

// isExpected: what this operator remembers of its own, and the garbage of time.
func isExpected(difference string) bool {
	for _, prefix := range []string{".metadata.annotations.grovec.dev/"} {
		if strings.HasPrefix(difference, prefix) {
			return true
		}
	}
	return false
}
