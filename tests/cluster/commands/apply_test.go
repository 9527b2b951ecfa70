package commands

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"grovec.dev/tests/cluster/clustertest"
)

func appliesOnceAndAgain(t *testing.T, u *user) {
	file := u.write(t, "all.yaml", set("web", "example.com/front:1")+configMap("settings"))
	u.nothingIsSent(t, func() {
		u.must(t, 0, []string{"adds 4 pods", "PodCliqueSet " + u.space + "/web created (dry run: nothing was changed)"}, "apply", "--dry-run", file)
	})
	first := u.must(t, 0, []string{"adds 4 pods", "ConfigMap " + u.space + "/settings created", "PodCliqueSet " + u.space + "/web created"}, "apply", file)
	if strings.Index(first.out, "settings created") > strings.Index(first.out, "web created") {
		t.Errorf("the set was sent before what it may need:\n%v", first)
	}
	if got := u.field("configmap", "settings", "{.data.a}"); got != "b" {
		t.Errorf("the ConfigMap has %q", got)
	}
	if got := u.field("pcs", "web", `{.metadata.managedFields[0].manager} {.metadata.managedFields[0].operation}`); got != "grovec Apply" {
		t.Errorf("the set is written by %q", got)
	}
	u.nothingIsSent(t, func() {
		u.must(t, 0, []string{"web unchanged", "settings unchanged"}, "apply", file)
	})
	other := u.write(t, "other.yaml", set("second", "example.com/front:1")+configMap("unwanted"))
	u.must(t, 0, []string{"second created"}, "apply", "--only-sets", other)
	if got := u.field("configmap", "unwanted", "{.metadata.name}"); got != "" {
		t.Error("--only-sets sent a ConfigMap")
	}
	u.must(t, 2, []string{"roll"}, "apply", "--allow", "everything", file)
	broken := u.write(t, "broken.yaml", strings.Replace(set("web", "example.com/front:1"), "replicas: 2", "replicas: -2", 1))
	u.nothingIsSent(t, func() { u.must(t, 1, []string{"replicas"}, "apply", broken) })
}

func rollsOnlyIfAllowed(t *testing.T, u *user) {
	gpu := func(image string) string {
		return strings.Replace(set("web", image), `image: "`+image+`"`, `image: "`+image+`", resources: {limits: {nvidia.com/gpu: 4}}`, 1)
	}
	u.must(t, 0, nil, "apply", u.write(t, "old.yaml", gpu("example.com/front:1")))
	file := u.write(t, "new.yaml", gpu("example.com/front:2"))
	u.nothingIsSent(t, func() {
		u.must(t, 1, []string{"restarts 2 pods", "nothing was sent", "--allow roll"}, "apply", file)
		u.must(t, 1, []string{"nothing was sent", "--allow roll"}, "apply", "--allow", "delete", file)
		u.must(t, 1, []string{"nothing was sent", "4 GPUs are down at once"}, "apply", "--allow", "roll", "--max-gpus-down", "3", file)
	})
	u.must(t, 0, []string{"web configured"}, "apply", "--allow", "roll", "--max-gpus-down", "4", file)
	if got := u.field("pcs", "web", image); got != "example.com/front:2" {
		t.Errorf("the image is %q", got)
	}
	more := u.write(t, "more.yaml", strings.Replace(gpu("example.com/front:2"), "  replicas: 1\n", "  replicas: 2\n", 1))
	u.must(t, 0, []string{"adds 4 pods", "web configured"}, "apply", more)
	u.nothingIsSent(t, func() {
		u.must(t, 1, []string{"removes 4 pods", "nothing was sent", "--allow delete"}, "apply", "--allow", "roll", file)
	})
	u.must(t, 0, []string{"web configured"}, "apply", "--allow", "delete", file)
}

func saysWhatToRunInstead(t *testing.T, u *user) {
	u.must(t, 0, nil, "apply", u.write(t, "old.yaml", set("web", "example.com/front:1")))
	file := u.write(t, "new.yaml", strings.Replace(set("web", "example.com/front:1"), "minAvailable: 2", "minAvailable: 1", 1))
	u.nothingIsSent(t, func() {
		u.must(t, 1, []string{"nothing was sent", "grovec delete web -n " + u.space}, "apply", "--allow", "roll,delete", file)
	})
}

