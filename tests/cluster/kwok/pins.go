//go:build pins

// Package kwok pins the program: this import keeps its modules in go.mod and
// go.sum. It is never built.
package kwok

import _ "sigs.k8s.io/kwok/cmd/kwok"
