package motimate

import (
	"encoding/json"
	"net/url"
	"strings"
)

// formFields reads a form in the way of Rack: a[] is an element of the list a,
// a[][b] is the field b of one, and an element ends where one of its fields comes
// again.
func formFields(body string) (map[string]json.RawMessage, error) {
	texts, lists, plain := map[string]string{}, map[string][]map[string]string{}, map[string][]string{}
	for pair := range strings.SplitSeq(body, "&") {
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(rawName)
		if err != nil {
			return nil, err
		}
		value, err := url.QueryUnescape(rawValue)
		if err != nil {
			return nil, err
		}
		list, part, ok := strings.Cut(name, "[][")
		if !ok {
			if list, ok := strings.CutSuffix(name, "[]"); ok {
				plain[list] = append(plain[list], value)
				continue
			}
			texts[name] = value
			continue
		}
		part = strings.TrimSuffix(part, "]")
		items := lists[list]
		if len(items) == 0 || hasKey(items[len(items)-1], part) {
			items = append(items, map[string]string{})
		}
		items[len(items)-1][part] = value
		lists[list] = items
	}
	fields := map[string]json.RawMessage{}
	for name, value := range texts {
		fields[name], _ = json.Marshal(value)
	}
	for name, items := range lists {
		fields[name], _ = json.Marshal(items)
	}
	for name, items := range plain {
		fields[name], _ = json.Marshal(items)
	}
	return fields, nil
}

func hasKey(m map[string]string, key string) bool {
	_, ok := m[key]
	return ok
}
