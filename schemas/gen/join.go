package main

import (
	"fmt"
	"reflect"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Type, Field and Constraint correspond to the structs of schemas/schema.h.
type Type struct {
	Kind             string
	GoName           string
	Element          int
	ElementIsPointer bool
	Doc              string
	Fields           []*Field

	goType reflect.Type
}

type Field struct {
	JSONName, GoName             string
	Type                         int
	Pointer, OmitEmpty, OmitZero bool
	Inlined, Required, Pruned    bool
	Extended, IntOrString        bool
	Default                      string
	Constraint                   Constraint
	Doc                          string
}

type Constraint struct {
	Allowed              string // joined by newlines, so that the struct is comparable
	Pattern              string
	MinLength, MaxLength int64
	MinItems             int64
	Minimum, Maximum     string // "" = none
	MapKeys              string // joined by newlines
	IsSet                bool
}

var unconstrained = Constraint{MinLength: -1, MaxLength: -1, MinItems: -1}

const quantityPattern = `^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$`

// special are the Go types with an encoding of their own; they are scalars here.
var special = map[reflect.Type]string{
	reflect.TypeFor[resource.Quantity]():    "Quantity",
	reflect.TypeFor[intstr.IntOrString]():   "IntOrString",
	reflect.TypeFor[metav1.Duration]():      "Duration",
	reflect.TypeFor[metav1.Time]():          "Time",
	reflect.TypeFor[metav1.MicroTime]():     "Time",
	reflect.TypeFor[metav1.FieldsV1]():      "Raw",
	reflect.TypeFor[runtime.RawExtension](): "Raw",
}

// Joiner builds the type table. Schemas of one Go type must agree wherever they occur; those in `split` may differ and
// become several types.
type Joiner struct {
	types    []*Type
	behavior *Schema
	byKey    map[string]int
	variants map[reflect.Type][]int
	split    map[reflect.Type]bool
}

func newJoiner(behavior *Schema, split ...reflect.Type) *Joiner {
	j := &Joiner{behavior: behavior, byKey: map[string]int{}, variants: map[reflect.Type][]int{}, split: map[reflect.Type]bool{}}
	j.types = append(j.types, &Type{Kind: "Raw"}) // 0 = none
	for _, t := range split {
		j.split[t] = true
	}
	return j
}

// root joins a kind with its CRD. The root's metadata is the API server's own, whatever the CRD says.
func (j *Joiner) root(t reflect.Type, s *Schema) int {
	if s != nil {
		copied := *s
		copied.Properties = map[string]*Schema{}
		for name, property := range s.Properties {
			copied.Properties[name] = property
		}
		copied.Properties["metadata"] = nil
		copied.canonical = ""
		s = &copied
	}
	id := j.typeOf(t, s, t.Name())
	if s != nil {
		j.types[id].Doc = s.Description
	}
	return id
}

// typeOf returns the type for Go type t with schema s; without a schema (nil) it is a built-in API's, and the variant that
// a CRD has already given is used.
func (j *Joiner) typeOf(t reflect.Type, s *Schema, path string) int {
	if kind, ok := special[t]; ok {
		j.checkScalar(kind, s, path)
		return j.intern(kind+"|"+t.String(), &Type{Kind: kind, GoName: t.String()})
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float64:
		kind := map[reflect.Kind]string{reflect.String: "String", reflect.Bool: "Bool", reflect.Int32: "Int32",
			reflect.Int64: "Int64", reflect.Float64: "Double"}[t.Kind()]
		j.checkScalar(kind, s, path)
		return j.intern(kind+"|"+t.String(), &Type{Kind: kind, GoName: t.String()})
	case reflect.Slice, reflect.Map:
		return j.collection(t, s, path)
	case reflect.Struct:
		return j.structure(t, s, path)
	}
	fail("%s: cannot describe Go type %s", path, t)
	return 0
}

func (j *Joiner) collection(t reflect.Type, s *Schema, path string) int {
	kind, want := "List", "array"
	var element *Schema
	if t.Kind() == reflect.Map {
		kind, want = "Map", "object"
		if t.Key().Kind() != reflect.String {
			fail("%s: map with keys of type %s", path, t.Key())
		}
	}
	if s != nil {
		element = s.Items
		if kind == "Map" {
			element = s.AdditionalProperties
		}
		if s.Type != want || element == nil {
			fail("%s: the CRD has %q for a %s", path, s.Type, t)
		}
		if element.Default != nil || element.Enum != nil || element.MinLength != nil || (element.Pattern != "" && !element.IntOrString) {
			fail("%s: elements with constraints of their own have no place in the tables", path)
		}
	}
	pointer := t.Elem().Kind() == reflect.Pointer
	goElement := t.Elem()
	if pointer {
		goElement = goElement.Elem()
	}
	id := j.typeOf(goElement, element, path+"[]")
	if element != nil && j.types[id].Kind == "Struct" && j.types[id].Doc == "" {
		j.types[id].Doc = element.Description
	}
	return j.intern(fmt.Sprintf("%s|%s|%d", kind, t, id), &Type{Kind: kind, GoName: t.String(), Element: id, ElementIsPointer: pointer})
}

func (j *Joiner) structure(t reflect.Type, s *Schema, path string) int {
	if s == nil && !j.split[t] && len(j.variants[t]) > 0 {
		return j.variants[t][0]
	}
	key := t.PkgPath() + "." + t.Name() + "|" + signature(t, s)
	if id, ok := j.byKey[key]; ok {
		return id
	}
	if len(j.variants[t]) > 0 && !j.split[t] {
		fail("%s: the schema of %s differs from the one found earlier", path, t)
	}
	if s != nil && (s.Type != "object" || s.AdditionalProperties != nil || s.PreserveUnknown) {
		fail("%s: the CRD has %q for struct %s", path, s.Type, t)
	}
	entry := &Type{Kind: "Struct", GoName: t.String(), goType: t}
	id := j.intern(key, entry)
	j.variants[t] = append(j.variants[t], id)
	entry.Fields = j.fields(t, s, path)
	return id
}

func (j *Joiner) fields(t reflect.Type, s *Schema, path string) []*Field {
	var fields []*Field
	for i := range t.NumField() {
		goField := t.Field(i)
		name, options, _ := strings.Cut(goField.Tag.Get("json"), ",")
		f := &Field{JSONName: name, GoName: goField.Name, Constraint: unconstrained}
		for _, option := range strings.Split(options, ",") {
			f.OmitEmpty = f.OmitEmpty || option == "omitempty" || option == "omitzero"
			f.OmitZero = f.OmitZero || option == "omitzero"
		}
		f.Inlined = goField.Anonymous && name == ""
		if !f.Inlined && (name == "" || name == "-") {
			fail("%s: Go field %s.%s has no JSON name", path, t, goField.Name)
		}
		fieldType := goField.Type
		if fieldType.Kind() == reflect.Pointer {
			f.Pointer, fieldType = true, fieldType.Elem()
		}
		f.Extended = goField.Tag.Get("extended") == "true"
		schema := j.fieldSchema(f, s)
		f.Type = j.typeOf(fieldType, schema, path+"."+name)
		if !f.Inlined {
			f.describe(schema, s)
		}
		fields = append(fields, f)
	}
	return fields
}

// fieldSchema is the property of f in the parent's schema; it marks f as pruned if the CRD does not have it.
func (j *Joiner) fieldSchema(f *Field, parent *Schema) *Schema {
	switch {
	case f.Inlined:
		return parent
	case f.Extended:
		return j.behavior
	case parent == nil:
		return nil
	}
	schema, known := parent.Properties[f.JSONName]
	f.Pruned = !known
	return schema
}

func (f *Field) describe(s, parent *Schema) {
	if s == nil {
		return
	}
	for _, name := range parent.Required {
		f.Required = f.Required || name == f.JSONName
	}
	f.IntOrString = s.IntOrString
	f.Default = s.DefaultJSON()
	f.Doc = s.Description
	c := &f.Constraint
	c.Allowed = strings.Join(s.Enum, "\n")
	if !s.IntOrString {
		c.Pattern = s.Pattern
	}
	c.MinLength, c.MaxLength, c.MinItems = orNone(s.MinLength), orNone(s.MaxLength), orNone(s.MinItems)
	if s.Minimum != nil {
		c.Minimum = fmt.Sprint(*s.Minimum)
	}
	if s.Maximum != nil {
		c.Maximum = fmt.Sprint(*s.Maximum)
	}
	c.MapKeys = strings.Join(s.ListMapKeys, "\n")
	c.IsSet = s.ListType == "set"
	if (s.ListType == "map") != (len(s.ListMapKeys) > 0) {
		fail("%s: list type %q with map keys %q", f.JSONName, s.ListType, s.ListMapKeys)
	}
}

func orNone(n *int64) int64 {
	if n == nil {
		return -1
	}
	return *n
}

// checkScalar fails if the CRD accepts other values than Go's decoder, apart from the constraints kept in the tables.
func (j *Joiner) checkScalar(kind string, s *Schema, path string) {
	if s == nil {
		return
	}
	want := map[string]string{"String": "string/", "Bool": "boolean/", "Int32": "integer/int32", "Int64": "integer/int64",
		"Double": "number/", "Quantity": "/int-or-string", "IntOrString": "/int-or-string", "Duration": "string/",
		"Time": "string/date-time", "Raw": "object/any"}[kind]
	got := s.Type + "/" + s.Format
	if s.IntOrString {
		got += "int-or-string"
	}
	if s.PreserveUnknown {
		got += "any"
	}
	if got != want {
		fail("%s: the CRD has %s where Go type needs %s", path, got, want)
	}
	if kind == "Quantity" && s.Pattern != quantityPattern {
		fail("%s: unexpected quantity pattern %s", path, s.Pattern)
	}
}

func (j *Joiner) intern(key string, t *Type) int {
	if id, ok := j.byKey[key]; ok {
		return id
	}
	j.types = append(j.types, t)
	j.byKey[key] = len(j.types) - 1
	return len(j.types) - 1
}

// signature is what the schema demands of the keys of struct t, as text. An inlined struct shares its parent's node.
func signature(t reflect.Type, s *Schema) string {
	if s == nil {
		return "built-in"
	}
	names := jsonNames(t)
	sort.Strings(names)
	var text strings.Builder
	for _, name := range names {
		if property, known := s.Properties[name]; !known {
			continue
		} else if property == nil {
			text.WriteString(name + ": built-in\n")
		} else {
			text.WriteString(name + ": " + property.Canonical() + "\n")
		}
	}
	for _, name := range s.Required {
		for _, own := range names {
			if own == name {
				text.WriteString("required " + name + "\n")
			}
		}
	}
	return text.String()
}

// jsonNames are the keys of struct t, those of inlined structs included.
func jsonNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		goField := t.Field(i)
		name, _, _ := strings.Cut(goField.Tag.Get("json"), ",")
		if goField.Anonymous && name == "" {
			names = append(names, jsonNames(goField.Type)...)
		} else {
			names = append(names, name)
		}
	}
	return names
}

// checkCovered fails if the CRD has a property that the Go types lack: then the mirror is out of date.
func checkCovered(t reflect.Type, s *Schema, path string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if _, ok := special[t]; ok || s == nil {
		return
	}
	switch t.Kind() {
	case reflect.Slice:
		checkCovered(t.Elem(), s.Items, path+"[]")
	case reflect.Map:
		checkCovered(t.Elem(), s.AdditionalProperties, path+"[]")
	case reflect.Struct:
		goFields := map[string]reflect.Type{}
		collect(t, goFields)
		for name, property := range s.Properties {
			goType, known := goFields[name]
			if !known {
				fail("%s.%s: in the CRD, but not in Go type %s", path, name, t)
			}
			checkCovered(goType, property, path+"."+name)
		}
	}
}

func collect(t reflect.Type, into map[string]reflect.Type) {
	for i := range t.NumField() {
		goField := t.Field(i)
		name, _, _ := strings.Cut(goField.Tag.Get("json"), ",")
		if goField.Anonymous && name == "" {
			collect(goField.Type, into)
		} else if _, twice := into[name]; twice {
			fail("%s: two fields called %s", t, name)
		} else {
			into[name] = goField.Type
		}
	}
}
