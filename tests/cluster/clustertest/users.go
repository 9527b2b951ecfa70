package clustertest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var namespaces atomic.Int64

// Namespace makes one for this test; it stays until the instance ends.
func (c *Cluster) Namespace(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test-%d", namespaces.Add(1))
	_, err := c.Client.CoreV1().Namespaces().Create(context.Background(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// User makes a service account in the namespace that has the cluster role
// (edit, view …) there, and returns a token for it.
func (c *Cluster) User(t testing.TB, namespace, name, role string) string {
	t.Helper()
	ctx := context.Background()
	_, err := c.Client.CoreV1().ServiceAccounts(namespace).Create(ctx,
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Client.RbacV1().RoleBindings(namespace).Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Name: name, Namespace: namespace}},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	token := c.Token(t, namespace, name)
	// The API server learns of the binding by a watch of its own.
	Eventually(t, Patience, func() error {
		_, errOut, err := c.Kubectl("", "auth", "can-i", "list", "pods", "-n", namespace, "--as", "system:serviceaccount:"+namespace+":"+name)
		if err != nil {
			return fmt.Errorf("%w %s", err, errOut)
		}
		return nil
	})
	return token
}

// Token returns a new token of a service account.
func (c *Cluster) Token(t testing.TB, namespace, name string) string {
	t.Helper()
	request, err := c.Client.CoreV1().ServiceAccounts(namespace).CreateToken(context.Background(), name,
		&authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return request.Status.Token
}
