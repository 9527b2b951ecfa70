// Command waitpods stands for the image of the grove-initc init container in
// tests of the kubelet stand-in: it really waits for pods through the API,
// with nothing but the pod's own files and token.
//
//	waitpods --podcliques=NAME:COUNT …
//
// It exits 0 once, for each NAME, COUNT pods with the label
// grove.io/podclique=NAME in its own namespace and gang are Ready, all at the
// same moment. It has no timeout. Anything wrong, such as a refusal by the API
// server, is printed and ends it with 1.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

func main() {
	if err := wait(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "waitpods:", err)
		os.Exit(1)
	}
}

func wait(arguments []string) error {
	wanted, err := parse(arguments)
	if err != nil {
		return err
	}
	namespace, err := file("GROVE_POD_INFO_DIR", "namespace")
	if err != nil {
		return err
	}
	gang, err := file("GROVE_POD_INFO_DIR", "podgangname")
	if err != nil {
		return err
	}
	token, err := file("GROVE_TOKEN_DIR", "token")
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(&rest.Config{
		Host:            "https://" + net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")),
		BearerToken:     token,
		TLSClientConfig: rest.TLSClientConfig{CAFile: filepath.Join(os.Getenv("GROVE_TOKEN_DIR"), "ca.crt")},
	})
	if err != nil {
		return err
	}
	for {
		pods, err := client.CoreV1().Pods(namespace).List(context.Background(),
			metav1.ListOptions{LabelSelector: "grove.io/podgang=" + gang})
		if err != nil {
			return err
		}
		if missing := missing(wanted, pods.Items); missing == "" {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func parse(arguments []string) (map[string]int, error) {
	wanted := map[string]int{}
	for _, argument := range arguments {
		value, ok := strings.CutPrefix(argument, "--podcliques=")
		name, text, colon := strings.Cut(value, ":")
		count, err := strconv.Atoi(text)
		if !ok || !colon || err != nil || count < 1 || name == "" {
			return nil, fmt.Errorf("`%s`: write --podcliques=NAME:COUNT", argument)
		}
		wanted[name] = count
	}
	return wanted, nil
}

// missing names a clique with too few ready pods, or nothing.
func missing(wanted map[string]int, pods []corev1.Pod) string {
	ready := map[string]int{}
	for _, pod := range pods {
		for _, condition := range pod.Status.Conditions {
			if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue {
				ready[pod.Labels["grove.io/podclique"]]++
			}
		}
	}
	for name, count := range wanted {
		if ready[name] < count {
			return name
		}
	}
	return ""
}

func file(variable, name string) (string, error) {
	data, err := os.ReadFile(filepath.Join(os.Getenv(variable), name))
	return strings.TrimSpace(string(data)), err
}
