// Command generate prints the objects of the benchmark's workload, one JSON object a line: typed objects and
// encoding/json, as an operator or a generator in Go would do it.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	set           = "serve"
	namespace     = "inference"
	group         = "model"
	groupReplicas = 2
	minAvailable  = 1
	groupPods     = 5

	groveAPI   = "grove.io/v1alpha1"
	rbacAPI    = "rbac.authorization.k8s.io/v1"
	roleName   = "grove.io:pcs:" + set
	indexLabel = "grove.io/podcliqueset-replica-index"
)

type clique struct {
	name     string
	hash     string
	replicas int32
	args     []string
	ports    []corev1.ContainerPort
}

var cliques = []clique{
	{
		name: "leader", hash: "5b9d9b77748945b8884c", replicas: 1,
		args:  []string{"--role=leader", "--port=8000"},
		ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8000, Protocol: corev1.ProtocolTCP}},
	},
	{
		name: "worker", hash: "56b88667bb795857d549", replicas: 4,
		args: []string{"--role=worker"},
	},
}

func ptr[T any](v T) *T { return &v }

func owner(apiVersion, kind, name string) []metav1.OwnerReference {
	return []metav1.OwnerReference{{
		APIVersion: apiVersion, Kind: kind, Name: name, Controller: ptr(true), BlockOwnerDeletion: ptr(true),
	}}
}

func defaultLabels() map[string]string {
	return map[string]string{"app.kubernetes.io/managed-by": "grove-operator", "app.kubernetes.io/part-of": set}
}

func meta(name, labelName, component string, owners []metav1.OwnerReference) metav1.ObjectMeta {
	labels := defaultLabels()
	if labelName != "" {
		labels["app.kubernetes.io/name"] = labelName
	}
	labels["app.kubernetes.io/component"] = component
	return metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: labels, OwnerReferences: owners}
}

func ofSet() []metav1.OwnerReference { return owner(groveAPI, "PodCliqueSet", set) }

func accessObjects() []any {
	secret := set + "-ic-sat"
	secretMeta := meta(secret, secret, "pod-sa-token-secret", ofSet())
	secretMeta.Annotations = map[string]string{corev1.ServiceAccountNameKey: set}
	return []any{
		&corev1.ServiceAccount{
			TypeMeta:                     metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
			ObjectMeta:                   meta(set, set, "pod-service-account", ofSet()),
			AutomountServiceAccountToken: ptr(true),
		},
		&rbacv1.Role{
			TypeMeta:   metav1.TypeMeta{APIVersion: rbacAPI, Kind: "Role"},
			ObjectMeta: meta(roleName, "grove.io-pcs-"+set, "pod-role", ofSet()),
			Rules: []rbacv1.PolicyRule{{
				APIGroups: []string{""}, Resources: []string{"pods", "pods/status"}, Verbs: []string{"get", "list", "watch"},
			}},
		},
		&rbacv1.RoleBinding{
			TypeMeta:   metav1.TypeMeta{APIVersion: rbacAPI, Kind: "RoleBinding"},
			ObjectMeta: meta(roleName, "grove.io-pcs-"+set, "pod-role-binding", ofSet()),
			RoleRef:    rbacv1.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: "Role", Name: roleName},
			Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Name: set, Namespace: namespace}},
		},
		&corev1.Secret{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
			ObjectMeta: secretMeta,
			Type:       corev1.SecretTypeServiceAccountToken,
		},
	}
}

func service(i int) *corev1.Service {
	name := fmt.Sprintf("%s-%d", set, i)
	m := meta(name, name, "pcs-headless-service", ofSet())
	m.Labels[indexLabel] = strconv.Itoa(i)
	selector := defaultLabels()
	selector[indexLabel] = strconv.Itoa(i)
	return &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: m,
		Spec:       corev1.ServiceSpec{ClusterIP: corev1.ClusterIPNone, PublishNotReadyAddresses: true, Selector: selector},
	}
}

func scalingGroup(i int) *PodCliqueScalingGroup {
	name := fmt.Sprintf("%s-%d-%s", set, i, group)
	m := meta(name, name, "pcs-podcliquescalinggroup", ofSet())
	m.Labels[indexLabel] = strconv.Itoa(i)
	m.Finalizers = []string{"grove.io/podcliquescalinggroup.grove.io"}
	names := make([]string, 0, len(cliques))
	for _, c := range cliques {
		names = append(names, c.name)
	}
	return &PodCliqueScalingGroup{
		TypeMeta:   metav1.TypeMeta{APIVersion: groveAPI, Kind: "PodCliqueScalingGroup"},
		ObjectMeta: m,
		Spec:       PodCliqueScalingGroupSpec{Replicas: groupReplicas, MinAvailable: ptr[int32](minAvailable), CliqueNames: names},
	}
}

func cliqueName(i, j int, c clique) string {
	return fmt.Sprintf("%s-%d-%s-%d-%s", set, i, group, j, c.name)
}

func gangName(i, j int) string {
	if j < minAvailable {
		return fmt.Sprintf("%s-%d", set, i)
	}
	return fmt.Sprintf("%s-%d-%s-%d", set, i, group, j-minAvailable)
}

