package rest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/espalier-dev/espalier/provider"
)

const (
	// maxDownload is the most that is read of one file.
	maxDownload = 256 << 20
	// maxHops is how often a server may point elsewhere.
	maxHops = 5
	// elsewhere is how long another server may take for a file, from first to last.
	elsewhere = 2 * time.Minute
)

// File is what is known of a file that was downloaded.
type File struct {
	Type string // the media type, without parameters; empty if the server sent none
	Size int64
}

// Download makes a reading whose answer is a file, and writes its content to w while
// it comes. No file at all is of Kind NotFound; a text, such as a web page or JSON, is
// none of those that are downloaded, and of Kind Malformed, as is whatever else cannot be
// taken for the file. A redirect is followed; to another host the token is not sent.
func (a *API) Download(ctx context.Context, req Request, w io.Writer) (File, error) {
	if strings.HasSuffix(req.Path, "/") {
		return File{}, noID(req)
	}
	response, err := a.follow(ctx, req)
	if err != nil {
		return File{}, err
	}
	defer response.Body.Close()
	head := &Answer{Status: response.StatusCode, Type: mediaType(response), secrets: a.hidden(response.Request)}
	body := bufio.NewReader(response.Body)
	begins, _ := body.Peek(sniffed) // an error comes again when the rest is read
	response.Body = &buffered{body, response.Body}
	if !succeeds(head.Status) || textual(head.Type, begins) {
		return File{}, a.noFile(ctx, req, response, head)
	}
	size, err := io.Copy(w, io.LimitReader(body, maxDownload+1))
	switch {
	case err != nil:
		return File{}, a.cut(ctx, req, err, head.Status)
	case size > maxDownload:
		return File{}, malformed(req, head, fmt.Errorf("the file is longer than %d MiB", maxDownload>>20))
	case size == 0:
		return File{}, sentNothing(req, head)
	}
	return File{Type: head.Type, Size: size}, nil
}

func sentNothing(req Request, answer *Answer) *provider.Error {
	return &provider.Error{Kind: provider.NotFound, Op: req.Op, Status: answer.Status, Err: errors.New("the server sent no file")}
}

// sniffed is how much of a content tells what it is.
const sniffed = 512

// buffered is a body of which the beginning has been looked at.
type buffered struct {
	io.Reader
	io.Closer
}

// textual reports whether an answer is something written rather than a file. What is an
// image by its content is none, whatever the server calls it, and a web page always is.
func textual(mediaType string, begins []byte) bool {
	switch is := http.DetectContentType(begins); {
	case strings.HasPrefix(is, "image/"):
		return false
	case strings.HasPrefix(is, "text/html"):
		return true
	}
	return strings.HasPrefix(mediaType, "text/") || strings.Contains(mediaType, "json") || strings.Contains(mediaType, "html")
}

// noFile is what an answer means that is none.
func (a *API) noFile(ctx context.Context, req Request, response *http.Response, head *Answer) error {
	answer, err := readAnswer(response)
	if err != nil {
		return a.cut(ctx, req, err, response.StatusCode)
	}
	answer.secrets = head.secrets
	if err := a.judge(req, answer); err != nil {
		return err
	}
	if answer.empty() {
		return sentNothing(req, answer)
	}
	return malformed(req, answer, answer.unreadable(errNoFile))
}

var errNoFile = errors.New("it is no file")

// follow sends the request and goes where the server points.
func (a *API) follow(ctx context.Context, req Request) (*http.Response, error) {
	hr, err := a.request(ctx, req)
	if err != nil {
		return nil, a.unmade(req, err)
	}
	hr.Header.Set("Accept", "*/*")
	ours := hr.URL
	for range maxHops {
		response, err := a.client(hr.URL, ours).Do(hr)
		if err != nil {
			return nil, a.unreached(ctx, req, err, true)
		}
		target, err := response.Location()
		if response.StatusCode < 300 || response.StatusCode > 399 || err != nil {
			return response, nil
		}
		response.Body.Close()
		if ours.Scheme == "https" && target.Scheme != "https" {
			return nil, &provider.Error{Kind: provider.Malformed, Op: req.Op, Status: response.StatusCode,
				Err:    fmt.Errorf("the server points to %s://%s, where nothing would be encrypted", target.Scheme, target.Host),
				Remedy: "It is not followed there; ask who runs the server for an address with https"}
		}
		if hr, err = http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil); err != nil {
			return nil, a.unmade(req, err)
		}
		hr.Header.Set("Accept", "*/*")
	}
	return nil, &provider.Error{Kind: provider.Malformed, Op: req.Op, Err: errors.New("the server points in circles"),
		Remedy: "Check the address in the provider block"}
}

// client is what to ask a server with: ours gets the token, another a plain request.
func (a *API) client(target, ours *url.URL) *http.Client {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if !sameServer(target, ours) {
		return &http.Client{CheckRedirect: stay, Timeout: elsewhere}
	}
	own := *a.HTTP
	own.CheckRedirect = stay
	return &own
}

func sameServer(a, b *url.URL) bool { return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host) }

func mediaType(response *http.Response) string {
	text, _, _ := strings.Cut(response.Header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(text))
}
