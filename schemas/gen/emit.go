package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Output writes the tables as C++ initialisers; schemas/schema.cpp includes them.
type Output struct {
	dir   string
	types []*Type
	roots []int

	docs        []string
	docIndex    map[string]int
	constraints []Constraint
}

type key struct {
	name  string
	field int
}

func (o *Output) write() {
	o.docIndex = map[string]int{"": 0}
	o.docs = []string{""}
	o.constraints = []Constraint{unconstrained}

	firstField := make([]int, len(o.types))
	count := 0
	for id, t := range o.types {
		firstField[id] = count
		count += len(t.Fields)
	}
	var types, fields, keys strings.Builder
	keyCount, fieldCount := 0, 0
	for id, t := range o.types {
		own := o.keysOf(id, firstField)
		fmt.Fprintf(&types, "T(k%s, %s, %d, %t, %d, %d, %d, %d, %d)  // %d\n", t.Kind, quote(t.GoName), t.Element,
			t.ElementIsPointer, firstField[id], len(t.Fields), keyCount, len(own), o.doc(t.Doc), id)
		if t.Kind != "Struct" {
			continue
		}
		fmt.Fprintf(&fields, "// %s (%d)\n", t.GoName, id)
		for _, f := range t.Fields {
			fmt.Fprintf(&fields, "F(%s, %s, %d, %s, %s, %d, %d)  // %d\n", quote(f.JSONName), quote(f.GoName), f.Type, flags(f),
				quote(f.Default), o.constraint(f.Constraint), o.doc(f.Doc), fieldCount)
			fieldCount++
		}
		fmt.Fprintf(&keys, "// %s (%d)\n", t.GoName, id)
		for _, k := range own {
			fmt.Fprintf(&keys, "K(%s, %d)\n", quote(k.name), k.field)
		}
		keyCount += len(own)
	}
	o.file("types.inc", types.String())
	o.file("fields.inc", fields.String())
	o.file("keys.inc", keys.String())
	o.file("constraints.inc", o.constraintLines())
	var docs strings.Builder
	for _, doc := range o.docs {
		fmt.Fprintf(&docs, "D(%s)\n", quote(doc))
	}
	o.file("docs.inc", docs.String())
	o.file("names.inc", o.nameLines())
	var lines strings.Builder
	for _, id := range o.roots {
		fmt.Fprintf(&lines, "R(%d)  // %s\n", id, o.types[id].GoName)
	}
	o.file("roots.inc", lines.String())
}

func (o *Output) keysOf(id int, firstField []int) []key {
	var own []key
	for i, f := range o.types[id].Fields {
		if f.Inlined {
			own = append(own, o.keysOf(f.Type, firstField)...)
		} else {
			own = append(own, key{f.JSONName, firstField[id] + i})
		}
	}
	sort.Slice(own, func(a, b int) bool { return own[a].name < own[b].name })
	return own
}

func flags(f *Field) string {
	var set []string
	for _, flag := range []struct {
		on   bool
		name string
	}{{f.Pointer, "kPointer"}, {f.OmitEmpty, "kOmitEmpty"}, {f.OmitZero, "kOmitZero"}, {f.Inlined, "kInlined"},
		{f.Required, "kRequired"}, {f.Pruned, "kPruned"}, {f.Extended, "kExtended"}, {f.IntOrString, "kIntOrStringFlag"}} {
		if flag.on {
			set = append(set, flag.name)
		}
	}
	if len(set) == 0 {
		return "0"
	}
	return strings.Join(set, " | ")
}

func (o *Output) doc(text string) int {
	if index, ok := o.docIndex[text]; ok {
		return index
	}
	o.docs = append(o.docs, text)
	o.docIndex[text] = len(o.docs) - 1
	return len(o.docs) - 1
}

func (o *Output) constraint(c Constraint) int {
	for i, known := range o.constraints {
		if known == c {
			return i
		}
	}
	o.constraints = append(o.constraints, c)
	return len(o.constraints) - 1
}

