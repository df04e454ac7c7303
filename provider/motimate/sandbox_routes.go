package motimate

import (
	"net/http"
)

// routes are the calls by their patterns.
func (s *Sandbox) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth/token", s.token)
	for pattern, handle := range s.calls() {
		mux.Handle(pattern, s.guarded(handle))
	}
	if s.chosen.Is("posts", "present") {
		for pattern, handle := range s.wallCalls() {
			mux.Handle(pattern, s.guarded(handle))
		}
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, http.StatusNotFound, "there is no "+r.Method+" "+r.URL.EscapedPath())
	})
	return mux
}

// calls are the documented ones [swagger].
func (s *Sandbox) calls() map[string]call {
	return map[string]call{
		"GET /public_api/me":                s.me,
		"GET /public_api/users":             s.listUsers,
		"POST /public_api/users":            s.createUser,
		"GET /public_api/users/{id}":        s.readUser,
		"PATCH /public_api/users/{id}":      s.patchUser,
		"DELETE /public_api/users/{id}":     s.deleteUser,
		"GET /public_api/groups":            s.listGroups,
		"POST /public_api/groups":           s.createGroup,
		"GET /public_api/groups/{id}":       s.readGroup,
		"PATCH /public_api/groups/{id}":     s.patchGroup,
		"DELETE /public_api/groups/{id}":    s.deleteGroup,
		"GET /public_api/positions":         s.listPositions,
		"POST /public_api/positions":        s.createPosition,
		"GET /public_api/positions/{id}":    s.readPosition,
		"PATCH /public_api/positions/{id}":  s.patchPosition,
		"DELETE /public_api/positions/{id}": s.deletePosition,
	}
}

// wallCalls are those of posts and files, of which the documentation names the
// models alone; the rest follows the other calls.
func (s *Sandbox) wallCalls() map[string]call {
	return map[string]call{
		"GET /public_api/posts":         s.listPosts,
		"POST /public_api/posts":        s.createPost,
		"GET /public_api/posts/{id}":    s.readPost,
		"PATCH /public_api/posts/{id}":  s.patchPost,
		"DELETE /public_api/posts/{id}": s.deletePost,
		"GET /public_api/files":         s.listFiles,
		"POST /public_api/files":        s.createFile,
		"GET /public_api/files/{id}":    s.readFile,
		"DELETE /public_api/files/{id}": s.deleteFile,
	}
}