func namesWhoElse(t *testing.T, u *user) {
	u.must(t, 0, nil, "apply", u.write(t, "old.yaml", set("web", "example.com/front:1")))
	u.kubectl(t, "patch", "pcs", "web", "--type=json", "--field-manager=somebody",
		"-p", `[{"op":"replace","path":"/spec/template/cliques/0/spec/podSpec/containers/0/image","value":"example.com/theirs:1"}]`)
	file := u.write(t, "new.yaml", set("web", "example.com/front:2"))
	u.nothingIsSent(t, func() {
		u.must(t, 1, []string{"`somebody`", "image", "--force-conflicts", "nothing was sent"}, "apply", "--allow", "roll", file)
	})
	u.must(t, 0, []string{"web configured"}, "apply", "--allow", "roll", "--force-conflicts", file)
	if got := u.field("pcs", "web", image); got != "example.com/front:2" {
		t.Errorf("the image is %q", got)
	}
}

func leavesCountsAlone(t *testing.T, u *user) {
	file := u.write(t, "web.yaml", set("web", "example.com/front:1"))
	u.must(t, 0, nil, "apply", file)
	// By hand: a conflict, with the one who did it.
	u.must(t, 0, []string{"scaled to 2"}, "scale", "set", "web", "2")
	u.must(t, 1, []string{"`.spec.replicas` belongs to `grovec-scale`", "nothing was sent"}, "apply", "--allow", "delete", file)
	// By an autoscaler: theirs.
	u.kubectl(t, "patch", "pcs", "web", "--subresource=scale", "--type=merge", "--field-manager=kube-controller-manager", "-p", `{"spec":{"replicas":3}}`)
	u.nothingIsSent(t, func() {
		u.must(t, 0, []string{"3 replicas are left as they are: `kube-controller-manager` scales it", "web unchanged"}, "apply", file)
	})
	changed := u.write(t, "new.yaml", set("web", "example.com/front:2"))
	u.must(t, 0, []string{"restarts 6 pods", "web configured"}, "apply", "--allow", "roll", changed)
	if got := u.field("pcs", "web", "{.spec.replicas} "+image); got != "3 example.com/front:2" {
		t.Errorf("the set has %q", got)
	}
}

func refusesUnknownFields(t *testing.T, u *user) {
	text := strings.Replace(set("web", "example.com/front:1"), "minAvailable: 1}\n",
		"minAvailable: 1, scaleConfig: {maxReplicas: 4, behavior: {scaleDown: {stabilizationWindowSeconds: 60}}}}\n", 1)
	file := u.write(t, "web.yaml", configMap("settings")+"---\n"+text)
	u.nothingIsSent(t, func() {
		u.must(t, 1, []string{"behavior", "nothing was sent", "grovec schema --crds --api extended"}, "apply", "--api", "extended", file)
	})
	if n := u.proxy.Count("PATCH", "/podcliquesets/web"); n != 1 {
		t.Errorf("the dry run was sent %d times", n)
	}
}

func listsWhatWasSent(t *testing.T, u *user) {
	u.kubectl(t, "create", "quota", "few", "--hard=count/configmaps=2") // kube-root-ca.crt is one
	clustertest.Eventually(t, patience, func() error {
		if u.field("quota", "few", "{.status.used.count/configmaps}") != "1" {
			return fmt.Errorf("the quota is not counted yet")
		}
		return nil
	})
	file := u.write(t, "all.yaml", configMap("first")+configMap("second")+"---\n"+set("web", "example.com/front:1"))
	u.must(t, 3, []string{"exceeded quota", "sent before it, and not taken back: ConfigMap " + u.space + "/first"}, "apply", file)
	if got := u.field("pcs", "web", "{.metadata.name}"); got != "" {
		t.Error("documents after the failure were sent")
	}
	u.kubectl(t, "delete", "quota", "few")
	clustertest.Eventually(t, patience, func() error {
		if got := u.run(t, "apply", file); got.code != 0 || !strings.Contains(got.out, "first unchanged") || !strings.Contains(got.out, "web created") {
			return fmt.Errorf("the next run: %v", got)
		}
		return nil
	})
}

