package render

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/espalier-dev/espalier/planner"
)

// browse starts a browser that ends with the test. The test is skipped on a
// machine that has none.
func browse(t *testing.T) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		t.Skip("no browser is installed: apt-get install chromium, or put chromium, chromium-browser or google-chrome on the PATH")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(program), chromedp.DisableGPU)
	if os.Geteuid() == 0 { // the browser's own sandbox does not start as root
		options = append(options, chromedp.NoSandbox)
	}
	ctx, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	ctx, end = chromedp.NewContext(ctx)
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	return ctx
}

// tab is one page in the browser, with what it asked for and complained of.
type tab struct {
	*testing.T
	ctx        context.Context
	mu         sync.Mutex
	asked      []string
	complaints []string
}

// visit opens a plan's page in a tab of its own, as wide as a screen.
func visit(t *testing.T, browser context.Context, plan *planner.Plan, o HTMLOptions, more ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	html := draw(t, func(b *bytes.Buffer) error { return HTML(b, plan, o) })
	return visitText(t, browser, html, more...)
}

func visitText(t *testing.T, browser context.Context, text string, more ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	p := &tab{T: t}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(server.Close)
	ctx, end := chromedp.NewContext(browser)
	t.Cleanup(end)
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	p.ctx = ctx
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatal(err)
	}
	call(p, network.Enable, network.EnableParams{})
	call(p, log.Enable, cdp.Empty{})
	call(p, runtime.Enable, cdp.Empty{})
	p.do(chromedp.EmulateViewport(1400, 900))
	p.do(more...)
	p.do(chromedp.Navigate(server.URL + "/"))
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, url := range p.asked {
			if url != server.URL+"/" && !strings.HasPrefix(url, "data:") {
				t.Errorf("the page asks for %s", url)
			}
		}
		for _, c := range p.complaints {
			t.Errorf("the browser complains: %s", c)
		}
	})
	return p
}

func (p *tab) listen(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		p.asked = append(p.asked, ev.Request.URL)
	case *log.EventEntryAdded:
		p.complaints = append(p.complaints, ev.Entry.Text)
	case *runtime.EventExceptionThrown:
		p.complaints = append(p.complaints, fmt.Sprint(ev.ExceptionDetails.Text, ev.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		p.complaints = append(p.complaints, string(ev.Type)+" on the console")
	}
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.Fatal(err)
	}
}

// text is what a JavaScript expression gives, as text.
func (p *tab) text(expression string) string {
	p.Helper()
	out, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return out
}

// expect waits until an expression gives what is wanted.
func (p *tab) expect(expression string, want any) {
	p.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool](fmt.Sprintf("String(%s) === %q", expression, fmt.Sprint(want)), chromedp.WithPollingTimeout(30*time.Second))); err != nil {
		p.Fatalf("%s\n is %q\nwant %q (%v)", expression, p.text(expression), fmt.Sprint(want), err)
	}
}

// shoot keeps a picture of the page, for people to look at, where
// ESPALIER_SCREENSHOTS names a folder.
func (p *tab) shoot(name string) {
	p.Helper()
	dir := os.Getenv("ESPALIER_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(dir+"/"+name+".png", picture, 0o644); err != nil {
		p.Fatal(err)
	}
}

// dark has the browser prefer dark pages.
func dark() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		return err
	})
}

// call gives the browser a command of its protocol.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) R {
	p.Helper()
	out, err := chromedp.Call(p.ctx, command, params)
	if err != nil {
		p.Fatalf("%s: %v", command.Method, err)
	}
	return out
}
