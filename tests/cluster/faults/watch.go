package faults

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// A watch's answer is a line for each event. What a fault does with one: hand
// it on or not, and then go on, or end the watch by a function.
type verdict struct {
	hide bool
	then Fault // nil: go on
}

// stream passes a watch line by line; judge sees each, with its number from 0.
func stream(judge func(x *Exchange, number int, line []byte) verdict) Fault {
	return func(x *Exchange) {
		answer, err := x.ask()
		if err != nil {
			x.Reset()
			return
		}
		defer answer.Body.Close()
		x.head(answer)
		reader := bufio.NewReaderSize(answer.Body, 64<<10)
		for number := 0; ; number++ {
			line, err := reader.ReadBytes('\n')
			if err != nil {
				return // a watch that the server ended
			}
			decided := judge(x, number, line)
			if !decided.hide {
				if _, bad := x.w.Write(line); bad != nil {
					return
				}
				x.flush()
			}
			if decided.then != nil {
				decided.then(x)
				return
			}
		}
	}
}

// at acts in the place of event number `after`, which is not handed on.
func at(after int, act func(x *Exchange, line []byte)) Fault {
	return stream(func(_ *Exchange, number int, line []byte) verdict {
		if number < after {
			return verdict{}
		}
		return verdict{hide: true, then: func(x *Exchange) { act(x, line) }}
	})
}

// EndAfter ends the watch properly after so many events, as the server does
// when its time is over. With 0 it ends at the first one.
func EndAfter(events int) Fault { return at(events, func(*Exchange, []byte) {}) }

// CutAfter hands so many events on, half of the next, and ends the connection.
func CutAfter(events int) Fault {
	return at(events, func(x *Exchange, line []byte) {
		_, _ = x.w.Write(line[:len(line)/2])
		x.flush()
		x.Cut()
	})
}

// ResetAfter is CutAfter by a TCP reset.
func ResetAfter(events int) Fault {
	return at(events, func(x *Exchange, _ []byte) { x.Reset() })
}

// SilentAfter hands so many events on and then nothing more, for ever: a watch
// that a balancer has forgotten.
func SilentAfter(events int) Fault {
	return at(events, func(x *Exchange, _ []byte) { x.Silence() })
}

// SilentWatch answers a watch with its first bytes only, without the server.
func SilentWatch() Fault {
	return func(x *Exchange) {
		x.w.Header().Set("Content-Type", "application/json")
		x.note(http.StatusOK, 0)
		x.w.WriteHeader(http.StatusOK)
		x.flush()
		x.Silence()
	}
}

// GoneAfter puts an ERROR event with status 410 into the stream.
func GoneAfter(events int) Fault { return ErrorAfter(events, http.StatusGone) }

// ErrorAfter puts an ERROR event with that status into the stream and ends it.
func ErrorAfter(events, status int) Fault {
	return at(events, func(x *Exchange, _ []byte) {
		line, _ := json.Marshal(map[string]any{"type": "ERROR", "object": statusObject(status)})
		_, _ = x.w.Write(append(line, '\n'))
	})
}

// GarbageAfter puts a line into the stream that is no event, and goes on.
func GarbageAfter(events int) Fault {
	return stream(func(x *Exchange, number int, _ []byte) verdict {
		if number == events {
			_, _ = io.WriteString(x.w, "{\"type\":\"ADDED\",\"object\":{\x00\xff]\n")
		}
		return verdict{}
	})
}

// BookmarksOnly hides every event that is no bookmark.
func BookmarksOnly() Fault {
	return stream(func(_ *Exchange, _ int, line []byte) verdict {
		return verdict{hide: !bytes.HasPrefix(line, []byte(`{"type":"BOOKMARK"`))}
	})
}

// Pieces hands each event on in pieces of so many bytes.
func Pieces(size int, pause time.Duration) Fault {
	return stream(func(x *Exchange, _ int, line []byte) verdict {
		for begin := 0; begin < len(line); begin += size {
			_, _ = x.w.Write(line[begin:min(begin+size, len(line))])
			x.flush()
			x.Wait(pause)
		}
		return verdict{hide: true}
	})
}

// Record hands the watch on and writes its lines.
func Record(to io.Writer) Fault {
	return stream(func(_ *Exchange, _ int, line []byte) verdict {
		_, _ = to.Write(line)
		return verdict{}
	})
}

// ReplayAfterList hands a streaming list on and writes those lines
// behind it, as fast as the client takes them; then all is silence.
func ReplayAfterList(lines []byte) Fault {
	return stream(func(_ *Exchange, _ int, line []byte) verdict {
		if !bytes.Contains(line, []byte(`"k8s.io/initial-events-end":"true"`)) {
			return verdict{}
		}
		return verdict{then: func(x *Exchange) {
			_, _ = x.w.Write(lines)
			x.flush()
			x.Silence()
		}}
	})
}

// Replay answers a watch with recorded lines, so many a second (0: as fast as
// the client takes them), and then keeps it open in silence.
func Replay(lines []byte, perSecond float64) Fault {
	return func(x *Exchange) {
		x.w.Header().Set("Content-Type", "application/json")
		x.note(http.StatusOK, 0)
		x.w.WriteHeader(http.StatusOK)
		if perSecond == 0 {
			_, _ = x.w.Write(lines)
			x.flush()
			x.Silence()
			return
		}
		begun, sent := time.Now(), 0
		for line := range bytes.Lines(lines) {
			due := begun.Add(time.Duration(float64(sent) / perSecond * float64(time.Second)))
			if wait := time.Until(due); wait > 0 {
				x.flush()
				x.Wait(wait)
			}
			if _, err := x.w.Write(line); err != nil {
				return
			}
			sent++
		}
		x.flush()
		x.Silence()
	}
}