func exemptsWhatTheStreamCreates(t *testing.T, u *user) {
	other := u.space + "-more"
	crd := `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: toys.test-` + u.space + `.grovec.dev}
spec:
  group: test-` + u.space + `.grovec.dev
  scope: Namespaced
  names: {plural: toys, singular: toy, kind: Toy, listKind: ToyList}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
`
	toy := "---\napiVersion: test-" + u.space + ".grovec.dev/v1\nkind: Toy\nmetadata: {name: ball}\n"
	web := strings.Replace(set("web", "example.com/front:1"), "{name: web}", "{name: web, namespace: "+other+"}", 1)
	file := u.write(t, "all.yaml", web+"---\napiVersion: v1\nkind: Namespace\nmetadata: {name: "+other+"}\n")
	elsewhere := *u
	elsewhere.space = other
	elsewhere.must(t, 0, []string{"PodCliqueSet " + other + "/web is not judged yet", "Namespace " + other + " created", "PodCliqueSet " + other + "/web created"}, "apply", file)
	toys := u.write(t, "toys.yaml", toy+crd)
	u.must(t, 0, []string{"Toy " + u.space + "/ball is not judged yet", "Toy " + u.space + "/ball created"}, "apply", toys)
	if got := u.field("toys.test-"+u.space+".grovec.dev", "ball", "{.metadata.name}"); got != "ball" {
		t.Error("the object of the new kind is not there")
	}
	u.must(t, 0, []string{"ball unchanged"}, "apply", toys)
}

func refusesATerminatingNamespace(t *testing.T, u *user) {
	u.kubectl(t, "create", "configmap", "held")
	u.kubectl(t, "patch", "configmap", "held", "--type=merge", "-p", `{"metadata":{"finalizers":["test.grovec.dev/held"]}}`)
	u.kubectl(t, "delete", "namespace", u.space, "--wait=false")
	file := u.write(t, "web.yaml", set("web", "example.com/front:1"))
	u.nothingIsSent(t, func() {
		u.must(t, 3, []string{"being terminated", "nothing was sent"}, "apply", file)
	})
	u.must(t, 3, []string{"being terminated"}, "reconcile", "--once", file)
	u.kubectl(t, "patch", "configmap", "held", "--type=merge", "-p", `{"metadata":{"finalizers":null}}`)
}

func hearsTheWebhook(t *testing.T, u *user) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review struct {
			Request struct{ UID string }
		}
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &review)
		fmt.Fprintf(w, `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":%q,"allowed":false,"status":{"code":403,"message":"not on a Friday"}}}`, review.Request.UID)
	}))
	server.TLS = &tls.Config{}
	server.StartTLS()
	defer server.Close()
	ca := base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	u.c.MustKubectl(t, `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: `+u.space+`}
webhooks:
- name: friday.grovec.dev
  clientConfig: {url: "`+server.URL+`/", caBundle: `+ca+`}
  rules: [{apiGroups: [grove.io], apiVersions: [v1alpha1], operations: [CREATE], resources: [podcliquesets]}]
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: `+u.space+`}}
  sideEffects: None
  admissionReviewVersions: [v1]
`, "apply", "-f", "-")
	file := u.write(t, "all.yaml", configMap("settings")+"---\n"+set("web", "example.com/front:1"))
	clustertest.Eventually(t, patience, func() error { // the API server learns of it by a watch
		if got := u.run(t, "apply", "--dry-run", file); !strings.Contains(got.err, "not on a Friday") {
			return fmt.Errorf("%v", got)
		}
		return nil
	})
	u.nothingIsSent(t, func() {
		u.must(t, 3, []string{"not on a Friday", "friday.grovec.dev", "nothing was sent"}, "apply", file)
	})
	u.c.MustKubectl(t, "", "delete", "validatingwebhookconfiguration", u.space)
}

func refusesAnotherVersion(t *testing.T, u *user) {
	u.must(t, 0, nil, "apply", u.write(t, "old.yaml", set("web", "example.com/front:1")))
	file := u.write(t, "new.yaml", set("web", "example.com/front:2"))
	no := u.onTerminal(t, "apply", file)
	no.waitFor("[y/N]")
	no.typed("n\n")
	no.ends(1)
	x := u.onTerminal(t, "apply", file)
	x.waitFor("[y/N]")
	u.kubectl(t, "patch", "pcs", "web", "--type=merge", "-p", `{"spec":{"replicas":2}}`)
	u.nothingIsSent(t, func() {
		x.typed("y\n")
		x.waitFor("somebody changed it since it was planned")
		x.ends(1)
	})
	gone := u.onTerminal(t, "apply", file, "--force-conflicts")
	gone.waitFor("[y/N]")
	u.kubectl(t, "delete", "pcs", "web")
	u.nothingIsSent(t, func() {
		gone.typed("y\n")
		gone.waitFor("somebody deleted it since it was planned")
		gone.ends(1)
	})
	born := u.onTerminal(t, "apply", file)
	born.waitFor("[y/N]")
	u.c.MustKubectl(t, set("web", "example.com/front:1"), "-n", u.space, "create", "-f", "-")
	born.typed("y\n")
	born.waitFor("somebody created it since it was planned")
	born.ends(1)
	yes := u.onTerminal(t, "apply", "--yes", "--force-conflicts", file)
	yes.waitFor("web configured")
	yes.ends(0)
	if strings.Contains(yes.out.String(), "[y/N]") {
		t.Error("--yes asks")
	}
}

