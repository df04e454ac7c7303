package transport

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/url"
	"strconv"
	"time"
)

// params are the parameters of a call that is made at a time.
func (t *Token) params(at time.Time) url.Values {
	if t.Timestamp == "" && t.Signature == nil {
		return t.Params
	}
	params := maps.Clone(t.Params)
	if params == nil {
		params = url.Values{}
	}
	if t.Timestamp != "" {
		params.Set(t.Timestamp, strconv.FormatInt(at.UnixMilli(), 10))
	}
	if s := t.Signature; s != nil {
		params.Set(s.Param, s.of(params))
	}
	return params
}

// of signs parameters.
func (s *Signature) of(params url.Values) string {
	mac := hmac.New(sha256.New, []byte(params.Get(s.Key)))
	for _, name := range s.Over {
		mac.Write([]byte(params.Get(name)))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
