package faults

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/client-go/rest"
)

// T is what the proxy needs of a test.
type T interface {
	Helper()
	Errorf(format string, arguments ...any)
	Fatalf(format string, arguments ...any)
	Cleanup(func())
	TempDir() string
}

// Start runs a proxy in front of the server of a client configuration until
// the test ends, which fails if a rule has never fired.
func Start(t T, config *rest.Config) *Proxy {
	t.Helper()
	p, err := New(Options{Server: config.Host, CA: config.CAData})
	if err != nil {
		t.Fatalf("fault proxy: %v", err)
	}
	t.Cleanup(func() {
		p.Close()
		for _, name := range p.Unfired() {
			t.Errorf("the fault `%s` never fired, so this test shows nothing about it", name)
		}
	})
	return p
}

// Config is a client configuration for a user with that token.
func (p *Proxy) Config(token string) *rest.Config {
	return &rest.Config{Host: p.URL, BearerToken: token, QPS: -1, TLSClientConfig: rest.TLSClientConfig{CAData: p.CA()}}
}

// Kubeconfig writes a kubeconfig for a user with that token and returns its path.
func (p *Proxy) Kubeconfig(t T, token string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, []byte(p.KubeconfigText(token)), 0o600); err != nil {
		t.Fatalf("kubeconfig: %v", err)
	}
	return path
}

// KubeconfigText is what Kubeconfig writes.
func (p *Proxy) KubeconfigText(token string) string { return p.kubeconfig("token: " + token) }

// KubeconfigWithTokenFile is Kubeconfig with a token that rotates in a file.
func (p *Proxy) KubeconfigWithTokenFile(t T, file string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, []byte(p.kubeconfig("tokenFile: "+file)), 0o600); err != nil {
		t.Fatalf("kubeconfig: %v", err)
	}
	return path
}

func (p *Proxy) kubeconfig(user string) string {
	return fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: faults
clusters:
- name: faults
  cluster: {server: "%s", certificate-authority-data: %s}
contexts:
- name: faults
  context: {cluster: faults, user: user, namespace: default}
users:
- name: user
  user: {%s}
`, p.URL, base64.StdEncoding.EncodeToString(p.CA()), user)
}
