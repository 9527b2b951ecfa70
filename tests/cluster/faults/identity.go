package faults

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"time"
)

// Face is the certificate that the proxy shows to new connections.
type Face int

// Faces: the right one, and what a client must refuse.
const (
	Good Face = iota
	Expired
	WrongHost
	Stranger // of an authority that nobody was told of
)

type identity struct {
	mutex     sync.Mutex
	authority pair
	faces     map[Face]*tls.Certificate
	shown     Face
}

type pair struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// CA returns the authority that clients trust, PEM.
func (p *Proxy) CA() []byte {
	p.identity.mutex.Lock()
	defer p.identity.mutex.Unlock()
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.identity.authority.certificate.Raw})
}

// Show changes the certificate; connections that are open are reset.
func (p *Proxy) Show(face Face) {
	p.identity.mutex.Lock()
	p.identity.shown = face
	p.identity.mutex.Unlock()
	p.ResetAll()
}

// RotateCA makes a new authority and certificates of it, and returns it.
func (p *Proxy) RotateCA() ([]byte, error) {
	if err := p.identity.renew(); err != nil {
		return nil, err
	}
	p.ResetAll()
	return p.CA(), nil
}

func (i *identity) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return i.faces[i.shown], nil
}

func (i *identity) renew() error {
	ours, err := newAuthority("faults")
	if err != nil {
		return err
	}
	strange, err := newAuthority("stranger")
	if err != nil {
		return err
	}
	faces := map[Face]*tls.Certificate{}
	for _, face := range []Face{Good, Expired, WrongHost, Stranger} {
		issuer := ours
		if face == Stranger {
			issuer = strange
		}
		if faces[face], err = issuer.issue(face); err != nil {
			return err
		}
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.authority, i.faces = ours, faces
	return nil
}

func template(name string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		panic(err) // no randomness: nothing sensible can follow
	}
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
}

func newAuthority(name string) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, err
	}
	of := template(name)
	of.IsCA = true
	of.KeyUsage |= x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		return pair{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	return pair{certificate, key}, err
}

func (a pair) issue(face Face) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	of := template("kube-apiserver")
	of.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	of.DNSNames = []string{"localhost", "kubernetes.default.svc"}
	switch face {
	case WrongHost:
		of.IPAddresses, of.DNSNames = nil, []string{"other.example.com"}
	case Expired:
		of.NotAfter = time.Now().Add(-24 * time.Hour)
	}
	der, err := x509.CreateCertificate(rand.Reader, of, a.certificate, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