func twoAtOnce(t *testing.T, u *user) {
	u.must(t, 0, nil, "apply", u.write(t, "0.yaml", set("web", "example.com/front:0")))
	for round := 1; round <= 3; round++ {
		var files [2]string
		for i := range files {
			files[i] = u.write(t, fmt.Sprintf("%d-%d.yaml", round, i), set("web", fmt.Sprintf("example.com/front:%d-%d", round, i)))
		}
		results := make(chan said, 2)
		for _, file := range files {
			go func() { results <- u.run(t, "apply", "--allow", "roll", file) }()
		}
		one, two := <-results, <-results
		for _, got := range []said{one, two} {
			if got.code != 0 && (got.code != 1 || !strings.Contains(got.err, "since it was planned")) {
				t.Errorf("round %d: %v", round, got)
			}
		}
		if one.code != 0 && two.code != 0 {
			t.Errorf("round %d: neither was applied\n%v\n%v", round, one, two)
		}
		if got := u.field("pcs", "web", image); got != fmt.Sprintf("example.com/front:%d-0", round) && got != fmt.Sprintf("example.com/front:%d-1", round) {
			t.Errorf("round %d: the image is %q", round, got)
		}
	}
}

// limited is a user of the same namespace with these rules of a Role.
func limited(t *testing.T, u *user, name, rules string) *user {
	t.Helper()
	u.c.MustKubectl(t, `apiVersion: v1
kind: ServiceAccount
metadata: {name: `+name+`}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: `+name+`}
rules: `+rules+`
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: `+name+`}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: `+name+`}
subjects: [{kind: ServiceAccount, name: `+name+`, namespace: `+u.space+`}]
`, "-n", u.space, "apply", "-f", "-")
	clustertest.Eventually(t, patience, func() error { // the API server learns of it by a watch
		_, errOut, err := u.c.Kubectl("", "auth", "can-i", "get", "podcliquesets.grove.io", "-n", u.space, "--as", "system:serviceaccount:"+u.space+":"+name)
		if err != nil {
			return fmt.Errorf("%w %s", err, errOut)
		}
		return nil
	})
	return u.as(t, u.c.Token(t, u.space, name))
}

func needsPermission(t *testing.T, u *user) {
	only := limited(t, u, "sets-only", `[{apiGroups: [grove.io, scheduler.grove.io], resources: ["*"], verbs: ["*"]}, {apiGroups: [""], resources: [configmaps], verbs: [get]}]`)
	file := u.write(t, "all.yaml", set("web", "example.com/front:1")+configMap("settings"))
	u.nothingIsSent(t, func() {
		only.must(t, 3, []string{"ConfigMap " + u.space + "/settings", "403", "nothing was sent"}, "apply", file)
	})
	only.must(t, 0, []string{"web created"}, "apply", "--only-sets", file)
	// Children that may not be read are named, with what is taken for granted.
	only.must(t, 0, []string{"not read: pods; they are taken to be as the operator makes them", "web unchanged"}, "apply", "--only-sets", file)
	reader := limited(t, u, "reader", `[{apiGroups: [grove.io, ""], resources: [podcliquesets, configmaps], verbs: [get, list]}]`)
	changed := u.write(t, "new.yaml", set("web", "example.com/front:2"))
	reader.must(t, 1, []string{"you may not patch it, so it is compared here", `"example.com/front:1" → "example.com/front:2"`}, "diff", "--live", changed)
	reader.must(t, 0, nil, "diff", "--live", u.write(t, "same.yaml", set("web", "example.com/front:1")))
}

func usesBindings(t *testing.T, u *user) {
	u.c.MustKubectl(t, `apiVersion: grove.io/v1alpha1
kind: ClusterTopologyBinding
metadata: {name: `+u.space+`}
spec: {levels: [{domain: rack, key: test.grovec.dev/rack}, {domain: host, key: kubernetes.io/hostname}]}
`, "apply", "-f", "-")
	text := strings.Replace(set("web", "example.com/front:1"), "  template:\n", "  template:\n    topologyConstraint: {topologyName: "+u.space+", pack: {required: rack}}\n", 1)
	u.must(t, 0, []string{"web created"}, "apply", u.write(t, "web.yaml", text))
}

