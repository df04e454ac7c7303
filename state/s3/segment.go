package s3

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// The journal is kept in segments, each an object of its own. Lines are added to the
// last one by writing it anew, until it has segmentSize; then the next is begun. So
// adding costs the same however long the journal is.
const segmentSize = 64 << 10

// spot is the place of a segment in the journal: the holder's number, and which of its
// segments. Spots are in the order in which lines were added.
type spot struct {
	fence  uint64
	number int
}

// String is the end of the segment's key; texts are in the order of the spots.
func (s spot) String() string { return fmt.Sprintf("%016d/%06d", s.fence, s.number) }

func parseSpot(text string) (spot, bool) {
	var s spot
	if _, err := fmt.Sscanf(text, "%d/%d", &s.fence, &s.number); err != nil || s.String() != text {
		return spot{}, false
	}
	return s, true
}

// after reports whether s comes later than o.
func (s spot) after(o spot) bool {
	return s.fence > o.fence || s.fence == o.fence && s.number > o.number
}

// header is the first line of a segment.
type header struct {
	Segment string `json:"segment"` // its spot, so that it cannot stand for another
	Run     string `json:"run"`     // of whoever made it
	// Seals counts how often it was written anew without another line, so that its
	// holder, who knows it as it was, can write to it no more.
	Seals int `json:"seals"`
	// End says that the segment only keeps its key from the holder.
	End bool `json:"end"`
	// Sum is the checksum of all the rest of the segment.
	Sum string `json:"sum"`
}

// segment is one piece of the journal.
type segment struct {
	spot
	object
	header header
	lines  []byte
}

// textOf is a segment as it is kept.
func textOf(h header, lines []byte) []byte {
	h.Sum = ""
	b, _ := json.Marshal(h) // texts, numbers and truths cannot fail
	sum := sha256.New()
	sum.Write(b)
	sum.Write(lines)
	h.Sum = hex.EncodeToString(sum.Sum(nil)[:sumSize])
	b, _ = json.Marshal(h)
	return slices.Concat(b, []byte("\n"), lines)
}

// sumSize is how much of a checksum is kept: it is there against accidents.
const sumSize = 8

// parseSegment reads what textOf has made.
func parseSegment(at spot, o object) (segment, error) {
	s := segment{spot: at, object: o}
	first, lines, ok := bytes.Cut(o.text, []byte("\n"))
	if !ok || json.Unmarshal(first, &s.header) != nil || !bytes.Equal(o.text, textOf(s.header, lines)) {
		return s, errors.New("it is damaged: its text does not fit the checksum in its first line")
	}
	if s.header.Segment != at.String() {
		return s, fmt.Errorf("it is a copy of segment %s", s.header.Segment)
	}
	s.lines = lines
	return s, nil
}
