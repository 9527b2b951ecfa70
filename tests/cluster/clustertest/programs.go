package clustertest

import (
	"os"
	"path/filepath"
	"testing"
)

// Program returns the path of a program that this project builds: beside
// $GROVEC, or in build/release or build/dev. Without it the test fails.
func Program(t testing.TB, name string) string {
	t.Helper()
	var folders []string
	if grovec := os.Getenv("GROVEC"); grovec != "" {
		folders = []string{filepath.Dir(grovec)}
	} else {
		root := Root(t)
		folders = []string{filepath.Join(root, "build", "release", "bin"), filepath.Join(root, "build", "dev", "bin")}
	}
	for _, folder := range folders {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Fatalf("%s is not built: run `./dev build`, or set GROVEC to the program beside it (looked in %v)", name, folders)
	return ""
}
