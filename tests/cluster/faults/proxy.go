// Package faults is a proxy in front of a real API server that breaks what it
// is told to break. TLS ends in the proxy, so its users authenticate by token;
// what it does not break it hands on as it is.
//
//	proxy := faults.Start(t, cluster)
//	lost := proxy.Add(faults.Rule{Method: "POST", Path: "/pods$", Times: 1, Fault: faults.LoseAnswer()})
//	… run a client with proxy.Kubeconfig(t, token) …
//
// A rule that never fired fails the test, or it would show nothing.
package faults

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Options of a proxy.
type Options struct {
	Server string // https://HOST:PORT of the real one
	CA     []byte // its authority, PEM
	Listen string // address; default: any free port of 127.0.0.1
}

// Request is what the proxy remembers of one request.
type Request struct {
	At     time.Time
	Method string // WATCH for a watch
	Path   string
	Query  string
	Token  string
	Status int // what the client was told; 0: no answer
	Passed int // what the server said; 0: never asked
}

// Proxy serves until Close. Its methods may be called by any goroutine.
type Proxy struct {
	URL      string
	server   *url.URL
	upstream *http.Transport
	http     *http.Server
	ended    chan struct{}
	identity identity

	mutex       sync.Mutex
	rules       []*Rule
	requests    []*Request
	connections map[*connection]bool
	thaw        chan struct{} // closed when nothing is frozen
}

// New starts a proxy.
func New(options Options) (*Proxy, error) {
	server, err := url.Parse(options.Server)
	if err != nil || server.Host == "" {
		return nil, fmt.Errorf("server `%s`: write https://HOST:PORT", options.Server)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(options.CA) {
		return nil, errors.New("no certificate in the server's authority")
	}
	if options.Listen == "" {
		options.Listen = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp4", options.Listen)
	if err != nil {
		return nil, err
	}
	p := &Proxy{
		URL: "https://" + listener.Addr().String(), server: server,
		upstream: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableCompression: true, MaxIdleConnsPerHost: 64},
		ended:    make(chan struct{}), connections: map[*connection]bool{}, thaw: make(chan struct{}),
	}
	close(p.thaw)
	if err := p.identity.renew(); err != nil {
		return nil, err
	}
	// Only HTTP/1.1: a connection belongs to one request, so it can be broken for that one.
	config := &tls.Config{GetCertificate: p.identity.certificate, NextProtos: []string{"http/1.1"}}
	p.http = &http.Server{Handler: http.HandlerFunc(p.serve), ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = p.http.Serve(tls.NewListener(&gate{listener, p}, config)) }()
	return p, nil
}

// Close ends all connections, the silent ones too.
func (p *Proxy) Close() {
	p.Thaw()
	close(p.ended)
	_ = p.http.Close()
	p.ResetAll() // those that were taken from the HTTP server
	p.upstream.CloseIdleConnections()
}

// Requests returns what has come so far, in order.
func (p *Proxy) Requests() []Request {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	all := make([]Request, len(p.requests))
	for n, request := range p.requests {
		all[n] = *request
	}
	return all
}

// Count returns how many requests of a method had a path with that ending.
func (p *Proxy) Count(method, ending string) int {
	count := 0
	for _, request := range p.Requests() {
		if request.Method == method && strings.HasSuffix(request.Path, ending) {
			count++
		}
	}
	return count
}

// Freeze stops everything without a word: connections stay open and silent,
// new ones are taken by the kernel only. The client's data is not read, so its
// acknowledgements end once buffers are full.
func (p *Proxy) Freeze() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	select {
	case <-p.thaw:
		p.thaw = make(chan struct{})
	default: // frozen already
	}
}

// Thaw ends Freeze.
func (p *Proxy) Thaw() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	select {
	case <-p.thaw:
	default:
		close(p.thaw)
	}
}

func (p *Proxy) pass() {
	p.mutex.Lock()
	thaw := p.thaw
	p.mutex.Unlock()
	<-thaw
}

// ResetAll resets all connections that are open.
func (p *Proxy) ResetAll() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for c := range p.connections {
		_ = c.TCPConn.SetLinger(0)
		_ = c.TCPConn.Close()
	}
}

// gate is a listener whose connections can be frozen and reset.
type gate struct {
	net.Listener
	proxy *Proxy
}

type connection struct {
	*net.TCPConn
	proxy *Proxy
}

func (g *gate) Accept() (net.Conn, error) {
	accepted, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	g.proxy.pass()
	c := &connection{accepted.(*net.TCPConn), g.proxy}
	g.proxy.mutex.Lock()
	g.proxy.connections[c] = true
	g.proxy.mutex.Unlock()
	return c, nil
}

func (c *connection) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	c.proxy.pass()
	return n, err
}

func (c *connection) Write(b []byte) (int, error) {
	c.proxy.pass()
	return c.TCPConn.Write(b)
}

func (c *connection) Close() error {
	c.proxy.mutex.Lock()
	delete(c.proxy.connections, c)
	c.proxy.mutex.Unlock()
	return c.TCPConn.Close()
}

func (p *Proxy) serve(w http.ResponseWriter, r *http.Request) {
	request := &Request{At: time.Now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Token: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
	if watch := r.URL.Query().Get("watch"); r.Method == http.MethodGet && (watch == "1" || watch == "true") {
		request.Method = "WATCH"
	}
	p.mutex.Lock()
	p.requests = append(p.requests, request)
	fault := p.choose(request)
	p.mutex.Unlock()
	x := &Exchange{Request: r, w: w, proxy: p, record: request}
	if fault == nil {
		fault = func(x *Exchange) { x.Pass() }
	}
	fault(x)
}