func cliqueLabels(i, j int, c clique) map[string]string {
	labels := defaultLabels()
	labels["app.kubernetes.io/name"] = cliqueName(i, j, c)
	labels["app.kubernetes.io/component"] = "pcsg-podclique"
	labels[indexLabel] = strconv.Itoa(i)
	labels["grove.io/podcliquescalinggroup"] = fmt.Sprintf("%s-%d-%s", set, i, group)
	labels["grove.io/podcliquescalinggroup-replica-index"] = strconv.Itoa(j)
	labels["grove.io/podgang"] = gangName(i, j)
	labels["grove.io/pod-template-hash"] = c.hash
	if j >= minAvailable {
		labels["grove.io/base-podgang"] = fmt.Sprintf("%s-%d", set, i)
	}
	return labels
}

func fromLabel(name, label string) corev1.EnvVar {
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{
		FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.labels['" + label + "']"},
	}}
}

func podSpec(c clique) corev1.PodSpec {
	return corev1.PodSpec{
		RestartPolicy:                 corev1.RestartPolicyAlways,
		TerminationGracePeriodSeconds: ptr[int64](30),
		Tolerations: []corev1.Toleration{{
			Key: "nvidia.com/gpu", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule,
		}},
		Containers: []corev1.Container{{
			Name:    "engine",
			Image:   "registry.example.com/engine:1.4.2",
			Command: []string{"engine", "serve"},
			Args:    c.args,
			Ports:   c.ports,
			Env: []corev1.EnvVar{
				fromLabel("GROVE_PCSG_NAME", "grove.io/podcliquescalinggroup"),
				{Name: "GROVE_PCSG_TEMPLATE_NUM_PODS", Value: strconv.Itoa(groupPods)},
				fromLabel("GROVE_PCSG_INDEX", "grove.io/podcliquescalinggroup-replica-index"),
				{Name: "MODEL", Value: "llama-70b"},
			},
			Resources: corev1.ResourceRequirements{
				Limits: corev1.ResourceList{"nvidia.com/gpu": resource.MustParse("8")},
			},
		}},
	}
}

func podClique(i, j int, c clique) *PodClique {
	return &PodClique{
		TypeMeta: metav1.TypeMeta{APIVersion: groveAPI, Kind: "PodClique"},
		ObjectMeta: metav1.ObjectMeta{
			Name: cliqueName(i, j, c), Namespace: namespace, Labels: cliqueLabels(i, j, c),
			Finalizers:      []string{"grove.io/podclique.grove.io"},
			OwnerReferences: owner(groveAPI, "PodCliqueScalingGroup", fmt.Sprintf("%s-%d-%s", set, i, group)),
		},
		Spec: PodCliqueSpec{RoleName: c.name, PodSpec: podSpec(c), Replicas: c.replicas, MinAvailable: ptr(c.replicas)},
	}
}

func gang(i, j int) *PodGang {
	m := meta(gangName(i, j), "", "podgang", ofSet())
	m.Labels["grove.io/scheduler-name"] = "default-scheduler"
	var groups []PodGroup
	for _, c := range cliques {
		groups = append(groups, PodGroup{Name: cliqueName(i, j, c), MinReplicas: c.replicas})
	}
	return &PodGang{
		TypeMeta:   metav1.TypeMeta{APIVersion: "scheduler.grove.io/v1alpha1", Kind: "PodGang"},
		ObjectMeta: m,
		Spec:       PodGangSpec{PodGroups: groups},
	}
}

func pod(i, j, k int, c clique) *corev1.Pod {
	name := cliqueName(i, j, c)
	labels := cliqueLabels(i, j, c)
	labels["grove.io/podclique"] = name
	labels["grove.io/podclique-pod-index"] = strconv.Itoa(k)
	service := fmt.Sprintf("%s-%d", set, i)
	spec := podSpec(c)
	spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "grove.io/podgang-pending-creation"}}
	spec.SchedulerName = "default-scheduler"
	spec.Hostname = fmt.Sprintf("%s-%d", name, k)
	spec.Subdomain = service
	spec.Containers[0].Env = append([]corev1.EnvVar{
		{Name: "GROVE_PCS_NAME", Value: set},
		{Name: "GROVE_PCS_INDEX", Value: strconv.Itoa(i)},
		{Name: "GROVE_PCLQ_NAME", Value: name},
		{Name: "GROVE_HEADLESS_SERVICE", Value: service + "." + namespace + ".svc.cluster.local"},
		fromLabel("GROVE_PCLQ_POD_INDEX", "grove.io/podclique-pod-index"),
	}, spec.Containers[0].Env...)
	return &corev1.Pod{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: name + "-", Namespace: namespace, Labels: labels, OwnerReferences: owner(groveAPI, "PodClique", name),
		},
		Spec: spec,
	}
}

func generate(replicas int, emit func(any)) {
	for _, object := range accessObjects() {
		emit(object)
	}
	for i := range replicas {
		emit(service(i))
		emit(scalingGroup(i))
		for j := range groupReplicas {
			emit(gang(i, j))
			for _, c := range cliques {
				emit(podClique(i, j, c))
				for k := range int(c.replicas) {
					emit(pod(i, j, k, c))
				}
			}
		}
	}
}

func main() {
	replicas := flag.Int("replicas", 10000, "replicas of the set")
	flag.Parse()
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(out)
	generate(*replicas, func(object any) {
		if err := encoder.Encode(object); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	})
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
