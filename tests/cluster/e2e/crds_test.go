package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"grovec.dev/tests/cluster/clustertest"
)

// TestCRDsGiveTheSameVerdicts installs the CRDs that grovec prints in one
// cluster and the recorded ones in another, and sends every admission input to
// both: verdict, message, warnings and stored object must be the same.
func TestCRDsGiveTheSameVerdicts(t *testing.T) {
	printed := filepath.Join(t.TempDir(), "crds.yaml")
	out, err := exec.Command(grovec(t), "schema", "--crds").Output()
	if err != nil {
		t.Fatalf("grovec schema --crds: %v", err)
	}
	if err := os.WriteFile(printed, out, 0o644); err != nil {
		t.Fatal(err)
	}
	home := clustertest.Home(t)
	ours := clustertest.StartIn(t, home, "ours", "--nodes", "0")
	installCRDs(t, ours, printed)
	theirs := clustertest.StartIn(t, home, "theirs", "--nodes", "0")
	installCRDs(t, theirs, fixture(t, "crds"))

	for _, name := range []string{"podcliquesets.grove.io", "podcliques.grove.io", "podcliquescalinggroups.grove.io",
		"clustertopologybindings.grove.io", "podgangs.scheduler.grove.io"} {
		compareDefinitions(t, definition(t, ours, name), definition(t, theirs, name), name)
	}
	for _, short := range []string{"pcs", "pclq", "pcsg", "pg"} {
		ours.MustKubectl(t, "", "get", short, "-A")
	}
	compareVerdicts(t, ours, theirs)
}