// constraintLines: S lines give the string lists, C lines refer to them by index and length.
func (o *Output) constraintLines() string {
	var strs []string
	list := func(joined string) string {
		if joined == "" {
			return "0, 0"
		}
		parts := strings.Split(joined, "\n")
		first := len(strs)
		strs = append(strs, parts...)
		return fmt.Sprintf("%d, %d", first, len(parts))
	}
	var constraints strings.Builder
	for i, c := range o.constraints {
		fmt.Fprintf(&constraints, "C(%s, %s, %d, %d, %d, %s, %s, %s, %t)  // %d\n", list(c.Allowed), quote(c.Pattern), c.MinLength,
			c.MaxLength, c.MinItems, limit(c.Minimum), limit(c.Maximum), list(c.MapKeys), c.IsSet, i)
	}
	var all strings.Builder
	all.WriteString("#ifdef S\n")
	for _, s := range strs {
		fmt.Fprintf(&all, "S(%s)\n", quote(s))
	}
	all.WriteString("#endif\n#ifdef C\n" + constraints.String() + "#endif\n")
	return all.String()
}

func limit(text string) string {
	if text == "" {
		return "false, 0"
	}
	return "true, " + text
}

// nameLines sorts the structs by Go name. Of several with one name the first reachable from PodTemplateSpec counts, else
// the first reachable from the roots in their order.
func (o *Output) nameLines() string {
	found := map[string]int{}
	seen := map[int]bool{}
	var visit func(id int)
	visit = func(id int) {
		if seen[id] {
			return
		}
		seen[id] = true
		t := o.types[id]
		if t.Kind == "Struct" {
			if _, ok := found[t.GoName]; !ok {
				found[t.GoName] = id
			}
		}
		if t.Element != 0 {
			visit(t.Element)
		}
		for _, f := range t.Fields {
			visit(f.Type)
		}
	}
	for _, id := range o.roots {
		if o.types[id].GoName == "v1.PodTemplateSpec" {
			visit(id)
		}
	}
	for _, id := range o.roots {
		visit(id)
	}
	var names []string
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names)
	var lines strings.Builder
	for _, name := range names {
		fmt.Fprintf(&lines, "N(%s, %d)\n", quote(name), found[name])
	}
	return lines.String()
}

// writeCrds writes the list of embedded CRDs, where `behavior` belongs in the CRD texts, and its schema as expanded YAML.
func (o *Output) writeCrds(crds []*Crd, behaviorPath string) {
	sort.Slice(crds, func(a, b int) bool { return crds[a].File < crds[b].File })
	var lines, files strings.Builder
	for index, crd := range crds {
		fmt.Fprintf(&files, "CRD(%d, %s, %s, %s, %d)\n", index, quote("schemas/crds/"+crd.File), quote(crd.File), quote(crd.Kind), crd.Size)
		for _, i := range crd.insertions() {
			fmt.Fprintf(&lines, "I(%d, %d, %d)  // %s\n", index, i.Offset, i.Indent, crd.File)
		}
	}
	text, err := os.ReadFile(behaviorPath)
	check(err)
	var node map[string]any // maps, so that the keys come out sorted and the shared parts written out
	check(yaml.Unmarshal(text, &node))
	var fragment bytes.Buffer
	encoder := yaml.NewEncoder(&fragment)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	check(encoder.Encode(map[string]any{"behavior": node}))
	o.file("crds.inc", files.String())
	insertions := lines.String()
	lines.Reset()
	for _, line := range strings.Split(strings.TrimRight(fragment.String(), "\n"), "\n") {
		fmt.Fprintf(&lines, "B(%s)\n", quote(line))
	}
	o.file("behavior.inc", "#ifdef I\n"+insertions+"#endif\n#ifdef B\n"+lines.String()+"#endif\n")
}

func (o *Output) file(name, content string) {
	header := "// Written by schemas/gen. Do not edit: run `./dev golden --schemas`.\n"
	check(os.WriteFile(filepath.Join(o.dir, name), []byte(header+content), 0o644))
}

// quote writes a C++ string literal. UTF-8 stays as it is.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(text) + `"`
}
