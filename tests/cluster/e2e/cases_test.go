// Package e2e holds what the project says about a cluster against a real API
// server: every object that grovec compiles is accepted, exists and runs.
package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"grovec.dev/tests/cluster/clustertest"
	"sigs.k8s.io/yaml"
)

// grovec returns the program under test.
func grovec(t testing.TB) string {
	t.Helper()
	path := os.Getenv("GROVEC")
	if path == "" {
		path = filepath.Join(clustertest.Root(t), "build", "release", "bin", "grovec")
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("grovec is not built: run `./dev build`, or set GROVEC to the program (%v)", err)
	}
	return path
}

func fixture(t testing.TB, path ...string) string {
	return filepath.Join(append([]string{clustertest.Root(t), "tests", "fixtures"}, path...)...)
}

// testCase is one manifest and the environment it is compiled in.
type testCase struct {
	name  string
	file  string
	flags []string
}

// grovec runs a command of the program on the manifest. Endless output is an
// error of exit code 1.
func (c testCase) grovec(program string, arguments ...string) (stdout, stderr string, code int) {
	arguments = append(append(arguments, c.file), c.flags...)
	cmd := exec.Command(program, arguments...)
	out, errOut := &limited{}, &limited{}
	cmd.Stdout, cmd.Stderr = out, errOut
	err := cmd.Run()
	switch {
	case errors.Is(err, errTooLong) || out.full:
		return "", errTooLong.Error(), 1
	case cmd.ProcessState == nil:
		return "", err.Error(), -1
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

var errTooLong = errors.New("more than 64 MiB of output")

// limited is a buffer that refuses to grow beyond what a test can use.
type limited struct {
	data bytes.Buffer
	full bool
}

func (l *limited) String() string { return l.data.String() }

func (l *limited) Write(p []byte) (int, error) {
	if l.full = l.full || l.data.Len()+len(p) > 64<<20; l.full {
		return 0, errTooLong
	}
	return l.data.Write(p)
}

// claimTemplates writes the ResourceClaimTemplates of the prerequisites into
// a file for --with: inputs refer to them.
func claimTemplates(t testing.TB) string {
	t.Helper()
	var kept []string
	for _, document := range documents(t, fixture(t, "oracle", "prerequisites.yaml")) {
		if strings.Contains(document, "kind: ResourceClaimTemplate\n") {
			kept = append(kept, document)
		}
	}
	path := filepath.Join(t.TempDir(), "claim-templates.yaml")
	if err := os.WriteFile(path, []byte(strings.Join(kept, "\n---\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func documents(t testing.TB, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(data), "\n---\n")
}

// allCases lists the samples, the recorded expansions, the accepted admission
// inputs and the generated specs; GROVEC_CASES, a regular expression, picks
// some by name while working on them.
func allCases(t testing.TB) []testCase {
	t.Helper()
	picked, err := regexp.Compile(os.Getenv("GROVEC_CASES"))
	if err != nil {
		t.Fatalf("GROVEC_CASES: %v", err)
	}
	var cases []testCase
	for _, one := range everyCase(t) {
		if picked.MatchString(one.name) {
			cases = append(cases, one)
		}
	}
	if len(cases) == 0 {
		t.Fatalf("GROVEC_CASES=%s picks no case", picked)
	}
	return cases
}

func everyCase(t testing.TB) []testCase {
	with := []string{"--with", claimTemplates(t)}
	topology := append([]string{"--with", fixture(t, "oracle", "topologies.yaml"),
		"--operator-config", fixture(t, "oracle", "operator-config-topology.yaml")}, with...)
	mnnvl := append([]string{"--operator-config", fixture(t, "oracle", "operator-config-mnnvl.yaml")}, with...)

	cases := sampleCases(t, with)
	inputs, err := filepath.Glob(fixture(t, "oracle", "*", "input.yaml"))
	if err != nil || len(inputs) < 29 {
		t.Fatalf("%d recorded inputs, %v", len(inputs), err)
	}
	for _, file := range inputs {
		source, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "source.txt"))
		flags := with
		switch {
		case strings.Contains(string(source), "topologyAwareScheduling.enabled=true"):
			flags = topology
		case strings.Contains(string(source), "autoMNNVLEnabled=true"):
			flags = mnnvl
		}
		cases = append(cases, testCase{"oracle/" + filepath.Base(filepath.Dir(file)), file, flags})
	}
	for _, v := range verdicts(t) {
		if v.Input == "" || !v.Accepted || v.Client != "" || v.FieldValidation != "Strict" {
			continue
		}
		flags := with
		if strings.Contains(string(v.OperatorConfig), "topologyAwareScheduling") {
			flags = topology
		}
		cases = append(cases, testCase{"admission/" + v.ID, fixture(t, "admission", v.Input), flags})
	}
	return append(cases, generatedCases(t, with)...)
}

func sampleCases(t testing.TB, flags []string) []testCase {
	t.Helper()
	var cases []testCase
	root := fixture(t, "samples")
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".yaml") {
			cases = append(cases, testCase{"samples/" + strings.TrimSuffix(filepath.Base(path), ".yaml"), path, flags})
		}
		return err
	})
	if err != nil || len(cases) == 0 {
		t.Fatalf("%d samples, %v", len(cases), err)
	}
	return cases
}

