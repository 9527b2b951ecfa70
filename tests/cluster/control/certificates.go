package control

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"time"
)

// authority signs the certificates of one instance. Its key stays in memory.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
	dir         string
}

func newAuthority(dir string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := certificateTemplate("grovec-test-cluster")
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage |= x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	a := &authority{certificate: certificate, key: key, dir: dir}
	return a, writePEM(a.file("ca.crt"), "CERTIFICATE", der)
}

func (a *authority) file(name string) string { return a.dir + "/" + name }

func certificateTemplate(name string, groups ...string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // no randomness: nothing sensible can follow
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name, Organization: groups},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(365 * 24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
}

// issue writes FILE.crt and FILE.key for a user or server of that name.
func (a *authority) issue(file, name string, groups ...string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := certificateTemplate(name, groups...)
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 96, 0, 1)}
	template.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
		"kubernetes.default.svc.cluster.local"}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return err
	}
	if err := writePEM(a.file(file+".crt"), "CERTIFICATE", der); err != nil {
		return err
	}
	return writeKey(a.file(file+".key"), key)
}

// issueServiceAccountKey writes the pair that signs and checks tokens.
func (a *authority) issueServiceAccountKey() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := writePEM(a.file("service-account.pub"), "PUBLIC KEY", public); err != nil {
		return err
	}
	return writeKey(a.file("service-account.key"), key)
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(path, "EC PRIVATE KEY", der)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// writeKubeconfig refers to the certificate files of FILE by path.
func (a *authority) writeKubeconfig(path, file, server, name string) error {
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: %[4]s
clusters:
- name: %[4]s
  cluster:
    server: %[2]s
    certificate-authority: %[1]s/ca.crt
contexts:
- name: %[4]s
  context: {cluster: %[4]s, user: %[3]s}
users:
- name: %[3]s
  user:
    client-certificate: %[1]s/%[3]s.crt
    client-key: %[1]s/%[3]s.key
`, a.dir, server, file, name)
	return os.WriteFile(path, []byte(text), 0o600)
}

// writeCertificates issues everything the processes need.
func writeCertificates(dir string) (*authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	a, err := newAuthority(dir)
	if err != nil {
		return nil, err
	}
	for _, c := range []struct {
		file, name string
		groups     []string
	}{
		{"etcd", "etcd", nil},
		{"kube-apiserver", "kube-apiserver", nil},
		{"admin", "grovec-admin", []string{"system:masters"}},
		{"kube-controller-manager", "system:kube-controller-manager", nil},
		{"kube-scheduler", "system:kube-scheduler", nil},
		{"nodes", "grovec-nodes", []string{"system:masters"}},
	} {
		if err := a.issue(c.file, c.name, c.groups...); err != nil {
			return nil, err
		}
	}
	return a, a.issueServiceAccountKey()
}
