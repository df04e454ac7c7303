package block

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Address is what the base address of an API looks like.
type Address struct {
	Example string   // "https://api.example.com/v1"
	Own     []string // what the paths of its calls begin with, such as "/oauth"
}

// BaseURL returns a setting that is the address of an API, without a final slash;
// "" after a mistake. A path is kept: a proxy may stand before the API.
func (b *Block) BaseURL(name string, is Address) string {
	before := len(b.problems)
	text := b.Text(name)
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Hostname() == "" {
		b.Fail(name, fmt.Sprintf("%q is not an address", Presentable(text)), fmt.Sprintf("Write scheme and host, such as %q", is.Example))
		return ""
	}
	if u.User != nil {
		b.Fail(name, "holds a user name or a password", "Leave them out and use the credentials that this block has settings for")
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		b.Fail(name, fmt.Sprintf("%q has the scheme %q", Presentable(text), u.Scheme), "Write https://")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		b.Fail(name, fmt.Sprintf("%q would send the token unencrypted", Presentable(text)), "Write https://; plain http is for a server on this machine alone")
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		b.Fail(name, fmt.Sprintf("%q has more than scheme, host and path", Presentable(text)), "Leave out everything from the ? or # on")
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	b.ownPath(name, path, is.Own)
	if len(b.problems) > before {
		return ""
	}
	return u.Scheme + "://" + canonicalHost(u) + path
}

// ownPath refuses an address that ends in a path of the API's calls.
func (b *Block) ownPath(name, path string, own []string) {
	for _, part := range own {
		i := strings.Index(path+"/", part+"/")
		if i < 0 {
			continue
		}
		if b.secret[name] {
			path, i = part, 0
		}
		b.Fail(name, fmt.Sprintf("%q holds a part of the API's own paths", Presentable(b.Text(name))),
			fmt.Sprintf("Leave out %s; the paths are added to the address", path[i:]))
		return
	}
}

func canonicalHost(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return host
	}
	return host + ":" + port
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Presentable is an address as messages may show it: without what can be a secret
// in it, a user name and password, and whatever follows a ? or #.
func Presentable(text string) string {
	if i := strings.LastIndex(text, "@"); i >= 0 {
		text = "..." + text[i:]
	}
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		text = text[:i+1] + "..."
	}
	return text
}