func generatedCases(t testing.TB, flags []string) []testCase {
	t.Helper()
	dir := t.TempDir()
	var cases []testCase
	for seed := uint64(1); seed <= 200; seed++ {
		name := fmt.Sprintf("generated-%03d", seed)
		data, err := yaml.Marshal(generate(seed))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name+".yaml")
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, testCase{"generated/" + name, file, flags})
	}
	return cases
}

// verdict is a record of admission/verdicts.jsonl.
type verdict struct {
	ID              string          `json:"id"`
	Input           string          `json:"input"`
	Old             string          `json:"old"`
	New             string          `json:"new"`
	Client          string          `json:"client"`
	FieldValidation string          `json:"fieldValidation"`
	Accepted        bool            `json:"accepted"`
	OperatorConfig  json.RawMessage `json:"operatorConfig"`
}

func verdicts(t testing.TB) []verdict {
	t.Helper()
	file, err := os.Open(fixture(t, "admission", "verdicts.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []verdict
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	if lines.Err() != nil || len(all) < 200 {
		t.Fatalf("%d verdicts, %v", len(all), lines.Err())
	}
	return all
}

// exceptions reads a list of `case name: reason` lines.
func exceptions(t testing.TB, path string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, reason, ok := strings.Cut(line, ": ")
		if !ok || reason == "" {
			t.Fatalf("%s: `%s` gives no reason", path, line)
		}
		listed[name] = reason
	}
	return listed
}

// compiled is a case with the objects that grovec printed for it.
type compiled struct {
	testCase
	objects []map[string]any
}

// compileAll compiles every case with the flags. A case that fails must be
// listed in unsupported.txt, and one that is listed there must fail.
func compileAll(t *testing.T, cases []testCase, arguments ...string) []compiled {
	t.Helper()
	program := grovec(t)
	unsupported := exceptions(t, filepath.Join("testdata", "unsupported.txt"))
	var all []compiled
	for _, c := range cases {
		reason, listed := unsupported[c.name]
		if listed && len(arguments) > 0 { // TestCompiledObjectsAreAccepted checks the list
			continue
		}
		out, errOut, code := c.grovec(program, append([]string{"compile", "-o", "ndjson"}, arguments...)...)
		switch {
		case code == 0 && listed:
			t.Errorf("%s compiles: take it out of unsupported.txt", c.name)
		case code == 1 && listed:
			t.Logf("%s: not compiled: %s", c.name, reason)
			continue
		case code != 0:
			t.Errorf("%s: grovec ends with %d:\n%s", c.name, code, errOut)
			continue
		}
		objects, err := parseLines(out)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		all = append(all, compiled{c, objects})
	}
	return all
}

func parseLines(text string) ([]map[string]any, error) {
	var objects []map[string]any
	decoder := json.NewDecoder(strings.NewReader(text))
	for decoder.More() {
		var object map[string]any
		if err := decoder.Decode(&object); err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	return objects, nil
}

func field(object map[string]any, path ...string) string {
	for _, name := range path[:len(path)-1] {
		object, _ = object[name].(map[string]any)
	}
	text, _ := object[path[len(path)-1]].(string)
	return text
}

// countKinds prints how many objects of each kind there are.
func countKinds(objects []map[string]any) string {
	counts := map[string]int{}
	for _, object := range objects {
		counts[field(object, "kind")]++
	}
	var kinds []string
	for kind := range counts {
		kinds = append(kinds, kind)
	}
	sort.Strings(kinds)
	for n, kind := range kinds {
		kinds[n] = fmt.Sprintf("%s %d", kind, counts[kind])
	}
	return strings.Join(kinds, ", ")
}
