package faults_test

import (
	"fmt"
	"strings"
	"testing"

	"k8s.io/client-go/rest"

	"grovec.dev/tests/cluster/faults"
)

// pretended is a test that only notes what it is told.
type pretended struct {
	*testing.T
	errors  []string
	cleanup []func()
}

func (p *pretended) Errorf(format string, arguments ...any) {
	p.errors = append(p.errors, fmt.Sprintf(format, arguments...))
}
func (p *pretended) Cleanup(f func()) { p.cleanup = append(p.cleanup, f) }

// TestUnfiredFaultFails shows that a rule which matched nothing fails its test.
func TestUnfiredFaultFails(t *testing.T) {
	other, err := faults.New(faults.Options{Server: "https://127.0.0.1:1", CA: []byte(someCertificate)})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	p := &pretended{T: t}
	proxy := faults.Start(p, &rest.Config{Host: "https://127.0.0.1:1", TLSClientConfig: rest.TLSClientConfig{CAData: other.CA()}})
	proxy.Add(faults.Rule{Name: "never", Fault: faults.Reset()})
	proxy.Add(faults.Rule{Name: "perhaps", Fault: faults.Reset(), May: true})
	for _, f := range p.cleanup {
		f()
	}
	if len(p.errors) != 1 || !strings.Contains(p.errors[0], "`never` never fired") {
		t.Fatalf("%q", p.errors)
	}
}

const someCertificate = `-----BEGIN CERTIFICATE-----
MIIBdjCCAR2gAwIBAgIUCbPP5xVkNVaiaYn0szDu3a+XIj0wCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbm9ib2R5MB4XDTI2MTEyODIwMTQ0NVoXDTM2MTEyNTIwMTQ0
NVowETEPMA0GA1UEAwwGbm9ib2R5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
LAnMvvPFPXUIw+BZyoH87ZcilZcP8GnBbFXBj3cw+TkVu+Ye/LsAw7MlP9Nu0dN4
HTdld9jIN80RTHMrwcczO6NTMFEwHQYDVR0OBBYEFHIVzbcjNSU/fjSmxVijpYNm
qtk3MB8GA1UdIwQYMBaAFHIVzbcjNSU/fjSmxVijpYNmqtk3MA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgYvzRcwyGla/dTbDbuE00bGC3AlEacNn3
1Rq/9G3+9egCIFTiTvEDLPbkUdQWpcJzmGn4N7I+C7qNiMV0oDDU2Zrq
-----END CERTIFICATE-----
`