// The finalizer is the operator's, whoever writes the set and from whatever file.
func leavesTheOperatorsFinalizer(t *testing.T, u *user) {
	text := strings.Replace(set("web", "example.com/front:1"), "{name: web}", "{name: web, finalizers: [grove.io/podcliqueset.grove.io, example.com/mine]}", 1)
	for _, arguments := range [][]string{{"apply"}, {"reconcile", "--once"}} {
		u.must(t, 0, nil, append(arguments, u.write(t, "web.yaml", text))...)
		own := u.field("pcs", "web", `{.metadata.managedFields[?(@.operation=="Apply")].fieldsV1}`)
		if strings.Contains(own, "podcliqueset.grove.io") || !strings.Contains(own, "example.com/mine") {
			t.Errorf("%v owns %s", arguments, own)
		}
	}
	if got := u.field("pcs", "web", "{.metadata.finalizers}"); !strings.Contains(got, "grove.io/podcliqueset.grove.io") {
		t.Errorf("the operator's finalizer is not there: %s", got)
	}
	u.must(t, 0, []string{"web configured"}, "apply", u.write(t, "web.yaml", set("web", "example.com/front:1")))
	if got := u.field("pcs", "web", "{.metadata.finalizers}"); got != `["grove.io/podcliqueset.grove.io"]` {
		t.Errorf("left of the finalizers: %s", got)
	}
}

func showsWhatDiffers(t *testing.T, u *user) {
	file := u.write(t, "all.yaml", set("web", "example.com/front:1")+"---\napiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {token: old-secret-value}\n")
	u.must(t, 1, []string{"+ PodCliqueSet " + u.space + "/web", "+ Secret " + u.space + "/key"}, "diff", "--live", file)
	u.must(t, 0, nil, "apply", file)
	u.must(t, 0, nil, "diff", "--live", file)
	changed := u.write(t, "new.yaml", set("web", "example.com/front:2")+"---\napiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {token: new-secret-value}\n")
	got := u.must(t, 1, []string{`containers[name=main].image: "example.com/front:1" → "example.com/front:2"  (new.yaml:9:`, "(masked"}, "diff", "--live", changed)
	if strings.Contains(got.out+got.err, "secret-value") || strings.Contains(got.out, "managedFields") {
		t.Errorf("a secret or noise is shown:\n%v", got)
	}
	u.must(t, 1, []string{`"format_version"`, `example.com/front:2`}, "diff", "--live", "-o", "json", changed)
	u.must(t, 1, []string{"front&#58;2"}, "diff", "--live", "-o", "markdown", changed)
	u.must(t, 3, []string{"does not know Nothing of v1"}, "diff", "--live", u.write(t, "broken.yaml", "kind: Nothing\napiVersion: v1\nmetadata: {name: nothing}\n"))
}

// showsWhatRunsOtherwise: what runs is what the file compiles to, whatever the
// API server adds; what somebody changes by hand is found.
func showsWhatRunsOtherwise(t *testing.T, u *user) {
	file := u.write(t, "web.yaml", set("web", "example.com/front:1"))
	u.must(t, 1, []string{"+ Pod " + u.space + "/web-0-front-bbbbb … web-0-front-bbbbc (× 2 replicas)", "+ PodGang " + u.space + "/web-0"}, "diff", "--live", "--children", file)
	u.must(t, 0, nil, "reconcile", "--once", "--wait", "--timeout", "10m", file)
	u.nothingIsSent(t, func() { u.must(t, 0, nil, "diff", "--live", "--children", file) })
	u.kubectl(t, "patch", "pclq", "web-0-front", "--type=merge", "-p", `{"spec":{"podSpec":{"terminationGracePeriodSeconds":7}},"metadata":{"labels":{"hand":"made"}}}`)
	u.kubectl(t, "patch", "service", "web-0", "--type=merge", "-p", `{"spec":{"publishNotReadyAddresses":false}}`)
	u.kubectl(t, "scale", "pcsg", "web-0-pool", "--replicas=2")
	u.kubectl(t, "patch", "secret", "web-ic-sat", "--type=merge", "-p", `{"data":{"planted":"cGxhbnRlZA=="}}`)
	words := []string{
		"~ PodClique " + u.space + "/web-0-front\n", `- metadata.labels.hand: "made"`, "terminationGracePeriodSeconds: 7",
		"~ Service " + u.space + "/web-0\n", "+ spec.publishNotReadyAddresses: true", "+ PodClique " + u.space + "/web-0-pool-1-back",
	}
	got := u.must(t, 1, words, "diff", "--live", "--children", file)
	if strings.Contains(got.out, "replicas:") || strings.Contains(got.out+got.err, "cGxhbnRlZA") || strings.Contains(got.out, "managedFields") {
		t.Errorf("a count, a secret or noise is shown:\n%v", got)
	}
	newer := u.write(t, "new.yaml", set("web", "example.com/front:2"))
	u.must(t, 1, []string{"~ PodCliqueSet " + u.space + "/web", "~ Pod " + u.space + "/web-0-front-bbbbb … web-0-front-bbbbc (× 2 replicas)", "(new.yaml:9:"}, "diff", "--live", "--children", newer)
	u.must(t, 1, []string{`"kind":"PodClique"`}, "diff", "--live", "--children", "-o", "json", file)
	u.must(t, 1, []string{"PodClique"}, "diff", "--live", "--children", "-o", "markdown", file)
}

