//go:build pins

// Package gitops pins the real tools that tests run.
package gitops

import (
	_ "sigs.k8s.io/kustomize/kustomize/v5"
)
