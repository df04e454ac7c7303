package transport

import (
	"net/url"
	"testing"
	"time"
)

// TestSignature: the time of the call and the signature are parameters like the
// others, worked out for each call, and what was given stays as it was.
func TestSignature(t *testing.T) {
	given := url.Values{"client_id": {"id"}, "client_secret": {"key"}, "uniqueid": {"u1"}}
	token := &Token{Params: given, Timestamp: "timestamp", Signature: &Signature{Param: "signature", Key: "client_secret", Over: []string{"client_id", "uniqueid", "timestamp"}}}
	at := time.UnixMilli(1348864985783)
	params := token.params(at)
	// printf idu11348864985783 | openssl dgst -sha256 -hmac key -binary | basenc --base64url
	const signed = "iDSystxW-Bq0Dw-ZjaEh4e0sZ7KLwiemZCgkkE5iiHc"
	if got := params.Get("timestamp"); got != "1348864985783" {
		t.Errorf("timestamp %s", got)
	}
	if got := params.Get("signature"); got != signed {
		t.Errorf("signature %s, want %s", got, signed)
	}
	if len(given) != 3 || params.Get("client_id") != "id" {
		t.Errorf("given is %v now, and sent is %v", given, params)
	}
	if later := token.params(at.Add(time.Hour)); later.Get("signature") == signed {
		t.Error("an hour later the signature is the same")
	}
	if plain := (&Token{Params: given}).params(at); len(plain) != 3 {
		t.Errorf("without either it is %v", plain)
	}
}
