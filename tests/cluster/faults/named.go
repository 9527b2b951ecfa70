package faults

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

// Those that take a number, by the name that a rules file uses.
var named = map[string]func(number int64) Fault{
	"delay":           func(ms int64) Fault { return Delay(time.Duration(ms) * time.Millisecond) },
	"reset":           func(int64) Fault { return Reset() },
	"drop":            func(int64) Fault { return Drop() },
	"lose-answer":     func(int64) Fault { return LoseAnswer() },
	"swallow-answer":  func(int64) Fault { return SwallowAnswer() },
	"truncate":        Truncate,
	"answer":          func(status int64) Fault { return Answer(int(status), 0) },
	"garbage":         func(int64) Fault { return Garbage() },
	"endless":         Endless,
	"end-after":       func(events int64) Fault { return EndAfter(int(events)) },
	"cut-after":       func(events int64) Fault { return CutAfter(int(events)) },
	"reset-after":     func(events int64) Fault { return ResetAfter(int(events)) },
	"silent-after":    func(events int64) Fault { return SilentAfter(int(events)) },
	"silent-watch":    func(int64) Fault { return SilentWatch() },
	"gone-after":      func(events int64) Fault { return GoneAfter(int(events)) },
	"garbage-after":   func(events int64) Fault { return GarbageAfter(int(events)) },
	"bookmarks-only":  func(int64) Fault { return BookmarksOnly() },
	"pieces-of-bytes": func(size int64) Fault { return Pieces(max(1, int(size)), 0) },
}

// Named returns a fault by its name in a rules file.
func Named(name string, number int64) (Fault, error) {
	make, known := named[name]
	if !known {
		var names []string
		for name := range named {
			names = append(names, name)
		}
		sort.Strings(names)
		return nil, fmt.Errorf("no fault `%s`; there are %s", name, strings.Join(names, ", "))
	}
	return make(number), nil
}
