package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// maxMessage bounds what is shown of a vendor's message, in runes.
const maxMessage = 300

// vendorMessage finds the words for people in the body of an error. Only one
// shape is documented, {"id","message","status"}, and for one status, so all
// the usual ones are looked for.
func vendorMessage(answer *Answer) string {
	if answer.empty() {
		return ""
	}
	decoder := json.NewDecoder(bytes.NewReader(answer.Body))
	decoder.UseNumber()
	var body any
	if err := decoder.Decode(&body); err == nil {
		if succeeds(answer.Status) {
			body = onlyWords(body)
		}
		return excerpt([]byte(answer.shown(wordsOf(body, 0))), maxMessage)
	}
	if answer.Type == "text/html" || bytes.HasPrefix(bytes.TrimSpace(answer.Body), []byte("<")) {
		if title := htmlTitle(answer.shown(string(answer.Body))); title != "" {
			return "an HTML page titled " + title
		}
		return "an HTML page"
	}
	return excerpt([]byte(answer.shown(string(answer.Body))), 80)
}

// onlyWords is what may be for people in a body that came with a yes and means a no:
// all else of it may be the data of somebody.
func onlyWords(body any) any {
	object, ok := body.(map[string]any)
	if !ok {
		return nil
	}
	words := map[string]any{}
	for _, key := range []string{"message", "error_description", "detail", "title", "errors", "error", "code"} {
		words[key] = object[key]
	}
	if code, ok := object["code"].(json.Number); ok {
		words["code"] = "code " + code.String()
	}
	return words
}

// wordsOf gathers texts of a decoded body, outermost first.
func wordsOf(body any, depth int) string {
	if depth > 4 {
		return ""
	}
	switch v := body.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case []any:
		var parts []string
		for _, item := range v {
			if words := wordsOf(item, depth+1); words != "" {
				parts = append(parts, words)
			}
		}
		return strings.Join(parts, "; ")
	case map[string]any:
		return wordsOfObject(v, depth)
	}
	return ""
}

func wordsOfObject(v map[string]any, depth int) string {
	for _, key := range []string{"message", "error_description", "detail", "title", "errors", "error", "value", "data"} {
		words := wordsOf(v[key], depth+1)
		if words == "" {
			continue
		}
		if more := wordsOf(v["errors"], depth+1); key == "message" && more != "" && more != words {
			words += ": " + more // the message alone is often "validation failed"
		}
		if id, ok := v["id"].(string); ok && id != "" && id != words && !saysStatus(id, v["status"]) {
			words = fmt.Sprintf("%s (%s)", words, id)
		}
		if code, ok := v["code"].(string); ok && code != "" && code != words {
			words = fmt.Sprintf("%s (%s)", words, code)
		}
		return words
	}
	if code, ok := v["code"].(string); ok && code != "" && depth == 0 {
		return code
	}
	// A map of fields and what is wrong with each.
	names := make([]string, 0, len(v))
	for name, value := range v {
		switch value.(type) {
		case []any, map[string]any:
			names = append(names, name)
		default: // at the top it is the answer's own
			if depth > 0 {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	var parts []string
	for _, name := range names {
		if words := wordsOf(v[name], depth+1); words != "" {
			parts = append(parts, name+": "+words)
		}
	}
	return strings.Join(parts, "; ")
}

// saysStatus reports whether an error's id is the name of its status and no more.
func saysStatus(id string, status any) bool {
	n, ok := status.(json.Number)
	if !ok {
		return false
	}
	code, err := n.Int64()
	return err == nil && strings.EqualFold(strings.NewReplacer("_", " ", "-", " ").Replace(id), http.StatusText(int(code)))
}

func htmlTitle(page string) string {
	lower := strings.ToLower(page)
	start := strings.Index(lower, "<title>")
	if start < 0 || len(lower) != len(page) {
		return ""
	}
	start += len("<title>")
	end := strings.Index(lower[start:], "<")
	if end < 0 {
		return ""
	}
	return fmt.Sprintf("%q", excerpt([]byte(page[start:start+end]), 80))
}
