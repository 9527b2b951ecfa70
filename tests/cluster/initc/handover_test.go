package initc_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"grovec.dev/tests/cluster/clustertest"
)

// failing runs a program that must end with that code and returns what it says.
func failing(t *testing.T, code int, program string, arguments ...string) string {
	t.Helper()
	cmd := exec.Command(program, arguments...)
	cmd.Env = []string{"PATH=/nowhere"}
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != code {
		t.Errorf("%s %v: %v\n%s", program, arguments, err, output)
	}
	return string(output)
}

// TestGrovecHandsOver: `grovec initc` becomes the program beside it, of the
// same version only.
func TestGrovecHandsOver(t *testing.T) {
	grovec, initc := clustertest.Program(t, "grovec"), clustertest.Program(t, "grovec-initc")
	if said := failing(t, 1, grovec, "initc", "--podcliques=a:0"); !strings.HasPrefix(said, "grovec-initc: `a:0`: the count") {
		t.Error(said)
	}
	if said := failing(t, 1, grovec, "initc", "--podcliques=a:1"); !strings.Contains(said, "cannot read /var/grove/pod-info/namespace") {
		t.Error(said)
	}
	if said := failing(t, 1, initc, "--from-grovec=0.0.9", "--podcliques=a:1"); !strings.Contains(said, "install both from one package") {
		t.Error(said)
	}
	alone := filepath.Join(t.TempDir(), "grovec")
	data, err := os.ReadFile(grovec)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(alone, data, 0o700); err != nil {
		t.Fatal(err)
	}
	if said := failing(t, 3, alone, "initc", "--podcliques=a:1"); !strings.Contains(said, "needs the program `grovec-initc`") {
		t.Error(said)
	}
}
