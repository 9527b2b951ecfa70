package faults

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Fault does what happens to one request.
type Fault func(*Exchange)

// Exchange is one request on its way through the proxy.
type Exchange struct {
	Request *http.Request
	w       http.ResponseWriter
	proxy   *Proxy
	record  *Request
}

func (x *Exchange) note(status, passed int) {
	x.proxy.mutex.Lock()
	defer x.proxy.mutex.Unlock()
	if status != 0 {
		x.record.Status = status
	}
	if passed != 0 {
		x.record.Passed = passed
	}
}

// ask hands the request to the server, as long as the client is there.
func (x *Exchange) ask() (*http.Response, error) { return x.askFor(x.Request.Context()) }

func (x *Exchange) askFor(ctx context.Context) (*http.Response, error) {
	out := x.Request.Clone(ctx)
	out.URL.Scheme, out.URL.Host, out.Host, out.RequestURI = x.proxy.server.Scheme, x.proxy.server.Host, x.proxy.server.Host, ""
	answer, err := x.proxy.upstream.RoundTrip(out)
	if err == nil {
		x.note(0, answer.StatusCode)
	}
	return answer, err
}

// head tells the client how the answer begins.
func (x *Exchange) head(answer *http.Response) {
	for name, values := range answer.Header {
		x.w.Header()[name] = values
	}
	x.note(answer.StatusCode, 0)
	x.w.WriteHeader(answer.StatusCode)
	x.flush()
}

func (x *Exchange) flush() { _ = http.NewResponseController(x.w).Flush() }

// Pass hands request and answer on, piece by piece as they come.
func (x *Exchange) Pass() {
	answer, err := x.ask()
	if err != nil {
		x.Reset() // the server has gone: so does the client's connection
		return
	}
	defer answer.Body.Close()
	x.head(answer)
	buffer := make([]byte, 64<<10)
	for {
		n, err := answer.Body.Read(buffer)
		if _, bad := x.w.Write(buffer[:n]); bad != nil {
			return
		}
		x.flush()
		if err == io.EOF {
			return
		}
		if err != nil {
			x.Reset()
			return
		}
	}
}

// Reset ends the connection with a TCP reset.
func (x *Exchange) Reset() { x.end(true) }

// Cut ends the connection as a process does that ends: FIN, and no end of the
// answer.
func (x *Exchange) Cut() { x.end(false) }

func (x *Exchange) end(reset bool) {
	taken, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		return
	}
	tcp := taken // net.Conn
	if secure, ok := taken.(*tls.Conn); ok {
		tcp = secure.NetConn()
	}
	if c, ok := tcp.(*connection); ok && reset {
		_ = c.TCPConn.SetLinger(0)
	}
	_ = tcp.Close()
}

// Silence keeps the connection and says nothing more, until the client leaves.
func (x *Exchange) Silence() {
	select {
	case <-x.Request.Context().Done():
	case <-x.proxy.ended:
	}
	x.Cut()
}

// Wait is a sleep that ends with the client or the proxy.
func (x *Exchange) Wait(d time.Duration) {
	select {
	case <-time.After(d):
	case <-x.Request.Context().Done():
	case <-x.proxy.ended:
	}
}

// Say answers in the server's place.
func (x *Exchange) Say(status int, contentType string, body []byte) {
	x.w.Header().Set("Content-Type", contentType)
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	x.note(status, 0)
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body)
}

// Delay makes each request wait.
func Delay(d time.Duration) Fault {
	return func(x *Exchange) { x.Wait(d); x.Pass() }
}

// Reset resets the connection; the server never sees the request.
func Reset() Fault { return func(x *Exchange) { x.Reset() } }

// Drop takes the request and never says a word; the server never sees it.
func Drop() Fault { return func(x *Exchange) { x.Silence() } }

// LoseAnswer lets the server do its work and resets the connection in place of
// the answer.
func LoseAnswer() Fault { return lose(func(x *Exchange) { x.Reset() }) }

// SwallowAnswer is LoseAnswer without the reset.
func SwallowAnswer() Fault { return lose(func(x *Exchange) { x.Silence() }) }

// lose has the server do its work even if the client has given up by then.
func lose(then Fault) Fault {
	return func(x *Exchange) {
		if answer, err := x.askFor(context.WithoutCancel(x.Request.Context())); err == nil {
			if x.record.Method != "WATCH" { // that of a watch has no end
				_, _ = io.Copy(io.Discard, answer.Body)
			}
			_ = answer.Body.Close()
		}
		then(x)
	}
}

// Truncate ends the connection after so many bytes of the answer's body, which
// promised more.
func Truncate(bytes int64) Fault {
	return func(x *Exchange) {
		answer, err := x.ask()
		if err != nil {
			x.Reset()
			return
		}
		defer answer.Body.Close()
		x.head(answer)
		_, _ = io.CopyN(x.w, answer.Body, bytes)
		x.flush()
		x.Cut()
	}
}

var reasons = map[int]string{
	400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 410: "Expired", 422: "Invalid", 429: "TooManyRequests",
	500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout",
}

func statusObject(status int) map[string]any {
	return map[string]any{"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure",
		"message": fmt.Sprintf("fault injected: %d", status), "reason": reasons[status], "code": status}
}

// Answer refuses in the server's place, with a Status as Kubernetes gives it.
// retryAfter is put into the header unless it is 0.
func Answer(status int, retryAfter time.Duration) Fault {
	return func(x *Exchange) {
		if retryAfter > 0 {
			x.w.Header().Set("Retry-After", strconv.Itoa(int((retryAfter+time.Second-1)/time.Second)))
		}
		body, _ := json.Marshal(statusObject(status))
		x.Say(status, "application/json", body)
	}
}

// Garbage answers 200 with bytes that are no JSON, though they are said to be.
func Garbage() Fault {
	return Body("application/json", append([]byte(`{"kind":"PodList","items":[{"metadata":`), bytes.Repeat([]byte{0, 0xff, '{', '"'}, 64)...))
}

// Body answers 200 with that body, such as a recorded list.
func Body(contentType string, body []byte) Fault {
	return func(x *Exchange) { x.Say(http.StatusOK, contentType, body) }
}

// Endless answers 200 with a body that does not end before it has so many bytes.
func Endless(size int64) Fault {
	return func(x *Exchange) {
		x.w.Header().Set("Content-Type", "application/json")
		x.note(http.StatusOK, 0)
		x.w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(x.w, `{"kind":"PodList","metadata":{"continue":"`)
		piece := bytes.Repeat([]byte{'x'}, 64<<10)
		for sent := int64(0); sent < size; sent += int64(len(piece)) {
			if _, err := x.w.Write(piece); err != nil {
				return
			}
		}
		x.Cut()
	}
}

// Redirect sends the client elsewhere.
func Redirect(to string) Fault {
	return func(x *Exchange) {
		x.w.Header().Set("Location", to)
		x.Say(http.StatusTemporaryRedirect, "text/plain", nil)
	}
}
