package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"sort"

	"go.yaml.in/yaml/v3"
)

// Schema is a node of a structural schema: the keywords that Grove's CRDs use. Any other keyword is an error, so that a
// new one cannot be overlooked.
type Schema struct {
	Type                 string             `yaml:"type" json:"type,omitempty"`
	Format               string             `yaml:"format" json:"format,omitempty"`
	Description          string             `yaml:"description" json:"-"`
	Properties           map[string]*Schema `yaml:"properties" json:"properties,omitempty"`
	Items                *Schema            `yaml:"items" json:"items,omitempty"`
	AdditionalProperties *Schema            `yaml:"additionalProperties" json:"additionalProperties,omitempty"`
	Required             []string           `yaml:"required" json:"required,omitempty"`
	Enum                 []string           `yaml:"enum" json:"enum,omitempty"`
	Pattern              string             `yaml:"pattern" json:"pattern,omitempty"`
	MinLength            *int64             `yaml:"minLength" json:"minLength,omitempty"`
	MaxLength            *int64             `yaml:"maxLength" json:"maxLength,omitempty"`
	MinItems             *int64             `yaml:"minItems" json:"minItems,omitempty"`
	Minimum              *int64             `yaml:"minimum" json:"minimum,omitempty"`
	Maximum              *int64             `yaml:"maximum" json:"maximum,omitempty"`
	Default              any                `yaml:"default" json:"default,omitempty"`
	AnyOf                []map[string]any   `yaml:"anyOf" json:"anyOf,omitempty"`
	IntOrString          bool               `yaml:"x-kubernetes-int-or-string" json:"intOrString,omitempty"`
	PreserveUnknown      bool               `yaml:"x-kubernetes-preserve-unknown-fields" json:"preserveUnknown,omitempty"`
	ListType             string             `yaml:"x-kubernetes-list-type" json:"listType,omitempty"`
	ListMapKeys          []string           `yaml:"x-kubernetes-list-map-keys" json:"listMapKeys,omitempty"`
	MapType              string             `yaml:"x-kubernetes-map-type" json:"mapType,omitempty"`
	Validations          []map[string]any   `yaml:"x-kubernetes-validations" json:"validations,omitempty"` // CEL, checked by hand-written code

	canonical string
}

// Canonical is the node as text without descriptions: equal texts accept the same values.
func (s *Schema) Canonical() string {
	if s.canonical == "" {
		text, err := json.Marshal(s)
		check(err)
		s.canonical = string(text)
	}
	return s.canonical
}

// DefaultJSON is the default as JSON text, or "".
func (s *Schema) DefaultJSON() string {
	if s == nil || s.Default == nil {
		return ""
	}
	text, err := json.Marshal(s.Default)
	check(err)
	return string(text)
}

// Crd is one CustomResourceDefinition file.
type Crd struct {
	File string
	Kind string
	Root *Schema
	Size int
	tree *yaml.Node
	text []byte
}

func loadSchema(path string) *Schema {
	text, err := os.ReadFile(path)
	check(err)
	return decodeSchema(path, text)
}

func decodeSchema(what string, text []byte) *Schema {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	schema := &Schema{}
	if err := decoder.Decode(schema); err != nil {
		fail("%s: %v", what, err)
	}
	return schema
}

func loadCrd(path, file string) *Crd {
	text, err := os.ReadFile(path)
	check(err)
	crd := &Crd{File: file, Size: len(text), tree: &yaml.Node{}, text: text}
	check(yaml.Unmarshal(text, crd.tree))
	crd.Kind = child(child(child(crd.tree.Content[0], "spec"), "names"), "kind").Value
	versions := child(child(crd.tree.Content[0], "spec"), "versions")
	if len(versions.Content) != 1 {
		fail("%s: %d versions, expected one", file, len(versions.Content))
	}
	node := child(child(versions.Content[0], "schema"), "openAPIV3Schema")
	again, err := yaml.Marshal(node)
	check(err)
	crd.Root = decodeSchema(file, again)
	return crd
}

func child(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// Insertion is a place in a CRD's text where a property of the extended API belongs.
type Insertion struct {
	Offset int // in bytes, at the start of a line: the new lines come before it
	Indent int
}

// insertions finds the `properties` of every AutoScalingConfig (the objects called scaleConfig or autoScalingConfig).
// `behavior` sorts before the properties that upstream has.
func (c *Crd) insertions() []Insertion {
	var found []Insertion
	var walk func(node *yaml.Node)
	walk = func(node *yaml.Node) {
		if node.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(node.Content); i += 2 {
				key, value := node.Content[i].Value, node.Content[i+1]
				if (key == "scaleConfig" || key == "autoScalingConfig") && value.Kind == yaml.MappingNode {
					first := child(value, "properties").Content[0]
					if first.Value <= "behavior" {
						fail("%s:%d: unexpected property %s", c.File, first.Line, first.Value)
					}
					offset := len(bytes.Join(bytes.SplitAfter(c.text, []byte("\n"))[:first.Line-1], nil))
					found = append(found, Insertion{Offset: offset, Indent: first.Column - 1})
				}
			}
		}
		for _, sub := range node.Content {
			walk(sub)
		}
	}
	walk(c.tree)
	sort.Slice(found, func(a, b int) bool { return found[a].Offset < found[b].Offset })
	return found
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "schemas/gen: "+format+"\n", args...)
	os.Exit(1)
}
