package control

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Programs that must be in the folder of built programs.
var Programs = []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok", "clusterctl"}

// CheckPrograms says what to do if one is missing.
func CheckPrograms(bin string) error {
	for _, program := range Programs {
		if _, err := os.Stat(filepath.Join(bin, program)); err != nil {
			return fmt.Errorf("%s is not in %s; build it with `tests/cluster/run build`", program, bin)
		}
	}
	return nil
}

func (s *supervisor) etcd(clientPort, peerPort int) (*process, error) {
	client := fmt.Sprintf("https://127.0.0.1:%d", clientPort)
	peer := fmt.Sprintf("http://127.0.0.1:%d", peerPort)
	return s.start("etcd", s.program("etcd"),
		"--quota-backend-bytes="+strconv.FormatInt(s.options.Quota, 10),
		"--name=default",
		"--data-dir="+s.path("etcd"),
		"--listen-client-urls="+client, "--advertise-client-urls="+client,
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster=default="+peer,
		"--cert-file="+s.certificate("etcd.crt"), "--key-file="+s.certificate("etcd.key"),
		"--trusted-ca-file="+s.certificate("ca.crt"), "--client-cert-auth=true",
		"--unsafe-no-fsync=true", // the data lives no longer than the processes
		"--log-level=warn",
	)
}

func (s *supervisor) apiServer(port, etcdPort int) (*process, error) {
	return s.start("kube-apiserver", s.program("kube-apiserver"),
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--secure-port="+strconv.Itoa(port),
		// A loopback address is no endpoint that the default reconciler takes.
		"--endpoint-reconciler-type=none",
		fmt.Sprintf("--etcd-servers=https://127.0.0.1:%d", etcdPort),
		"--etcd-cafile="+s.certificate("ca.crt"),
		"--etcd-certfile="+s.certificate("kube-apiserver.crt"), "--etcd-keyfile="+s.certificate("kube-apiserver.key"),
		"--tls-cert-file="+s.certificate("kube-apiserver.crt"), "--tls-private-key-file="+s.certificate("kube-apiserver.key"),
		"--client-ca-file="+s.certificate("ca.crt"),
		"--authorization-mode=RBAC", "--anonymous-auth=false",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file="+s.certificate("service-account.pub"),
		"--service-account-signing-key-file="+s.certificate("service-account.key"),
		"--service-cluster-ip-range=10.96.0.0/16",
		"--allow-privileged=true",
		"--cert-dir="+s.path("tmp"),
	)
}

func (s *supervisor) controllerManager() (*process, error) {
	return s.start("kube-controller-manager", s.program("kube-controller-manager"),
		"--kubeconfig="+s.path("kube-controller-manager.kubeconfig"),
		"--secure-port=0", "--leader-elect=false",
		// Without it garbage collection, HPA and endpoints are refused by RBAC.
		"--use-service-account-credentials=true",
		"--service-account-private-key-file="+s.certificate("service-account.key"),
		"--root-ca-file="+s.certificate("ca.crt"),
		// At the default of 20 a second, deleting 1,000 pods takes three minutes.
		"--kube-api-qps=500", "--kube-api-burst=1000",
		"--cert-dir="+s.path("tmp"),
	)
}

func (s *supervisor) scheduler() (*process, error) {
	return s.start("kube-scheduler", s.program("kube-scheduler"),
		"--kubeconfig="+s.path("kube-scheduler.kubeconfig"),
		"--secure-port=0", "--leader-elect=false",
		"--kube-api-qps=500", "--kube-api-burst=1000",
		"--cert-dir="+s.path("tmp"),
	)
}

// kwokStages keeps kwok to its nodes: a stage for pods that no pod is in
// replaces its built-in ones, since the kubelet stand-in owns the pods.
const kwokStages = `apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: pods-belong-to-the-kubelet-stand-in}
spec:
  resourceRef: {apiGroup: v1, kind: Pod}
  selector:
    matchLabels: {test.grovec.dev/never: never}
  next: {}
`

func (s *supervisor) kwok() (*process, error) {
	config := s.path("kwok.yaml")
	if err := os.WriteFile(config, []byte(kwokStages), 0o600); err != nil {
		return nil, err
	}
	return s.start("kwok", s.program("kwok"),
		"--config="+config,
		"--kubeconfig="+s.path("nodes.kubeconfig"),
		"--manage-all-nodes=true",
		"--node-lease-duration-seconds=40",
		"--node-ip=127.0.0.1",
	)
}

func (s *supervisor) kubelet() (*process, error) {
	return s.start("kubelet", s.program("clusterctl"), "kubelet",
		"--kubeconfig="+s.path("nodes.kubeconfig"),
		"--dir="+s.path("pods"),
		"--initc="+s.options.Initc,
	)
}
