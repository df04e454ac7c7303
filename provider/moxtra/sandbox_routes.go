package moxtra

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// sandboxPrefix stands before all paths of today's addresses, and of none of the
// older ones.
const sandboxPrefix = "/v1"

// sandboxRoute is one documented call. A segment of its path in braces stands for
// any text. Since the first is often an id, paths are looked at in their order: the
// standard multiplexer would find /teams/{team_id} and /{user_id}/todos in conflict.
type sandboxRoute struct {
	method, path string
	serve        call
}

// allRoutes are the calls of the vendor's page, and those that switches add.
func (s *Sandbox) allRoutes() []sandboxRoute {
	routes := []sandboxRoute{{http.MethodGet, "/teams/{team}", s.readTeam}}
	if !s.chosen.Is("picture", "image") {
		routes = append(routes, sandboxRoute{http.MethodGet, picturePath, s.pictureBehind})
	}
	if s.chosen.Is("team_writes", "present") {
		routes = append(routes, s.teamWrites()...)
	}
	if s.chosen.Is("org_user_writes", "present") {
		routes = append(routes, s.orgUserWrites()...)
	}
	return append(routes, []sandboxRoute{
		{http.MethodGet, "/{user}", s.readUser},
		{http.MethodPost, "/{user}", s.writeUser},
		{http.MethodGet, "/{user}/picture", s.readPicture},
		{http.MethodPost, "/{user}/picture", s.writePicture},
		{http.MethodDelete, "/{user}/picture", s.deletePicture},
		{http.MethodGet, "/{user}/timeline", s.timeline},
		{http.MethodGet, "/{user}/unreadfeeds", s.unreadFeeds},
		{http.MethodGet, "/{user}/todos", s.todos},
		{http.MethodGet, "/{user}/mentions", s.mentions},
		{http.MethodGet, "/{user}/favorites", s.favorites},
		{http.MethodGet, "/{user}/orgs/{org}/users", s.listOrgUsers},
	}...)
}

// route finds the call of a request and serves it.
func (s *Sandbox) route(w http.ResponseWriter, r *http.Request) {
	path, ok := s.withoutPrefix(r.URL.EscapedPath())
	if ok && path == "/oauth/token" && r.Method == http.MethodPost {
		s.token(w, r)
		return
	}
	var allowed []string
	if ok {
		for _, route := range s.routes {
			args, found := route.match(path)
			switch {
			case found && route.method == r.Method:
				s.guarded(w, r, args, route.serve)
				return
			case found && !slices.Contains(allowed, route.method):
				allowed = append(allowed, route.method)
			}
		}
	}
	if len(allowed) > 0 && s.chosen.Is("wrong_method", "405") {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		s.writeError(w, http.StatusMethodNotAllowed, "the method "+r.Method+" is not allowed here")
		return
	}
	s.deny(w, &denial{s.number("unknown_path"), "there is no " + r.Method + " " + r.URL.EscapedPath()})
}

// withoutPrefix takes the prefix off a path; ok is false where it is missing, or
// is none of this server's.
func (s *Sandbox) withoutPrefix(path string) (rest string, ok bool) {
	rest, found := strings.CutPrefix(path, sandboxPrefix+"/")
	switch {
	case found && !s.chosen.Is("prefix", "none"):
		return "/" + rest, true
	case found, s.chosen.Is("prefix", "v1"):
		return "", false
	}
	return path, true
}

// ownWords are what a path begins with where that is no id.
func ownWords() []string { return []string{"oauth", "pictures", "teams"} }

// match compares a path, as it was sent, with that of the call.
func (c sandboxRoute) match(path string) (args map[string]string, ok bool) {
	want, got := strings.Split(c.path, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	args = map[string]string{}
	for i, segment := range want {
		text, err := url.PathUnescape(got[i])
		if err != nil {
			return nil, false
		}
		name, isArg := strings.CutPrefix(segment, "{")
		switch {
		case isArg && text != "" && (i > 1 || !slices.Contains(ownWords(), text)):
			args[strings.TrimSuffix(name, "}")] = text
		case isArg || text != segment:
			return nil, false
		}
	}
	return args, true
}