func definition(t *testing.T, c *clustertest.Cluster, name string) map[string]any {
	t.Helper()
	client, err := dynamic.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	crds := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	crd, err := client.Resource(crds).Get(context.Background(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return crd.Object["spec"].(map[string]any)
}

// compareDefinitions compares names, scope, printer columns, subresources and schema.
func compareDefinitions(t *testing.T, ours, theirs map[string]any, name string) {
	t.Helper()
	same := func(what string, a, b any) {
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s of %s: %v, want %v", what, name, a, b)
		}
	}
	same("names", ours["names"], theirs["names"])
	same("scope", ours["scope"], theirs["scope"])
	a, b := ours["versions"].([]any), theirs["versions"].([]any)
	same("number of versions", len(a), len(b))
	for n := range min(len(a), len(b)) {
		va, vb := a[n].(map[string]any), b[n].(map[string]any)
		for _, key := range []string{"name", "served", "storage", "additionalPrinterColumns", "subresources", "selectableFields"} {
			same(key, va[key], vb[key])
		}
		if !reflect.DeepEqual(withoutDescriptions(va["schema"]), withoutDescriptions(vb["schema"])) {
			t.Errorf("the schema of %s differs", name)
		}
	}
}

// withoutDescriptions copies a schema without the texts for people. A property
// may have that name, too; then its value is no text.
func withoutDescriptions(value any) any {
	switch node := value.(type) {
	case map[string]any:
		kept := map[string]any{}
		for key, child := range node {
			if _, isText := child.(string); key != "description" || !isText {
				kept[key] = withoutDescriptions(child)
			}
		}
		return kept
	case []any:
		kept := make([]any, len(node))
		for n, child := range node {
			kept[n] = withoutDescriptions(child)
		}
		return kept
	}
	return value
}

// answer is what the API server says to one request.
type answer struct {
	code     int
	body     map[string]any
	warnings []string
}

func compareVerdicts(t *testing.T, ours, theirs *clustertest.Cluster) {
	t.Helper()
	compared, accepted, byCode := 0, 0, map[int]int{}
	for _, v := range verdicts(t) {
		var a, b answer
		switch {
		case v.Input != "":
			a, b = post(t, ours, v.Input, v.FieldValidation), post(t, theirs, v.Input, v.FieldValidation)
		default:
			a, b = replace(t, ours, v), replace(t, theirs, v)
		}
		compared++
		byCode[b.code]++
		if b.code < 300 {
			accepted++
		}
		if a.code != b.code || !reflect.DeepEqual(a.warnings, b.warnings) || !reflect.DeepEqual(strip(a.body), strip(b.body)) {
			t.Errorf("%s (%s): answers differ\n  ours:   %d %v %s\n  theirs: %d %v %s", v.ID, v.FieldValidation,
				a.code, a.warnings, brief(a.body), b.code, b.warnings, brief(b.body))
		}
	}
	t.Logf("%d inputs compared, %d accepted by the schema; codes: %v", compared, accepted, byCode)
}

func brief(body map[string]any) string {
	if message, ok := body["message"].(string); ok {
		return message
	}
	text, _ := json.Marshal(body["spec"])
	return string(text)
}

// strip removes what the server makes up for each object.
func strip(body map[string]any) map[string]any {
	if metadata, ok := body["metadata"].(map[string]any); ok {
		for _, key := range []string{"uid", "creationTimestamp", "managedFields", "resourceVersion", "generation"} {
			delete(metadata, key)
		}
	}
	return body
}

func post(t *testing.T, c *clustertest.Cluster, input, validation string) answer {
	t.Helper()
	data, err := os.ReadFile(fixture(t, "admission", input))
	if err != nil {
		t.Fatal(err)
	}
	return request(t, c, "POST", pathOf(data), data, "dryRun=All&fieldValidation="+validation)
}

// replace creates the old object and sends the new one as a full replacement.
func replace(t *testing.T, c *clustertest.Cluster, v verdict) answer {
	t.Helper()
	before, err1 := os.ReadFile(fixture(t, "admission", v.Old))
	after, err2 := os.ReadFile(fixture(t, "admission", v.New))
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	path := pathOf(before)
	created := request(t, c, "POST", path, before, "fieldValidation=Strict")
	if created.code != 201 {
		t.Fatalf("%s: the old object is refused: %s", v.ID, brief(created.body))
	}
	name := field(created.body, "metadata", "name")
	defer request(t, c, "DELETE", path+"/"+name, nil, "")
	var replacement map[string]any
	if err := yaml.Unmarshal(after, &replacement); err != nil {
		t.Fatal(err)
	}
	metadata := replacement["metadata"].(map[string]any)
	metadata["resourceVersion"] = field(created.body, "metadata", "resourceVersion")
	data, err := json.Marshal(replacement)
	if err != nil {
		t.Fatal(err)
	}
	return request(t, c, "PUT", path+"/"+name, data, "dryRun=All&fieldValidation="+v.FieldValidation)
}

// pathOf finds where an input goes, as kubectl would. Inputs that are not even
// objects go to the collection of PodCliqueSets.
func pathOf(data []byte) string {
	var head struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Metadata   struct {
			Namespace string `json:"namespace"`
		} `json:"metadata"`
	}
	_ = yaml.Unmarshal(data, &head)
	if head.Kind == "ClusterTopologyBinding" {
		return "/apis/grove.io/v1alpha1/clustertopologybindings"
	}
	namespace := head.Metadata.Namespace
	if namespace == "" || strings.ToLower(namespace) != namespace {
		namespace = "default"
	}
	return fmt.Sprintf("/apis/grove.io/v1alpha1/namespaces/%s/podcliquesets", namespace)
}

type warningRecorder struct{ texts []string }

func (w *warningRecorder) HandleWarningHeader(_ int, _ string, text string) {
	w.texts = append(w.texts, text)
}

func request(t *testing.T, c *clustertest.Cluster, verb, path string, data []byte, query string) answer {
	t.Helper()
	recorder := &warningRecorder{}
	call := c.Client.RESTClient().Verb(verb).AbsPath(path).WarningHandler(recorder).
		SetHeader("Content-Type", "application/yaml").SetHeader("Accept", "application/json").Body(data)
	for _, part := range strings.Split(query, "&") {
		if key, value, ok := strings.Cut(part, "="); ok {
			call.Param(key, value)
		}
	}
	var code int
	result := call.Do(context.Background()).StatusCode(&code)
	raw, err := result.Raw()
	if code == 0 {
		t.Fatalf("%s %s: %v", verb, path, err)
	}
	a := answer{code: code, warnings: recorder.texts}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

var _ rest.WarningHandler = &warningRecorder{}
