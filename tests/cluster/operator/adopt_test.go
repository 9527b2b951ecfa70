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

// sortReferences: a PodGang lists its pods in the order of their names, which
// are other ones now.
func sortReferences(gang map[string]any) {
	groups, _, _ := unstructured.NestedSlice(gang, "spec", "podgroups")
	if groups == nil {
		return
	}
	for _, group := range groups {
		references, _ := group.(map[string]any)["podReferences"].([]any)
		name := func(i int) string { return references[i].(map[string]any)["name"].(string) }
		sort.Slice(references, func(i, j int) bool { return name(i) < name(j) })
	}
	_ = unstructured.SetNestedSlice(gang, groups, "spec", "podgroups")
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
			sortReferences(object)
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
			if status["observedGeneration"] != nil {
				status["observedGeneration"] = stored.GetGeneration() // it has no past here
			}
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
			if !strings.HasSuffix(k.resource.Group, "grove.io") && k.kind != "Pod" {
				delete(item.Object, "status") // of the autoscaler and others who are no operator
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
	c := cluster(t, "--nodes", "20", "--devices", "8", "--initc", filepath.Join(clustertest.Bin(t), "waitpods"))
	client, err := dynamic.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	c.MustKubectl(t, "", "apply", "-f", filepath.Join(clustertest.Root(t), "tests", "fixtures", "oracle", "prerequisites.yaml"))
	recordings := kept(t)
	if len(recordings) < 15 {
		t.Fatalf("only %d recordings", len(recordings))
	}
	running := map[string]bool{}
	for _, r := range recordings {
		r.load(t, client)
		for name, status := range r.status {
			running[name] = status["phase"] == "Running"
		}
	}
	clustertest.Eventually(t, 3*patience, func() error {
		for name, object := range world(t, client) {
			phase, _, _ := unstructured.NestedString(object, "status", "phase")
			if running[name] && phase != "Running" {
				return fmt.Errorf("%s is %s", name, phase)
			}
		}
		return nil
	})
	before := world(t, client)
	_, log := daemon(t, c, "--metrics-address", "127.0.0.1:0")
	says(t, log, fmt.Sprintf("watching; %d sets", len(recordings)))
	atRest(t, log, len(recordings))
	if strings.Contains(log.String(), "is left alone") {
		t.Errorf("not every set can be compiled:\n%s", log.String())
	}
	after := world(t, client)
	pods := 0
	for name, object := range before {
		pods += strings.Count(name, "Pod/")
		now, is := after[name]
		if !is {
			if !slices.Contains(leaked, name) {
				t.Errorf("%s is gone", name)
			}
			continue
		}
		found := slices.DeleteFunc(differences("", object, now), func(d string) bool { return isExpected(name, d) })
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

// atRest waits until every set has been looked at and nothing is under way.
func atRest(t *testing.T, log *clustertest.Buffer, sets int) {
	t.Helper()
	last := -1.0
	clustertest.Eventually(t, 2*patience, func() error {
		page := served(t, log, "/metrics")
		busy := clustertest.Sum(page, "grovec_queue_depth") + clustertest.Sum(page, "grovec_sets_in_flight") + clustertest.Sum(page, "grovec_sets_waiting_for_own_writes") +
			clustertest.Sum(page, "grovec_requests_waiting")
		looks := clustertest.Sum(page, "grovec_looks_total")
		if before := last; busy > 0 || looks < float64(sets) || looks != before {
			last = looks
			time.Sleep(500 * time.Millisecond) // a look that changes nothing moves the count, too
			return fmt.Errorf("%v sets are busy, %v looks", busy, looks)
		}
		return nil
	})
}

// leaked are the Services that upstream leaves behind of set replicas that were
// scaled in (docs/differences.md).
var leaked = []string{"Service/grp-1", "Service/grp-2"}

// late are objects whose status was recorded before all their pods were ready:
// here they are.
var late = []string{"PodClique/ord-0-rt", "PodClique/xg-0-p-1-pw", "PodCliqueScalingGroup/xg-0-p"}

var counts = regexp.MustCompile(`^\.status\.(ready|available|updated|scheduleGated)Replicas: `)

// isExpected: what this operator remembers of its own, errors of the other one
// that have long been mended, and counts that were late.
func isExpected(object, difference string) bool {
	return strings.HasPrefix(difference, ".metadata.annotations.grovec.dev/") ||
		strings.HasPrefix(difference, ".status.lastErrors: ") && strings.HasSuffix(difference, ", now null") ||
		slices.Contains(late, object) && counts.MatchString(difference)
}
