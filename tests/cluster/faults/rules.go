package faults

import (
	"fmt"
	"regexp"
)

// Rule says which requests suffer what. Empty fields match everything.
type Rule struct {
	Name   string // for messages
	Method string // GET, POST …; WATCH for a watch, which is no GET here
	Path   string // regular expression, matched anywhere in the path
	Query  string // the same for the query as sent
	Token  string // of the user, exactly
	After  int    // matching requests that pass first
	Times  int    // how often it fires at most; 0: always
	Fault  Fault
	// May is set by a test that wants no failure when nothing fired.
	May bool

	proxy       *Proxy
	path, query *regexp.Regexp
	seen, fired int
	off         bool
}

// Add puts a rule behind those that are there; the first that matches a
// request and has not fired as often as it may decides. It panics on a regular
// expression that is none.
func (p *Proxy) Add(rule Rule) *Rule {
	added := &rule
	added.proxy = p
	added.path, added.query = regexp.MustCompile(rule.Path), regexp.MustCompile(rule.Query)
	if added.Name == "" {
		added.Name = fmt.Sprintf("%s %s?%s", rule.Method, rule.Path, rule.Query)
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.rules = append(p.rules, added)
	return added
}

// Fired returns how often the rule has fired.
func (r *Rule) Fired() int {
	r.proxy.mutex.Lock()
	defer r.proxy.mutex.Unlock()
	return r.fired
}

// Stop ends the rule; what it has done counts.
func (r *Rule) Stop() {
	r.proxy.mutex.Lock()
	defer r.proxy.mutex.Unlock()
	r.off = true
}

// Unfired names the rules that have never fired and had to.
func (p *Proxy) Unfired() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var names []string
	for _, rule := range p.rules {
		if rule.fired == 0 && !rule.May {
			names = append(names, rule.Name)
		}
	}
	return names
}

// choose is called with the mutex held.
func (p *Proxy) choose(request *Request) Fault {
	for _, rule := range p.rules {
		if rule.off || !rule.matches(request) || (rule.Times > 0 && rule.fired >= rule.Times) {
			continue
		}
		if rule.seen++; rule.seen <= rule.After {
			continue
		}
		rule.fired++
		return rule.Fault
	}
	return nil
}

func (r *Rule) matches(request *Request) bool {
	return (r.Method == "" || r.Method == request.Method) && (r.Token == "" || r.Token == request.Token) &&
		r.path.MatchString(request.Path) && r.query.MatchString(request.Query)
}
