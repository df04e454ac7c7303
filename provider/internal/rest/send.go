package rest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/espalier-dev/espalier/provider"
)

// maxBody is the most that is read of one answer. A page of 50 people is some
// twenty kilobytes.
const maxBody = 32 << 20

// maxPlain is up to what length an answer is believed that says its length: for so
// much, room is made before it comes.
const maxPlain = 1 << 20

// Request is one call.
type Request struct {
	Op     string // what is attempted, for messages
	Method string
	Path   string // escaped, beginning with a slash
	Query  url.Values
	Body   *Body
	// Repeatable says that the call may be sent twice although it is a POST: it says
	// how an object shall be.
	Repeatable bool
	// Missing says what a 404 means where it cannot mean the object itself.
	Missing string
	// Fields are those of the body, with the attribute that is in each.
	Fields map[string]string
}

// Answer is a 2xx with its body read to the end.
type Answer struct {
	Status int
	Type   string // the media type, without parameters
	Date   time.Time
	Body   []byte

	// secrets must not be shown of it.
	secrets []string
}

// Send makes the call and reads the answer. A status other than 2xx is a
// *provider.Error; a cancelled context is returned as it is.
func (a *API) Send(ctx context.Context, req Request) (*Answer, error) {
	if strings.HasSuffix(req.Path, "/") {
		return nil, noID(req)
	}
	// Whether a create can have happened depends on whether any of it left.
	var left atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { left.Store(true) }})
	hr, err := a.request(traced, req)
	if err != nil {
		return nil, a.unmade(req, err)
	}
	response, err := a.HTTP.Do(hr)
	if err != nil {
		return nil, a.unreached(ctx, req, err, left.Load())
	}
	defer response.Body.Close()
	answer, err := readAnswer(response)
	if err != nil {
		return nil, a.cut(ctx, req, err, response.StatusCode)
	}
	answer.secrets = a.hidden(response.Request)
	if err := a.judge(req, answer); err != nil {
		return nil, err
	}
	return answer, nil
}

// judge returns the error that an answer means, if it means one.
func (a *API) judge(req Request, answer *Answer) error {
	meant := answer.Status
	if succeeds(meant) && a.Verdict != nil {
		meant = a.Verdict(answer.Body)
	}
	if succeeds(meant) {
		return nil
	}
	e := a.refusal(req, answer, meant)
	if said := fmt.Sprintf("said in an answer with HTTP %d", answer.Status); succeeds(answer.Status) && e.Vendor == "" {
		e.Vendor = said
	} else if succeeds(answer.Status) {
		e.Vendor += " (" + said + ")"
	}
	return e
}

func succeeds(status int) bool { return status >= 200 && status <= 299 }

// creates reports whether a call may have made something when no answer says so.
func (r Request) creates() bool { return r.Method == http.MethodPost && !r.Repeatable }

func noID(req Request) *provider.Error {
	return &provider.Error{Kind: provider.Failed, Op: req.Op, Remedy: "The id is empty; give the id of an existing object"}
}

func (a *API) request(ctx context.Context, req Request) (*http.Request, error) {
	target := a.Base + req.Path
	if len(req.Query) > 0 {
		target += "?" + req.Query.Encode()
	}
	var body io.Reader
	if req.Body != nil {
		body = bytes.NewReader(req.Body.Data) // replayable: NewRequest sets GetBody
	}
	hr, err := http.NewRequestWithContext(ctx, req.Method, target, body)
	if err != nil {
		return nil, err
	}
	if req.Body != nil && req.Body.Open != nil {
		hr.ContentLength, hr.GetBody = req.Body.Size, req.Body.Open
		if hr.Body, err = req.Body.Open(); err != nil {
			return nil, err
		}
	}
	hr.Header.Set("Accept", "application/json")
	if req.Body != nil {
		hr.Header.Set("Content-Type", req.Body.ContentType)
	}
	return hr, nil
}

func readAnswer(response *http.Response) (*Answer, error) {
	var body bytes.Buffer
	if n := response.ContentLength; n > 0 && n <= maxPlain {
		body.Grow(int(n) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(io.LimitReader(response.Body, maxBody+1)); err != nil {
		return nil, err
	}
	if body.Len() > maxBody {
		return nil, errTooLong
	}
	answer := &Answer{Status: response.StatusCode, Type: mediaType(response), Body: body.Bytes()}
	answer.Date, _ = http.ParseTime(response.Header.Get("Date"))
	return answer, nil
}

var errTooLong = errors.New("the answer is longer than 32 MiB")

func (a *Answer) empty() bool { return len(bytes.TrimSpace(a.Body)) == 0 }

// unreadable says what an answer looks like that was not understood. JSON is not
// quoted: it may be about people, and this text ends up in logs.
func (a *Answer) unreadable(err error) error {
	kind := a.Type
	if kind == "" {
		kind = "no content type"
	}
	if a.empty() {
		return fmt.Errorf("the answer (%s) is empty", kind)
	}
	if title := htmlTitle(a.shown(string(a.Body))); strings.Contains(kind, "html") && title != "" {
		instead := "JSON"
		if errors.Is(err, errNoFile) {
			instead = "file"
		}
		return fmt.Errorf("the answer is a web page titled %s, and no %s", title, instead)
	}
	if strings.Contains(kind, "json") {
		return &cleaned{text: a.shown(fmt.Sprintf("the answer (%s, %d bytes) cannot be used: %v", kind, len(a.Body), err)), err: err}
	}
	begins := excerpt([]byte(a.shown(string(a.Body))), 80)
	return &cleaned{text: fmt.Sprintf("the answer (%s) cannot be used: %s; it begins with %q", kind, a.shown(err.Error()), begins), err: err}
}

// excerpt is the beginning of a text in one line, at most n runes of it.
func excerpt(text []byte, n int) string {
	var b strings.Builder
	for len(text) > 0 && n > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			r = ' '
		}
		if r == ' ' && strings.HasSuffix(b.String(), " ") {
			continue
		}
		b.WriteRune(r)
		n--
	}
	if len(text) > 0 {
		b.WriteString("...")
	}
	return strings.TrimSpace(b.String())
}
