package s3

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
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
	b, _ := json.Marshal(h) // texts, numbers and truths cannot fail
	return append(append(b, '\n'), lines...)
}

// parseSegment reads what textOf has made.
func parseSegment(at spot, o object) (segment, error) {
	s := segment{spot: at, object: o}
	first, lines, ok := bytes.Cut(o.text, []byte("\n"))
	if !ok || json.Unmarshal(first, &s.header) != nil || !bytes.HasPrefix(o.text, textOf(s.header, nil)) {
		return s, errors.New("its first line is damaged")
	}
	if s.header.Segment != at.String() {
		return s, fmt.Errorf("it is a copy of segment %s", s.header.Segment)
	}
	s.lines = lines
	return s, nil
}