func scalesWithoutOperator(t *testing.T, u *user) {
	u.must(t, 0, nil, "apply", u.write(t, "web.yaml", set("web", "example.com/front:1")))
	u.nothingIsSent(t, func() {
		u.must(t, 0, []string{"set replica 1 will be added", "dry run"}, "scale", "set", "web", "2", "--dry-run")
		u.must(t, 2, []string{"--yes"}, "delete", "web")
		u.must(t, 3, []string{"nowhere"}, "scale", "set", "nowhere", "2")
		u.must(t, 2, []string{"set, group or clique"}, "scale", "pod", "web", "2")
	})
	u.must(t, 0, []string{"scaled to 2"}, "scale", "set", "web", "2")
	u.must(t, 0, []string{"has 2 replicas already"}, "scale", "set", "web", "2")
	u.must(t, 0, []string{"PodCliqueSet `web` goes", "deleted"}, "delete", "web", "--yes")
	if got := u.field("pcs", "web", "{.metadata.name}"); got != "" {
		t.Error("the set is still there")
	}
}

func keepsAPlan(t *testing.T, u *user) {
	u.must(t, 0, nil, "apply", u.write(t, "old.yaml", set("web", "example.com/front:1")))
	file := u.write(t, "new.yaml", set("web", "example.com/front:2")+"---\napiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {token: secret-value}\n")
	keep := func() {
		t.Helper()
		u.nothingIsSent(t, func() {
			u.must(t, 4, []string{"restarts 2 pods"}, "plan", "--live", "--detailed-exitcode", "--out", "web.plan", file)
		})
	}
	refused := func(words ...string) {
		t.Helper()
		u.nothingIsSent(t, func() { u.must(t, 1, append(words, "nothing was sent", "does not hold any more"), "apply", "web.plan") })
	}
	keep()
	text, err := os.ReadFile(filepath.Join(u.dir, "web.plan"))
	if err != nil || strings.Contains(string(text), "secret-value") || !strings.Contains(string(text), "restarts 2 pods") {
		t.Errorf("the kept plan: %v\n%s", err, text)
	}
	// Another input.
	u.write(t, "new.yaml", set("web", "example.com/front:3"))
	refused("PodCliqueSet " + u.space + "/web")
	u.write(t, "new.yaml", set("web", "example.com/front:2")+configMap("more"))
	refused("ConfigMap " + u.space + "/more")
	// Another generation.
	u.write(t, "new.yaml", set("web", "example.com/front:2"))
	keep()
	u.must(t, 0, nil, "scale", "set", "web", "2")
	refused("is at generation 2 now, and was at 1")
	u.must(t, 0, nil, "scale", "set", "web", "1")
	// Another program.
	keep()
	text, err = os.ReadFile(filepath.Join(u.dir, "web.plan"))
	if err != nil {
		t.Fatal(err)
	}
	u.write(t, "web.plan", regexp.MustCompile(`"program": ?"[^"]*"`).ReplaceAllString(string(text), `"program":"0.0.1"`))
	refused("version 0.0.1")
	// The same: nobody is asked.
	keep()
	u.must(t, 0, []string{"web configured"}, "apply", "--force-conflicts", "web.plan")
	if got := u.field("pcs", "web", image); got != "example.com/front:2" {
		t.Errorf("the image is %q", got)
	}
	refused("is at generation 4 now, and was at 3")
}
